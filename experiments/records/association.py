"""What a naive look at peacekeeping sees in simulated runs, where its true effect is known.

Missions go where conflict is hard, so conflicts that ended under one are not those that ended without: comparing how
often they return says little about what missions do. The same futures without the built-in effect say it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from experiments.runs.plan import Plan
from experiments.runs.recorders import Name, Recorder
from experiments.settings.configuration import Setting
from experiments.statistics.intervals import Interval, mean_interval, ratio_of_means_interval
from model.parameters import PARAMETERS
from model.rules.effects import reach
from model.rules.table import MISSION, STATUS
from model.world import Floats

LULL, WINDOW = 2, 5
"""A conflict has ended after so many years of peace; a return is looked for until so many years after its last."""
STRENGTH = 0.15
"""Part of a full mission from which a conflict counts as ended under one."""

_SEED = 1


class Association(NamedTuple):
    """Peacekeeping and the return of conflict.

    Attributes
    ----------
    with_mission, without_mission : Interval
        Share of ended conflicts that return within five years.
    difference : Interval
        The one less the other, over runs: what a naive comparison shows.
    one_run : float
        Half the width that the interval of the difference has in one run alone.
    averted : Interval
        State-years of conflict that missions avert in a run: the same futures without the effect, less with it.
    """

    with_mission: Interval
    without_mission: Interval
    difference: Interval
    one_run: float
    averted: Interval


@dataclass(frozen=True)
class Ends(Recorder):
    """What becomes of each run's conflicts: `returns`, and the state-years of conflict."""

    table: str = "ends"

    def take(self, trajectory: Floats, states: int) -> tuple[Floats, float]:
        """Count in a trajectory (quarters, columns)."""
        status, mission = (trajectory[:, row * states : (row + 1) * states] for row in (STATUS, MISSION))
        return returns(status, mission), np.count_nonzero(status) / 4.0

    def columns(
        self, names: Sequence[Name], taken: Sequence[tuple[Floats, float]], setting: Setting
    ) -> Mapping[str, Any]:
        """One entry per run: counts (2, 2), and state-years."""
        told, years = zip(*taken, strict=True) if taken else ((), ())
        return {"told": np.array(told).reshape(-1, 2, 2), "conflict_years": np.array(years)}


def blind(plan: Plan) -> Plan:
    """Plan the same runs as if missions had no effect, and had had none where the record's rates come from.

    The rates hold under the missions that are expected (`experiments.records.centring`): what those do is taken out of
    the constants, so that missions as expected count as averting what they avert.
    """
    (name,) = plan.institutions
    p = plan.setting.parameters(name)
    c, x, missions = p.conflict, p.expected, reach(p).missions
    first, again = missions[0] * x.expected_mission_quiet, missions[1] * x.expected_mission_recent
    own = {
        **plan.setting.overrides.get(name, {}),
        **{each: 0.0 for each in PARAMETERS if each.startswith("missions_on_")},
        "onset_base": c.onset_base - first,
        "onset_memory": c.onset_memory - (again - first),
        "escalation_base": c.escalation_base - missions[2] * x.expected_mission_minor,
        "termination_base": c.termination_base - missions[3] * x.expected_mission_minor,
        "termination_war": c.termination_war - missions[3] * (x.expected_mission_war - x.expected_mission_minor),
    }
    return replace(plan, setting=replace(plan.setting, overrides={name: own}))


def association(told: Floats, years: Floats, years_without: Floats) -> Association:
    """Compare conflicts that ended under a mission with those that did not, and with what missions do.

    Parameters
    ----------
    told : ndarray (runs, 2, 2)
        How many ended and returned in each run, see `returns`.
    years, years_without : ndarray (runs,)
        State-years of conflict, in the same replications with the built-in effect and without.

    Returns
    -------
    Association
        Shares are NaN where no conflict ended in one of the two ways.
    """
    averted = mean_interval(years_without - years)
    if not np.all(told[:, :, 1].sum(axis=0)):
        unknown = Interval(math.nan, math.nan, math.nan)
        return Association(unknown, unknown, unknown, math.nan, averted)
    (returned, ended), (returned_bare, ended_bare) = told[:, 0].T, told[:, 1].T
    # The difference of two ratios of sums has the interval of its linearised runs.
    share, bare = returned.sum() / ended.sum(), returned_bare.sum() / ended_bare.sum()
    per_run = (returned - share * ended) / ended.mean() - (returned_bare - bare * ended_bare) / ended_bare.mean()
    return Association(
        ratio_of_means_interval(returned, ended, seed=_SEED),
        ratio_of_means_interval(returned_bare, ended_bare, seed=_SEED),
        mean_interval(per_run + (share - bare)),
        1.96 * float(np.std(per_run, ddof=1)),
        averted,
    )


def returns(status: Floats, mission: Floats) -> Floats:
    """Count conflicts that ended with a mission and without one, and how many of them returned.

    Parameters
    ----------
    status, mission : ndarray (quarters, states)
        Years count as active by any of their quarters, a mission as it stands at the end of the last active year.
        Conflicts count if the whole `WINDOW` after their last year is in the run.

    Returns
    -------
    ndarray (2, 2)
        First row with a mission of `STRENGTH`, second without; returned, ended.
    """
    active = status.reshape(len(status) // 4, 4, -1).max(axis=1) > 0
    last = max(0, len(active) - WINDOW)
    after = np.stack([active[years : years + last] for years in range(WINDOW + 1)])
    ended = after[0] & ~after[1 : LULL + 1].any(axis=0)
    returned = ended & after[LULL + 1 :].any(axis=0)
    under = mission[3::4][:last] >= STRENGTH
    return np.array([[np.sum(which & returned), np.sum(which & ended)] for which in (under, ~under)], np.float64)
