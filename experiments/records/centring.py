"""What the record's rates hold under: the damage, noise, missions and programmes that ``siloed`` brings on average.

The record holds history's programmes and missions already, so effects of theirs count as far as they are above what is
expected: their mean over the transitions that happen, so that a small change of any effect moves no number of
transitions. In peace effects go from those on first onsets to those on recurrence as far as a state remembers, and what
is expected with them: two numbers that fit all onsets. A loading b of a driver's x, centred on e, keeps the number of
transitions where the mean of exp(-b (x - e)) over those that happened is 1. What moves nothing is its average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np

from experiments.records.histories import in_memory, tasks_of
from experiments.runs.executors import Pool, Stop
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Name, Recorder
from experiments.settings.configuration import Setting
from experiments.settings.options import BASELINE
from model.parameters import PARAMETERS
from model.rules import table
from model.rules.effects import LATE, reach
from model.trajectory import DRIVERS
from model.world import Floats

EXPECTED = tuple(name for name in PARAMETERS if name.startswith("expected_"))
"""What is found: ``expected_<what>_<status>``."""

YEARS = 20
REPLICATIONS = 300
PASSES = 2
"""How often it is found anew, under what was found before."""

_STATUSES = {"peace": (0, 0), "conflict": (1, 2), "minor": (1, 1), "war": (2, 2), "quiet": (0, 0), "recent": (0, 0)}
_PROGRAMMES = {"security": 0, "aid": 1, "diplomacy": 2}

_NO_LOADING = 1e-6


@dataclass(frozen=True)
class Deviations(Recorder):
    """What each run adds to the means behind `EXPECTED`: a sum, and over how many state-quarters.

    ``loadings`` of each of `EXPECTED`, None for all but the drivers that move transitions.
    """

    loadings: tuple[float | None, ...]
    table: str = "deviations"

    def take(self, trajectory: Floats, states: int) -> Floats:
        """Add up in a trajectory (quarters, columns), from the second quarter on: (names, 3).

        A sum, its weight, and with what is `quiet` the weight of what is `recent`, and the other way round.
        """
        rows = trajectory[:, : table.ROWS * states].reshape(len(trajectory), table.ROWS, states)
        before, after, memory = rows[:-1, table.STATUS], rows[1:, table.STATUS], rows[:-1, table.MEMORY]
        moved, seen, late = (before > 0.0) != (after > 0.0), _seen(rows), rows[:-1, table.QUARTERS_AT_PEACE] >= LATE
        found = []
        for name, loading in zip(EXPECTED, self.loadings, strict=True):
            _, what, status = name.split("_")
            low, high = _STATUSES[status]
            there = (before >= low) & (before <= high)
            there &= moved if loading is not None or not (what in DRIVERS or status == "conflict") else True
            there &= late if what == "mediated" else True
            values, held = seen[what][there], memory[there]
            if status in ("quiet", "recent"):
                own = held if status == "recent" else 1.0 - held
                found.append(((own * values).sum(), (own * own).sum(), (held * (1.0 - held)).sum()))
            elif what == "mediated":
                found.append(((held * values).sum(), held.sum(), 0.0))
            else:
                sums = np.exp(-loading * values).sum() if _moves(loading) else values.sum()
                found.append((sums, len(values), 0.0))
        return np.array(found, np.float64)

    def columns(self, names: Sequence[Name], taken: Sequence[Floats], setting: Setting) -> Mapping[str, Floats]:
        """One entry per run: (names, 3)."""
        return {"sums": np.array(taken).reshape(-1, len(EXPECTED), 3)}


def _seen(rows: Floats) -> dict[str, Floats]:
    """What transitions see of everything that is expected (quarters - 1, states), by name."""
    now, old = rows[1:], rows[:-1]
    seen = {name: now[:, table.DRIVER + place] - now[:, table.ORIGIN + place] for place, name in enumerate(DRIVERS)}
    seen |= {name: now[:, table.WORK + place] for name, place in _PROGRAMMES.items()}
    # A quarter's transitions see the mission, the habit and the past as the quarter before left them.
    seen["mission"] = np.minimum(old[:, table.MISSION] + now[:, table.VOLUNTARY], 1.0)
    seen["withdrawn"] = np.maximum(old[:, table.HABIT] - now[:, table.WORK + 1], 0.0)
    seen["mediated"] = old[:, table.MEDIATED]
    seen["contested"], seen["unaccountable"] = now[:, table.CONTESTED], now[:, table.UNACCOUNTABLE]
    return seen


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
        built = centred.parameters(BASELINE)
        used = reach(built)
        by = {"expected_deprivation_peace": used.onset_by[1], "expected_exclusion_conflict": used.ending_by}
        loadings = tuple(by.get(name) for name in EXPECTED)
        plan = Plan(centred, (BASELINE,), seed, Blocks(0, REPLICATIONS), recorder=Deviations(loadings))
        rows = in_memory(tasks_of(plan, pool.room()), pool, stop)
        # Added up run by run, in one order however the runs were cut into tasks.
        sums = np.concatenate([each.extra[Deviations.table]["sums"] for each in rows]).sum(axis=0)
        seen = _centres(dict(zip(EXPECTED, sums, strict=True)), dict(zip(EXPECTED, loadings, strict=True)))
        found |= {
            name: _declared(name, each, found[name], getattr(built.expected, name)) for name, each in seen.items()
        }
    return found


def _centres(sums: Mapping[str, Floats], loadings: Mapping[str, float | None]) -> dict[str, float]:
    """Find what is expected from sums by name (3,); what no run tells is left out."""
    found: dict[str, float] = {}
    for name, (total, weight, shared) in sums.items():
        loading = loadings[name]
        _, what, status = name.split("_")
        if weight == 0.0:
            continue
        if status in ("quiet", "recent"):
            there, here, _ = sums[f"expected_{what}_{'recent' if status == 'quiet' else 'quiet'}"]
            apart = weight * here - shared * shared
            centre = (total * here - there * shared) / apart if apart > 0.0 else total / weight
        else:
            centre = -np.log(total / weight) / loading if _moves(loading) else total / weight
        found[name] = float(centre)
    return found


def _declared(name: str, seen: float, before: float, used: float) -> float:
    """Say what is to be declared so that what was seen is used: at another effect or dose the two are not the same.

    ``before`` is what was declared when ``used`` was used (`model.parameters.build_parameters`).
    """
    _, what, _ = name.split("_")
    value = seen - (used - before) if what in DRIVERS else (seen * before / used if used != 0.0 else seen)
    return float(np.clip(value, PARAMETERS[name].low, PARAMETERS[name].high))
