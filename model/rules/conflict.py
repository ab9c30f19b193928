"""Onset, escalation, de-escalation and termination of conflict, its memory and its deaths (ODD, step 7).

Hazards are log-linear, and probabilities 1 - exp(-hazard), that is complementary log-log: hazards add up, so what
yearly records say of them holds by quarters, too. One uniform per state and quarter decides, coupled monotonically: a
low draw is good news whatever the status, so that two institutions in one future differ only where their hazards do.
What programmes, missions and moving drivers add to the record's rates is in `model.rules.effects`.
"""

from model.parameters import Conflict, Delivery
from model.rules.compiled import rule
from model.rules.elementary import exp, hazard, log, power, probability

MINOR_DEATHS = 25.0 / 4.0
"""Deaths in a quarter from which UCDP's yearly threshold of minor conflict is on the way to be met."""
WAR_DEATHS = 1000.0 / 4.0
LONG_AGO = 4000.0
"""Quarters at peace of a state that was never in conflict."""
LULL = 4.0
"""Quarters of peace from which a conflict has ended: the record knows no lull within a calendar year."""
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
def onset_score(
    deprivation: float,
    exclusion: float,
    next_door: float,
    memory: float,
    quiet: float,
    log_population: float,
    above: float,
    p: Conflict,
) -> float:
    """Log-hazard of conflict this quarter in a state after ``quiet`` quarters of peace, at its path's drivers.

    ``next_door`` is what a conflict there adds to the log-hazard (`model.rules.effects.contagion`), ``above`` what
    drivers off the path, programmes and missions add to what the record's rates hold.
    """
    setting = p.onset_deprivation * deprivation + p.onset_exclusion * exclusion + p.onset_population * log_population
    history = p.onset_memory * memory + (p.onset_return if quiet < LULL else 0.0)
    return p.onset_base + setting + history + next_door + above


@rule
def escalation_score(exclusion: float, above: float, p: Conflict) -> float:
    """Log-hazard that a minor conflict becomes a war this quarter; ``above`` as in `onset_score`."""
    return p.escalation_base + p.escalation_exclusion * exclusion + above


@rule
def deescalation_hazard(p: Conflict) -> float:
    """Hazard that a war becomes a minor conflict this quarter."""
    return hazard(p.deescalation_base)


@rule
def termination_score(
    status: float, quarters: float, exclusion: float, log_population: float, above: float, p: Conflict
) -> float:
    """Log-hazard that a conflict ends this quarter, after ``quarters`` fought; ``above`` as in `onset_score`."""
    war = p.termination_war if status > 1.5 else 0.0
    age = p.termination_duration * log(1.0 + 0.25 * quarters)
    setting = p.termination_population * log_population + p.termination_exclusion * exclusion
    return p.termination_base + war + age + setting + above


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
def transition_scores(
    status: float,
    deprivation: float,
    exclusion: float,
    next_door: float,
    memory: float,
    quiet: float,
    log_population: float,
    quarters: float,
    above: tuple[float, float, float],
    p: Conflict,
) -> tuple[float, float]:
    """Log-hazards that decide the next status: in peace of onset; in conflict of its end, then of another level.

    ``above`` is what moves onset, escalation and ending beside the record's rates (`model.rules.effects.on_hazards`).
    """
    if status == 0.0:
        return onset_score(deprivation, exclusion, next_door, memory, quiet, log_population, above[0], p), 0.0
    ending = termination_score(status, quarters, exclusion, log_population, above[2], p)
    return ending, p.deescalation_base if status > 1.5 else escalation_score(exclusion, above[1], p)


@rule
def happens(score: float) -> float:
    """Probability of what has this log-hazard."""
    return probability(hazard(score))


@rule
def status_after(status: float, uniform: float, first: float, second: float) -> float:
    """Status after this quarter, from the probabilities of what has `transition_scores`."""
    return next_status(status, uniform, first, second, second, first)


@rule
def transition(
    status: float,
    uniform: float,
    deprivation: float,
    exclusion: float,
    next_door: float,
    memory: float,
    quiet: float,
    log_population: float,
    quarters: float,
    above: tuple[float, float, float],
    p: Conflict,
) -> float:
    """Status after this quarter, from everything that bears on it, as in `transition_scores`."""
    first, second = transition_scores(
        status, deprivation, exclusion, next_door, memory, quiet, log_population, quarters, above, p
    )
    return status_after(status, uniform, happens(first), happens(second))


@rule
def start_of(
    level: float,
    years_in_conflict: float,
    years_at_peace: float,
    uniform: float,
    exclusion: float,
    log_population: float,
    p: Conflict,
) -> tuple[float, float, float]:
    """Draw what a state is like on 1 January, of which the year before is known.

    A year's ``level`` marks the whole year, but fighting may have ended within it: in its last three quarters, or in
    half as many when it began within that year, at about the middle. ``exclusion`` is the structural level; negative
    ``years_at_peace`` mean "never in conflict".

    Returns
    -------
    tuple of float
        Status, quarters in the present conflict, quarters at peace.
    """
    if level == 0.0:
        return 0.0, 0.0, LONG_AGO if years_at_peace < 0.0 else 4.0 * years_at_peace + 2.0
    fought = 4.0 * years_in_conflict - 2.0
    fought = fought if fought > 1.0 else 1.0
    ending = hazard(termination_score(level, fought, exclusion, log_population, 0.0, p))
    over = probability(ending * (3.0 if years_in_conflict >= 2.0 else 1.5))
    if uniform < over:
        quiet = 1.0 if uniform < probability(ending) else (2.0 if uniform < probability(2.0 * ending) else 3.0)
        return 0.0, fought, quiet
    calmed = probability(1.5 * deescalation_hazard(p))
    return 1.0 if level == 1.0 or uniform < over + (1.0 - over) * calmed else 2.0, fought, 0.0


@rule
def next_quarters_in_conflict(quarters: float, status: float, quiet: float) -> float:
    """Quarters fought so far in the present conflict, after ``quiet`` quarters of peace, this one included.

    A lull under a year interrupts a conflict and does not end it: so the record counts.
    """
    paused = quarters if quiet < LULL else 0.0
    return quarters + 1.0 if status > 0.0 else paused


@rule
def next_quarters_at_peace(quarters: float, status: float) -> float:
    """Quarters since the last conflict, this one included."""
    return 0.0 if status > 0.0 else quarters + 1.0


@rule
def memory_decay(p: Conflict) -> float:
    """Part of the memory of conflict that a quarter of peace leaves."""
    return exp(-0.6931471805599453 / (4.0 * p.memory_half_life))


@rule
def first_memory(quiet: float, p: Conflict) -> float:
    """Memory of conflict at the start, after ``quiet`` quarters of peace."""
    return exp(-0.6931471805599453 * quiet / (4.0 * p.memory_half_life))


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
