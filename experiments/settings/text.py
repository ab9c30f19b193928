"""Tables on a terminal."""

import math
from collections.abc import Iterable, Sequence


def aligned(rows: Iterable[Sequence[str]], right: Iterable[int] = (), indent: str = "") -> str:
    """Lay rows out in columns, two spaces apart.

    Parameters
    ----------
    rows : iterable of sequences of str
        All of the same length.
    right : iterable of int
        Positions of the columns to align on the right; numbers, as a rule.
    indent : str
        Written before every row.

    Returns
    -------
    str
        One line per row, without spaces at its end.
    """
    cells = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    to_the_right = set(right)
    columns = [(str.rjust if place in to_the_right else str.ljust, width) for place, width in enumerate(widths)]
    lines = ("  ".join(pad(cell, width) for cell, (pad, width) in zip(row, columns, strict=True)) for row in cells)
    return "\n".join((indent + line).rstrip() for line in lines)


def readable(value: float) -> str:
    """Write a number for reading: thousands apart, three decimals for what is small; a dash for no number."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3f}"
