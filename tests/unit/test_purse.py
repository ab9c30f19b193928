"""How a department or pool spends a quarter's money, in two colours and by component."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Degrees, Finance
from model.rules.finance import QuarterMoney, Settlement
from model.rules.measurement import COLOURS, MONEY_LINES
from model.rules.portfolio import open_book
from model.rules.purse import enter, open_ledger, spend
from model.rules.table import (
    ARREARS,
    ASSESSED_LINE,
    CALLED,
    CLAIM,
    COST,
    DEPLOYED,
    JOINED,
    LAPSED_LINE,
    LEDGER,
    LINES,
    MONEY,
    OVERHEAD_LINE,
    PROGRAMME,
    PROGRAMME_LINE,
    REPLANNED,
    SCREENED_OUT,
    THEME,
    TOP_UP_LINE,
    UNDRAWN_LINE,
    VOLUNTARY_LINE,
    WAIT,
    WHOLE_BOOK,
    WORTH,
)
from model.world import Floats

PART = st.floats(0.0, 1.0)
LEDGER_SIZE = JOINED - LEDGER
ANYTHING = Finance(oda_eligible_security=1.0)
"""Aid may pay for all security work: nothing is screened out."""
NO_COMPONENTS = Degrees()
NO_AID = 0.0


def new_book(*programmes: tuple[int, int], states: int = 2) -> Floats:
    """A book with programmes of worth 1, by instrument and state, that are under way."""
    book = np.zeros((WHOLE_BOOK, states))
    open_book(book)
    for k, i in programmes:
        book[PROGRAMME + k, i], book[WORTH + k, i], book[CLAIM + k, i], book[WAIT + k, i] = 1.0, 1.0, 1.0, 0.0
    return book


class Spent(NamedTuple):
    voluntary: float
    oda: dict[str, float]
    other: dict[str, float]
    replanned: float
    screened_out: float


def spent(
    money: list[float],
    book: Floats,
    *,
    oda: float = NO_AID,
    missions: float = 0.0,
    cut: float = 0.0,
    topped: float = 0.0,
    status: list[float] | None = None,
    finance: Finance = ANYTHING,
    degrees: Degrees = NO_COMPONENTS,
) -> Spent:
    ledger = np.zeros(LEDGER_SIZE)
    at = np.array(status or [0.0] * book.shape[1])
    voluntary = spend(np.array(money), oda, missions, cut, topped, at, finance, degrees, book, ledger)
    assert ledger[ARREARS - LEDGER] == 0.0
    lines = [dict(zip(MONEY_LINES, ledger[at : at + LINES].tolist(), strict=True)) for at in (0, LINES)]
    return Spent(voluntary, lines[0], lines[1], float(ledger[REPLANNED - LEDGER]), float(ledger[SCREENED_OUT - LEDGER]))


def lines(**money: float) -> Any:
    """Lines of one colour; those that are not named are empty."""
    return pytest.approx(dict.fromkeys(MONEY_LINES, 0.0) | money)


def placed(book: Floats) -> list[list[float]]:
    return book[MONEY : MONEY + 3].tolist()


def test_money_enters_the_ledger_in_two_colours() -> None:
    assert COLOURS == ("oda", "other")
    ledger = np.zeros(LEDGER_SIZE)
    enter(ledger, OVERHEAD_LINE, 8.0, 0.25)
    enter(ledger, OVERHEAD_LINE, 4.0, 0.25)
    assert ledger[OVERHEAD_LINE] == 3.0
    assert ledger[LINES + OVERHEAD_LINE] == 9.0
    assert ledger.sum() == 12.0


def test_a_quarter_opens_with_peacekeeping_overhead_and_what_lapses_in_the_colours_of_those_who_pay() -> None:
    three = np.array([4.0, 2.0, 0.0])
    money = QuarterMoney(three, three, three, np.array([0.0, 0.0, 3.0]), 20.0, 5.0, 0.5)
    settlement = Settlement(40.0, 9.0, 25.0, 20.0, three, three, 6.0, three, np.array([0.0, 1.0, 0.0]), three, 0.0)
    ledger = np.full(LEDGER_SIZE, 7.0)
    open_ledger(money, settlement, np.array([0.0, 1.0, 0.25]), ledger)
    assert (ledger[ASSESSED_LINE], ledger[LINES + ASSESSED_LINE]) == (2.0, 4.0 + 20.0)
    assert (ledger[OVERHEAD_LINE], ledger[LINES + OVERHEAD_LINE]) == (1.0, 0.0)
    assert (ledger[LAPSED_LINE], ledger[LINES + LAPSED_LINE]) == (0.75, 2.25)
    # The Reserve's money is no aid.
    assert (ledger[UNDRAWN_LINE], ledger[LINES + UNDRAWN_LINE]) == (0.0, 5.0)
    assert (ledger[ARREARS - LEDGER], ledger[CALLED - LEDGER]) == (0.5, 6.0)
    assert ledger.sum() == 26.0 + 1.0 + 3.0 + 5.0 + 0.5 + 6.0


def test_a_part_of_what_programmes_get_cannot_be_spent_in_a_war() -> None:
    book = new_book((0, 0), (1, 1))
    finance = ANYTHING._replace(war_lapse=0.25)
    found = spent([4.0, 4.0, 0.0, 0.0], book, oda=0.5, status=[1.0, 2.0], finance=finance)
    assert placed(book) == [[4.0, 0.0], [0.0, 3.0], [0.0, 0.0]]
    assert found[1:3] == (lines(lapsed=0.5, programme=3.5), lines(lapsed=0.5, programme=3.5))


def test_programmes_take_all_where_nothing_else_is_decided() -> None:
    book = new_book((0, 0), (1, 1))
    found = spent([3.0, 5.0, 0.0, 2.0], book, oda=0.25, missions=9.0)
    # Claims alike: the free 2 are divided evenly. No mission was decided on, so none is paid.
    assert placed(book) == [[4.0, 0.0], [0.0, 6.0], [0.0, 0.0]]
    assert found == (0.0, lines(programme=2.5), lines(programme=7.5), 0.0, 0.0)


def test_a_cut_takes_its_part_of_all_money_and_lapses_in_its_colours() -> None:
    book = new_book((0, 0), (1, 1))
    found = spent([4.0, 4.0, 0.0, 0.0], book, oda=0.25, cut=0.25)
    assert placed(book) == [[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]
    assert found[1:3] == (lines(lapsed=0.5, programme=1.5), lines(lapsed=1.5, programme=4.5))


def test_decisions_and_presence_are_paid_before_anything_is_spent_as_far_as_there_is_money() -> None:
    book = new_book((0, 0), (1, 1))
    book[COST] = [0.5, 1.5]
    found = spent([4.0, 4.0, 0.0, 0.0], book, oda=0.5)
    assert placed(book) == [[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]
    assert found[1:3] == (lines(overhead=1.0, programme=3.0), lines(overhead=1.0, programme=3.0))
    book[COST] = [7.0, 0.0]
    # What a cut leaves of 8 is 6: all of it goes to decisions.
    found = spent([4.0, 4.0, 0.0, 0.0], book, oda=0.5, cut=0.25)
    assert placed(book) == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert found[1:3] == (lines(lapsed=1.0, overhead=3.0), lines(lapsed=1.0, overhead=3.0))


def test_voluntary_peacekeeping_takes_its_part_of_what_is_left_from_other_money_only() -> None:
    book = new_book((0, 0), (1, 1))
    book[DEPLOYED] = [0.75, 0.25]
    book[COST, 0] = 2.0
    # Of 10 a fifth is cut and 2 are decisions: 6 left. Of 2.5 open to missions 0.6 are left: 1.5; programmes get 4.5.
    found = spent([5.0, 5.0, 0.0, 0.0], book, oda=0.5, missions=2.5, cut=0.2)
    assert found.voluntary == pytest.approx(1.5)
    assert found.oda == lines(lapsed=1.0, overhead=1.0, programme=3.0)
    assert found.other == lines(lapsed=1.0, overhead=1.0, voluntary=1.5, programme=1.5)
    assert placed(book)[0][0] == pytest.approx(2.25)
    # With little other money, no more than it: aid pays for no mission.
    found = spent([5.0, 5.0, 0.0, 0.0], book, oda=0.9, missions=2.5, cut=0.2)
    assert found.voluntary == pytest.approx(0.6)
    assert found.other == lines(lapsed=0.2, overhead=0.2, voluntary=0.6)
    assert spent([5.0, 5.0, 0.0, 0.0], book, oda=1.0, missions=2.5).voluntary == 0.0


def test_thematic_money_is_a_part_of_what_is_left_half_security_half_diplomacy() -> None:
    book = new_book((1, 1))
    book[THEME] = [0.75, 0.25]
    degrees = Degrees(thematic=0.4)
    found = spent([0.0, 10.0, 0.0, 0.0], book, degrees=degrees)
    # 4 thematic, 2 and 2, three quarters of them in state 0.
    assert placed(book) == [[1.5, 0.5], [0.0, 6.0], [1.5, 0.5]]
    assert found.other == lines(programme=6.0, thematic=4.0)
    # After missions, which are the first choice.
    book[DEPLOYED] = [1.0, 0.0]
    assert spent([0.0, 10.0, 0.0, 0.0], book, missions=5.0, degrees=degrees).other == lines(
        voluntary=5.0, thematic=2.0, programme=3.0
    )
    # Where no state takes part, programmes keep it.
    book[THEME] = 0.0
    book[DEPLOYED] = 0.0
    assert spent([0.0, 10.0, 0.0, 0.0], book, degrees=degrees).other == lines(programme=10.0)


def test_money_that_finds_no_programme_lapses_and_themes_do_not_wait_for_programmes() -> None:
    book = new_book((0, 0))
    book[WAIT, 0] = 3.0
    book[THEME] = [0.0, 1.0]
    found = spent([5.0, 5.0, 0.0, 0.0], book, oda=0.25, degrees=Degrees(thematic=0.2))
    assert placed(book) == [[0.0, 1.0], [0.0, 0.0], [0.0, 1.0]]
    assert found[1:3] == (lines(lapsed=2.0, thematic=0.5), lines(lapsed=6.0, thematic=1.5))
    assert spent([5.0, 0.0, 0.0, 0.0], new_book(), oda=0.25)[1:3] == (lines(lapsed=1.25), lines(lapsed=3.75))


def test_the_top_up_is_a_part_of_programme_and_thematic_money_alike() -> None:
    book = new_book((0, 0))
    book[THEME] = [1.0, 0.0]
    found = spent([10.0, 0.0, 0.0, 0.0], book, oda=0.5, topped=0.2, degrees=Degrees(thematic=0.5))
    half = lines(programme=2.0, thematic=2.0, top_up=1.0)
    assert found[1:3] == (half, half)


LAW = Finance(oda_eligible_security=0.5, replanning=0.25)


@pytest.mark.parametrize(("screening", "replanned"), [(0.0, 2.0), (1.0, 0.5), (0.5, 1.25)])
def test_security_work_that_is_no_aid_is_planned_as_other_work_or_lost_when_screened_late(
    screening: float, replanned: float
) -> None:
    book = new_book((0, 0), (1, 1), (2, 1))
    found = spent([6.0, 3.0, 1.0, 0.0], book, oda=0.8, finance=LAW, degrees=Degrees(screening=screening))
    # Other money is 2; half of security work may be aid: 4 of it, 2 too much. Of these 1 - screening · 0.75 are planned
    # as other work, by what is planned already: three to one.
    assert found.replanned == pytest.approx(replanned)
    assert found.screened_out == pytest.approx(2.0 - replanned)
    assert placed(book) == [
        pytest.approx([4.0, 0.0]),
        pytest.approx([0.0, 3.0 + 0.75 * replanned]),
        pytest.approx([0.0, 1.0 + 0.25 * replanned]),
    ]
    # What is lost was aid.
    assert found.oda == lines(programme=6.0 + replanned, lapsed=2.0 - replanned)
    assert found.other == lines(programme=2.0)


def test_security_work_within_the_law_is_left_alone() -> None:
    book = new_book((0, 0), (1, 1))
    found = spent([4.0, 6.0, 0.0, 0.0], book, oda=0.8, finance=LAW, degrees=Degrees(screening=1.0))
    assert placed(book) == [[4.0, 0.0], [0.0, 6.0], [0.0, 0.0]]
    assert (found.replanned, found.screened_out) == (0.0, 0.0)
    eligible = spent([10.0, 0.0, 0.0, 0.0], new_book((0, 0)), oda=1.0, degrees=Degrees(screening=1.0))
    assert (eligible.screened_out, eligible.oda) == (0.0, lines(programme=10.0))


def test_where_there_is_no_other_work_nothing_can_be_planned_instead() -> None:
    book = new_book((0, 0))
    found = spent([10.0, 0.0, 0.0, 0.0], book, oda=0.9, finance=LAW)
    # Other money 1: 2 of security work, 8 lost.
    assert placed(book)[0] == pytest.approx([2.0, 0.0])
    assert found.replanned == 0.0
    assert found.screened_out == pytest.approx(8.0)
    assert found.oda == lines(programme=1.0, lapsed=8.0)
    forbidden = spent([10.0, 0.0, 0.0, 0.0], new_book((0, 0)), oda=1.0, finance=Finance(oda_eligible_security=0.0))
    assert forbidden.oda == lines(lapsed=10.0)


def test_missions_and_themes_count_before_the_law_is_held_against_what_is_left() -> None:
    book = new_book((0, 0), (1, 1))
    book[DEPLOYED] = [1.0, 0.0]
    book[THEME] = [0.0, 1.0]
    # 10, of which 4 other; missions take 2. Of the 8 left a quarter is thematic: 1 security, 1 diplomacy. Programmes:
    # 6, of which 0.6 security, 3.6. Security 4.6 against other 2 / 0.5 = 4: 0.6 too much, all of it re-planned.
    found = spent(
        [6.0, 4.0, 0.0, 0.0], book, oda=0.6, missions=2.0, finance=LAW, degrees=Degrees(thematic=0.25)
    )  # fmt: skip
    assert found.replanned == pytest.approx(0.6)
    shrunk, grown = 4.0 / 4.6, 1.0 + 0.6 / 3.4
    assert placed(book) == [
        pytest.approx([3.6 * shrunk, 1.0 * shrunk]),
        pytest.approx([0.0, 2.4 * grown]),
        pytest.approx([0.0, 1.0 * grown]),
    ]
    thematic = shrunk + grown
    assert found.other == lines(voluntary=2.0, programme=2.0 * (8.0 - thematic) / 8.0, thematic=2.0 * thematic / 8.0)
    assert found.oda == lines(programme=6.0 * (8.0 - thematic) / 8.0, thematic=6.0 * thematic / 8.0)


def test_what_is_unplaced_lapses_in_its_colours_before_the_law_is_held_against_the_rest() -> None:
    book = new_book((0, 0))
    # 5 of 10 find no programme. Of the 5 that do, 0.4 is other money: 2, which carries 4 of security work.
    found = spent([5.0, 5.0, 0.0, 0.0], book, oda=0.6, finance=LAW)
    assert placed(book)[0] == pytest.approx([4.0, 0.0])
    assert found.oda == lines(lapsed=3.0 + 1.0, programme=2.0)
    assert found.other == lines(lapsed=2.0, programme=2.0)


class Quarter(NamedTuple):
    money: Floats
    book: Floats
    oda: float
    missions: float
    cut: float
    topped: float
    status: Floats
    finance: Finance
    degrees: Degrees


@st.composite
def quarters(draw: st.DrawFn) -> Quarter:
    rng, n = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), draw(st.integers(1, 5))
    book = np.zeros((WHOLE_BOOK, n))
    open_book(book)
    size = rng.random((3, n)) * (rng.random((3, n)) < 0.6)
    book[PROGRAMME : PROGRAMME + 3], book[WORTH : WORTH + 3] = size, rng.random((3, n))
    book[CLAIM : CLAIM + 3] = book[WORTH : WORTH + 3] ** draw(st.floats(0.0, 2.0))
    book[WAIT : WAIT + 3] = np.where(size > 0.0, rng.integers(0, 7, (3, n)) / 4 * (rng.random() < 0.5), -1.0)
    for row in (THEME, DEPLOYED):
        chosen = rng.random(n) * (rng.random(n) < 0.7) * (rng.random() < 0.7)
        book[row] = chosen / chosen.sum() if chosen.any() else 0.0
    book[COST] = rng.random(n) * draw(st.sampled_from([0.0, 0.1, 3.0]))
    money = rng.random(4) * (rng.random(4) < 0.8) * 10.0
    return Quarter(
        money, book, draw(PART), draw(PART) * float(money.sum()), draw(PART), draw(PART),
        draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=book.shape[1], max_size=book.shape[1]).map(np.array)),
        draw(st.builds(Finance, oda_eligible_security=PART, replanning=PART, war_lapse=st.floats(0.0, 0.5))),
        draw(st.builds(Degrees, thematic=st.floats(0.0, 0.5), screening=PART)),
    )  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(q=quarters())
def test_spending_makes_and_loses_no_money_of_either_colour_and_keeps_the_law(q: Quarter) -> None:
    ledger = np.zeros(LEDGER_SIZE)
    voluntary = spend(
        q.money, q.oda, q.missions, q.cut, q.topped, q.status, q.finance, q.degrees, q.book, ledger
    )  # fmt: skip
    oda, other, total = ledger[:LINES], ledger[LINES : 2 * LINES], q.money.sum()
    assert oda.sum() == pytest.approx(q.oda * total, abs=1e-9)
    assert other.sum() == pytest.approx((1.0 - q.oda) * total, abs=1e-9)
    assert (ledger >= -1e-9).all()
    work, placed = ledger[[PROGRAMME_LINE, PROGRAMME_LINE + 1, TOP_UP_LINE]].sum(), q.book[MONEY : MONEY + 3]
    other_work = other[PROGRAMME_LINE] + other[PROGRAMME_LINE + 1] + other[TOP_UP_LINE]
    assert placed.sum() == pytest.approx(work + other_work, abs=1e-9)
    # The law: aid pays no security work that is not eligible, and no mission.
    assert other_work >= (1.0 - q.finance.oda_eligible_security) * placed[0].sum() - 1e-9
    assert oda[VOLUNTARY_LINE] == 0.0
    assert other[VOLUNTARY_LINE] == voluntary <= q.missions + 1e-9
    assert ledger[SCREENED_OUT - LEDGER] <= oda[LAPSED_LINE] + 1e-9
