"""Running the points of a design inside a study: the same futures for every point and institution."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.runs.designs import Design
from experiments.runs.execution import carry_out
from experiments.runs.factors import SWEPT, Axis, axes_from
from experiments.runs.outcomes import Outcomes, outcomes_by_point
from experiments.runs.plan import Plan, Who, blocks_of, run_task
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner
from experiments.statistics.replication_noise import FloatArray
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

Pair = tuple[str, str]
"""The institution that another is compared with, and that other one."""


@dataclass(frozen=True)
class Ground:
    """What all points have in common.

    Attributes
    ----------
    setting : Setting
        World, institutions and every value that is no axis; the calibration's values stay as they are.
    institutions : tuple of str
        Who lives through each future at each point.
    seed, replications : int
        The futures: replications 0, 1, … of the seed, the same at every point.
    yields : bool
        Whether an axis gives way to what an institution sets itself, as in ``concord compare``; else it wins.
    runner : Runner
        Where chunks are done.
    """

    setting: Setting
    institutions: tuple[str, ...]
    seed: int
    replications: int
    yields: bool
    runner: Runner


def run_design(store: Store, table: str, title: str, design: Design, ground: Ground) -> Outcomes:
    """Run what is missing of a design, and read all of it.

    Parameters
    ----------
    store : Store
        Opened.
    table : str
        Folder of the runs.
    title : str
        What the user is told is being run.
    design : Design
        The points.
    ground : Ground
        What they have in common.

    Returns
    -------
    dict of (outcome, institution) to ndarray (points, replications)

    Raises
    ------
    InvalidInput
        When a run failed: every one is needed.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    who = Who(ground.setting, ground.institutions, ground.seed, design.names, ground.yields, trajectories=False)
    plan = Plan(who, design, blocks_of(ground.replications))
    carry_out(store, [replace(plan.job(), table=table, title=title)], run_task, ground.runner)
    rows = store.read(table)
    columns = {name: rows[name].to_numpy() for name in ("institution", "point", "replication", *OUTCOMES)}
    return outcomes_by_point(columns, ground.institutions, design.points, ground.replications)


def axes_of(cfg: Asked, setting: Setting) -> tuple[tuple[Axis, ...], bool]:
    """Read the option ``axes`` of a configuration; see `experiments.runs.factors.axes_from`.

    Returns
    -------
    axes : tuple of Axis
    yields : bool
        Whether they give way to what an institution sets itself: if nobody named them.
    """
    return axes_from(cfg.axes, setting, sampled=True), cfg.axes == SWEPT


def values_at(axes: Sequence[Axis], shares: FloatArray) -> FloatArray:
    """Turn shares (points, axes) of each axis into values in its unit."""
    return np.column_stack([axis.at(shares[:, place]) for place, axis in enumerate(axes)])


def compared(cfg: Asked) -> Pair:
    """Name the institution that is compared with, and the one that is compared.

    Raises
    ------
    InvalidInput
        When they are the same.
    """
    than, name = str(cfg.than), str(cfg.chosen["institution"])
    if than == name:
        raise InvalidInput(f"institution={name}: is compared with itself; must be another one than than={than}")
    return than, name
