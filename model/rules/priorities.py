"""What a state is worth to those who decide, and how departments agree (ODD, step 4).

Value follows from the conflict process itself: the fall in expected harm that a first pound is believed to buy. It is
computed by the same formula in every institution; institutions differ in the pictures they put into it.
"""

import math

from model.parameters import Conflict, Degrees, Priorities
from model.rules.compiled import kernel, rule
from model.rules.conflict import escalation_hazard, onset_hazard, termination_hazard
from model.rules.elementary import exp, power, probability
from model.rules.observation import FURTHER_DEPARTMENTS
from model.world import Floats


@rule
def present_harm(status: float, war_weight: float) -> float:
    """Harm of a state's present status, in minor conflicts."""
    return war_weight if status > 1.5 else (1.0 if status > 0.5 else 0.0)


@rule
def expected_harm(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    status: float,
    quarters: float,
    next_door: float,
    memory: float,
    mission: float,
    quiet: float,
    log_population: float,
    reference: float,
    conflict: Conflict,
    priorities: Priorities,
) -> float:
    """New harm to be expected per quarter: an onset (or relapse) counts 1, an escalation the war's extra weight.

    A relapse counts as far as the present conflict will be over within four quarters.
    """
    people = exp(priorities.population_weight * log_population)
    onset = onset_hazard(
        insecurity, deprivation, exclusion, next_door, memory, mission, quiet, log_population, reference, conflict
    )
    if status == 0.0:
        return people * probability(onset)
    ending = termination_hazard(status, quarters, exclusion, log_population, mission, 0.0, conflict)
    escalation = probability(escalation_hazard(exclusion, conflict)) if status == 1.0 else 0.0
    return people * (probability(4.0 * ending) * probability(onset) + (conflict.war_weight - 1.0) * escalation)


@rule
def lasting_harm(
    status: float,
    quarters: float,
    exclusion: float,
    log_population: float,
    mission: float,
    diplomacy: float,
    conflict: Conflict,
    priorities: Priorities,
) -> float:
    """Present harm that is expected to outlast the quarter."""
    if status == 0.0:
        return 0.0
    ending = termination_hazard(status, quarters, exclusion, log_population, mission, diplomacy, conflict)
    people = exp(priorities.population_weight * log_population)
    return people * present_harm(status, conflict.war_weight) * exp(-ending)


@rule
def marginal_harm(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    status: float,
    quarters: float,
    next_door: float,
    memory: float,
    mission: float,
    quiet: float,
    log_population: float,
    reference: float,
    conflict: Conflict,
    priorities: Priorities,
) -> tuple[float, float, float, float]:
    """Derivatives of what is to be expected: new harm and, without any diplomacy, harm that lasts.

    Returns
    -------
    tuple of float
        By insecurity, by deprivation, by exclusion; and the harm ended per unit of diplomatic effort.
    """
    people = exp(priorities.population_weight * log_population)
    onset = onset_hazard(
        insecurity, deprivation, exclusion, next_door, memory, mission, quiet, log_population, reference, conflict
    )
    by_onset = people * onset * exp(-onset)
    if status == 0.0:
        return (
            by_onset * conflict.onset_insecurity, by_onset * conflict.onset_deprivation,
            by_onset * conflict.onset_exclusion, 0.0,
        )  # fmt: skip
    ending = termination_hazard(status, quarters, exclusion, log_population, mission, 0.0, conflict)
    escalation = escalation_hazard(exclusion, conflict) if status == 1.0 else 0.0
    not_within_year = exp(-4.0 * ending)
    by_onset *= 1.0 - not_within_year
    by_ending = people * present_harm(status, conflict.war_weight) * ending * exp(-ending)
    by_relapse = people * probability(onset) * 4.0 * ending * not_within_year
    by_escalation = people * (conflict.war_weight - 1.0) * escalation * exp(-escalation)
    politics = by_escalation * conflict.escalation_exclusion + (by_relapse - by_ending) * conflict.termination_exclusion
    return (
        by_onset * conflict.onset_insecurity,
        by_onset * conflict.onset_deprivation,
        by_onset * conflict.onset_exclusion + politics,
        by_ending * conflict.termination_diplomacy,
    )


@rule
def guarded_harm(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    status: float,
    quarters: float,
    next_door: float,
    memory: float,
    mission: float,
    quiet: float,
    log_population: float,
    reference: float,
    conflict: Conflict,
    priorities: Priorities,
) -> float:
    """Fall in expected harm per unit of a mission's strength: present conflict ended, relapse into it prevented."""
    onset = onset_hazard(
        insecurity, deprivation, exclusion, next_door, memory, mission, quiet, log_population, reference, conflict
    )
    ending = termination_hazard(status, quarters, exclusion, log_population, mission, 0.0, conflict)
    ended = present_harm(status, conflict.war_weight) * ending * exp(-ending) * conflict.termination_peacekeeping
    relapse = (1.0 if status == 0.0 else probability(4.0 * ending)) * onset * exp(-onset)
    return exp(priorities.population_weight * log_population) * (ended - relapse * conflict.onset_peacekeeping)


