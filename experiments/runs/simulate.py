"""The loop over replications: chance, parameters, simulation, row. There is no other."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from experiments.runs import progress
from experiments.runs.plan import FIRST_DRAW, Piece, Plan, Task, Whole
from experiments.runs.recorders import Name
from model.ensemble import NO_TRACE, compile_engine, simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, Parameters
from model.randomness import Chance, draw_chance
from model.rules.compiled import said_if_compiled
from model.trajectory import columns
from model.world import Floats


def compile_model() -> None:
    """Compile the model, or load it as it was compiled before; say so if it takes long."""
    said = "compiling the model, once: about half a minute"
    with said_if_compiled(lambda: print(said, file=sys.stderr, flush=True), progress.SLOW):
        compile_engine()


@dataclass(frozen=True)
class Rows:
    """What a task gives.

    Attributes
    ----------
    columns : mapping of str to list or array
        One entry per run that ended well: point (in a design), institution, seed, replication, every outcome, every
        drawn parameter (the value the run used), every factor (the point's value), draw (where there are several
        replications of one).
    failures : list of dict
        One per run that did not: institution, seed, replication, point, error, parameters (by name).
    extra : mapping of str to mapping of str to list or array
        Columns of the recorder's table, by its name.
    """

    columns: Mapping[str, Any]
    failures: list[dict[str, Any]]
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Ready:
    """A run but for its chance: who, where, and with which parameters; or why it cannot be."""

    point: int
    institution: str
    used: Parameters | None
    values: Mapping[str, float]
    error: str = ""


@lru_cache(maxsize=256)
def _kept_chance(seed: int, replication: int, states: int, quarters: int) -> Chance:
    """Draw a chance that will be wanted again: half a megabyte for 48 states and 20 years."""
    return draw_chance(seed, replication, states, quarters)


def run_task(task: Task) -> Rows:
    """Run every institution at every point of a task in every replication.

    The chance of a replication is drawn once for all points and institutions. A failed run is recorded, the rest goes
    on.

    Parameters
    ----------
    task : Task
        Of a plan.

    Returns
    -------
    Rows
    """
    plan, world = task.plan, task.plan.setting.world
    found, chance_of = _Found(plan), _kept_chance if plan.repeated else draw_chance
    for piece in task.pieces:
        draw: int | None = -1
        for replication in range(piece.first, piece.last):
            chance = chance_of(plan.seed, replication, world.size, plan.setting.quarters)
            if draw != plan.draw_of(replication):
                draw, ready = plan.draw_of(replication), _ready(plan, piece, replication)
            for run in ready:
                name = _name(plan, run, replication)
                try:
                    if run.used is None:
                        raise InvalidInput(run.error)
                    trace = found.trace(name)
                    outcomes = finite(simulate(run.used, found.layouts[run.institution], found.terrain, chance, trace))
                except MemoryError:
                    raise
                except Exception as problem:
                    found.failures.append(_failure(name, f"{type(problem).__name__}: {problem}", run.values))
                else:
                    found.keep(name, run, outcomes, trace)
    return found.rows(task)


def lost(task: Task, error: str) -> list[dict[str, Any]]:
    """Account for every run of a task that could not be done at all, as `Rows.failures` does."""
    plan = task.plan
    return [
        _failure(_name(plan, run, replication), error, run.values)
        for piece in task.pieces
        for replication in range(piece.first, piece.last)
        for run in _ready(plan, piece, replication)
    ]


def _name(plan: Plan, run: _Ready, replication: int) -> Name:
    """Name a run."""
    return Name(run.point if plan.design else -1, run.institution, plan.seed, replication)


def _ready(plan: Plan, piece: Piece, replication: int) -> list[_Ready]:
    """Build the parameters of every point and institution in the scenario of a replication."""
    scenario = plan.scenario(replication)
    found = []
    for point, values in zip(piece.points.tolist(), piece.values.tolist(), strict=True):
        for institution in plan.institutions:
            try:
                used = scenario.parameters(institution, plan.design, values)
            except InvalidInput as error:
                factors = plan.design.names if plan.design else ()
                told = {**scenario.drawn, **dict(zip(factors, values, strict=True))}
                found.append(_Ready(point, institution, None, told, str(error)))
            else:
                found.append(_Ready(point, institution, used, flat(used)))
    return found


def _failure(name: Name, error: str, values: Mapping[str, float]) -> dict[str, Any]:
    """Record one run that failed."""
    run = {key: value for key, value in name._asdict().items() if key != "point" or value >= 0}
    return run | {"error": error, "parameters": dict(values)}


def finite(outcomes: Floats) -> Floats:
    """Return the outcomes if all are numbers."""
    bad = [name for name, value in zip(OUTCOMES, outcomes, strict=True) if not math.isfinite(value)]
    if bad:
        raise ArithmeticError(f"not a finite number: {', '.join(bad)}")
    return outcomes


def flat(parameters: Parameters) -> dict[str, float]:
    """Every parameter's value by name."""
    return {name: getattr(getattr(parameters, declared.group), name) for name, declared in PARAMETERS.items()}


