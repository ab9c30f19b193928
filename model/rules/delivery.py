"""From money to effect: absorption, crowding, interdependence, harm, lasting reform (ODD, step 6).

Instruments and drivers are aligned: security works on insecurity, development on deprivation, diplomacy on exclusion.
"""

from model.parameters import Delivery
from model.rules.compiled import rule
from model.rules.elementary import clip, exp

_NOTHING = 1e-300
"""Keeps 0/0 from arising where there is neither effort nor a problem."""


@rule
def absorptive_scale(log_population: float, p: Delivery) -> float:
    """A: £m a quarter at which effort reaches half of what consent admits."""
    return p.absorption * exp(p.absorption_population * log_population)


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
def work(
    insecurity: float,
    deprivation: float,
    exclusion: float,
    security: float,
    development: float,
    diplomacy: float,
    p: Delivery,
) -> tuple[float, float, float, float]:
    """What a quarter's efforts do in a state.

    Returns
    -------
    tuple of float
        Fall of insecurity, deprivation and exclusion, and the rise of insecurity from arming the unaccountable.
    """
    safe = treated(security, insecurity, p)
    provided = treated(development, deprivation, p)
    accountable = treated(diplomacy, exclusion, p)
    for_security = unhindered(p.other_interdependence, deprivation, provided, p) * unhindered(
        p.forces_need_accountability, exclusion, accountable, p
    )
    for_development = unhindered(p.aid_needs_security, insecurity, safe, p) * unhindered(
        p.other_interdependence, exclusion, accountable, p
    )
    for_diplomacy = unhindered(p.other_interdependence, insecurity, safe, p) * unhindered(
        p.other_interdependence, deprivation, provided, p
    )
    return (
        p.effect * security * for_security * insecurity,
        p.effect * development * for_development * deprivation,
        p.effect * diplomacy * for_diplomacy * exclusion,
        p.harmful_assistance * security * exclusion * (1.0 - accountable),
    )


@rule
def worked_driver(level: float, fall: float, rise: float) -> float:
    """A driver after a quarter's work."""
    return clip(level - fall + rise)


@rule
def reformed(structural: float, fall: float, lasting: float) -> float:
    """A structural level after a quarter's work: part of what was gained, harm taken off, lasts."""
    return clip(structural - lasting * fall)
