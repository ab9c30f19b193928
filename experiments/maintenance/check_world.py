"""Check a world of ``conf/world`` against the official files: same order of incomes and populations, same borders.

``python -m experiments.maintenance.check_world panel=FILE borders=FILE [world=africa] [year=2000]`` prints what it
finds; exit code 1 if a rank correlation is below 0.95 or a border differs.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from experiments.settings.application import Guard
from model.errors import InvalidInput, nearest

if TYPE_CHECKING:
    import pandas as pd

    from model.world import World

ENOUGH = 0.95
"""Least Spearman correlation of incomes and of populations."""

_DEFAULTS = {"panel": "", "borders": "", "world": "africa", "year": "2000"}


class Findings(NamedTuple):
    """What a check finds: correlations by column, and borders and states that are in one place only, as text."""

    correlation: dict[str, float]
    pairs: int
    only_in_world: list[str]
    only_in_files: list[str]
    not_in_panel: list[str]
    merged: list[str]

    @property
    def passed(self) -> bool:
        """Tell whether the world agrees with the files."""
        differences = self.only_in_world or self.only_in_files or self.not_in_panel
        return not differences and min(self.correlation.values()) >= ENOUGH


def check_world(world: "World", panel: Path, borders: Path, year: int = 2000) -> Findings:
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
    import pandas as pd

    from experiments.records.files.gazetteer import belongs_to, gazetteer, land_borders
    from experiments.records.files.official import read_borders, read_states

    known = gazetteer()
    listed = read_borders(borders)
    states = read_states(panel)
    official = states[(states["year"] == year) & states["gw"].isin(list(known))].set_index("gw")
    there = {gw: known[gw].iso3 for gw in official.index}
    official.index = pd.Index(list(there.values()))
    compared = [code for code in world.codes if code in official.index]
    if len(compared) < 3:
        raise InvalidInput(
            f"{panel}: has {len(compared)} states of world '{world.name}' in {year}, must have 3 or more"
        )
    around = land_borders(listed, there)
    inside = {gw: code for gw, code in there.items() if code in world.codes}
    in_files = {_pair(inside[a], inside[b]) for a in inside for b in around[a] if b in inside}
    in_world = {_pair(state.iso3, other) for state in world.states for other in state.neighbours}
    return Findings(
        correlation=_correlations(world, official.loc[compared]),
        pairs=len(in_world & in_files),
        only_in_world=sorted(in_world - in_files),
        only_in_files=sorted(in_files - in_world),
        not_in_panel=[code for code in world.codes if code not in compared],
        merged=[
            f"{known[gw].name} ({gw}) counts as {known[whole].name} ({whole})"
            for gw in sorted(set(listed) - set(there))
            if (whole := belongs_to(gw, there)) is not None and whole in inside
        ],
    )


def _pair(one: str, other: str) -> str:
    """Name a border the same from both sides."""
    return "-".join(sorted((one, other)))


def _correlations(world: "World", official: "pd.DataFrame") -> dict[str, float]:
    """Correlate the ranks of the world's figures with the panel's, over the states that have both, by their codes."""
    from scipy.stats import spearmanr

    ours = {state.iso3: state for state in world.states}
    columns = {"income_per_head": "gdp_per_capita_usd2011", "population_millions": "population_millions"}
    return {
        name: float(
            spearmanr([getattr(ours[code], name) for code in official.index], official[column], nan_policy="omit")[0]
        )
        for name, column in columns.items()
    }


def _given(arguments: Sequence[str]) -> dict[str, str]:
    """Read name=value."""
    values = dict(_DEFAULTS)
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name not in values:
            raise InvalidInput(f"unknown option '{name}': {nearest(name, values)}")
        values[name] = value
    for name in ("panel", "borders"):
        if not values[name]:
            raise InvalidInput(f"{name}= is missing, must be a CSV file")
    if not values["year"].isdecimal():
        raise InvalidInput(f"year={values['year']}: must be a year of the panel")
    return values


def _told(findings: Findings) -> str:
    """Write findings for a reader."""
    lines = [f"rank correlation of {name}: {value:.4f}" for name, value in findings.correlation.items()]
    lines.append(f"land borders in both: {findings.pairs}")
    for title, found in (
        ("only in the world", findings.only_in_world),
        ("only in the border list", findings.only_in_files),
        ("not in the panel that year", findings.not_in_panel),
    ):
        lines.append(f"{title}: {', '.join(found) or 'none'}")
    lines += findings.merged
    return "\n".join(lines)


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
        from experiments.settings.compose import asked
        from experiments.settings.worlds import world_from

        given = _given(sys.argv[1:] if arguments is None else arguments)
        world = world_from(given["world"], asked("run", [f"world={given['world']}"]).world)
        panel, borders = (Path(given[name]).expanduser() for name in ("panel", "borders"))
        findings = check_world(world, panel, borders, int(given["year"]))
        print(f"world {world.name}, {world.size} states, against {given['year']}\n{_told(findings)}")
        guard.code = int(not findings.passed)
    return guard.code


if __name__ == "__main__":
    sys.exit(main())
