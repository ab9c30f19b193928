"""Tables as people save them: CSV in UTF-8, cells parted by commas, semicolons or tabs, blank lines anywhere."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from model.errors import InvalidInput

DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""How a number is written in a table: float() would take 1_5 and digits of other scripts, too."""


class Rows(NamedTuple):
    """A table as text: ``titles`` of its columns; ``cells`` of every row; ``numbers`` of the rows, header 1."""

    titles: list[str]
    cells: list[list[str]]
    numbers: list[int]


def rows_of(content: bytes, where: str) -> Rows:
    """Split a file's content into rows of cells; rows in which nothing stands are left out, and counted.

    Parameters
    ----------
    content : bytes
        Its first line names the columns.
    where : str
        The file as a refusal names it.

    Returns
    -------
    Rows
        At least one.

    Raises
    ------
    InvalidInput
        When it is no table in UTF-8, or a row has more or fewer cells than the header.
    """
    lines: list[list[str]] = []
    try:
        text = content.decode("utf-8-sig")
        first = next((line for line in text.splitlines() if line.strip(",; \t")), "")
        separator = max(",;\t", key=first.count)
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{where}: byte {error.start + 1} is not UTF-8; must be a CSV file in UTF-8") from None
    except csv.Error as error:
        raise InvalidInput(f"{where} row {len(lines) + 1}: must be a CSV file: {error}") from None
    return _checked(where, [(row, cells) for row, cells in enumerate(lines, start=1) if any(map(str.strip, cells))])


def _checked(where: str, rows: Sequence[tuple[int, list[str]]]) -> Rows:
    """Part the header from the rows, each of which must be as long."""
    if len(rows) < 2:
        raise InvalidInput(f"{where}: has no rows; must have a header and at least one row")
    (_, titles), *below = rows
    if len(titles) == 1:
        raise InvalidInput(
            f"{where}: its header is one cell, '{titles[0][:40]}'; cells must be parted by commas, semicolons or tabs"
        )
    for row, cells in below:
        if len(cells) != len(titles):
            raise InvalidInput(
                f"{where} row {row}: has {len(cells)} cells, must have {len(titles)} like the header; "
                f"it begins '{' '.join(cells)[:40]}'"
            )
    return Rows(titles, [cells for _, cells in below], [row for row, _ in below])


def place_of(where: str, titles: Iterable[str], name: str, older: Sequence[str] = ()) -> int | None:
    """Find a column by its name, whatever its case and underscores; None if it is not there.

    Parameters
    ----------
    where : str
        The file as a refusal names it.
    titles : iterable of str
        Of its columns.
    name : str
        The column's.
    older : sequence of str
        Other names that it has had.

    Raises
    ------
    InvalidInput
        When it is there twice.
    """
    wanted = {plain(name), *map(plain, older)}
    found = [place for place, title in enumerate(titles) if plain(title) in wanted]
    if len(found) > 1:
        raise InvalidInput(f"{where}: column '{name}' appears twice, must appear once")
    return found[0] if found else None


def plain(title: str) -> str:
    """Write a column's name without case and underscores."""
    return title.strip().lower().replace("_", "")
