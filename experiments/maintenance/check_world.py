"""Check a world of ``conf/world`` against the official files: same order of incomes and populations, same borders.

``python -m experiments.maintenance.check_world panel=FILE borders=FILE [world=africa] [year=2000]`` prints what it
finds; exit code 1 if a rank correlation is below 0.95 or a border differs.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.records.files.gazetteer import belongs_to, gazetteer, land_borders
from experiments.records.files.official import read_borders, read_states
from experiments.settings.application import Guard
from experiments.settings.compose import asked
from experiments.settings.places import path_of
from experiments.settings.worlds import world_from
from model.errors import InvalidInput, nearest
from model.world import World

ENOUGH = 0.95
"""Least Spearman correlation of each figure that both have."""

_DEFAULTS = {"panel": "", "borders": "", "world": "africa", "year": "2000"}
_COMPARED = {
    "income_per_head": "gdp_per_capita_usd2011",
    **{name: name for name in ("population_millions", "excluded_share", "infant_mortality_per_1000")},
}
"""Figures of a state, and the panel's columns."""


class Findings(NamedTuple):
    """What a check finds: correlations by column, borders in both, and as text what differs and what counts as what."""

    correlation: dict[str, float]
    pairs: int
    differences: dict[str, list[str]]
    merged: list[str]

    @property
    def passed(self) -> bool:
        """Tell whether the world agrees with the files."""
        return not any(self.differences.values()) and min(self.correlation.values()) >= ENOUGH


def check_world(world: World, panel: Path, borders: Path, year: int = 2000) -> Findings:
    """Compare a world with the official files.

    Parameters
    ----------
    world : World
        Its states are found by their ISO3 codes.
    panel, borders : Path
        As `experiments.records.files.official` reads them. A state of the border list that did not exist in the year
        counts for the one it was part of: South Sudan for Sudan.
    year : int
        Of the panel's figures.

    Returns
    -------
    Findings

    Raises
    ------
    InvalidInput
        When a file is damaged or fewer than three states can be compared.
    """
    known = gazetteer()
    listed, states = read_borders(borders), read_states(panel)
    official = states[(states["year"] == year) & states["gw"].isin(list(known))].set_index("gw")
    there = {gw: known[gw].iso3 for gw in official.index}
    official = official.rename(index=there)
    compared = [code for code in world.codes if code in official.index]
    if len(compared) < 3:
        raise InvalidInput(
            f"{panel}: has {len(compared)} states of world '{world.name}' in {year}, must have 3 or more"
        )
    ours = pd.DataFrame([vars(state) for state in world.states], index=list(world.codes))
    around = land_borders(listed, there)
    inside = {gw: code for gw, code in there.items() if code in world.codes}
    in_files = {_pair(inside[a], inside[b]) for a in inside for b in around[a] if b in inside}
    in_world = {_pair(state.iso3, other) for state in world.states for other in state.neighbours}
    return Findings(
        # Over the states that have both, by their codes.
        correlation={
            name: float(ours[name].astype("float64").corr(official[of], method="spearman"))
            for name, of in _COMPARED.items()
            if ours[name].notna().any() and official[of].notna().any()
        },
        pairs=len(in_world & in_files),
        differences={
            "only in the world": sorted(in_world - in_files),
            "only in the border list": sorted(in_files - in_world),
            "not in the panel that year": [code for code in world.codes if code not in compared],
        },
        merged=[
            f"{known[gw].name} ({gw}) counts as {known[whole].name} ({whole})"
            for gw in sorted(set(listed) - set(there))
            if (whole := belongs_to(gw, there)) is not None and whole in inside
        ],
    )


def _pair(one: str, other: str) -> str:
    """Name a border the same from both sides."""
    return "-".join(sorted((one, other)))


def _given(arguments: Sequence[str]) -> dict[str, str]:
    """Read name=value."""
    values = _DEFAULTS | {name: value for name, _, value in (argument.partition("=") for argument in arguments)}
    for name, value in values.items():
        if name not in _DEFAULTS:
            raise InvalidInput(f"unknown option '{name}': {nearest(name, _DEFAULTS)}")
        if not value:
            raise InvalidInput(f"{name}= is missing, must be a CSV file")
    if not values["year"].isdecimal():
        raise InvalidInput(f"year={values['year']}: must be a year of the panel")
    return values


def _told(findings: Findings) -> str:
    """Write findings for a reader."""
    return "\n".join([
        *(f"rank correlation of {name}: {value:.4f}" for name, value in findings.correlation.items()),
        f"land borders in both: {findings.pairs}",
        *(f"{title}: {', '.join(found) or 'none'}" for title, found in findings.differences.items()),
        *findings.merged,
    ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a world and print what was found.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``name=value``; the command line unless given.

    Returns
    -------
    int
        Exit code: 0 if the world agrees with the files, 1 if not, 2 for bad input.
    """
    with Guard("check_world") as guard:
        given = _given(sys.argv[1:] if arguments is None else arguments)
        world = world_from(given["world"], asked("run", [f"world={given['world']}"]).world)
        panel, borders = (path_of(given[name]) for name in ("panel", "borders"))
        findings = check_world(world, panel, borders, int(given["year"]))
        print(f"world {world.name}, {world.size} states, against {given['year']}\n{_told(findings)}")
        guard.code = int(not findings.passed)
    return guard.code


if __name__ == "__main__":
    sys.exit(main())