@rule
def permanence(effect: float, reversion: float) -> float:
    """Share of a driver that full, lasting effort would remove, against its pull back to the structural level."""
    return effect / (effect + reversion) if effect > 0.0 else 0.0


@rule
def preventable_harm(
    driver: float,
    marginal: float,
    ended: float,
    permanence: float,
    consent: float,
    scale: float,
    donors: float,
    visible: float,
) -> float:
    """Fall in expected harm per first £m of an instrument, as believed: donors' money counts where it is seen.

    Work that is believed to do more harm than good (`onset_exclusion` may be negative) is worth nothing.
    """
    fall = permanence * driver * marginal + ended
    return (fall if fall > 0.0 else 0.0) * consent / (scale + visible * donors)


@kernel
def mean_harm(harm: Floats, first: int, last: int, covered: Floats) -> float:
    """Mean preventable harm (3, n) over a remit: instruments ``first`` to ``last`` - 1 in covered states (n,)."""
    total, count = 0.0, 0.0
    for k in range(first, last):
        for i in range(harm.shape[1]):
            if covered[i] > 0.0:
                total += harm[k, i]
                count += 1.0
    return total / count if count > 0.0 else 0.0


@rule
def interest(own: float, common: float, p: Priorities) -> float:
    """A department's interest in a state (trade, kin, bases), mean 1 over states; arguments are standard normals."""
    normal = math.sqrt(p.interest_correlation) * common + math.sqrt(1.0 - p.interest_correlation) * own
    return exp(p.interest_spread * normal - 0.5 * p.interest_spread * p.interest_spread)


@rule
def value(harm: float, mean_harm: float, interest: float, self_interest: float) -> float:
    """Worth of a programme: preventable harm against the donor's own interest, both with mean 1."""
    relative = harm / mean_harm if mean_harm > 0.0 else 0.0
    return (1.0 - self_interest) * relative + self_interest * interest


@rule
def captured(self_interest: float, p: Priorities) -> float:
    """Weight of its own interests in the value that a pool's lead speaks for."""
    return self_interest + p.lead_capture * (1.0 - self_interest)


@rule
def agreed(lead: float, defence: float, development: float, foreign: float, degrees: Degrees) -> float:
    """Value on which a pool decides: the lead's word against the average of the departments' votes."""
    average = (defence + development + foreign) / 3.0
    return (1.0 - degrees.voting) * lead + degrees.voting * average


@rule
def approval(defence: float, development: float, foreign: float, priorities: Priorities, degrees: Degrees) -> float:
    """Quarters that keep a new joint programme from its first money: consents and starting up take time.

    A department that has a vote vetoes what is worth less to it than ``veto`` times what it is worth to all on average:
    the programme keeps its desk and is blocked for a year.
    """
    average = (defence + development + foreign) / 3.0
    threshold = priorities.veto * degrees.voting * average
    vetoed = defence < threshold or development < threshold or foreign < threshold
    return FURTHER_DEPARTMENTS * priorities.approval_delay + priorities.start_up_delay + (4.0 if vetoed else 0.0)


@rule
def screened(late: float, instrument: float, priorities: Priorities, degrees: Degrees) -> float:
    """Lateness of a pool's new programme whose eligibility as aid is screened after it was agreed: security work's."""
    return late + degrees.screening * priorities.screening_delay if instrument == 0.0 else late


@rule
def setting_up(first_year: bool, priorities: Priorities) -> float:
    """Quarters that a pool's first programmes wait beside, until the pool is set up."""
    return priorities.new_fund_delay if first_year else 0.0


@rule
def departmental(late: float, priorities: Priorities, degrees: Degrees) -> float:
    """Lateness of a department's own new programme: money is found within the year or, where persuaded, agreed on."""
    alone = priorities.departmental_delay + priorities.start_up_delay
    return degrees.persuasion * late + (1.0 - degrees.persuasion) * alone


@rule
def colocated(value: float, mean_of_state: float, degrees: Degrees) -> float:
    """Value that decides where a desk goes: by instrument and state, or the same for all instruments in a state."""
    return (1.0 - degrees.colocation) * value + degrees.colocation * mean_of_state


@rule
def persuaded(own: float, joint: float, degree: float) -> float:
    """Value on which a department spends its own money when a joint strategy persuades it to some degree."""
    return (1.0 - degree) * own + degree * joint


@rule
def claim(programme: float, worth: float, concentration: float) -> float:
    """A programme's claim on money: its size times its worth, equal for all at concentration 0."""
    return programme * power(worth, concentration)
