"""What instruments and missions do to conflict, and how far it is more than history's rates hold already (ODD, step 7).

A declared effect is total: what full effort, held for three years, changes in the logarithm of a hazard in the
**reference state**. Its structural levels are `REFERENCE`, nothing hinders the work, all security work is training,
and there are neither shocks nor other programmes. Part of the total goes through the instrument's driver: its fall
times the record's loading times a causal share. The rest is direct. So a causal share moves the way, not the total.
"""

from typing import NamedTuple

from model.parameters import Delivery, Drivers, Effects, Expected, Parameters
from model.rules.compiled import kernel, rule
from model.rules.conflict import first_memory
from model.rules.delivery import fall, outreach, reformed, worked_driver
from model.rules.drivers import healed, next_driver
from model.rules.elementary import clip

Three = tuple[float, float, float]
Five = tuple[float, float, float, float, float]
ByTransition = tuple[Three, Three, Three, Three]

REFERENCE = (0.3, 0.6, 0.2)
"""Structural levels of the reference state: about the mean over the states of the world."""
HORIZON = 12
"""Quarters for which effort is held."""
LATE = 8.0
"""Quarters of peace after which a mediated peace shows what it is worth: from the third year on."""
_HABIT_SPEED = 0.15910358474628547
"""What is new of aid's moving average in a quarter: half-life one year."""
_TABLE = Effects()
"""Declared means: `Effects.literature` moves effects by their multiples."""


class Reach(NamedTuple):
    """What moves hazards in a run, worked out from what is declared: all in log-hazard per unit.

    Direct parts of security, aid and diplomacy on ``first`` onset, onset ``again``, escalation ``up`` and ``ending``;
    ``missions`` on these four and on contagion; four further terms; loadings of drivers ``onset_by`` and of exclusion
    ``up_by``, ``ending_by``, with causal shares. What is expected of all that under ``siloed`` is ``usual`` by first
    onset, onset again, escalation, ending of a minor conflict and of a war; of two terms it stands by itself.
    ``late_memory`` is what a peace remembers when it turns `LATE`; ``lasting`` the share of a driver that full effort
    removes for good; ``training`` the part of security work that trains.
    """

    first: Three
    again: Three
    up: Three
    ending: Three
    missions: Five
    contested: float
    unaccountable: float
    withdrawn: float
    mediated: float
    onset_by: Three
    up_by: float
    ending_by: float
    usual: Five
    usual_mediated: float
    usual_mission_next_door: float
    late_memory: float
    lasting: float
    training: float


@rule
def believable(declared: float, mean: float, literature: float) -> float:
    """Move an effect by as much as the literature is too weak or too strong; nothing stays nothing."""
    return declared + (2.0 * literature - 1.0) * mean if declared != 0.0 else 0.0


@rule
def permanence(effect: float, reversion: float) -> float:
    """Share of a driver that full, lasting effort would remove, against its pull back to the structural level."""
    return effect / (effect + reversion) if effect > 0.0 else 0.0


@rule
def fall_in_reference(level: float, status: float, drivers: Drivers, delivery: Delivery) -> float:
    """What full effort takes off a driver in `HORIZON` quarters, from rest at a structural ``level``."""
    left, worked, structural = level, level, level
    for _ in range(HORIZON):
        left = next_driver(left, level, status, 0.0, 0.0, drivers)
        structural = healed(structural, level, drivers.healing)
        worked = next_driver(worked, structural, status, 0.0, 0.0, drivers)
        gain = fall(1.0, worked, delivery)
        worked, structural = worked_driver(worked, gain), reformed(structural, gain, delivery.lasting)
    return left - worked


@rule
def _scalar(left: Three, right: Three) -> float:
    """Scalar product."""
    return left[0] * right[0] + left[1] * right[1] + left[2] * right[2]


@rule
def _totals(e: Effects) -> ByTransition:
    """Total effects of instruments as this run has them, by transition."""
    b, m = e.literature, _TABLE
    return (
        (
            believable(e.security_on_onset, m.security_on_onset, b),
            believable(e.aid_on_onset, m.aid_on_onset, b),
            believable(e.diplomacy_on_onset, m.diplomacy_on_onset, b),
        ),
        (
            believable(e.security_on_recurrence, m.security_on_recurrence, b),
            believable(e.aid_on_recurrence, m.aid_on_recurrence, b),
            believable(e.diplomacy_on_recurrence, m.diplomacy_on_recurrence, b),
        ),
        (
            believable(e.security_on_escalation, m.security_on_escalation, b),
            believable(e.aid_on_escalation, m.aid_on_escalation, b),
            believable(e.diplomacy_on_escalation, m.diplomacy_on_escalation, b),
        ),
        (
            believable(e.security_on_ending, m.security_on_ending, b),
            believable(e.aid_on_ending, m.aid_on_ending, b),
            believable(e.diplomacy_on_ending, m.diplomacy_on_ending, b),
        ),
    )


