"""Words and numbers as reports write them."""

import math
import textwrap

from experiments.statistics.intervals import Interval

WIDTH = 108
"""Of a line on the terminal."""


def bracketed(interval: Interval, digits: int, unit: str = "", sign: str = "", absent: str = "not bounded") -> str:
    """Write an interval as ``mean [low, high]``."""
    if math.isnan(interval.mean):
        return absent
    # Adding zero turns a rounded -0.0 into 0.0.
    mean, low, high = (f"{round(value, digits) + 0.0:{sign}.{digits}f}" for value in interval)
    bounds = "no bounds" if math.isnan(interval.low) else f"{low}, {high}"
    return f"{mean}{unit} [{bounds}]"


def wrapped(text: str, indent: str = "") -> str:
    """Break a paragraph into lines that fit a terminal."""
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def spread_out(name: str, interval: Interval) -> dict[str, float]:
    """Lay an interval out as three columns."""
    return {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}


def counted(number: int, thing: str) -> str:
    """Write how many there are of something."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def in_words(metric: str) -> str:
    """Name an outcome as in a sentence."""
    return metric.replace("_years", "-years").replace("_", " ")
