"""The reference: a planner who spends pound by pound where expected harm falls most."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Delivery, Priorities, build_parameters
from model.rules.effects import Reach, reach
from model.rules.planner import STEPS, harm_under, plan
from model.rules.portfolio import open_book
from model.rules.priorities import expected_harm, lasting_harm
from model.rules.table import CLAIM, PROGRAMME, WAIT, WHOLE_BOOK, WORTH
from model.world import Floats

# Likelier conflict and lasting effect, so that money matters clearly; no channel that makes returns increase, and all
# security work is training.
PLAIN = Delivery(effect=0.02, crowding=0.0, complementarity=0.0, confidence_building=0.0, defence_ties=0.0)
# What programmes do they do through drivers alone.
REACH = reach(build_parameters({"causal_exclusion": 1.0, "onset_exclusion": 0.4}))._replace(
    first=(0.0, 0.0, 0.0), again=(0.0, 0.0, 0.0), up=(0.0, 0.0, 0.0), ending=(0.0, 0.0, 0.0), contested=0.0,
    unaccountable=0.0,
)  # fmt: skip
WAR_WEIGHT = 5.0
REVERSION = 0.06
SEEDS = st.integers(0, 2**32 - 1)


def new_book(states: int) -> Floats:
    book = np.zeros((WHOLE_BOOK, states))
    open_book(book)
    return book


def site(*, status: float = 0.0) -> Floats:
    # Drivers, status, hazards of onset, escalation and ending, memory, log population, scale, donors, what works.
    ending, escalation = 0.2 * (status > 0.0), 0.05 * (status == 1.0)
    return np.array([0.5, 0.6, 0.4, status, 0.02, escalation, ending, 0.25, 0.3, 0.5, 0.5, 1.0, 1.0, 1.0])


def harm(insecurity: float, deprivation: float, exclusion: float) -> float:
    by, moved = REACH.onset_by, (insecurity - 0.5, deprivation - 0.6, exclusion - 0.4)
    onset = 0.02 * math.exp(sum(b * x for b, x in zip(by, moved, strict=True)))
    return expected_harm(0.0, (onset, 0.0, 0.0), 0.3, WAR_WEIGHT, Priorities())


def under(money: list[float], delivery: Delivery, where: Floats | None = None, r: Reach = REACH) -> float:
    consent = np.array([0.8, 0.6, 0.4])
    place = site() if where is None else where
    return harm_under(np.array(money), place, consent, REVERSION, delivery, r, WAR_WEIGHT, Priorities())


def test_without_money_harm_is_what_is_expected() -> None:
    assert under([0.0, 0.0, 0.0], Delivery()) == harm(0.5, 0.6, 0.4)


def test_steady_money_brings_drivers_to_a_new_resting_level() -> None:
    # Effort 0.8 · 1 / (0.5 + 1 + 0.5) = 0.4; fall 0.02 · 0.4 · 0.5 = 0.004 a quarter, over 0.06 + 0.02: 0.05.
    assert under([1.0, 0.0, 0.0], PLAIN) == pytest.approx(harm(0.45, 0.6, 0.4))
    # Effort 0.6 · 2 / (0.5 + 2 + 0.5) = 0.4: 0.02 · 0.4 · 0.6 / 0.08 = 0.06.
    assert under([0.0, 2.0, 0.0], PLAIN) == pytest.approx(harm(0.5, 0.54, 0.4))
    # Effort 0.4 · 1 / 2 = 0.2: 0.02 · 0.2 · 0.4 / 0.08 = 0.02.
    assert under([0.0, 0.0, 1.0], PLAIN) == pytest.approx(harm(0.5, 0.6, 0.38))


def test_the_planner_counts_only_the_part_of_security_work_that_is_training() -> None:
    # Three quarters of the fall of 0.05.
    outreach = PLAIN._replace(confidence_building=0.15, defence_ties=0.1)
    assert under([1.0, 0.0, 0.0], outreach) == pytest.approx(harm(0.5 - 0.75 * 0.05, 0.6, 0.4))
    assert under([0.0, 2.0, 0.0], outreach) == under([0.0, 2.0, 0.0], PLAIN)


def test_instruments_crowd_one_another() -> None:
    # Half of the other pound competes: efforts 0.8 / 2.5 = 0.32 and 0.4 / 2.5 = 0.16.
    crowded = PLAIN._replace(crowding=0.5)
    assert under([1.0, 0.0, 1.0], crowded) == pytest.approx(harm(0.5 - 0.32 * 0.125, 0.6, 0.4 - 0.16 * 0.1))


def test_arming_the_unaccountable_is_counted() -> None:
    # Effort 0.4, and nothing treats exclusion.
    harmful = REACH._replace(unaccountable=0.5)
    onset = 0.02 * math.exp(-0.05 * REACH.onset_by[0] + 0.5 * 0.4)
    expected = expected_harm(0.0, (onset, 0.0, 0.0), 0.3, WAR_WEIGHT, Priorities())
    assert under([1.0, 0.0, 0.0], PLAIN, r=harmful) == pytest.approx(expected)


@pytest.mark.parametrize("status", [1.0, 2.0])
def test_what_works_directly_is_counted(status: float) -> None:
    # Effort 0.4 · 1 / 2 = 0.2 of diplomacy leaves exclusion at 0.38.
    direct = REACH._replace(again=(0.0, 0.0, -0.3), first=(0.0, 0.0, -0.1), up=(0.0, 0.0, -0.2), ending=(0.0, 0.0, 0.5))
    gone = -0.02
    hazards = (
        0.02 * math.exp(0.2 * (0.75 * -0.1 + 0.25 * -0.3) + REACH.onset_by[2] * gone),
        0.05 * (status == 1.0) * math.exp(0.2 * -0.2 + REACH.up_by * gone),
        0.2 * math.exp(0.2 * 0.5 + REACH.ending_by * gone),
    )
    new = expected_harm(status, hazards, 0.3, WAR_WEIGHT, Priorities())
    lasts = lasting_harm(status, hazards[2], 0.3, WAR_WEIGHT, Priorities())
    assert under([0.0, 0.0, 1.0], PLAIN, site(status=status), direct) == pytest.approx(new + lasts)


def test_where_nothing_pulls_back_and_nothing_works_money_changes_nothing() -> None:
    idle = PLAIN._replace(effect=0.0)
    consent = np.ones(3)
    assert harm_under(np.ones(3), site(), consent, 0.0, idle, REACH, WAR_WEIGHT, Priorities()) == harm(0.5, 0.6, 0.4)


def world(seed: int, n: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    sites = np.zeros((14, n))
    sites[:3] = rng.uniform(0.1, 0.9, (3, n))
    sites[3] = rng.integers(0, 3, n)
    sites[4] = rng.uniform(0.005, 0.05, n)
    sites[5] = np.where(sites[3] == 1.0, rng.uniform(0.02, 0.1, n), 0.0)
    sites[6] = np.where(sites[3] > 0.0, rng.uniform(0.05, 0.4, n), 0.0)
    sites[7], sites[8] = rng.random(n), rng.normal(0.0, 0.7, n)
    sites[9:11], sites[11:] = rng.uniform(0.2, 1.5, (2, n)), rng.uniform(0.7, 1.4, (3, n))
    return sites, rng.uniform(0.3, 0.95, (3, n))


def planned(
    money: float, desks: float, sites: Floats, consent: Floats, delivery: Delivery, covered: Floats | None = None
) -> Floats:
    n = sites.shape[1]
    book = new_book(n)
    book[PROGRAMME : PROGRAMME + 3] = 0.5
    book[WORTH : WORTH + 3] = 7.0
    remit = np.ones(n) if covered is None else covered
    tie = np.array([(i * 0.618 + 0.3) % 1.0 for i in range(n)])
    plan(money, desks, sites, consent, remit, tie, REVERSION, delivery, REACH, WAR_WEIGHT, Priorities(), book)
    return book


def total(money: Floats, sites: Floats, consent: Floats, delivery: Delivery) -> float:
    return sum(
        harm_under(
            np.ascontiguousarray(money[:, i]),
            sites[:, i],
            consent[:, i],
            REVERSION,
            delivery,
            REACH,
            WAR_WEIGHT,
            Priorities(),
        )
        for i in range(sites.shape[1])
    )


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 6), desks=st.integers(1, 9), money=st.floats(0.5, 40.0))
def test_a_plan_keeps_within_desks_money_and_remit(seed: int, n: int, desks: int, money: float) -> None:
    sites, consent = world(seed, n)
    covered = (np.random.default_rng(seed).random(n) < 0.7).astype(float)
    book = planned(money, float(desks), sites, consent, Delivery(), covered)
    run, pounds = book[PROGRAMME : PROGRAMME + 3], book[WORTH : WORTH + 3]
    assert set(run.ravel().tolist()) <= {0.0, 1.0}
    assert run.sum() <= desks
    assert not run[:, covered == 0.0].any()
    np.testing.assert_array_equal(pounds > 0.0, run == 1.0)
    assert pounds.sum() == pytest.approx(money if covered.any() else 0.0)
    np.testing.assert_allclose(pounds / (money / STEPS), np.round(pounds / (money / STEPS)), atol=1e-9)
    assert not book[WAIT : WAIT + 3].any()


def test_a_desk_is_a_whole_desk() -> None:
    sites, consent = world(5, 4)
    assert planned(10.0, 2.9, sites, consent, PLAIN)[PROGRAMME : PROGRAMME + 3].sum() == 2.0
    assert planned(10.0, 0.9, sites, consent, PLAIN)[PROGRAMME : PROGRAMME + 3].sum() == 0.0


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 6), desks=st.integers(1, 8), money=st.floats(0.5, 40.0))
def test_a_plan_beats_equal_money_and_the_usual_lot(seed: int, n: int, desks: int, money: float) -> None:
    sites, consent = world(seed, n)
    book = planned(money, float(desks), sites, consent, PLAIN)
    chosen = book[PROGRAMME : PROGRAMME + 3]
    best = total(book[WORTH : WORTH + 3], sites, consent, PLAIN)
    # The same programmes with equal money, and as many drawn by lot, on average: greed can lose to a lucky lot.
    assert best <= total(chosen * money / chosen.sum(), sites, consent, PLAIN) + 2e-3 * abs(best)
    lots = []
    for lot in range(20):
        drawn = np.zeros(3 * n)
        drawn[np.random.default_rng([seed, lot]).permutation(3 * n)[: int(chosen.sum())]] = money / chosen.sum()
        lots.append(total(drawn.reshape(3, n), sites, consent, PLAIN))
    assert best <= np.mean(lots) + 2e-3 * abs(best)
    assert best <= total(np.zeros((3, n)), sites, consent, PLAIN)


def test_one_desk_goes_to_the_programme_that_prevents_most_at_first() -> None:
    sites, consent = world(11, 5)
    book = planned(4.8, 1.0, sites, consent, PLAIN)
    step = 4.8 / STEPS
    nothing = total(np.zeros((3, 5)), sites, consent, PLAIN)
    falls = np.zeros((3, 5))
    for k in range(3):
        for i in range(5):
            one = np.zeros((3, 5))
            one[k, i] = step
            falls[k, i] = nothing - total(one, sites, consent, PLAIN)
    assert np.argmax(book[PROGRAMME : PROGRAMME + 3]) == np.argmax(falls)
    assert book[WORTH : WORTH + 3].max() == pytest.approx(4.8)
    # The year's money follows the plan, whatever the concentration of others' money.
    np.testing.assert_allclose(book[CLAIM : CLAIM + 3], book[WORTH : WORTH + 3])


def test_lots_decide_between_states_alike() -> None:
    sites = np.repeat(site()[:, None], 3, axis=1)
    for tie in ([0.2, 0.9, 0.5], [0.9, 0.2, 0.5], [0.5, 0.2, 0.9]):
        book = new_book(3)
        plan(
            1.0, 1.0, sites, np.full((3, 3), 0.6), np.ones(3), np.array(tie), REVERSION, PLAIN, REACH, WAR_WEIGHT,
            Priorities(), book,
        )  # fmt: skip
        assert np.flatnonzero(book[PROGRAMME : PROGRAMME + 3].sum(axis=0)).tolist() == [int(np.argmax(tie))]