@rule
def _totals_of_missions(e: Effects) -> Five:
    """Total effects of missions as this run has them, by transition and on contagion."""
    b, m = e.literature, _TABLE
    return (
        believable(e.missions_on_onset, m.missions_on_onset, b),
        believable(e.missions_on_recurrence, m.missions_on_recurrence, b),
        believable(e.missions_on_escalation, m.missions_on_escalation, b),
        believable(e.missions_on_ending, m.missions_on_ending, b),
        believable(e.missions_on_contagion, m.missions_on_contagion, b),
    )


@rule
def _direct(total: Three, by: Three, falls: Three) -> Three:
    """What is left of totals beside what goes through the drivers' falls."""
    return total[0] + by[0] * falls[0], total[1] + by[1] * falls[1], total[2] + by[2] * falls[2]


@rule
def _direct_parts(
    totals: ByTransition, onset_by: Three, up_by: float, ending_by: float, drivers: Drivers, delivery: Delivery
) -> ByTransition:
    """What is left of total effects beside what goes through the drivers."""
    falls = (
        fall_in_reference(REFERENCE[0], 0.0, drivers, delivery),
        fall_in_reference(REFERENCE[1], 0.0, drivers, delivery),
        fall_in_reference(REFERENCE[2], 0.0, drivers, delivery),
    )
    in_conflict = (0.0, 0.0, fall_in_reference(REFERENCE[2], 1.0, drivers, delivery))
    return (
        _direct(totals[0], onset_by, falls),
        _direct(totals[1], onset_by, falls),
        _direct(totals[2], (0.0, 0.0, up_by), in_conflict),
        _direct(totals[3], (0.0, 0.0, ending_by), in_conflict),
    )


@kernel
def reach(parameters: Parameters) -> Reach:
    """Work out, once a run, what moves hazards, from total effects, causal shares and what delivery does."""
    e, c, x = parameters.effects, parameters.conflict, parameters.expected
    drivers, delivery = parameters.drivers, parameters.delivery
    missions = _totals_of_missions(e)
    onset_by = (
        e.causal_insecurity * c.onset_insecurity,
        e.causal_deprivation * c.onset_deprivation,
        e.causal_exclusion * c.onset_exclusion,
    )
    up_by, ending_by = e.causal_exclusion * c.escalation_exclusion, e.causal_exclusion * c.termination_exclusion
    first, again, up, ending = _direct_parts(_totals(e), onset_by, up_by, ending_by, drivers, delivery)
    contested = believable(e.contested_aid_on_escalation, _TABLE.contested_aid_on_escalation, e.literature)
    armed = believable(e.unaccountable_security_on_onset, _TABLE.unaccountable_security_on_onset, e.literature)
    stopped = believable(e.withdrawn_aid_on_onset, _TABLE.withdrawn_aid_on_onset, e.literature)
    at_peace = _scalar(
        onset_by, (x.expected_insecurity_peace, x.expected_deprivation_peace, x.expected_exclusion_peace)
    ) + armed * x.expected_unaccountable_peace + stopped * x.expected_withdrawn_peace  # fmt: skip
    minor = (x.expected_security_minor, x.expected_aid_minor, x.expected_diplomacy_minor)
    sheltered = (minor[0], minor[1] - x.expected_contested_minor, minor[2])
    war = (x.expected_security_war, x.expected_aid_war, x.expected_diplomacy_war)
    usual = (
        _scalar(first, (x.expected_security_quiet, x.expected_aid_quiet, x.expected_diplomacy_quiet))
        + missions[0] * x.expected_mission_quiet + at_peace,
        _scalar(again, (x.expected_security_recent, x.expected_aid_recent, x.expected_diplomacy_recent))
        + missions[1] * x.expected_mission_recent + at_peace,
        _scalar(up, sheltered) + contested * x.expected_contested_minor + missions[2] * x.expected_mission_minor
        + up_by * x.expected_exclusion_conflict,
        _scalar(ending, minor) + missions[3] * x.expected_mission_minor + ending_by * x.expected_exclusion_conflict,
        _scalar(ending, war) + missions[3] * x.expected_mission_war + ending_by * x.expected_exclusion_conflict,
    )  # fmt: skip
    return Reach(
        first, again, up, ending, missions, contested, armed, stopped,
        believable(e.mediated_peace_on_recurrence, _TABLE.mediated_peace_on_recurrence, e.literature),
        onset_by, up_by, ending_by, usual, x.expected_mediated_peace, x.expected_mission_conflict,
        first_memory(LATE, c), permanence(delivery.effect, drivers.reversion), outreach(delivery),
    )  # fmt: skip


