"""Money from Parliament to departments and pools (ODD, steps 2 and 5). All amounts are £m a quarter.

The identity that every institution meets, each term computed on its own:
programme + top-up + peacekeeping + overhead + lapsed = envelope.
"""

from typing import NamedTuple

import numpy as np

from model.parameters import Budgeting, Degrees, Finance
from model.rules.compiled import kernel, rule
from model.rules.treasury import EQUAL_PROGRAMME
from model.world import Floats


@rule
def usual_envelope(p: Finance) -> float:
    """Envelope before Parliament has moved it, a quarter's part of the year."""
    return 0.25 * p.envelope


@kernel
def normalised(first: float, second: float, third: float) -> Floats:
    """Three weights as parts of one; even parts when all are zero."""
    total = first + second + third
    if total > 0.0:
        return np.array([first / total, second / total, third / total])
    return np.array([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0])


@kernel
def rebalance(shares: Floats, reported_need: Floats, degree: float) -> None:
    """Move departmental shares (3,) towards reported need (3,), in place."""
    need = normalised(reported_need[0], reported_need[1], reported_need[2])
    for d in range(3):
        shares[d] = (1.0 - degree) * shares[d] + degree * need[d]


@kernel
def bearing_parts(shares: Floats, ring_fence: float) -> Floats:
    """Who bears peacekeeping: all in proportion to their money, but the law on aid may shield development money."""
    return normalised(shares[0], shares[1] * (1.0 - ring_fence), shares[2])


@kernel
def bear(cost: float, parts: Floats, budgets: Floats) -> tuple[Floats, float]:
    """Charge a cost to departments by their parts; what one cannot pay, the others bear as far as they can.

    Returns
    -------
    tuple of ndarray (3,) and float
        Budgets left, and the cost that nobody could pay.
    """
    left = np.empty(3)
    unpaid = 0.0
    for d in range(3):
        left[d] = budgets[d] - cost * parts[d]
        if left[d] < 0.0:
            unpaid -= left[d]
            left[d] = 0.0
    able = left[0] + left[1] + left[2]
    if unpaid > 0.0 and able > 0.0:
        covered = min(unpaid, able)
        for d in range(3):
            left[d] -= covered * (left[d] / able)
        unpaid -= covered
    return left, unpaid


class Settlement(NamedTuple):
    """A fiscal year's settlement, £m a quarter.

    ``envelope`` all of it; ``parts`` (3,) of unexpected peacekeeping each department bears; ``budgets`` (3,) programme
    money by department before pooling; ``planned`` peacekeeping; ``overhead``; ``held`` money that is not released.
    """

    envelope: float
    parts: Floats
    budgets: Floats
    planned: float
    overhead: float
    held: float


@kernel
def settle(
    envelope: float, owed: float, shares: Floats, joined: Floats, finance: Finance, degrees: Degrees
) -> Settlement:
    """Divide a year's envelope: peacekeeping owed is the first call, then overhead, then programmes.

    Parameters
    ----------
    envelope, owed : float
        Voted money and assessed peacekeeping at the year's start, £m a quarter.
    shares, joined : ndarray (3,)
        Departments' parts of the money, and the part of each that goes into pools.
    """
    parts = bearing_parts(shares, finance.peacekeeping_ring_fence)
    planned = min(owed, envelope)
    gross = np.empty(3)
    for d in range(3):
        gross[d] = envelope * shares[d]
    net, _ = bear(planned, parts, gross)
    budgets = np.empty(3)
    overhead, held = 0.0, 0.0
    for d in range(3):
        rate = (
            finance.analysis_overhead * (degrees.shared_analysis + degrees.rebalancing)
            + finance.pooling_overhead * joined[d]
        )
        released = degrees.programme * net[d]
        held += net[d] - released
        overhead += rate * released
        budgets[d] = released - rate * released
    return Settlement(envelope, parts, budgets, planned, overhead, held)


@rule
def with_peacekeeping(envelope: float, owed: float, p: Budgeting) -> float:
    """Envelope of a year, £m a quarter: as voted, or equal programme money with peacekeeping owed on top."""
    return 0.25 * p.programme_target + owed if p.budget_rule == EQUAL_PROGRAMME else envelope


@kernel
def as_it_turns_out(assessed: float, settlement: Settlement, p: Budgeting) -> Settlement:
    """Settlement that meets a quarter's peacekeeping: under equal programme money, what is due is voted in full."""
    if p.budget_rule != EQUAL_PROGRAMME:
        return settlement
    envelope = settlement.envelope + (assessed - settlement.planned)
    return Settlement(envelope, settlement.parts, settlement.budgets, assessed, settlement.overhead, settlement.held)


class QuarterMoney(NamedTuple):
    """What a quarter leaves to spend, £m: ``budgets`` (3,), peacekeeping ``paid``, ``lapsed`` so far, ``arrears``."""

    budgets: Floats
    paid: float
    lapsed: float
    arrears: float


@kernel
def meet_peacekeeping(assessed: float, settlement: Settlement, finance: Finance, degrees: Degrees) -> QuarterMoney:
    """Pay peacekeeping as it turns out in a quarter.

    More than planned is taken from this quarter's programmes, by whoever bears it; then from money not released; what
    still cannot be paid becomes arrears. Less than planned is released to programmes in part, and lapses otherwise.
    """
    excess = assessed - settlement.planned
    if excess > 0.0:
        budgets, unpaid = bear(excess, settlement.parts, settlement.budgets)
        from_held = min(unpaid, settlement.held)
        arrears = unpaid - from_held
        return QuarterMoney(budgets, assessed - arrears, settlement.held - from_held, arrears)
    saved = -excess
    released = saved * finance.peacekeeping_release * degrees.programme
    budgets = np.empty(3)
    for d in range(3):
        budgets[d] = settlement.budgets[d] + released * settlement.parts[d]
    return QuarterMoney(budgets, assessed, settlement.held + (saved - released), 0.0)


class Division(NamedTuple):
    """A quarter's programme money, £m.

    Each department's ``own`` (3,), what it brings to pools ``pooled`` (3,) with the top-up in it, and the ``top_up``.
    """

    own: Floats
    pooled: Floats
    top_up: float


@kernel
def divide(budgets: Floats, joined: Floats, top_up: float) -> Division:
    """Divide departments' budgets (3,) between their own programmes and pools.

    The top-up is held back from all departments and claimed by those that pool; what is not claimed returns to all in
    proportion to their money, so that one can gain from others' pooling or lose by pooling alone.
    """
    own, pooled = np.empty(3), np.empty(3)
    claimed, total = 0.0, 0.0
    for d in range(3):
        base = joined[d] * (budgets[d] / (1.0 + top_up))
        own[d] = budgets[d] - base
        pooled[d] = base * (1.0 + top_up)
        claimed += base * top_up
        total += budgets[d]
    # Held back and returned in proportion: in the end all pay for what is claimed by their part of the money.
    for d in range(3):
        paid = claimed * (budgets[d] / total) if total > 0.0 else 0.0
        own[d] = own[d] - paid if own[d] > paid else 0.0
    return Division(own, pooled, claimed)


@kernel
def top_up_part(division: Division) -> float:
    """Part of pooled money that is the Treasury's top-up."""
    pooled = division.pooled[0] + division.pooled[1] + division.pooled[2]
    return division.top_up / pooled if pooled > 0.0 else 0.0
