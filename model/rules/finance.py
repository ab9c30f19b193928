"""Money from Parliament to departments and pools (ODD, steps 2 and 5). All amounts are £m a quarter.

The envelope is what the Reserve may pay of assessed peacekeeping, up to its cap, and what is settled on departments.
The identity that every institution meets, each term computed on its own, in all and in either colour of money
(official development assistance and other): programme + thematic + top-up + assessed and voluntary peacekeeping +
overhead + lapsed + undrawn = envelope.
"""

import math
from typing import NamedTuple

import numpy as np

from model.parameters import Budgeting, Degrees, Finance
from model.rules.compiled import kernel, kernel_with_memory, rule
from model.rules.treasury import EQUAL_PROGRAMME, ON_TOP
from model.world import Floats


@rule
def usual_settlement(p: Finance) -> float:
    """Money settled on departments before Parliament has moved it, a quarter's part of the year."""
    return 0.25 * p.settlement


@rule
def granted(voted: float, p: Budgeting) -> float:
    """Money settled on departments, £m a quarter: as voted, or the same programme money for every institution."""
    return 0.25 * p.programme_target if p.budget_rule == EQUAL_PROGRAMME else voted


@rule
def reserve_cap(due: float, finance: Finance, p: Budgeting) -> float:
    """Most that the Reserve pays of the peacekeeping that is due, £m a quarter.

    Under equal programme money it is all of it: then nothing falls on what is settled.
    """
    return due if p.budget_rule == EQUAL_PROGRAMME else 0.25 * finance.reserve_cap


@kernel_with_memory
def normalised(first: float, second: float, third: float) -> Floats:
    """Three weights as parts of one; even parts when all are zero."""
    total = first + second + third
    if total > 0.0:
        return np.array([first / total, second / total, third / total])
    return np.array([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0])


@kernel_with_memory
def rebalance(shares: Floats, reported_need: Floats, degree: float) -> None:
    """Move departmental shares (3,) towards reported need (3,), in place."""
    need = normalised(reported_need[0], reported_need[1], reported_need[2])
    for d in range(3):
        shares[d] = (1.0 - degree) * shares[d] + degree * need[d]


@kernel_with_memory
def oda_parts(p: Finance) -> Floats:
    """Part of each department's money that is official development assistance (ODA) (3,)."""
    return np.array([p.oda_defence, p.oda_development, p.oda_foreign])


@kernel
def of_colour(money: Floats, oda: Floats) -> float:
    """ODA in departments' money (3,), £m, given each one's part of it (3,)."""
    return float(money[0] * oda[0] + money[1] * oda[1] + money[2] * oda[2])


@kernel_with_memory
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


@kernel_with_memory
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

    ``settled`` on departments in all, and ``oda`` of it; ``cap`` of the Reserve, and what is planned to be ``drawn``
    from it; ``parts`` of unexpected peacekeeping each bears; ``budgets`` programme money before pooling; ``called``
    peacekeeping beyond the cap, in all, and as ``borne``; ``overhead``, the advisory team's cost included; ``held``
    money that is not released; ``places`` that the advisory team can fill.
    """

    settled: float
    oda: float
    cap: float
    drawn: float
    parts: Floats
    budgets: Floats
    called: float
    borne: Floats
    overhead: Floats
    held: Floats
    places: float


@kernel_with_memory
def settle(
    settled: float, cap: float, owed: float, shares: Floats, joined: Floats, finance: Finance, degrees: Degrees
) -> Settlement:
    """Divide a year's settlement: peacekeeping beyond the Reserve's cap comes first, then overhead, then programmes.

    Parameters
    ----------
    settled, cap, owed : float
        Money for departments, the most that the Reserve pays, and assessed peacekeeping at the year's start, £m a
        quarter.
    shares, joined : ndarray (3,)
        Departments' parts of the money, and the part of each that goes into pools.
    """
    parts = bearing_parts(shares, joined, finance)
    drawn = min(owed, cap)
    called = min(owed - drawn, settled)
    gross = settled * shares
    net, _ = bear(called, parts, gross)
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
    return Settlement(settled, oda, cap, drawn, parts, budgets, called, gross - net, overhead, net - released, places)


@rule
def decision_price(jointly: float, p: Finance) -> float:
    """£m a quarter that a decision costs for a year, taken jointly to some degree."""
    return 0.25 * p.decision_cost * jointly


@kernel_with_memory
def as_it_turns_out(due: float, settlement: Settlement, p: Budgeting) -> Settlement:
    """Settlement that meets a quarter's peacekeeping: under equal programme money, the Reserve pays all that is due."""
    if p.budget_rule != EQUAL_PROGRAMME:
        return settlement
    x = settlement
    return Settlement(
        x.settled, x.oda, due, due, x.parts, x.budgets, x.called, x.borne, x.overhead, x.held, x.places
    )  # fmt: skip


class QuarterMoney(NamedTuple):
    """What a quarter leaves to spend, £m; by department (3,) where not said otherwise.

    ``budgets`` and the part ``oda`` of each that is aid; peacekeeping ``paid`` beyond the cap, and ``lapsed`` so far;
    of the Reserve, in all, ``drawn`` for peacekeeping and ``undrawn``; ``arrears`` are the peacekeeping that nobody
    could pay.
    """

    budgets: Floats
    oda: Floats
    paid: Floats
    lapsed: Floats
    drawn: float
    undrawn: float
    arrears: float


