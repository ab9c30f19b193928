"""From money to effort, and to what it does to drivers: dose, crowding, interdependence, lasting reform (ODD, step 6).

Instruments and drivers are aligned: security works on insecurity, development on deprivation, diplomacy on exclusion.
"""

from model.parameters import Delivery
from model.rules.compiled import rule
from model.rules.elementary import clip, exp

_NOTHING = 1e-300
"""Keeps 0/0 from arising where there is neither effort nor a problem."""


@rule
def absorptive_scale(log_population: float, p: Delivery) -> float:
    """A: £m a quarter at which effort reaches half of what consent admits; £5m a year reach the dose at 10 million."""
    return 1.25 * (1.0 / p.dose - 1.0) * exp(p.absorption_population * log_population)


@rule
def effort(own: float, others: float, donors: float, consent: float, scale: float, p: Delivery) -> float:
    """Effort of one instrument in [0, 1): saturating in its money, crowded by the other instruments and donors.

    Parameters
    ----------
    own, others, donors : float
        This instrument's money, the other instruments' and international partners', £m a quarter.
    consent : float
        Consent to this line of engagement, in [0, 1].
    scale : float
        See `absorptive_scale`, £m a quarter.
    p : Delivery
        ``crowding`` is the part of other instruments' money that competes for the same capacity.
    """
    return consent * own / (scale + own + p.crowding * others + donors)


@rule
def treated(effort: float, driver: float, p: Delivery) -> float:
    """How far a problem is treated, in [0, 1)."""
    return effort / (effort + p.treatment_half * driver + _NOTHING)


@rule
def unhindered(weight: float, driver: float, treated: float, p: Delivery) -> float:
    """Part of an instrument's work that one untreated problem leaves standing (κ = 0: all of it, exactly)."""
    return 1.0 - p.complementarity * weight * driver * (1.0 - treated)


@rule
def within_remits(money: float, persuasion: float, p: Delivery) -> float:
    """Part of a department's own £m that meets a need of its remit; a joint strategy narrows the gap."""
    return money * (1.0 - p.remit_gap * (1.0 - persuasion))


@rule
def outreach(p: Delivery) -> float:
    """Part of security work that is advice and training, the part that lowers insecurity where it is given."""
    return 1.0 - p.confidence_building - p.defence_ties


@rule
def advised(accountable: float, advised: float, p: Delivery) -> float:
    """How far forces answer to somebody, in [0, 1], where the advisory team is (1) or is not (0) at work."""
    return accountable + (1.0 - accountable) * (p.advice_effect * advised)


@rule
def effective(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    security: float,
    development: float,
    diplomacy: float,
    team: float,
    works: tuple[float, float, float],
    p: Delivery,
) -> tuple[float, float, float, float, float]:
    """What untreated problems leave of efforts in a state where the advisory team is (1) or is not (0).

    ``works`` says how well each instrument works there, against its average.

    Returns
    -------
    tuple of float
        Effective training of forces, aid and diplomacy; of that the aid without security, and the training of forces
        that answer to nobody.
    """
    safe = treated(security, insecurity, p)
    provided = treated(development, deprivation, p)
    accountable = treated(diplomacy, exclusion, p)
    forces = advised(accountable, team, p)
    for_security = unhindered(p.other_interdependence, deprivation, provided, p) * unhindered(
        p.forces_need_accountability, exclusion, forces, p
    )
    for_development = unhindered(p.aid_needs_security, insecurity, safe, p) * unhindered(
        p.other_interdependence, exclusion, accountable, p
    )
    for_diplomacy = unhindered(p.other_interdependence, insecurity, safe, p) * unhindered(
        p.other_interdependence, deprivation, provided, p
    )
    training = outreach(p) * security * for_security * works[0]
    aid, talks = development * for_development * works[1], diplomacy * for_diplomacy * works[2]
    return training, aid, talks, aid * (1.0 - safe), training * (1.0 - forces)


@rule
def fall(work: float, level: float, p: Delivery) -> float:
    """What effective work takes off its driver in a quarter."""
    return p.effect * work * level


@rule
def worked_driver(level: float, fall: float) -> float:
    """A driver after a quarter's work."""
    return clip(level - fall)


@rule
def reformed(structural: float, fall: float, lasting: float) -> float:
    """A structural level after a quarter's work: part of what was gained lasts."""
    return clip(structural - lasting * fall)
