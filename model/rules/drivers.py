"""The three drivers of conflict by themselves: reversion, drift, shocks, damage, scars (ODD, steps 1 and 7)."""

from model.parameters import Drivers
from model.rules.compiled import rule
from model.rules.elementary import clip, log


@rule
def hit(uniform: float, rate: float) -> bool:
    """Whether a shock comes this quarter."""
    return uniform > 1.0 - rate


@rule
def shock(uniform: float, rate: float, size: float) -> float:
    """Size of a shock this quarter: zero, or exponential with mean ``size`` with probability ``rate``.

    The same uniform decides whether it comes and how large it is, so a higher rate never makes a shock smaller.
    """
    return -size * log((1.0 - uniform) / rate) if hit(uniform, rate) else 0.0


@rule
def shocks_to_drivers(
    environmental: float, pandemic: float, crime: float, rivalry: float, p: Drivers
) -> tuple[float, float, float]:
    """Spread the four kinds of shock over insecurity, deprivation and exclusion (arguments are uniforms).

    Who is hit is an assumption stated in the ODD: droughts and pandemics impoverish, pandemics also close politics,
    crime and rivalry bring insecurity.
    """
    drought = shock(environmental, p.environmental_rate, p.shock_size)
    disease = shock(pandemic, p.pandemic_rate, p.shock_size)
    gangs = shock(crime, p.crime_rate, p.shock_size)
    rival = shock(rivalry, p.rivalry_rate, p.shock_size)
    insecurity = 0.3 * drought + 0.7 * gangs + 0.8 * rival
    deprivation = 0.7 * drought + 0.6 * disease
    exclusion = 0.4 * disease + 0.3 * gangs + 0.2 * rival
    return insecurity, deprivation, exclusion


@rule
def next_driver(level: float, structural: float, status: float, normal: float, shock: float, p: Drivers) -> float:
    """Move a driver by one quarter; conflict of level ``status`` (0, 1, 2) fills part of the room left above it."""
    pull = p.reversion * (structural - level)
    damage = p.war_damage * status * (1.0 - level)
    return clip(level + pull + p.volatility * normal + shock + damage)


@rule
def healed(structural: float, origin: float, healing: float) -> float:
    """Let a structural level return towards where the path has it this year: scars heal and reforms fade alike."""
    return structural + healing * (origin - structural)


@rule
def scarred(structural: float, previous_status: float, status: float, scarring: float) -> float:
    """Lift a structural level when a conflict begins."""
    onset = 1.0 if previous_status == 0.0 and status > 0.0 else 0.0
    return structural + scarring * onset * (1.0 - structural)
