"""What the record's rates hold under: the damage, noise, missions and diplomacy that ``siloed`` brings on average.

The record holds history's programmes and missions already, so effects of theirs count as far as they are above what is
expected. A loading b on x, centred on e, keeps the number of transitions where the mean of exp(b (x - e)) is 1 over the
hazards without it; over the transitions that happened, where the mean of exp(-b (x - e)) is 1, which is solved for e.
What moves no transition is expected to be what it is on average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np

from experiments.records.histories import in_memory, tasks_of
from experiments.runs.executors import Pool, Stop
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Name, Recorder
from experiments.runs.simulate import flat
from experiments.settings.configuration import Setting
from experiments.settings.options import BASELINE
from model.parameters import PARAMETERS
from model.rules import table
from model.trajectory import DRIVERS
from model.world import Floats

EXPECTED = tuple(name for name in PARAMETERS if name.startswith("expected_"))
"""What is found: ``expected_<what>_<status>``."""

YEARS = 20
REPLICATIONS = 300
PASSES = 2
"""How often it is found anew, under what was found before."""

_STATUSES = {"peace": (0, 0), "conflict": (1, 2), "minor": (1, 1), "war": (2, 2)}
_LOADINGS = {
    "expected_deprivation_peace": "onset_deprivation",
    "expected_exclusion_conflict": "termination_exclusion",
    "expected_mission_peace": "onset_peacekeeping",
    **{f"expected_mission_{level}": "termination_peacekeeping" for level in ("minor", "war")},
    **{f"expected_diplomacy_{level}": "termination_diplomacy" for level in ("minor", "war")},
}
"""The loading of what moves onsets (at peace) or ends (in conflict)."""

_NO_LOADING = 1e-6


@dataclass(frozen=True)
class Deviations(Recorder):
    """What each run adds to the means behind `EXPECTED`: a sum, and over how many state-quarters.

    ``loadings`` of each of `EXPECTED`, None for what moves no transition.
    """

    loadings: tuple[float | None, ...]
    table: str = "deviations"

    def take(self, trajectory: Floats, states: int) -> Floats:
        """Add up in a trajectory (quarters, columns), from the second quarter on: (names, 2)."""
        rows = trajectory[:, : table.ROWS * states].reshape(len(trajectory), table.ROWS, states)
        before, after = rows[:-1, table.STATUS], rows[1:, table.STATUS]
        moved = (before > 0.0) != (after > 0.0)
        seen = {
            name: rows[1:, table.DRIVER + place] - rows[1:, table.ORIGIN + place] for place, name in enumerate(DRIVERS)
        }
        # A quarter's transitions see the mission as the quarter before left it.
        seen["mission"] = np.minimum(rows[:-1, table.MISSION] + rows[1:, table.VOLUNTARY], 1.0)
        seen["diplomacy"] = rows[1:, table.EFFORT + 2]
        found = []
        for name, loading in zip(EXPECTED, self.loadings, strict=True):
            _, what, status = name.split("_")
            low, high = _STATUSES[status]
            there = (before >= low) & (before <= high) & (True if loading is None else moved)
            values = seen[what][there]
            found.append((np.exp(-loading * values).sum() if _moves(loading) else values.sum(), len(values)))
        return np.array(found, np.float64)

    def columns(self, names: Sequence[Name], taken: Sequence[Floats], setting: Setting) -> Mapping[str, Floats]:
        """One entry per run: (names, 2)."""
        return {"sums": np.array(taken).reshape(-1, len(EXPECTED), 2)}


def _moves(loading: float | None) -> TypeGuard[float]:
    """Tell whether something moves transitions by more than rounding."""
    return loading is not None and abs(loading) > _NO_LOADING


def expected(
    setting: Setting, values: Mapping[str, float], seed: int, pool: Pool, stop: Stop, passes: int = PASSES
) -> dict[str, float]:
    """Find what is expected under ``siloed`` in a calibrated world.

    Parameters
    ----------
    setting : Setting
        With the world and `BASELINE`; how long its runs are does not matter.
    values : mapping of str to float
        The calibration's.
    seed : int
        Of the runs.
    pool : Pool
        Where runs are done; the numbers do not depend on it.
    stop : Stop
        Asks to end early.
    passes : int
        How often.

    Returns
    -------
    dict of str to float
        By `EXPECTED`. What no run tells stays as it was.

    Raises
    ------
    ArithmeticError
        When a run fails.
    KeyboardInterrupt
        When asked to stop.
    """
    found = {name: PARAMETERS[name].default for name in EXPECTED}
    for _ in range(passes):
        shared = {**setting.shared, **values, **found}
        centred = replace(setting, quarters=4 * YEARS, shared=shared, draws={})
        used = flat(centred.parameters(BASELINE))
        loadings = tuple(used[_LOADINGS[name]] if name in _LOADINGS else None for name in EXPECTED)
        plan = Plan(centred, (BASELINE,), seed, Blocks(0, REPLICATIONS), recorder=Deviations(loadings))
        rows = in_memory(tasks_of(plan, pool.room()), pool, stop)
        # Added up run by run, in one order however the runs were cut into tasks.
        total, number = np.concatenate([each.extra[Deviations.table]["sums"] for each in rows]).sum(axis=0).T
        for place, (name, loading) in enumerate(zip(EXPECTED, loadings, strict=True)):
            if number[place]:
                mean, declared = total[place] / number[place], PARAMETERS[name]
                centre = -np.log(mean) / loading if _moves(loading) else mean
                found[name] = float(np.clip(centre, declared.low, declared.high))
    return found
