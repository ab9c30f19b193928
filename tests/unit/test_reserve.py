"""What the Reserve pays and what falls on departments, as peacekeeping turns out to cost."""

import numpy as np
import pytest

from model.parameters import Budgeting, Degrees, Finance
from model.rules.finance import (
    Settlement,
    as_it_turns_out,
    divide,
    meet_peacekeeping,
    reserve_cap,
    settle,
    usual_settlement,
)
from model.rules.treasury import ENDOGENOUS, EQUAL_PROGRAMME, NEUTRAL
from model.world import Floats

SHARES = np.array([0.5, 0.25, 0.25])
NOBODY = np.zeros(3)
COLOURS = Finance(oda_defence=0.0, oda_development=1.0, oda_foreign=0.5, first_call=0.0)


def test_the_reserve_pays_what_is_within_its_cap_and_no_more() -> None:
    settlement = settle(30.0, 25.0, 8.0, SHARES, NOBODY, Finance(), Degrees())
    assert (settlement.drawn, settlement.called) == (8.0, 0.0)
    assert settlement.budgets.tolist() == [15.0, 7.5, 7.5]
    money = meet_peacekeeping(8.0, settlement, Finance(), Degrees())
    assert (money.drawn, money.undrawn, money.arrears) == (8.0, 17.0, 0.0)
    assert money.budgets.tolist() == [15.0, 7.5, 7.5]


SETTLED = Settlement(
    settled=32.0,
    oda=10.0,
    cap=20.0,
    drawn=20.0,
    parts=np.array([0.5, 0.25, 0.25]),
    budgets=np.array([8.0, 4.0, 6.0]),
    called=10.0,
    borne=np.array([6.0, 3.0, 1.0]),
    overhead=np.array([1.0, 0.0, 0.0]),
    held=np.array([1.5, 0.5, 1.0]),
    places=0.0,
)


def test_more_peacekeeping_than_planned_is_taken_from_programmes_then_from_money_held() -> None:
    money = meet_peacekeeping(34.0, SETTLED, Finance(), Degrees())
    assert money.budgets.tolist() == [6.0, 3.0, 5.0]
    assert money.paid.tolist() == [8.0, 4.0, 2.0]
    assert (money.lapsed.tolist(), money.arrears) == ([1.5, 0.5, 1.0], 0.0)
    # 18 in programmes and 3 held meet 21 of 25 more; 4 become arrears.
    money = meet_peacekeeping(55.0, SETTLED, Finance(), Degrees())
    assert money.budgets.tolist() == [0.0, 0.0, 0.0]
    assert money.paid.tolist() == [6.0 + 8.0 + 1.5, 3.0 + 4.0 + 0.5, 1.0 + 6.0 + 1.0]
    assert (money.lapsed.tolist(), money.arrears) == ([0.0, 0.0, 0.0], 4.0)
    # 1.5 of the 3 that are held, from each alike.
    money = meet_peacekeeping(49.5, SETTLED, Finance(), Degrees())
    assert money.paid.tolist() == [14.75, 7.25, 7.5]
    assert (money.lapsed.tolist(), money.arrears) == ([0.75, 0.25, 0.5], 0.0)


def test_what_the_reserve_has_left_pays_before_programmes_do() -> None:
    # Planned to draw 5 of 20: of 12 more the Reserve pays all, of 17 more all but 2.
    spare = SETTLED._replace(drawn=5.0, called=0.0, borne=NOBODY)
    money = meet_peacekeeping(17.0, spare, Finance(), Degrees())
    assert (money.drawn, money.undrawn, money.budgets.tolist()) == (17.0, 3.0, [8.0, 4.0, 6.0])
    money = meet_peacekeeping(22.0, spare, Finance(), Degrees())
    assert (money.drawn, money.undrawn, money.budgets.tolist()) == (20.0, 0.0, [7.0, 3.5, 5.5])


def test_a_smaller_first_call_goes_back_to_the_programmes_of_those_who_bore_it() -> None:
    money = meet_peacekeeping(26.0, SETTLED, Finance(), Degrees())
    # 4 saved, 2.4, 1.2 and 0.4 of them by each; the 3 that were held lapse.
    assert money.budgets.tolist() == pytest.approx([10.4, 5.2, 6.4])
    assert money.paid.tolist() == pytest.approx([3.6, 1.8, 0.6])
    assert money.lapsed.tolist() == [1.5, 0.5, 1.0]
    assert (money.drawn, money.undrawn, money.arrears) == (20.0, 0.0, 0.0)
    silent = meet_peacekeeping(26.0, SETTLED, Finance(), Degrees(programme=0.0))
    assert silent.budgets.tolist() == SETTLED.budgets.tolist()
    assert silent.lapsed.tolist() == pytest.approx([3.9, 1.7, 1.4])


