"""What reports of the evidence share: names as in sentences, intervals and tables as plain data."""

import math
from typing import Any

import pandas as pd

from experiments.studies.statistics import Interval


def words(metric: str) -> str:
    """Name an outcome as in a sentence."""
    return metric.replace("_years", "-years").replace("_", " ")


def spread_out(name: str, interval: Interval) -> dict[str, float]:
    """Lay an interval out as three columns."""
    return {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table into plain rows."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def ends(low: float, high: float, whole: float) -> tuple[str, str]:
    """Write both ends of a part of a range with as many decimals as hundredths of the whole range need."""
    digits = max(0, 2 - math.ceil(math.log10(whole))) if whole > 0.0 else 3
    # Adding zero turns a rounded -0.0 into 0.0.
    first, last = (f"{round(value, digits) + 0.0:.{digits}f}" for value in (low, high))
    return first, last
