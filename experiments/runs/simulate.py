"""Many institutions through the same futures: what a level of a study runs, and what one chunk of it is.

A run is named by (seed, replication). At the *defaults* level, replications 0, 1, 2, … run at the configured
values. *Across the ranges*, replication `FIRST_DRAW` + d is draw d: every parameter that nobody has measured
is drawn anew from its declared range, each from a stream of its own, so that another draw or another
parameter moves no number; the calibration's values are drawn together, as one of the sets it keeps. A value that
the command line or an institution sets is not drawn; the columns of a row hold the values the run used, so
that ``concord run`` with that seed, replication and those values gives the same row.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.settings.configuration import Setting
from model.ensemble import NO_TRACE, simulate
from model.errors import InvalidInput
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, Parameters, build_parameters
from model.randomness import draw_chance, stream
from model.world import stylised

DEFAULTS = "defaults"
ACROSS_RANGES = "across_ranges"
LEVELS = (DEFAULTS, ACROSS_RANGES)

FIRST_DRAW = 1_000_000
"""Replication of draw 0: futures at the defaults and futures across the ranges are never the same."""

SWEPT = tuple(name for name, declared in PARAMETERS.items() if declared.swept)
"""What nobody has measured, and is drawn across the ranges."""

_ROWS_PER_CHUNK = 5_000
_CHUNKS_AT_LEAST = 16


@dataclass(frozen=True)
class Plan:
    """The runs of one level of a study; plain data that any worker can receive.

    Attributes
    ----------
    setting : Setting
        World, institutions, values and length of a run.
    institutions : tuple of str
        Who lives through each future.
    seed : int
        Of the study.
    first, count : int
        The replications are first, first + 1, …, first + count - 1.
    drawn : tuple of str
        Parameters drawn per replication; none at the defaults.
    """

    setting: Setting
    institutions: tuple[str, ...]
    seed: int
    first: int
    count: int
    drawn: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Number of runs in all."""
        return self.count * len(self.institutions)

    def chunk_length(self) -> int:
        """Say how many replications a chunk has: large parts in a big study, many chunks in a small one."""
        largest = math.ceil(_ROWS_PER_CHUNK / len(self.institutions))
        return max(1, min(largest, math.ceil(self.count / _CHUNKS_AT_LEAST)))


@dataclass(frozen=True)
class Chunk:
    """Consecutive replications of a plan: first, …, last - 1."""

    plan: Plan
    first: int
    last: int

    @property
    def runs(self) -> int:
        """Number of runs in the chunk."""
        return (self.last - self.first) * len(self.plan.institutions)

    def lost(self, error: str) -> list[dict[str, Any]]:
        """Account for every run of a chunk that could not be done at all, as `Rows.failures` does."""
        return [
            _failure(self.plan, name, replication, error, _would_use(self.plan, name, replication))
            for replication in range(self.first, self.last)
            for name in self.plan.institutions
        ]


@dataclass(frozen=True)
class Rows:
    """What a chunk gives.

    Attributes
    ----------
    columns : mapping of str to list or array
        One entry per run that ended well: institution, seed, replication, every outcome, every drawn
        parameter.
    failures : list of dict
        One per run that did not: institution, seed, replication, error, parameters (by name).
    extra : mapping of str to mapping of str to list or array
        Columns of further tables, such as trajectories, by the table's name.
    """

    columns: Mapping[str, Any]
    failures: list[dict[str, Any]]
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def level_plan(setting: Setting, institutions: tuple[str, ...], seed: int, level: str, count: int) -> Plan:
    """Plan one level of a study.

    Parameters
    ----------
    setting : Setting
        World, institutions, values and length of a run.
    institutions : tuple of str
        Names, in the order in which rows are written.
    seed : int
        Of the study.
    level : str
        `DEFAULTS` or `ACROSS_RANGES`.
    count : int
        Replications or draws.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        When so many replications are asked for that they would run into the draws.
    """
    if level == ACROSS_RANGES:
        drawn = (*SWEPT, *(name for name in setting.draws if name not in SWEPT))
        return Plan(setting, institutions, seed, FIRST_DRAW, count, drawn)
    if count > FIRST_DRAW:
        raise InvalidInput(f"replications={count}: at most {FIRST_DRAW} in one study; use another seed for more")
    return Plan(setting, institutions, seed, 0, count)


