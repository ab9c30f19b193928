"""The states there have been since 1946, by Gleditsch–Ward number: codes, names, places, and whose part they were."""

import csv
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).resolve().parents[3] / "conf" / "world" / "states_gw.csv"


class Place(NamedTuple):
    """A state of ``conf/world/states_gw.csv``.

    ``area`` americas, europe, africa, middle_east, asia or oceania; ``latitude`` and ``longitude`` of about its
    middle, in degrees; ``part_of`` the number of the state its territory belongs to when it is none itself; ``since``
    the first year that it is a state, None if that is 1946 or earlier.
    """

    iso3: str
    name: str
    area: str
    latitude: float
    longitude: float
    part_of: int | None
    since: int | None


@cache
def gazetteer() -> dict[int, Place]:
    """Read the table, by Gleditsch–Ward number."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        int(row["gw"]): Place(
            *(row["iso3"], row["name"], row["area"], float(row["latitude"]), float(row["longitude"])),
            part_of=int(row["part_of"]) if row["part_of"] else None,
            since=int(row["since"]) if row["since"] else None,
        )
        for row in rows
    }


def belongs_to(gw: int, existing: Collection[int]) -> int | None:
    """Find the existing state that a state is, or is part of; None if there is none."""
    found: int | None = gw
    while found is not None and found not in existing:
        place = gazetteer().get(found)
        found = place.part_of if place else None
    return found


def land_borders(listed: Mapping[int, Iterable[int]], existing: Collection[int]) -> dict[int, frozenset[int]]:
    """Give the borders between the states that exist, from a list that knows other times' states too.

    A state of the list that does not exist passes its borders to the state it is part of (South Sudan to Sudan
    before 2011); if that does not exist either, they are left out.

    Parameters
    ----------
    listed : mapping of int to iterable of int
        Neighbours by Gleditsch–Ward number, as `read_borders` gives them.
    existing : collection of int
        Numbers of the states that exist.

    Returns
    -------
    dict of int to frozenset of int
        Neighbours of every existing state; empty for islands.
    """
    borders: dict[int, set[int]] = {gw: set() for gw in existing}
    for one, others in listed.items():
        for other in others:
            here, there = belongs_to(one, existing), belongs_to(other, existing)
            if here is not None and there is not None and here != there:
                borders[here].add(there)
    return {gw: frozenset(others) for gw, others in borders.items()}
