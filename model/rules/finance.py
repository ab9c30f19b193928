"""Money from Parliament to departments and pools (ODD, steps 2 and 5). All amounts are £m a quarter.

The identity that every institution meets, each term computed on its own, in all and in either colour of money (official
development assistance and other): programme + thematic + top-up + assessed and voluntary peacekeeping + overhead +
lapsed = envelope.
"""

import math
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
def oda_parts(p: Finance) -> Floats:
    """Part of each department's money that is official development assistance (ODA) (3,)."""
    return np.array([p.oda_defence, p.oda_development, p.oda_foreign])


@kernel
def of_colour(money: Floats, oda: Floats) -> float:
    """ODA in departments' money (3,), £m, given each one's part of it (3,)."""
    return float(money[0] * oda[0] + money[1] * oda[1] + money[2] * oda[2])


@kernel
def bearing_parts(shares: Floats, joined: Floats, p: Finance) -> Floats:
    """Who bears peacekeeping: all in proportion to their money, but the law on aid may shield development's.

    As far as peacekeeping is the first call on pools, it falls on those who pool, by what they pool (3,).
    """
    pooling = joined[0] + joined[1] + joined[2] > 0.0
    borne = np.empty(3)
    for d in range(3):
        shield = p.peacekeeping_ring_fence if d == 1 else 0.0
        call = 1.0 - p.first_call + p.first_call * joined[d] if pooling else 1.0
        borne[d] = shares[d] * (1.0 - shield) * call
    if borne[0] + borne[1] + borne[2] > 0.0:
        return normalised(borne[0], borne[1], borne[2])
    return normalised(shares[0], shares[1], shares[2])


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
    """A fiscal year's settlement, £m a quarter; by department (3,) where not said otherwise.

    ``envelope`` all of it and ``oda`` of it; ``parts`` of unexpected peacekeeping each bears; ``budgets`` programme
    money before pooling; ``planned`` peacekeeping in all, and as ``borne``; ``overhead``, the advisory team's cost
    included; ``held`` money that is not released; ``places`` that the advisory team can fill.
    """

    envelope: float
    oda: float
    parts: Floats
    budgets: Floats
    planned: float
    borne: Floats
    overhead: Floats
    held: Floats
    places: float


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
    parts = bearing_parts(shares, joined, finance)
    planned = min(owed, envelope)
    gross = envelope * shares
    net, _ = bear(planned, parts, gross)
    released = degrees.programme * net
    total = released[0] + released[1] + released[2]
    place = 0.25 * finance.advisory_cost
    places = min(degrees.advisory_places, math.floor(total / place))
    budgets, overhead = np.empty(3), np.empty(3)
    for d in range(3):
        team = places * place * (released[d] / total) if total > 0.0 else 0.0
        rate = (
            finance.analysis_overhead * (degrees.shared_analysis + degrees.rebalancing)
            + finance.pooling_overhead * joined[d]
        )
        overhead[d] = team + rate * (released[d] - team)
        budgets[d] = (released[d] - team) * (1.0 - rate)
    oda = of_colour(gross, oda_parts(finance))
    return Settlement(envelope, oda, parts, budgets, planned, gross - net, overhead, net - released, places)


@rule
def decision_price(jointly: float, p: Finance) -> float:
    """£m a quarter that a decision costs for a year, taken jointly to some degree."""
    return 0.25 * p.decision_cost * jointly


@rule
def with_peacekeeping(envelope: float, owed: float, p: Budgeting) -> float:
    """Envelope of a year, £m a quarter: as voted, or equal programme money with peacekeeping owed on top."""
    return 0.25 * p.programme_target + owed if p.budget_rule == EQUAL_PROGRAMME else envelope


