"""Trust of a partner state in the donor, and its consent to each line of engagement (ODD, steps 2, 6 and 8)."""

from model.parameters import Trust
from model.rules.compiled import rule
from model.rules.elementary import clip, logistic

FIRST_TRUST = 0.5
"""Trust at the start, and the level to which it returns."""


@rule
def winning(security: float, development: float, diplomacy: float, ties: float, p: Trust) -> float:
    """Effort that wins trust: the sum over instruments, ties between forces (a part of security work) counting more."""
    return security + development + diplomacy + p.ties_trust * ties * security


@rule
def next_trust(trust: float, effort: float, missions: float, imposed: float, p: Trust) -> float:
    """Trust after a quarter: grows with effort, wears with separate missions and with what was done without consent.

    ``effort`` is `winning`; ``missions`` counts the donor's separate missions in the state; ``imposed`` is the consent
    that security work went without.
    """
    gain = p.trust_gain * effort * (1.0 - trust)
    burden = p.trust_burden * (missions - 1.0 if missions > 1.0 else 0.0) * trust
    price = p.protection_cost * imposed * trust
    return clip(trust + gain - burden - price + p.trust_reversion * (FIRST_TRUST - trust))


@rule
def without_consent(status: float, consent: float, security: float, p: Trust) -> float:
    """Consent to security work that a donor spending ``security`` £m goes without, to protect in a war."""
    missing = p.protection - consent
    return missing if status > 1.5 and missing > 0.0 and security > 0.0 else 0.0


@rule
def stop_start(this_year: float, last_year: float) -> float:
    """Relative change of a state's money from one fiscal year to the next, in [0, 1]; 0 when there was none."""
    total = this_year + last_year
    return abs(this_year - last_year) / total if total > 0.0 else 0.0


@rule
def shaken(trust: float, stop_start: float, cost: float) -> float:
    """Trust after the year's accounts: money that stops and starts costs trust."""
    return trust * (1.0 - cost * stop_start)


CONSENTING = 0.5
"""Consent to security work from which a state takes part in thematic work and takes advice on its defence."""


@rule
def consent(trust: float, exclusion: float, p: Trust) -> tuple[float, float, float]:
    """Consent to security, development and diplomatic work, each in (0, 1).

    Rulers who exclude resist outside work, and security work most.
    """
    score = p.consent_base + p.consent_trust * (trust - FIRST_TRUST) - p.consent_exclusion * exclusion
    usual = logistic(score)
    return logistic(score - p.consent_security * exclusion), usual, usual
