"""Parliament's vote, the Treasury's belief in prevention, the top-up it grants, and whether departments keep pooling.

(ODD, steps 2 and 8.)
"""

from model.parameters import Budgeting
from model.rules.compiled import rule
from model.rules.elementary import clip, power

NEUTRAL, EQUAL_PROGRAMME, ENDOGENOUS = 0.0, 1.0, 2.0
"""Values of ``budget_rule``."""
WITHIN, ON_TOP = 0.0, 1.0
"""Values of ``top_up_source``."""
_LEAST, _MOST = 0.25, 4.0
"""However attention and belief move, an endogenous settlement stays within these multiples of the usual one."""


@rule
def next_attention(attention: float, harm: float, p: Budgeting) -> float:
    """Parliament's attention to current conflicts: a moving average of harm per state, war counting its weight."""
    return attention + p.attention_speed * (harm - attention)


@rule
def voted(settlement: float, attention: float, first_attention: float, belief: float, p: Budgeting) -> float:
    """Settlement that Parliament votes, £m a quarter, from the usual one.

    Unless the budget rule is endogenous it is the usual one; otherwise it follows attention and the Treasury's belief,
    each against where it stood at the start.
    """
    if p.budget_rule != ENDOGENOUS:
        return settlement
    alarm = attention / first_attention - 1.0 if first_attention > 0.0 else 0.0
    trust = belief / p.first_belief - 1.0 if p.first_belief > 0.0 else 0.0
    factor = 1.0 + p.attention_weight * alarm + p.belief_weight * trust
    factor = _LEAST if factor < _LEAST else factor
    return settlement * (_MOST if factor > _MOST else factor)


@rule
def report_deviation(joined: float, p: Budgeting) -> float:
    """Standard error of a year's report of yield, where departments have ``joined`` pools with part of their money."""
    return p.report_noise * (1.0 - p.pooled_reporting * joined)


@rule
def next_belief(
    belief: float, variance: float, yielded: float, normal: float, deviation: float, p: Budgeting
) -> tuple[float, float]:
    """Kalman update of the Treasury's belief about what prevention yields.

    Parameters
    ----------
    belief, variance : float
        What it holds before the report: mean (driver levels per £100m) and variance.
    yielded : float
        True yield of the year.
    normal : float
        Standard normal that makes the report's error.
    deviation : float
        See `report_deviation`.

    Returns
    -------
    tuple of float
        Mean and variance after the report.
    """
    prior = variance + p.belief_drift * p.belief_drift
    noise = deviation * deviation
    gain = prior / (prior + noise) if prior + noise > 0.0 else 0.0
    return belief + gain * (yielded + deviation * normal - belief), (1.0 - gain) * prior


@rule
def top_up_rate(usual: float, belief: float, p: Budgeting) -> float:
    """Top-up on a pooled pound that the Treasury decides on: the usual one, as far as it believes in prevention."""
    faith = belief / p.first_belief if p.first_belief > 0.0 and belief > 0.0 else 0.0
    rate = usual * power(faith, p.top_up_response)
    return 1.0 if rate > 1.0 else rate


@rule
def pooled_pound(worth: float, top_up: float, share: float, overhead: float, p: Budgeting) -> float:
    """Perceived worth of a pound given to a pool whose programmes are worth so much: topped up, less overhead.

    A department with this ``share`` of the money pays that part of the top-up it claims, unless that comes on top.
    """
    paid = 0.0 if p.top_up_source == ON_TOP else share
    return worth * (1.0 + top_up) / (1.0 + top_up * paid) * (1.0 - overhead)


@rule
def next_participation(participation: float, pooled: float, own: float, p: Budgeting) -> float:
    """Share of what the institution foresees that a department puts into pools next year.

    Replicator form: it grows where a pooled pound is thought worth more than one's own, with a mutation floor so that
    neither full nor no participation is for ever.

    Parameters
    ----------
    participation : float
        This year's, in [0, 1].
    pooled, own : float
        Perceived worth of a pound in the pool, top-up included, and in the department's own programmes.
    """
    total = pooled + own
    advantage = (pooled - own) / total if total > 0.0 else 0.0
    selection = p.participation_speed * participation * (1.0 - participation) * advantage
    mutation = p.participation_mutation * p.participation_speed * (0.5 - participation)
    return clip(participation + selection + mutation)
