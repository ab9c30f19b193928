"""Worlds as files in ``conf/world`` describe them: a table there, a table of the user's, or synthetic."""

import csv
from pathlib import Path
from typing import Any

from experiments.settings.kinds import Whole
from experiments.settings.nodes import checked_keys
from experiments.settings.places import CONF
from model.errors import InvalidInput
from model.world import World, stylised, world_from_rows

_ORIGINS = ("file", "path", "size")
_SIZE = Whole(2, of="a whole number of states", at_most=2000)
"""Ten times the states there are; distances between all pairs are held in memory."""


def world_from(name: str, node: Any) -> World:
    """Make a world.

    Parameters
    ----------
    name : str
        Its file's name in ``conf/world``.
    node : mapping
        What the file holds: one of ``file`` (a table beside it), ``path`` (a table, relative to the user's
        folder) and ``size`` (synthetic states); and ``values``.

    Returns
    -------
    World

    Raises
    ------
    InvalidInput
        When keys or table are not as they must be.
    """
    keys = checked_keys(f"world '{name}'", node, (*_ORIGINS, "values"))
    origins = [key for key in _ORIGINS if key in keys]
    if len(origins) != 1:
        found = " and ".join(f"world.{key}" for key in origins) or "none"
        raise InvalidInput(f"world '{name}': must come from exactly one of file, path and size; found: {found}")
    origin, value = origins[0], keys[origins[0]]
    if origin == "size":
        _SIZE.check("world.size", value)
        return World(name, stylised(value).states)
    if not isinstance(value, str) or value in ("", "???"):
        raise InvalidInput(f"world.{origin}: must name a CSV file, as in world={name} world.{origin}=my_states.csv")
    return read_world(name, CONF / "world" / value if origin == "file" else Path(value).expanduser())


def read_world(name: str, path: Path) -> World:
    """Read a world from a CSV file in UTF-8.

    Parameters
    ----------
    name : str
        The world's name.
    path : Path
        The file; its first line names the columns.

    Returns
    -------
    World

    Raises
    ------
    InvalidInput
        When the file cannot be read, or its table is not as it must be; names row, column, value and rule.
    """
    lines = _lines(name, path)
    header = [title.strip() for title in lines[0]]
    if len(header) == 1 and ";" in header[0]:
        raise InvalidInput(f"world '{name}': {path} separates columns by ';', must be ','")
    for title in header:
        if header.count(title) > 1:
            raise InvalidInput(f"world '{name}': column '{title}' appears twice, must appear once")
    for row, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise InvalidInput(
                f"world '{name}' row {row}: has {len(cells)} cells, must have {len(header)} like the header"
            )
    return world_from_rows(name, [dict(zip(header, cells, strict=True)) for cells in lines[1:]])


def _lines(name: str, path: Path) -> list[list[str]]:
    """Split a file into rows of cells; empty lines at its end do not count."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"world '{name}': {path}: {reason}; must be a CSV file that can be read") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"world '{name}': {path} must be a CSV file in UTF-8") from None
    except csv.Error as error:
        raise InvalidInput(f"world '{name}': {path} must be a CSV file: {error}") from None
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    if not lines:
        raise InvalidInput(f"world '{name}': {path} is empty, must have a header and a row per state")
    return lines
