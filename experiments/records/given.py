"""What a user gives: official files that come together, the record and the world that they make."""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.records.files.importing import import_world
from experiments.records.files.panel import Panel, read_record
from experiments.records.files.sources import Sources
from experiments.records.pattern_values import ENDING
from experiments.settings.asked import Asked
from experiments.settings.places import path_of
from model.errors import InvalidInput
from model.world import World, world_from_rows

STORED_WORLD = "africa_1989"


class Files(NamedTuple):
    """The official files that come together: conflicts, states by year, land borders."""

    acd: Path
    panel: Path
    borders: Path


def files_of(asked: Asked, what: str) -> Files | None:
    """Get the official files that options name, all of them or none.

    Parameters
    ----------
    asked : Asked
        With ``acd``, ``panel`` and ``borders``.
    what : str
        What takes them, as a refusal says it.

    Raises
    ------
    InvalidInput
        When some are given and one is missing.
    """
    given = {name: path_of(asked[name]) for name in Files._fields if asked[name] is not None}
    for name in Files._fields:
        if given and name not in given:
            raise InvalidInput(f"{name}=null: {what} takes three files, acd=FILE panel=FILE borders=FILE")
    return Files(**given) if given else None


def window_of(sources: Sources, asked: Asked) -> Panel:
    """Find the states and years that are asked for in the official files, and say which patterns they leave open."""
    if asked.last < asked.first:
        raise InvalidInput(f"last={asked.last}: must not lie before first={asked.first}")
    panel = read_record(sources, asked.region, asked.first, asked.last)
    for notice in left_open(panel):
        say(notice)
    return panel


def left_open(panel: Panel) -> list[str]:
    """Say which patterns the files cannot tell, because columns are missing or cannot be read."""
    said = []
    if unknown := int(np.isnan(panel.quarters[panel.level >= 0]).sum()):
        said.append(
            f"share_of_quarters is left open: in {unknown} state-years the conflicts' start_date2, ep_end and "
            "ep_end_date do not tell the quarters"
        )
    if np.isnan(panel.excluded).all():
        said.append(f"{' and '.join(ENDING)} are left open: the panel has no excluded_share")
    return said


def world_of(sources: Sources, first: int, region: str) -> World:
    """Make the world of 1 January of a year, and say what was filled or dropped."""
    rows, notices = import_world(sources, first, region)
    for notice in notices:
        say(f"{first}: {notice}")
    return world_from_rows(f"{region}_{first}", rows)


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)
