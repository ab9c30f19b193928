"""Worlds as files in ``conf/world`` describe them: a table there, a table of the user's, or synthetic."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from experiments.settings.files import read_yaml
from experiments.settings.kinds import Whole
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.places import CONF, names_in, path_of
from model.errors import InvalidInput, nearest
from model.institution import EVERYWHERE, REST
from model.lenses import NAMES, Lenses
from model.parameters import parameter
from model.tables import Rows, place_of, rows_of
from model.world import OPTIONAL_COLUMNS, REGIONS, REQUIRED_COLUMNS, World, stylised, world_from_rows

KNOWN = "known_2001"
"""Lenses of worlds that name none: worlds shipped begin in 2001, or say otherwise."""

_ORIGINS = ("file", "path", "size")
_SIZE = Whole(2, of="a whole number of states", at_most=2000)
"""Ten times the states there are; distances between all pairs are held in memory."""


@cache
def lenses_known(name: str = KNOWN) -> Lenses:
    """Read what departments make of the record before a start, a file of ``conf/lens``.

    Raises
    ------
    InvalidInput
        When it is not as `concord calibrate lenses=true` writes it.
    """
    if name not in (known := names_in("lens")):
        raise InvalidInput(f"world.lenses={name}: must be a file of conf/lens, {' or '.join(known)}")
    where = f"lenses '{name}'"
    keys = checked_keys(where, read_yaml(CONF / "lens" / f"{name}.yaml", where), ("estimate", "covariance", "factor"))
    try:
        estimate = np.array([float(keys["estimate"][name]) for name in NAMES])
        covariance, factor = (
            np.array([[float(cell) for cell in row.split(",")] for row in keys[name].splitlines()])
            for name in ("covariance", "factor")
        )
        if not covariance.shape == factor.shape == (len(NAMES), len(NAMES)):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput(
            f"{where}: must have {len(NAMES)} estimates by name and as many rows of covariance and factor"
        ) from None
    return Lenses(estimate, covariance, factor)


@cache
def states_known() -> dict[str, str]:
    """Name every state there was since 1946, by its code: ``conf/world/states_gw.csv``."""
    with (CONF / "world" / "states_gw.csv").open(encoding="utf-8", newline="") as file:
        return {row["iso3"]: row["name"] for row in csv.DictReader(file)}


def world_from(name: str, node: Any) -> World:
    """Make a world.

    Parameters
    ----------
    name : str
        Its file's name in ``conf/world``.
    node : mapping
        What the file holds: one of ``file`` (a table beside it), ``path`` (a table, relative to the user's
        folder) and ``size`` (synthetic states); ``lenses``, a file of ``conf/lens``, `KNOWN` unless named; ``values``
        and ``per_state``, see `values_of`.

    Returns
    -------
    World

    Raises
    ------
    InvalidInput
        When keys or table are not as they must be.
    """
    keys = checked_keys(f"world '{name}'", node, (*_ORIGINS, "lenses", "values", "per_state"))
    lenses = lenses_known(str(keys.get("lenses", KNOWN)))
    origins = [key for key in _ORIGINS if key in keys]
    if len(origins) != 1:
        found = " and ".join(f"world.{key}" for key in origins) or "none"
        raise InvalidInput(f"world '{name}': must come from exactly one of file, path and size; found: {found}")
    origin, value = origins[0], keys[origins[0]]
    if origin == "size":
        _SIZE.check("world.size", value)
        return World(name, stylised(value).states, lenses=lenses)
    if not isinstance(value, str) or value in ("", "???"):
        raise InvalidInput(f"world.{origin}: must name a CSV file, as in world={name} world.{origin}=my_states.csv")
    made = read_world(name, CONF / "world" / value if origin == "file" else path_of(value))
    return replace(made, lenses=lenses)


def values_of(world: World, node: Any) -> dict[str, float]:
    """Read the values of parameters that belong to a world.

    Parameters
    ----------
    world : World
        The states.
    node : mapping
        What the world's file holds: ``values`` by name, and ``per_state``, by name, what each state adds: it scales
        money with the number of states where no record says how much there was. ``values`` win.

    Returns
    -------
    dict of str to float

    Raises
    ------
    InvalidInput
        For an unknown name, or a value that the parameter's declaration refuses.
    """
    where, given = f"world '{world.name}'", node.get("per_state")
    scaled = {name: value * world.size for name, value in values_from(f"{where}: per_state", given).items()}
    try:
        scaled = {name: parameter(name).check(value) for name, value in scaled.items()}
    except InvalidInput as error:
        raise InvalidInput(f"{where}: per_state times {world.size} states: {error}") from None
    return scaled | values_from(where, node.get("values"))


def scaled_values(world: World) -> dict[str, float]:
    """Values that belong to a world made of files, as an import's: what each state adds to those of ``world=csv``."""
    node = read_yaml(CONF / "world" / "csv.yaml", "world 'csv'")
    return values_of(world, checked_keys("world 'csv'", {"per_state": node["per_state"]}, ("per_state",)))


def read_world(name: str, path: Path) -> World:
    """Read a world from a CSV file in UTF-8, as people save them: see `model.tables`.

    Parameters
    ----------
    name : str
        The world's name.
    path : Path
        The file; its first line names the columns, in any case and order, and may name others.

    Returns
    -------
    World

    Raises
    ------
    InvalidInput
        When the file cannot be read, or its table is not as it must be; names row, column, value and rule.
    """
    where = f"world '{name}': {path}"
    try:
        table = rows_of(path.read_bytes(), where)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"{where}: {reason}; must be a CSV file that can be read") from None
    named = list(table.titles)
    for column in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS):
        place = place_of(where, table.titles, column)
        if place is not None:
            named[place] = column
    rows = [dict(zip(named, cells, strict=True)) for cells in table.cells]
    world = world_from_rows(name, rows, table.numbers)
    _check_regions(world, table)
    return world


def _check_regions(world: World, table: Rows) -> None:
    """Refuse a region that no pool can have: a slip of the pen would fall to whichever pool takes the rest."""
    unknown = set(world.regions) - set(REGIONS)
    if not unknown:
        return
    known = dict.fromkeys([*REGIONS, *_regions_of_pools()])
    for row, region in zip(table.numbers, world.regions, strict=True):
        if region not in known:
            raise InvalidInput(
                f"world '{world.name}' row {row} column region: '{region}' must be a region that a pool can have, "
                f"{', '.join(REGIONS)}, or one that a file of conf/institution names; {nearest(region, known)}"
            )


def _regions_of_pools() -> Iterable[str]:
    """List the regions that institutions give to pools; ``all`` and ``rest`` are none."""
    for name in names_in("institution"):
        node = read_yaml(CONF / "institution" / f"{name}.yaml", f"institution '{name}'")
        pools = node.get("pools") if isinstance(node, dict) else None
        for pool in pools if isinstance(pools, list) else ():
            region = pool.get("region") if isinstance(pool, dict) else None
            if isinstance(region, str) and region not in (EVERYWHERE, REST):
                yield region