@kernel
def as_it_turns_out(assessed: float, settlement: Settlement, finance: Finance, p: Budgeting) -> Settlement:
    """Settlement that meets a quarter's peacekeeping: under equal programme money, what is due is voted in full."""
    if p.budget_rule != EQUAL_PROGRAMME:
        return settlement
    x = settlement
    more = assessed - x.planned
    extra = more * x.parts if more > 0.0 or x.planned == 0.0 else more / x.planned * x.borne
    oda = x.oda + of_colour(extra, oda_parts(finance))
    return Settlement(
        x.envelope + more, oda, x.parts, x.budgets, assessed, x.borne + extra, x.overhead, x.held, x.places
    )


class QuarterMoney(NamedTuple):
    """What a quarter leaves to spend, £m by department (3,): ``budgets``, peacekeeping ``paid``, ``lapsed`` so far.

    ``arrears`` are the peacekeeping that nobody could pay.
    """

    budgets: Floats
    paid: Floats
    lapsed: Floats
    arrears: float


@kernel
def meet_peacekeeping(assessed: float, settlement: Settlement, finance: Finance, degrees: Degrees) -> QuarterMoney:
    """Pay peacekeeping as it turns out in a quarter.

    More than planned is taken from this quarter's programmes, by whoever bears it; then from money not released; what
    still cannot be paid becomes arrears. Less than planned goes back to those who bore it: in part to programmes, the
    rest lapses.
    """
    x, held, excess = settlement, settlement.held, assessed - settlement.planned
    paid, lapsed = np.empty(3), np.empty(3)
    if excess > 0.0:
        budgets, unpaid = bear(excess, x.parts, x.budgets)
        reserve = held[0] + held[1] + held[2]
        from_held = min(unpaid, reserve)
        part = from_held / reserve if reserve > 0.0 else 0.0
        for d in range(3):
            taken = held[d] * part
            paid[d] = x.borne[d] + (x.budgets[d] - budgets[d]) + taken
            lapsed[d] = held[d] - taken
        return QuarterMoney(budgets, paid, lapsed, unpaid - from_held)
    budgets, part = np.empty(3), -excess / x.planned if x.planned > 0.0 else 0.0
    for d in range(3):
        back = x.borne[d] * part
        released = back * (finance.peacekeeping_release * degrees.programme)
        budgets[d], paid[d], lapsed[d] = x.budgets[d] + released, x.borne[d] - back, held[d] + (back - released)
    return QuarterMoney(budgets, paid, lapsed, 0.0)


class Division(NamedTuple):
    """A quarter's programme money, £m.

    Each department's ``own`` (3,), what it brings to pools ``pooled`` (3,) with the top-up in it, the ``top_up``, and
    the part of pooled money that is ``oda``.
    """

    own: Floats
    pooled: Floats
    top_up: float
    oda: float


@kernel
def divide(budgets: Floats, joined: Floats, top_up: float, finance: Finance) -> Division:
    """Divide departments' budgets (3,) between their own programmes and pools.

    The top-up is held back from all departments and claimed by those that pool; what is not claimed returns to all in
    proportion to their money, so that one can gain from others' pooling or lose by pooling alone. Money keeps its
    colour: the top-up has that of the budgets it was held back from.
    """
    own, pooled, oda = np.empty(3), np.empty(3), oda_parts(finance)
    claimed, total = 0.0, 0.0
    for d in range(3):
        base = joined[d] * (budgets[d] / (1.0 + top_up))
        own[d] = budgets[d] - base
        pooled[d] = base * (1.0 + top_up)
        claimed += base * top_up
        total += budgets[d]
    # Held back and returned in proportion: in the end all pay for what is claimed by their part of the money.
    aid = 0.0
    for d in range(3):
        paid = claimed * (budgets[d] / total) if total > 0.0 else 0.0
        aid += oda[d] * (pooled[d] / (1.0 + top_up) + paid)
        own[d] = own[d] - paid if own[d] > paid else 0.0
    together = pooled[0] + pooled[1] + pooled[2]
    return Division(own, pooled, claimed, aid / together if together > 0.0 else 0.0)


@kernel
def top_up_part(division: Division) -> float:
    """Part of pooled money that is the Treasury's top-up."""
    pooled = division.pooled[0] + division.pooled[1] + division.pooled[2]
    return division.top_up / pooled if pooled > 0.0 else 0.0
