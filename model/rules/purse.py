"""How a department or pool spends a quarter's money, in two colours and by component (ODD, step 5).

Official development assistance (ODA) may buy security work only as far as it is eligible; other money may buy anything.
"""

from model.parameters import Degrees, Finance
from model.rules.compiled import kernel
from model.rules.finance import QuarterMoney, Settlement
from model.rules.portfolio import any_in, spread_money
from model.rules.table import (
    ARREARS,
    ASSESSED_LINE,
    CALLED,
    COST,
    DEPLOYED,
    LAPSED_LINE,
    LEDGER,
    LINES,
    MONEY,
    OVERHEAD_LINE,
    PROGRAMME_LINE,
    REPLANNED,
    SCREENED_OUT,
    THEMATIC_LINE,
    THEME,
    TOP_UP_LINE,
    UNDRAWN_LINE,
    VOLUNTARY_LINE,
)
from model.world import Floats

WAR = 1.5
"""A status above it is war."""
_ROUNDING = 1e-12
"""Relative; what exceeds a limit by less exceeds it by rounding only."""


@kernel
def enter(ledger: Floats, line: int, money: float, oda: float) -> None:
    """Enter money in a line of the ledger (20,), of which the part ``oda`` is aid."""
    ledger[line] += oda * money
    ledger[LINES + line] += (1.0 - oda) * money


@kernel
def open_ledger(money: QuarterMoney, settlement: Settlement, oda: Floats, ledger: Floats) -> None:
    """Open a quarter's ledger (20,): what was paid, and lapsed, before departments and pools spend.

    Departments pay in the colours of their money, of which the part ``oda`` (3,) is aid; the Reserve's money is none.
    """
    ledger[:] = 0.0
    for d in range(3):
        enter(ledger, ASSESSED_LINE, money.paid[d], oda[d])
        enter(ledger, OVERHEAD_LINE, settlement.overhead[d], oda[d])
        enter(ledger, LAPSED_LINE, money.lapsed[d], oda[d])
    enter(ledger, ASSESSED_LINE, money.drawn, 0.0)
    enter(ledger, UNDRAWN_LINE, money.undrawn, 0.0)
    ledger[ARREARS - LEDGER] = money.arrears
    ledger[CALLED - LEDGER] = money.paid[0] + money.paid[1] + money.paid[2]


@kernel
def _row_sum(book: Floats, row: int) -> float:
    """Sum of a row of a book."""
    total = 0.0
    for i in range(book.shape[1]):
        total += book[row, i]
    return total


@kernel
def _by_instrument(book: Floats) -> tuple[float, float, float]:
    """Money of a book by instrument."""
    security, development, diplomacy = 0.0, 0.0, 0.0
    for i in range(book.shape[1]):
        security += book[MONEY, i]
        development += book[MONEY + 1, i]
        diplomacy += book[MONEY + 2, i]
    return security, development, diplomacy


@kernel
def _scale(book: Floats, row: int, factor: float) -> None:
    """Multiply a row of a book."""
    for i in range(book.shape[1]):
        book[row, i] *= factor


@kernel
def _screen(
    book: Floats, security: float, eligible: float, other: float, finance: Finance, degrees: Degrees, ledger: Floats
) -> tuple[float, float]:
    """Hold what was agreed to the law on aid: with so much ``other`` money there can only be so much security work.

    A plan that knew the law would put all of the excess into other work; as far as it is screened only after it was
    agreed, part of it is lost.

    Returns
    -------
    tuple of float
        Factors by which security work shrank and other work grew.
    """
    ineligible = 1.0 - finance.oda_eligible_security
    excess = security - other / ineligible if ineligible > 0.0 else 0.0
    if security == 0.0 or excess <= _ROUNDING * security:
        return 1.0, 1.0
    planned = 1.0 - degrees.screening * (1.0 - finance.replanning)
    replanned = planned * excess if eligible > 0.0 else 0.0
    ledger[REPLANNED - LEDGER] += replanned
    ledger[SCREENED_OUT - LEDGER] += excess - replanned
    enter(ledger, LAPSED_LINE, excess - replanned, 1.0)
    shrunk, grown = 1.0 - excess / security, 1.0 + replanned / eligible if eligible > 0.0 else 1.0
    _scale(book, MONEY, shrunk)
    _scale(book, MONEY + 1, grown)
    _scale(book, MONEY + 2, grown)
    return shrunk, grown


