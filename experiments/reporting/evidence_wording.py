"""What reports of the evidence share: tables as plain data, and ends of ranges."""

import math
from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table into plain rows."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def ends(low: float, high: float, whole: float) -> tuple[str, str]:
    """Write both ends of a part of a range with as many decimals as hundredths of the whole range need."""
    digits = max(0, 2 - math.ceil(math.log10(whole))) if whole > 0.0 else 3
    # Adding zero turns a rounded -0.0 into 0.0.
    first, last = (f"{round(value, digits) + 0.0:.{digits}f}" for value in (low, high))
    return first, last