def draw_parameters(seed: int, replication: int, names: tuple[str, ...]) -> dict[str, float]:
    """Draw parameters evenly from their declared ranges, each from its own stream.

    Parameters
    ----------
    seed, replication : int
        The run's name.
    names : tuple of str
        Which parameters.

    Returns
    -------
    dict of str to float
        A name's value depends on no other name.
    """
    return {name: PARAMETERS[name].at(float(stream(seed, replication, f"parameter {name}").random())) for name in names}


def run_chunk(chunk: Chunk) -> Rows:
    """Run every institution through each future of a chunk; failed runs are recorded, the rest goes on."""
    plan, setting = chunk.plan, chunk.plan.setting
    terrain = setting.world.terrain()
    layouts = {name: setting.institutions[name].layout(setting.world) for name in plan.institutions}
    names: list[tuple[str, int]] = []
    numbers: list[npt.NDArray[np.float64]] = []
    failures: list[dict[str, Any]] = []
    for replication in range(chunk.first, chunk.last):
        chance = draw_chance(plan.seed, replication, setting.world.size, setting.quarters)
        setting, drawn = _drawn(plan, replication)
        for name in plan.institutions:
            used: Parameters | None = None
            try:
                used = setting.parameters(name, drawn)
                outcomes = finite(simulate(used, layouts[name], terrain, chance, NO_TRACE))
            except Exception as error:
                values = drawn if used is None else flat(used)
                failures.append(_failure(plan, name, replication, f"{type(error).__name__}: {error}", values))
            else:
                names.append((name, replication))
                numbers.append(np.concatenate([outcomes, _values(used, plan.drawn)]))
    return Rows(_columns(plan, names, numbers), failures)


def _drawn(plan: Plan, replication: int) -> tuple[Setting, dict[str, float]]:
    """Draw what a replication draws: the calibration's values together, the others each by itself."""
    drawn = draw_parameters(plan.seed, replication, tuple(name for name in plan.drawn if name in SWEPT))
    return (plan.setting.drawn(plan.seed, replication) if plan.drawn else plan.setting), drawn


def _failure(plan: Plan, name: str, replication: int, error: str, values: Mapping[str, float]) -> dict[str, Any]:
    """Record one run that failed."""
    run = {"institution": name, "seed": plan.seed, "replication": replication}
    return run | {"error": error, "parameters": dict(values)}


def _would_use(plan: Plan, name: str, replication: int) -> dict[str, float]:
    """Parameters that a run would have used: all, or the drawn ones if they do not go together."""
    setting, drawn = _drawn(plan, replication)
    try:
        return flat(setting.parameters(name, drawn))
    except InvalidInput:
        return drawn


def finite(outcomes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the outcomes if all are numbers."""
    bad = [name for name, value in zip(OUTCOMES, outcomes, strict=True) if not math.isfinite(value)]
    if bad:
        raise ArithmeticError(f"not a finite number: {', '.join(bad)}")
    return outcomes


def _values(parameters: Parameters, names: tuple[str, ...]) -> list[float]:
    """Values of some parameters."""
    return [getattr(getattr(parameters, PARAMETERS[name].group), name) for name in names]


def flat(parameters: Parameters) -> dict[str, float]:
    """Every parameter's value by name."""
    return dict(zip(PARAMETERS, _values(parameters, tuple(PARAMETERS)), strict=True))


def _columns(plan: Plan, names: list[tuple[str, int]], numbers: list[npt.NDArray[np.float64]]) -> dict[str, Any]:
    """Turn rows into columns."""
    titles = (*OUTCOMES, *plan.drawn)
    table = np.array(numbers).reshape(len(numbers), len(titles))
    columns: dict[str, Any] = {
        "institution": [name for name, _ in names],
        "seed": np.full(len(names), plan.seed, np.int64),
        "replication": np.array([replication for _, replication in names], np.int64),
    }
    return columns | {title: table[:, position].copy() for position, title in enumerate(titles)}


def numerics_fingerprint() -> str:
    """Digest a small run: machines with the same fingerprint compute the same numbers.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 of the run's outcomes.
    """
    world = stylised(6)
    institution = Institution()
    chance = draw_chance(0, 0, world.size, 8)
    outcomes = simulate(build_parameters(), institution.layout(world), world.terrain(), chance, NO_TRACE)
    return hashlib.sha256((outcomes + 0.0).astype("<f8").tobytes()).hexdigest()[:16]
