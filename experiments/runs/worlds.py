"""Worlds: draws of what nobody has measured, each lived through in several futures by every institution.

World d has the parameters of draw d of ``concord compare``, and futures of its own: replications `FIRST_DRAW` + d·R to
`FIRST_DRAW` + d·R + R - 1. With one future per world, rows are those of ``compare``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.runs.joining import joined
from experiments.runs.simulate import FIRST_DRAW, SWEPT, Chunk, Plan, Rows, draw_parameters, run_chunk
from model.errors import InvalidInput

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WorldsTask:
    """Consecutive worlds of a plan: first, …, last - 1.

    Attributes
    ----------
    plan : Plan
        Institutions, and which parameters are drawn.
    futures : int
        R, of each world.
    first, last : int
        Which worlds, from 0.
    """

    plan: Plan
    futures: int
    first: int
    last: int

    def chunk(self, world: int) -> Chunk:
        """One world's futures, with the world's parameters where each future would draw its own."""
        plan, name = self.plan, FIRST_DRAW + world
        drawn = draw_parameters(plan.seed, name, tuple(each for each in plan.drawn if each in SWEPT))
        shared = {**drawn, **plan.setting.drawn(plan.seed, name).shared}
        # What the world sets wins over what run_chunk draws by the future's name, so that all futures have the same.
        own = replace(plan, setting=replace(plan.setting, shared=shared, draws={}))
        first = FIRST_DRAW + world * self.futures
        return Chunk(own, first, first + (self.futures if self.first <= world < self.last else 0))

    def chunks(self) -> list[Chunk]:
        """One chunk per world; an empty one where there is no world, since even that has columns."""
        return [self.chunk(world) for world in range(self.first, self.last)] or [self.chunk(self.first)]

    @property
    def runs(self) -> int:
        """Number of runs in all."""
        return (self.last - self.first) * self.futures * len(self.plan.institutions)

    def lost(self, error: str) -> list[dict[str, Any]]:
        """Account for every run if none could be done."""
        return [failure for chunk in self.chunks() for failure in chunk.lost(error)]


def run_worlds(task: WorldsTask) -> Rows:
    """Run every institution through every future of a task's worlds; the column ``draw`` says which world."""
    rows = joined([run_chunk(chunk) for chunk in task.chunks()])
    draws = (rows.columns["replication"] - FIRST_DRAW) // task.futures
    return Rows({**rows.columns, "draw": draws}, rows.failures)


@dataclass(frozen=True)
class Worlds:
    """What institutions did in each world.

    Attributes
    ----------
    outcomes : ndarray (worlds, futures, institutions)
        One outcome; of worlds in which every run ended well.
    parameters : dict of str to ndarray (worlds,)
        Values of every drawn parameter that varies between them.
    left_out : int
        Worlds in which a run failed.
    """

    outcomes: Array
    parameters: dict[str, Array]
    left_out: int

    @property
    def count(self) -> int:
        """Worlds in which every run ended well."""
        return len(self.outcomes)

    @property
    def means(self) -> Array:
        """Mean over each world's futures (worlds, institutions)."""
        return np.asarray(self.outcomes.mean(axis=1))


def worlds_from(
    rows: pd.DataFrame, institutions: Sequence[str], metric: str, shape: tuple[int, int], drawn: Sequence[str],
    baseline: str,
) -> Worlds:  # fmt: skip
    """Line runs up by world.

    Parameters
    ----------
    rows : DataFrame
        As `run_worlds` makes them, in any order.
    institutions : sequence of str
        Those that must have lived through all of a world's futures for it to count.
    metric : str
        The outcome.
    shape : (int, int)
        Worlds, and futures of each.
    drawn : sequence of str
        Parameters that were drawn.
    baseline : str
        The institution whose runs tell a world's parameters (another may set some for itself).

    Returns
    -------
    Worlds

    Raises
    ------
    InvalidInput
        When there is no world in which all runs ended well.
    """
    table = rows.pivot(index=["draw", "replication"], columns="institution", values=metric)[list(institutions)].dropna()
    whole = table.groupby(level="draw").size()
    complete = whole.index[whole == shape[1]]
    if not len(complete):
        raise InvalidInput("no world in which every institution's runs ended well; see failures/ in the study's folder")
    kept = table[table.index.get_level_values("draw").isin(complete)].sort_index()
    told = rows[rows["institution"] == baseline].groupby("draw")[list(drawn)].first().loc[complete]
    varying = {name: told[name].to_numpy(np.float64) for name in drawn if told[name].nunique() > 1}
    outcomes = kept.to_numpy(np.float64).reshape(len(complete), shape[1], len(institutions))
    return Worlds(outcomes, varying, shape[0] - len(complete))
