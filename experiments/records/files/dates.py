"""Dates as they stand in files: official ones, and what a spreadsheet made of them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: .*)?")
_NAMED = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*[- ]([0-9]{4})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_ZERO = date(1899, 12, 30)
"""Excel counts days from here: 18000 is 12 April 1949."""


def read_dates(cells: Iterable[str]) -> list[date | None]:
    """Read a column of dates.

    Parameters
    ----------
    cells : iterable of str
        ``1967-06-05``, ``5-6-1967`` (the day first, unless the column holds a date that can only be read the other
        way round, and none that cannot), ``5-Jun-1967``, or the number that Excel keeps for a date.

    Returns
    -------
    list of date or None
        None where a cell is no date with a year of four digits.
    """
    texts = [cell.strip() for cell in cells]
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _YEAR_LAST.fullmatch(text))]
    months_lead = any(second > 12 for _, second in pairs) and all(first <= 12 for first, _ in pairs)
    return [_read(text, months_lead) for text in texts]


def _read(text: str, months_lead: bool) -> date | None:
    """Read one date."""
    if found := _SERIAL.fullmatch(text):
        return _DAY_ZERO + timedelta(days=int(found[1]))
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _YEAR_LAST.fullmatch(text):
        first, second, year = map(int, found.groups())
        day, month = (second, first) if months_lead else (first, second)
    elif (found := _NAMED.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), 1 + _MONTHS.index(found[2].lower()), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