@rule
def expected_driver(
    status: float, insecurity: float, deprivation: float, exclusion: float, p: Expected
) -> tuple[float, float, float]:
    """Where drivers stand on average, given structural levels: noise, shocks, damage and ``siloed``'s work."""
    fights = status > 0.0
    return (
        clip(insecurity + (p.expected_insecurity_conflict if fights else p.expected_insecurity_peace)),
        clip(deprivation + (p.expected_deprivation_conflict if fights else p.expected_deprivation_peace)),
        clip(exclusion + (p.expected_exclusion_conflict if fights else p.expected_exclusion_peace)),
    )


@rule
def contagion(open_border: float, mission: float, neighbours: float, missions: float, usual: float) -> float:
    """Log-hazard that neighbours in conflict add to onset: as far as a border is open, less what missions hold back.

    ``open_border`` is the most open one, ``mission`` the mean strength of missions in those neighbours; loadings are
    ``neighbours`` and ``missions``, which count from their ``usual`` strength on.
    """
    return neighbours * open_border + missions * (mission - usual)


@rule
def withdrawn(habit: float, aid: float) -> float:
    """Aid that has stopped at once: how far effort is below its moving average."""
    return habit - aid if habit > aid else 0.0


@rule
def next_habit(habit: float, aid: float) -> float:
    """Moving average of the effort of aid."""
    return habit + _HABIT_SPEED * (aid - habit)


@rule
def next_mediated(mediated: float, before: float, status: float, diplomacy: float) -> float:
    """Diplomacy under which the last conflict ended."""
    return diplomacy if before > 0.0 and status == 0.0 else mediated


@rule
def on_onset(
    moved: Three,
    memory: float,
    quiet: float,
    mission: float,
    work: Three,
    unaccountable: float,
    withdrawn: float,
    mediated: float,
    r: Reach,
) -> float:
    """Log-hazard of onset above what the record's rates hold.

    Drivers have ``moved`` off the path; ``work`` is the effort of security, aid and diplomacy. As far as the state
    remembers a conflict, an onset is its return.
    """
    first = _scalar(r.first, work) + r.missions[0] * mission - r.usual[0]
    again = _scalar(r.again, work) + r.missions[1] * mission - r.usual[1]
    fades = memory / r.late_memory
    late = (1.0 if fades > 1.0 else fades) if quiet >= LATE else 0.0
    beside = r.unaccountable * unaccountable + r.withdrawn * withdrawn
    relapse = r.mediated * (mediated - r.usual_mediated) * late
    return (1.0 - memory) * first + memory * again + _scalar(r.onset_by, moved) + beside + relapse


@rule
def on_escalation(exclusion_moved: float, mission: float, work: Three, contested: float, r: Reach) -> float:
    """Log-hazard of escalation above what the record's rates hold; ``contested`` is aid without security."""
    sheltered = (work[0], work[1] - contested, work[2])
    aid = _scalar(r.up, sheltered) + r.contested * contested
    return aid + r.missions[2] * mission + r.up_by * exclusion_moved - r.usual[2]


@rule
def on_ending(status: float, exclusion_moved: float, mission: float, work: Three, r: Reach) -> float:
    """Log-hazard of a conflict's end above what the record's rates hold."""
    usual = r.usual[4] if status > 1.5 else r.usual[3]
    return _scalar(r.ending, work) + r.missions[3] * mission + r.ending_by * exclusion_moved - usual


@rule
def on_hazards(
    status: float,
    moved: Three,
    memory: float,
    quiet: float,
    mission: float,
    work: Three,
    contested: float,
    unaccountable: float,
    withdrawn: float,
    mediated: float,
    r: Reach,
) -> Three:
    """What is above the record's rates in the log-hazards of onset, escalation and ending, as the status asks."""
    if status == 0.0:
        return on_onset(moved, memory, quiet, mission, work, unaccountable, withdrawn, mediated, r), 0.0, 0.0
    up = on_escalation(moved[2], mission, work, contested, r) if status < 1.5 else 0.0
    return 0.0, up, on_ending(status, moved[2], mission, work, r)