@kernel
def spend(
    money: Floats,
    oda: float,
    missions: float,
    cut: float,
    topped: float,
    status: Floats,
    finance: Finance,
    degrees: Degrees,
    book: Floats,
    ledger: Floats,
) -> float:
    """Spend a quarter's money: what a cut leaves pays decisions, then voluntary missions, themes and programmes.

    Parameters
    ----------
    money : ndarray (4,)
        £m tied to each instrument, then free.
    oda : float
        Part of it that is ODA.
    missions : float
        £m of it that may go to voluntary peacekeeping; only other money than ODA does.
    cut, topped : float
        Part that is cut this year; part that is the Treasury's top-up.
    status : ndarray (n,)
        Of the states, as the quarter began.
    book : ndarray (21, n)
        Its money is set in place.
    ledger : ndarray (20,)
        Added to in place: lines by colour, arrears, re-planned and screened out, as in `model.rules.table`.

    Returns
    -------
    float
        £m spent on voluntary peacekeeping.
    """
    total = money[0] + money[1] + money[2] + money[3]
    enter(ledger, LAPSED_LINE, cut * total, oda)
    left = total - cut * total
    cost = min(left, _row_sum(book, COST))
    enter(ledger, OVERHEAD_LINE, cost, oda)
    left -= cost
    other = (1.0 - oda) * left
    voluntary = min(missions * (left / total), other) if total > 0.0 and any_in(book, DEPLOYED) else 0.0
    ledger[LINES + VOLUNTARY_LINE] += voluntary
    other, left = other - voluntary, left - voluntary
    theme = degrees.thematic * left if any_in(book, THEME) else 0.0
    part = (left - theme) / total if total > 0.0 else 0.0
    _programmes(money, part, theme, other, left, topped, status, finance, degrees, book, ledger)
    return voluntary


@kernel
def _unspent_at_war(status: Floats, part: float, book: Floats) -> float:
    """Take off programmes in states at war, status (n,), the part that cannot be spent there; £m in all."""
    lost = 0.0
    for i in range(book.shape[1]):
        if status[i] > WAR:
            for k in range(3):
                unspent = part * book[MONEY + k, i]
                book[MONEY + k, i] -= unspent
                lost += unspent
    return lost


@kernel
def _programmes(
    money: Floats, part: float, theme: float, other: float, left: float, topped: float, status: Floats,
    finance: Finance, degrees: Degrees, book: Floats, ledger: Floats,
) -> None:  # fmt: skip
    """Spread country programmes' part of money and thematic money, screen both, and enter them in the ledger."""
    unplaced = spread_money(money, part, book) + _unspent_at_war(status, finance.war_lapse, book)
    enter(ledger, LAPSED_LINE, unplaced, 1.0 - other / left if left > 0.0 else 0.0)
    other -= unplaced * (other / left) if left > 0.0 else 0.0
    if theme > 0.0:
        for i in range(book.shape[1]):
            book[MONEY, i] += 0.5 * theme * book[THEME, i]
            book[MONEY + 2, i] += 0.5 * theme * book[THEME, i]
    security, development, diplomacy = _by_instrument(book)
    shrunk, grown = _screen(book, security, development + diplomacy, other, finance, degrees, ledger)
    if shrunk < 1.0:
        security, development, diplomacy = _by_instrument(book)
    placed = security + development + diplomacy
    thematic = 0.5 * theme * (shrunk + grown)
    # Whatever is lost in screening was aid: all other money has been spent.
    oda = 1.0 - other / placed if placed > 0.0 else 0.0
    enter(ledger, PROGRAMME_LINE, (1.0 - topped) * (placed - thematic), oda)
    enter(ledger, THEMATIC_LINE, (1.0 - topped) * thematic, oda)
    enter(ledger, TOP_UP_LINE, topped * placed, oda)