class _Found:
    """Collects the runs of one task."""

    def __init__(self, plan: Plan) -> None:
        world, institutions = plan.setting.world, plan.setting.institutions
        self.plan, self.terrain = plan, world.terrain()
        self.layouts = {name: institutions[name].layout(world) for name in plan.institutions}
        self.failures: list[dict[str, Any]] = []
        self._traces = {} if plan.recorder is None else {
            name: np.empty((plan.setting.quarters, columns(world.size, 3 + layout.lead.shape[0])))
            for name, layout in self.layouts.items()
        }  # fmt: skip
        self._names: list[Name] = []
        self._numbers: list[Floats] = []
        self._followed: list[Name] = []
        self._taken: list[Any] = []

    def trace(self, name: Name) -> Floats:
        """Hand out what the engine writes a run into, if it is followed."""
        recorder = self.plan.recorder
        return NO_TRACE if recorder is None or not recorder.wants(name) else self._traces[name.institution]

    def keep(self, name: Name, run: _Ready, outcomes: Floats, trace: Floats) -> None:
        """Keep a run that ended well."""
        self._names.append(name)
        self._numbers.append(np.concatenate([outcomes, [run.values[each] for each in self.plan.drawn]]))
        if trace is not NO_TRACE and self.plan.recorder is not None:
            self._followed.append(name)
            self._taken.append(self.plan.recorder.take(trace, self.plan.setting.world.size))

    def rows(self, task: Task) -> Rows:
        """Turn everything into columns."""
        plan, names = self.plan, self._names
        titles = (*OUTCOMES, *plan.drawn)
        numbers = np.array(self._numbers).reshape(len(names), len(titles))
        found: dict[str, Any] = {}
        if plan.design is not None:
            found["point"] = np.array([name.point for name in names], np.int32)
        found["institution"] = [name.institution for name in names]
        for key in ("seed", "replication"):
            found[key] = np.array([getattr(name, key) for name in names], np.int64)
        found |= {title: numbers[:, place].copy() for place, title in enumerate(titles)}
        if plan.design is not None:
            found |= _factors(task, found["point"], plan.design.names, found)
        if plan.per_draw is not None:
            found["draw"] = (found["replication"] - FIRST_DRAW) // plan.per_draw
        recorder = plan.recorder
        extra = {} if recorder is None else {
            recorder.table: recorder.columns(self._followed, self._taken, plan.setting)
        }  # fmt: skip
        return Rows(found, self.failures, extra)


def _factors(task: Task, points: Whole, factors: Sequence[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the factors; one that is drawn as well has the value that each run used already."""
    values = {int(point): row for piece in task.pieces for point, row in zip(piece.points, piece.values, strict=True)}
    table = np.array([values[point] for point in points.tolist()]).reshape(len(points), len(factors))
    return {title: table[:, place].copy() for place, title in enumerate(factors) if title not in known}
