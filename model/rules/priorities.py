"""What a state is worth to those who decide, and how departments agree (ODD, step 4).

Value follows from the conflict process itself: the fall in expected harm that a first pound is believed to buy. It is
computed by the same formula in every institution; institutions differ in the pictures they put into it. A state's
outlook, its hazards, says what is at stake; what instruments do to hazards says what a programme prevents.
"""

import math

from model.parameters import Conflict, Degrees, Priorities
from model.rules.compiled import kernel, rule
from model.rules.conflict import escalation_score, onset_score, termination_score
from model.rules.effects import Reach, on_ending, on_escalation, on_onset
from model.rules.elementary import exp, hazard, power, probability
from model.rules.observation import FURTHER_DEPARTMENTS
from model.world import Floats

Three = tuple[float, float, float]


@rule
def present_harm(status: float, war_weight: float) -> float:
    """Harm of a state's present status, in minor conflicts."""
    return war_weight if status > 1.5 else (1.0 if status > 0.5 else 0.0)


@rule
def outlook(
    status: float,
    quarters: float,
    drivers: Three,
    path: Three,
    next_door: float,
    memory: float,
    quiet: float,
    log_population: float,
    mission: float,
    conflict: Conflict,
    reach: Reach,
) -> Three:
    """Log-hazards of onset (in conflict: of its return), escalation and ending without further programmes, in truth.

    Of ending and escalation 0 where there is nothing to end or to escalate.
    """
    moved, none = (drivers[0] - path[0], drivers[1] - path[1], drivers[2] - path[2]), (0.0, 0.0, 0.0)
    beside = on_onset(moved, memory, quiet, mission, none, 0.0, 0.0, reach.usual_mediated, reach)
    onset = onset_score(path[1], path[2], next_door, memory, quiet, log_population, beside, conflict)
    if status == 0.0:
        return onset, 0.0, 0.0
    ends = on_ending(status, moved[2], mission, none, reach)
    ending = termination_score(status, quarters, path[2], log_population, ends, conflict)
    up = on_escalation(moved[2], mission, none, 0.0, reach)
    return onset, (escalation_score(path[2], up, conflict) if status < 1.5 else 0.0), ending


@rule
def hazards(status: float, onset: float, escalation: float, ending: float) -> Three:
    """Hazards of log-hazards, as far as the status has them."""
    ends = hazard(ending) if status > 0.0 else 0.0
    return hazard(onset), (hazard(escalation) if status == 1.0 else 0.0), ends


@rule
def people(log_population: float, p: Priorities) -> float:
    """Weight of a state's people in every valuation."""
    return exp(p.population_weight * log_population)


@rule
def expected_harm(status: float, hazards: Three, log_population: float, war_weight: float, p: Priorities) -> float:
    """New harm to be expected per quarter: an onset (or relapse) counts 1, an escalation the war's extra weight.

    A relapse counts as far as the present conflict will be over within four quarters. ``hazards`` as from `hazards`.
    """
    over = 1.0 if status == 0.0 else probability(4.0 * hazards[2])
    worse = (war_weight - 1.0) * probability(hazards[1])
    return people(log_population, p) * (over * probability(hazards[0]) + worse)


@rule
def lasting_harm(status: float, ending: float, log_population: float, war_weight: float, p: Priorities) -> float:
    """Present harm that is expected to outlast the quarter."""
    return people(log_population, p) * present_harm(status, war_weight) * exp(-ending)


@rule
def stakes(status: float, hazards: Three, log_population: float, war_weight: float, p: Priorities) -> Three:
    """What expected and lasting harm rise by, per unit of the log-hazards of onset, escalation and ending."""
    onset, escalation, ending = hazards
    not_within_year = 0.0 if status == 0.0 else exp(-4.0 * ending)
    by_onset = (1.0 - not_within_year) * onset * exp(-onset)
    by_escalation = (war_weight - 1.0) * escalation * exp(-escalation)
    relapse = probability(onset) * 4.0 * ending * not_within_year
    by_ending = relapse - present_harm(status, war_weight) * ending * exp(-ending)
    weight = people(log_population, p)
    return weight * by_onset, weight * by_escalation, weight * by_ending


@rule
def prevented(stakes: Three, memory: float, drivers: Three, safe: float, forces: float, r: Reach) -> Three:
    """Fall in expected harm per unit of full effort in security, aid and diplomacy, as believed; harm is below zero.

    Total effects: direct, and through the driver that lasting effort would remove. ``safe`` is how far insecurity is
    treated, ``forces`` how far they answer to somebody.
    """
    new = 1.0 - memory
    gone0, gone1, gone2 = r.lasting * drivers[0], r.lasting * drivers[1], r.lasting * drivers[2]
    onset0 = new * r.first[0] + memory * r.again[0] - r.onset_by[0] * gone0 + r.unaccountable * (1.0 - forces)
    onset1 = new * r.first[1] + memory * r.again[1] - r.onset_by[1] * gone1
    onset2 = new * r.first[2] + memory * r.again[2] - r.onset_by[2] * gone2
    aid_up = safe * r.up[1] + (1.0 - safe) * r.contested
    talks_up, talks_end = r.up[2] - r.up_by * gone2, r.ending[2] - r.ending_by * gone2
    return (
        -r.training * (stakes[0] * onset0 + stakes[1] * r.up[0] + stakes[2] * r.ending[0]),
        -(stakes[0] * onset1 + stakes[1] * aid_up + stakes[2] * r.ending[1]),
        -(stakes[0] * onset2 + stakes[1] * talks_up + stakes[2] * talks_end),
    )


@rule
def guarded_harm(stakes: Three, memory: float, r: Reach) -> float:
    """Fall in expected harm per unit of a mission's strength: war kept off, conflict ended, relapse prevented."""
    onset = (1.0 - memory) * r.missions[0] + memory * r.missions[1]
    return -(stakes[0] * onset + stakes[1] * r.missions[2] + stakes[2] * r.missions[3])


@rule
def preventable_harm(fall: float, consent: float, scale: float, donors: float, visible: float) -> float:
    """Fall in expected harm per first £m of an instrument, as believed: donors' money counts where it is seen.

    ``fall`` is per unit of effort (`prevented`); work that is believed to do more harm than good is worth nothing.
    """
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
