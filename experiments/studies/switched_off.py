"""Whether a difference between institutions stands without one side's frictions, or without one direct effect.

Each is switched off in turn, for every institution alike, in the first future of each draw. What that changes there is
added to the draw's own difference, which is the mean of several futures: so the luck of the first one cancels out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.reporting.wording import intervals_in_columns
from experiments.runs.cube import Cube
from experiments.runs.factors import declared
from experiments.runs.plan import ACROSS_RANGES, FIRST_DRAW, Design, Plan, level_plan
from experiments.settings.configuration import Setting
from experiments.settings.files import read_yaml
from experiments.settings.nodes import values_from
from experiments.settings.places import CONF
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval
from experiments.studies.comparison import MAIN_METRIC
from model.parameters import PARAMETERS

TABLE = "runs_switched_off"
_FILE = "switched_off"


@dataclass(frozen=True)
class Switch:
    """Something that can be switched off.

    Attributes
    ----------
    name, label : str
        Of it; a direct effect's own name and meaning.
    values : mapping of str to float
        What is then set.
    """

    name: str
    label: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Without:
    """A difference without one thing.

    Attributes
    ----------
    switch : Switch
        What is switched off.
    gaps : mapping of str to Interval
        Difference in conflict-years to each rival, across the ranges; intervals hold together over all switches.
    turned : tuple of str
        Rivals against whom the sign is settled, and settled the other way without it.
    """

    switch: Switch
    gaps: Mapping[str, Interval]
    turned: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Lay it out as a row of a table, the rivals' columns by their names."""
        ends = intervals_in_columns({f"vs_{rival}": gap for rival, gap in self.gaps.items()})
        return {"off": self.switch.name, "label": self.switch.label, **ends, "turns": " ".join(self.turned)}


def switches(fixed: Mapping[str, float]) -> tuple[Switch, ...]:
    """List what is switched off in turn: frictions by side, then direct effects; what is fixed elsewhere stays."""
    sides = [
        Switch(name, str(each["label"]), values_from(f"{_FILE}: {name}", each["values"]))
        for name, each in read_yaml(CONF / f"{_FILE}.yaml", _FILE).items()
    ]
    effects = [
        Switch(name, each.meaning, {name: 0.0})
        for name, each in PARAMETERS.items()
        if each.group == "effects" and "_on_" in name
    ]
    free = [
        replace(each, values={name: value for name, value in each.values.items() if name not in fixed})
        for each in (*sides, *effects)
    ]
    return tuple(each for each in free if each.values)


def switched_plan(setting: Setting, off: Sequence[Switch], institutions: Sequence[str], seed: int, draws: int) -> Plan:
    """Plan a point for each switch, in the first future of each draw.

    Parameters
    ----------
    setting : Setting
        With the institutions.
    off : sequence of Switch
        What is switched off, one at a time.
    institutions : sequence of str
        Who takes part.
    seed, draws : int
        Of the study; how many of its draws.
    """
    names = list(dict.fromkeys(name for each in off for name in each.values))
    values = np.array([[each.values.get(name, math.nan) for name in names] for each in off])
    design = Design(tuple(declared(name) for name in names), values)
    return level_plan(setting, institutions, seed, ACROSS_RANGES, draws, design=design)


def gaps_without(
    across: Cube, cube: Cube, off: Sequence[Switch], first: str, whole: Mapping[str, Interval], seed: int
) -> list[Without]:
    """Estimate a difference without each thing in turn.

    Parameters
    ----------
    across : Cube
        Runs across the ranges with everything in place, a point for each draw.
    cube : Cube
        Rows of `switched_plan`: a point for each switch, a replication for each draw.
    off : sequence of Switch
        In the order of points.
    first : str
        Whose difference.
    whole : mapping of str to Interval
        The difference to each rival with everything in place.
    seed : int
        Of the resampling.

    Returns
    -------
    list of Without
        None where no draw has all of its runs.
    """
    well = np.isfinite(cube.outcomes[MAIN_METRIC]).all(axis=(0, 1))
    draws, here, there = np.intersect1d(across.points, cube.replications[well] - FIRST_DRAW, return_indices=True)
    if not draws.size or len(cube.points) < len(off):
        return []
    gaps: dict[str, list[Interval]] = {}
    for rival in whole:
        kept = (across[MAIN_METRIC, first] - across[MAIN_METRIC, rival])[here]
        switched = (cube[MAIN_METRIC, first] - cube[MAIN_METRIC, rival])[:, well][:, there]
        columns = kept.mean(axis=1) + switched - kept[:, 0]
        gaps[rival] = simultaneous_intervals(np.ascontiguousarray(columns.T), seed)
    found = []
    for place, switch in enumerate(off):
        own = {rival: gaps[rival][place] for rival in whole}
        turned = tuple(rival for rival, gap in whole.items() if sign_of(gap) * sign_of(own[rival]) < 0.0)
        found.append(Without(switch, own, turned))
    return found


def sign_of(gap: Interval) -> float:
    """Sign of a difference that is told from nothing; 0 of one that is not."""
    return float(gap.low > 0.0) - float(gap.high < 0.0)
