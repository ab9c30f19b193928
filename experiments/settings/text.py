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

    def line(row: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if position in to_the_right else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return (indent + "  ".join(padded)).rstrip()

    return "\n".join(line(row) for row in cells)


def readable(value: float) -> str:
    """Write a number for reading: thousands apart, three decimals for what is small; a dash for no number."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3f}"
