"""Onset, escalation, de-escalation and termination of conflict, its memory and its deaths (ODD, step 7).

Each probability is logistic per quarter. One uniform per state and quarter decides, coupled monotonically: a low draw
is good news whatever the status, so that two institutions in one future differ only where their hazards do.
"""

from model.parameters import Conflict, Delivery
from model.rules.compiled import rule
from model.rules.elementary import exp, log, logistic, power

MINOR_DEATHS = 25.0 / 4.0
"""Deaths in a quarter from which UCDP's yearly threshold of minor conflict is on the way to be met."""
WAR_DEATHS = 1000.0 / 4.0
LONG_AGO = 4000.0
"""Quarters at peace of a state that was never in conflict."""
LARGEST_DEATHS = 100_000.0
"""Deaths in the worst quarter the model draws (order of the Rwandan spring of 1994 in battle deaths, not genocide)."""


@rule
def spillover(status: float, effort: float, effort_there: float, p: Delivery) -> float:
    """Contagion over one border, in [0, 1]: from a neighbour in conflict, less what confidence-building covers.

    ``effort`` and ``effort_there`` are security efforts on both sides; a border is covered as far as the weaker one.
    """
    weaker = effort if effort < effort_there else effort_there
    open_part = 1.0 - p.confidence_effect * p.confidence_building * weaker
    return 0.0 if status == 0.0 or open_part < 0.0 else open_part


@rule
def onset_probability(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    next_door: float,
    memory: float,
    mission: float,
    log_income: float,
    log_population: float,
    p: Conflict,
) -> float:
    """Probability that a state at peace falls into conflict this quarter."""
    drivers = p.onset_insecurity * insecurity + p.onset_deprivation * deprivation + p.onset_exclusion * exclusion
    setting = p.onset_income * log_income + p.onset_population * log_population
    history = p.onset_neighbours * next_door + p.onset_memory * memory + p.onset_peacekeeping * mission
    return logistic(p.onset_base + drivers + setting + history)


@rule
def escalation_probability(insecurity: float, deprivation: float, exclusion: float, p: Conflict) -> float:
    """Probability that a minor conflict becomes a war this quarter."""
    mean = (insecurity + deprivation + exclusion) / 3.0
    return logistic(p.escalation_base + p.escalation_drivers * mean)


@rule
def deescalation_probability(p: Conflict) -> float:
    """Probability that a war becomes a minor conflict this quarter."""
    return logistic(p.deescalation_base)


@rule
def termination_probability(status: float, quarters: float, mission: float, diplomacy: float, p: Conflict) -> float:
    """Probability that a conflict ends this quarter, after ``quarters`` fought, under diplomatic effort in [0, 1]."""
    war = p.termination_war if status > 1.5 else 0.0
    age = p.termination_duration * log(1.0 + 0.25 * quarters)
    return logistic(
        p.termination_base + war + age + p.termination_peacekeeping * mission + p.termination_diplomacy * diplomacy
    )


@rule
def next_status(
    status: float, uniform: float, onset: float, escalation: float, deescalation: float, termination: float
) -> float:
    """Status after this quarter: 0 peace, 1 minor conflict, 2 war; lower uniforms give lower or equal status."""
    from_peace = 1.0 if uniform > 1.0 - onset else 0.0
    from_minor = 0.0 if uniform < termination else (2.0 if uniform > 1.0 - escalation else 1.0)
    from_war = 0.0 if uniform < termination else (1.0 if uniform < termination + deescalation else 2.0)
    return from_peace if status == 0.0 else (from_minor if status == 1.0 else from_war)


@rule
def transition(
    status: float,
    uniform: float,
    insecurity: float,
    deprivation: float,
    exclusion: float,
    next_door: float,
    memory: float,
    mission: float,
    log_income: float,
    log_population: float,
    quarters: float,
    diplomacy: float,
    p: Conflict,
) -> float:
    """Status after this quarter, from everything that bears on it."""
    onset = onset_probability(
        insecurity, deprivation, exclusion, next_door, memory, mission, log_income, log_population, p
    )
    escalation = escalation_probability(insecurity, deprivation, exclusion, p)
    ending = termination_probability(status, quarters, mission, diplomacy, p)
    return next_status(status, uniform, onset, escalation, deescalation_probability(p), ending)


@rule
def next_quarters_in_conflict(quarters: float, status: float) -> float:
    """Quarters fought so far in the present conflict, this one included."""
    return quarters + 1.0 if status > 0.0 else 0.0


@rule
def next_quarters_at_peace(quarters: float, status: float) -> float:
    """Quarters since the last conflict, this one included."""
    return 0.0 if status > 0.0 else quarters + 1.0


@rule
def memory_decay(p: Conflict) -> float:
    """Part of the memory of conflict that a quarter of peace leaves."""
    return exp(-0.6931471805599453 / (4.0 * p.memory_half_life))


@rule
def history_before(status: float, quarters_at_peace: float, p: Conflict) -> tuple[float, float]:
    """Quarters at peace and memory of conflict at the start, negative quarters meaning "never in conflict"."""
    if status > 0.0:
        return 0.0, 1.0
    if quarters_at_peace < 0.0:
        return LONG_AGO, 0.0
    return quarters_at_peace, exp(-0.6931471805599453 * quarters_at_peace / (4.0 * p.memory_half_life))


@rule
def next_memory(memory: float, status: float, decay: float) -> float:
    """Memory of conflict: 1 in conflict, then halving with every half-life of peace."""
    return 1.0 if status > 0.0 else memory * decay


@rule
def deaths(status: float, uniform: float, exponent: float) -> float:
    """Battle deaths in a quarter: quantile of a Pareto tail truncated at both ends."""
    least = WAR_DEATHS if status > 1.5 else MINOR_DEATHS
    in_war, in_minor = power(WAR_DEATHS / LARGEST_DEATHS, exponent), power(MINOR_DEATHS / WAR_DEATHS, exponent)
    cut = 1.0 - (in_war if status > 1.5 else in_minor)
    return least * power(1.0 - uniform * cut, -1.0 / exponent) if status > 0.0 else 0.0
