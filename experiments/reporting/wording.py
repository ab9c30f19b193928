"""Words and numbers as texts, tables and JSON write them."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.statistics.intervals import Interval
from experiments.statistics.scenarios import Shares

_FORMULA = ("=", "+", "-", "@")


def bracketed(interval: Interval, digits: int, unit: str = "", sign: str = "", absent: str = "not bounded") -> str:
    """Write an interval as ``mean [low, high]``; in percent, that of a share."""
    if math.isnan(interval.mean):
        return absent
    scale = 100.0 if unit == "%" else 1.0
    # Adding zero turns a rounded -0.0 into 0.0.
    mean, low, high = (f"{round(scale * value, digits) + 0.0:{sign}.{digits}f}" for value in interval)
    bounds = "no bounds" if math.isnan(interval.low) else f"{low}, {high}"
    return f"{mean}{unit} [{bounds}]"


def intervals_in_columns(intervals: Mapping[str, Interval]) -> dict[str, float]:
    """Lay intervals out as three columns each: name, name_low, name_high."""
    ends = ("", "_low", "_high")
    return {f"{name}{end}": x for name, found in intervals.items() for end, x in zip(ends, found, strict=True)}


def as_csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV.

    A spreadsheet takes text that begins as a formula does for one, whoever wrote it: such text gets an apostrophe
    before it, unless it is a number.
    """
    texts = table.select_dtypes(exclude=["number", "bool"])
    unsafe = [name for name, column in texts.items() if any(map(_is_formula, column))]
    safe = {str(name): [f"'{x}" if _is_formula(x) else x for x in table[name]] for name in unsafe}
    return table.assign(**safe).to_csv(index=False).encode()


def _is_formula(value: Any) -> bool:
    """Tell whether a spreadsheet would compute a cell."""
    if not (isinstance(value, str) and value.startswith(_FORMULA)):
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False


def ends(low: float, high: float, whole: float) -> tuple[str, str]:
    """Write both ends of a part of a range with as many decimals as hundredths of the whole range need."""
    digits = max(0, 2 - math.ceil(math.log10(whole))) if whole > 0.0 else 3
    # Adding zero turns a rounded -0.0 into 0.0.
    first, last = (f"{round(value, digits) + 0.0:.{digits}f}" for value in (low, high))
    return first, last


def share(value: float) -> str:
    """Write a share; one that is small, with a decimal."""
    if math.isnan(value):
        return "–"
    return f"{value:.1%}" if 0.0 < value < 0.0995 else f"{value:.0%}"


def shares(interval: Interval) -> str:
    """Write a share with its interval."""
    mean, low, high = map(share, interval)
    return f"{mean} [{low}, {high}]"


def three(found: Shares) -> str:
    """Write shares of scenarios in percent: better, less, worse."""
    if math.isnan(found.better.mean):
        return "not told"
    return "/".join(f"{100.0 * each.mean:.0f}" for each in (found.better, found.less, found.worse))


def p_value(value: float) -> str:
    """Write a p-value."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def in_words(outcome: str) -> str:
    """Name an outcome as in a sentence."""
    return outcome.replace("_years", "-years").replace("_", " ")


def as_json(value: Any) -> Any:
    """Turn intervals, mappings and sequences into what JSON can hold; no number becomes null."""
    if isinstance(value, Interval):
        return {"mean": as_json(value.mean), "low": as_json(value.low), "high": as_json(value.high)}
    if isinstance(value, Mapping):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, pd.DataFrame):
        return as_json(value.to_dict("records"))
    if isinstance(value, list | tuple):
        return [as_json(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