def test_a_part_of_what_the_reserve_saves_moves_to_programmes_and_is_no_aid() -> None:
    # Of 20 planned 16 are due: a quarter of 4 moves, 8, 4 and 6 of 18 parts; nothing falls on the settlement.
    idle = SETTLED._replace(called=0.0, borne=NOBODY)
    money = meet_peacekeeping(16.0, idle, COLOURS._replace(peacekeeping_release=0.25), Degrees())
    assert (money.drawn, money.undrawn, money.arrears) == (16.0, 3.0, 0.0)
    assert money.budgets.tolist() == pytest.approx([8.0 * 19 / 18, 4.0 * 19 / 18, 6.0 * 19 / 18])
    assert money.oda.tolist() == pytest.approx([0.0, 18 / 19, 0.5 * 18 / 19])
    for finance, degrees in ((Finance(peacekeeping_release=0.0), Degrees()), (Finance(), Degrees(programme=0.0))):
        kept = meet_peacekeeping(16.0, idle, finance, degrees)
        assert (kept.undrawn, kept.budgets.tolist()) == (4.0, [8.0, 4.0, 6.0])


def test_what_the_reserve_never_planned_to_pay_does_not_move() -> None:
    spare = SETTLED._replace(drawn=5.0, called=0.0, borne=NOBODY)
    money = meet_peacekeeping(5.0, spare, Finance(peacekeeping_release=1.0), Degrees())
    assert (money.drawn, money.undrawn, money.budgets.tolist()) == (5.0, 15.0, [8.0, 4.0, 6.0])
    penniless = spare._replace(budgets=NOBODY)
    assert meet_peacekeeping(0.0, penniless, Finance(peacekeeping_release=1.0), Degrees()).undrawn == 20.0


def test_only_under_equal_programme_money_the_reserve_pays_all_that_is_due() -> None:
    for other in (NEUTRAL, ENDOGENOUS):
        assert as_it_turns_out(34.0, SETTLED, Budgeting(budget_rule=other)).cap == 20.0
    idle = SETTLED._replace(cap=9.0, drawn=9.0, called=0.0, borne=NOBODY)
    more = as_it_turns_out(34.0, idle, Budgeting(budget_rule=EQUAL_PROGRAMME))
    assert (more.settled, more.oda, more.cap, more.drawn) == (32.0, 10.0, 34.0, 34.0)
    money = meet_peacekeeping(34.0, more, Finance(), Degrees())
    assert money.budgets.tolist() == SETTLED.budgets.tolist()
    assert (money.drawn, money.undrawn, money.arrears) == (34.0, 0.0, 0.0)
    assert (money.paid.tolist(), money.lapsed.tolist()) == ([0.0, 0.0, 0.0], [1.5, 0.5, 1.0])


def test_2009_a_rise_by_37_per_cent_with_the_cap_held_leaves_100_of_556() -> None:
    """Global Pool, £m a year (letter to the Foreign Affairs Committee, 2009): 333 for peacekeeping became 456."""
    whole, before, after = 556.0, 333.0, 456.0
    assert after / before == pytest.approx(1.37, abs=0.005)
    alone = COLOURS._replace(settlement=whole - before, reserve_cap=before)
    settled, cap = usual_settlement(alone), reserve_cap(0.0, alone, Budgeting())
    for owed in (0.25 * before, 0.25 * after):  # a rise within the year, or known as it opens
        for joined in (NOBODY, np.ones(3)):
            settlement = settle(settled, cap, owed, SHARES, joined, alone, Degrees())
            overhead = settlement.overhead.sum()
            money = meet_peacekeeping(0.25 * after, settlement, alone, Degrees())
            left = 4.0 * (money.budgets.sum() + overhead)
            assert left == pytest.approx(100.0)
            assert 4.0 * (money.drawn + money.paid.sum()) == pytest.approx(after)


def test_2011_a_first_call_of_76_takes_30_per_cent_of_256_and_leaves_180() -> None:
    """Conflict Pool, £m a year (Hansard): the Reserve pays 374 at most of 450."""
    pool = COLOURS._replace(settlement=256.0, reserve_cap=374.0)
    settled, cap = usual_settlement(pool), reserve_cap(0.0, pool, Budgeting())
    settlement = settle(settled, cap, 0.25 * 450.0, SHARES, NOBODY, pool, Degrees())
    assert 4.0 * settlement.called == pytest.approx(76.0)
    assert settlement.called / settled == pytest.approx(0.30, abs=0.005)
    assert 4.0 * settlement.budgets.sum() == pytest.approx(180.0)


def test_a_rise_in_missions_takes_pooled_money_or_falls_on_departments_by_their_parts() -> None:
    """The first call crowds out: in pools what was brought to them, in silos each department's own."""
    p, rise = COLOURS._replace(peacekeeping_ring_fence=0.5, pooling_overhead=0.0), 7.0

    def left(due: float, joined: Floats) -> tuple[Floats, Floats]:
        settlement = settle(30.0, 20.0, 22.0, SHARES, joined, p, Degrees())
        money = meet_peacekeeping(due, settlement, p, Degrees())
        division = divide(money.budgets, money.oda, joined, 0.25, Budgeting())
        return division.own, division.pooled

    (own, pooled), (own_after, pooled_after) = left(22.0, np.ones(3)), left(22.0 + rise, np.ones(3))
    assert max(*own, *own_after) < 1e-12
    assert pooled.sum() - pooled_after.sum() == pytest.approx(rise)
    (own, pooled), (own_after, _) = left(22.0, NOBODY), left(22.0 + rise, NOBODY)
    assert not pooled.any()
    # Parts 0.5, 0.25 half shielded, 0.25: weights 4, 1, 2 of 7.
    assert (own - own_after).tolist() == pytest.approx([4.0, 1.0, 2.0])