@kernel_with_memory
def meet_peacekeeping(due: float, settlement: Settlement, finance: Finance, degrees: Degrees) -> QuarterMoney:
    """Pay peacekeeping as it turns out in a quarter: the Reserve up to its cap, departments the rest.

    Of what the Reserve was to pay and need not, a part moves to programmes; the rest, and what was never planned, is
    not drawn.
    """
    drawn = min(due, settlement.cap)
    budgets, paid, lapsed, arrears = _meet_call(due - drawn, settlement, degrees)
    spared = settlement.drawn - drawn if settlement.drawn > drawn else 0.0
    total, moved, oda = budgets[0] + budgets[1] + budgets[2], 0.0, oda_parts(finance)
    if spared > 0.0 and total > 0.0:
        moved = spared * (finance.peacekeeping_release * degrees.programme)
        for d in range(3):
            own = budgets[d]
            budgets[d] = own + moved * (own / total)
            # The Reserve's money is no aid.
            oda[d] = oda[d] * (own / budgets[d]) if budgets[d] > 0.0 else oda[d]
    return QuarterMoney(budgets, oda, paid, lapsed, drawn, settlement.cap - drawn - moved, arrears)


@kernel_with_memory
def _meet_call(called: float, settlement: Settlement, degrees: Degrees) -> tuple[Floats, Floats, Floats, float]:
    """Pay peacekeeping beyond the cap: programme money left, what each paid and lets lapse (3,), and arrears.

    More than planned is taken from this quarter's programmes, by whoever bears it; then from money not released; what
    still cannot be paid becomes arrears. Less than planned goes back to the programmes of those who bore it.
    """
    x, held, excess = settlement, settlement.held, called - settlement.called
    paid, lapsed = np.empty(3), np.empty(3)
    if excess > 0.0:
        budgets, unpaid = bear(excess, x.parts, x.budgets)
        kept = held[0] + held[1] + held[2]
        from_held = min(unpaid, kept)
        part = from_held / kept if kept > 0.0 else 0.0
        for d in range(3):
            taken = held[d] * part
            paid[d] = x.borne[d] + (x.budgets[d] - budgets[d]) + taken
            lapsed[d] = held[d] - taken
        return budgets, paid, lapsed, unpaid - from_held
    budgets, part = np.empty(3), -excess / x.called if x.called > 0.0 else 0.0
    for d in range(3):
        back = x.borne[d] * part
        released = back * degrees.programme
        budgets[d], paid[d], lapsed[d] = x.budgets[d] + released, x.borne[d] - back, held[d] + (back - released)
    return budgets, paid, lapsed, 0.0


class Division(NamedTuple):
    """A quarter's programme money, £m.

    Each department's ``own`` (3,), what it brings to pools ``pooled`` (3,) with the top-up in it, the ``top_up``, and
    the part of pooled money that is ``oda``; ``added`` is what of the top-up comes on top of the envelope, and
    ``added_oda`` what of that is aid.
    """

    own: Floats
    pooled: Floats
    top_up: float
    oda: float
    added: float
    added_oda: float


@kernel_with_memory
def divide(budgets: Floats, oda: Floats, joined: Floats, top_up: float, p: Budgeting) -> Division:
    """Divide departments' budgets (3,), the part ``oda`` (3,) of each aid, between their own programmes and pools.

    Within the envelope the top-up is held back from all departments and claimed by those that pool; what is not claimed
    returns to all in proportion to their money, so that one can gain from others' pooling or lose by pooling alone. On
    top of it the Treasury adds it, and nobody pays. Money keeps its colour: the top-up has that of the budgets it was
    held back from, or that of the money it is added to.
    """
    on_top = p.top_up_source == ON_TOP
    own, pooled, held = np.empty(3), np.empty(3), 1.0 if on_top else 1.0 + top_up
    claimed, total, base_oda = 0.0, 0.0, 0.0
    for d in range(3):
        base = joined[d] * (budgets[d] / held)
        own[d] = budgets[d] - base
        pooled[d] = base * (1.0 + top_up)
        claimed += base * top_up
        total += budgets[d]
        base_oda += oda[d] * base
    added, added_oda, raised_oda = (claimed, base_oda * top_up, 0.0) if on_top else (0.0, 0.0, 0.0)
    # Held back and returned in proportion: in the end all pay for what is claimed by their part of the money.
    for d in range(3):
        paid = claimed * (budgets[d] / total) if total > 0.0 and not on_top else 0.0
        raised_oda += oda[d] * paid
        own[d] = own[d] - paid if own[d] > paid else 0.0
    together, aid = pooled[0] + pooled[1] + pooled[2], base_oda + added_oda + raised_oda
    return Division(own, pooled, claimed, aid / together if together > 0.0 else 0.0, added, added_oda)


@kernel
def top_up_part(division: Division) -> float:
    """Part of pooled money that is the Treasury's top-up."""
    pooled = division.pooled[0] + division.pooled[1] + division.pooled[2]
    return division.top_up / pooled if pooled > 0.0 else 0.0
