"""How a future unfolds, quarter by quarter: the few series that a comparison draws over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.simulate import Chunk, Rows
from model.ensemble import simulate
from model.randomness import draw_chance
from model.rules.table import ACCOUNT, BELIEF, JOINED, SHARES, STATUS, YIELD
from model.trajectory import columns

TABLE = "paths"
"""Folder of their parts in a study's folder."""

SERIES: dict[str, tuple[str, str]] = {
    "in_conflict": ("states", "states in conflict of any level"),
    "at_war": ("states", "states at war"),
    "participation": ("share", "part of departmental money that is brought to pools"),
    "belief": ("levels/£100m", "what the Treasury believes that prevention yields"),
    "yield": ("levels/£100m", "what prevention yielded in the last full fiscal year; 0 before there is one"),
}
"""Unit and meaning of each series at the end of a quarter."""

Floats = npt.NDArray[np.float64]


def run_paths(chunk: Chunk) -> Rows:
    """Run every institution through each future of a chunk of replications, at the values that were set.

    Parameters
    ----------
    chunk : Chunk
        Of a plan at the defaults.

    Returns
    -------
    Rows
        One row per institution, replication and quarter (counted from 1).
    """
    plan, setting = chunk.plan, chunk.plan.setting
    terrain, size, quarters = setting.world.terrain(), setting.world.size, setting.quarters
    names: list[str] = []
    blocks: list[Floats] = []
    for replication in range(chunk.first, chunk.last):
        chance = draw_chance(plan.seed, replication, size, quarters)
        for name in plan.institutions:
            layout = setting.institutions[name].layout(setting.world)
            trajectory = np.empty((quarters, columns(size, 3 + len(layout.lead))))
            simulate(setting.parameters(name), layout, terrain, chance, trajectory)
            names += [name] * quarters
            run = np.array([[replication, quarter] for quarter in range(1, quarters + 1)], np.float64)
            blocks.append(np.column_stack([run, series_of(trajectory, size)]))
    return Rows(_columns(names, blocks), [])


def series_of(trajectory: Floats, states: int) -> Floats:
    """Read the series of one run from its trajectory.

    Parameters
    ----------
    trajectory : ndarray (quarters, columns)
        As `model.trajectory` lays it out.
    states : int
        Of the world.

    Returns
    -------
    ndarray (quarters, series)
        In the order of `SERIES`.
    """
    status = trajectory[:, STATUS * states : (STATUS + 1) * states]
    account = trajectory[:, -ACCOUNT:]
    joined, shares = account[:, JOINED : JOINED + 3], account[:, SHARES : SHARES + 3]
    return np.column_stack(
        [
            np.count_nonzero(status > 0.0, axis=1),
            np.count_nonzero(status > 1.5, axis=1),
            np.sum(joined * shares, axis=1),
            account[:, BELIEF],
            account[:, YIELD],
        ]
    )


def _columns(names: list[str], blocks: list[Floats]) -> Mapping[str, Any]:
    """Turn rows into columns."""
    table = np.concatenate(blocks) if blocks else np.empty((0, 2 + len(SERIES)))
    found: dict[str, Any] = {"institution": names}
    found |= {title: table[:, place].astype(np.int64) for place, title in enumerate(("replication", "quarter"))}
    return found | {title: table[:, 2 + place].copy() for place, title in enumerate(SERIES)}
