"""The loop over replications: chance, parameters, simulation, row. There is no other."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from experiments.runs import progress
from experiments.runs.plan import FIRST_DRAW, Piece, Plan, Task
from experiments.runs.recorders import Name, named
from model.ensemble import NO_TRACE, compile_engine, simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, Parameters
from model.randomness import Chance, draw_chance
from model.trajectory import columns
from model.world import Floats


def compile_model() -> None:
    """Compile the model, or load it as it was compiled before; say so if it takes long."""
    with progress.compiling_said():
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


_Run = tuple[Name, Parameters | InvalidInput, Mapping[str, float]]
"""A run but for its chance: its name, its parameters or why it cannot be, and their values."""


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
    plan, setting, recorder = task.plan, task.plan.setting, task.plan.recorder
    states, terrain = setting.world.size, setting.world.terrain()
    layouts = {name: setting.institutions[name].layout(setting.world) for name in plan.institutions}
    traces = {name: np.empty((setting.quarters, columns(states, 3 + layout.lead.shape[0])))
              for name, layout in layouts.items() if recorder is not None}  # fmt: skip
    chance_of, chance, drawn_for = _kept_chance if plan.repeated else draw_chance, None, None
    kept: list[tuple[Name, Floats]] = []
    followed: list[tuple[Name, Any]] = []
    failures = []
    for name, used, values in _runs(task):
        if chance is None or drawn_for != name.replication:
            chance, drawn_for = chance_of(plan.seed, name.replication, states, setting.quarters), name.replication
        trace = NO_TRACE if recorder is None or not recorder.wants(name) else traces[name.institution]
        try:
            if isinstance(used, InvalidInput):
                raise used
            outcomes = finite(simulate(used, layouts[name.institution], terrain, chance, trace))
        except MemoryError:
            raise
        except Exception as problem:
            failures.append(_failure(plan, name, f"{type(problem).__name__}: {problem}", values))
        else:
            kept.append((name, np.concatenate([outcomes, [values[each] for each in plan.drawn]])))
            if recorder is not None and trace is not NO_TRACE:
                followed.append((name, recorder.take(trace, states)))
    extra = {}
    if recorder is not None:
        found = recorder.columns([name for name, _ in followed], [taken for _, taken in followed], setting)
        extra = {recorder.table: _without_point(plan, found)}
    return Rows(_columns(task, kept), failures, extra)


def lost(task: Task, error: str) -> list[dict[str, Any]]:
    """Account for every run of a task that could not be done at all, as `Rows.failures` does."""
    return [_failure(task.plan, name, error, values) for name, _, values in _runs(task)]


def _runs(task: Task) -> Iterator[_Run]:
    """List the runs of a task: its replications, and in each of them every point and institution."""
    plan = task.plan
    for piece in task.pieces:
        draw: int | None = -1
        for replication in range(piece.first, piece.last):
            if draw != plan.draw_of(replication):
                draw, ready = plan.draw_of(replication), [*_ready(plan, piece, replication)]
            named_so = plan.name_of(replication)
            yield from ((name._replace(replication=named_so), used, values) for name, used, values in ready)


def _ready(plan: Plan, piece: Piece, replication: int) -> Iterator[_Run]:
    """Build the parameters of every point and institution in the scenario of a replication."""
    scenario = plan.scenario(replication)
    for point, values in zip(piece.points.tolist(), piece.values.tolist(), strict=True):
        for institution in plan.institutions:
            name = Name(point, institution, plan.seed, replication)
            try:
                used = scenario.parameters(institution, plan.design, values)
            except InvalidInput as error:
                factors = plan.design.names if plan.design else ()
                yield name, error, {**scenario.drawn, **dict(zip(factors, values, strict=True))}
            else:
                yield name, used, flat(used)


def _failure(plan: Plan, name: Name, error: str, values: Mapping[str, float]) -> dict[str, Any]:
    """Record one run that failed."""
    return {**_without_point(plan, name._asdict()), "error": error, "parameters": dict(values)}


def _without_point(plan: Plan, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the point where there is no design."""
    return {title: column for title, column in columns.items() if title != "point" or plan.design is not None}


def finite(outcomes: Floats) -> Floats:
    """Return the outcomes if all are numbers."""
    bad = [name for name, value in zip(OUTCOMES, outcomes, strict=True) if not math.isfinite(value)]
    if bad:
        raise ArithmeticError(f"not a finite number: {', '.join(bad)}")
    return outcomes


def flat(parameters: Parameters) -> dict[str, float]:
    """Every parameter's value by name."""
    return {name: getattr(getattr(parameters, declared.group), name) for name, declared in PARAMETERS.items()}


def _columns(task: Task, kept: Sequence[tuple[Name, Floats]]) -> dict[str, Any]:
    """Lay runs that ended well out as columns; a factor that is drawn as well has the value that each run used."""
    plan, names = task.plan, named([name for name, _ in kept])
    titles = (*OUTCOMES, *plan.drawn)
    numbers = np.array([numbers for _, numbers in kept]).reshape(len(kept), len(titles))
    found = {**_without_point(plan, names), **{title: numbers[:, place].copy() for place, title in enumerate(titles)}}
    if plan.design is not None:
        values = {at: row for piece in task.pieces for at, row in zip(piece.points.tolist(), piece.values, strict=True)}
        factors = np.array([values[point] for point in found["point"].tolist()])
        columns_of = factors.reshape(len(kept), len(plan.design.names)).T.copy()
        found |= {title: x for title, x in zip(plan.design.names, columns_of, strict=True) if title not in found}
    if plan.per_draw is not None:
        counted = found["replication"] - FIRST_DRAW
        found["draw"] = counted % FIRST_DRAW if plan.apart else counted // plan.per_draw
    return found
