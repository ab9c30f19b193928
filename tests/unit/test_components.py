"""What a spender decides on beside country programmes: voluntary peacekeeping, themes, where advisers work, cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Peacekeeping
from model.randomness import stream
from model.rules.components import advise, charge_presence, cut_lines, deploy, set_themes
from model.rules.portfolio import open_book
from model.rules.priorities import value
from model.rules.table import COST, DEPLOYED, PROGRAMME, THEME, WHOLE_BOOK, WORTH
from model.rules.trust import CONSENTING
from model.world import Floats

PART = st.floats(0.0, 1.0)
SEEDS = st.integers(0, 2**32 - 1)
MISSIONS = Peacekeeping(mission_war=0.6, mission_minor=0.2, mission_cost=20.0)


def new_book(states: int, *, worth: float = 0.0) -> Floats:
    """A book with one programme of this worth in the first state."""
    book = np.zeros((WHOLE_BOOK, states))
    open_book(book)
    book[PROGRAMME, 0], book[WORTH, 0] = 1.0, worth
    return book


def prevented(status: list[float]) -> Floats:
    """What a mission is believed to prevent by status."""
    return np.array([0.0, 0.1, 0.4])[np.array(status, np.int64)]


def deployed(
    status: list[float],
    book: Floats,
    *,
    mean: float = 0.01,
    interest: list[float] | None = None,
    self_interest: float = 0.0,
    covered: list[float] | None = None,
    missions: Peacekeeping = MISSIONS,
) -> list[float]:
    n = len(status)
    deploy(
        prevented(status), np.array(status), np.ones(n) if covered is None else np.array(covered), mean,
        np.ones(n) if interest is None else np.array(interest), self_interest, missions, book,
    )  # fmt: skip
    return book[DEPLOYED].tolist()


def test_missions_go_where_conflict_is_by_its_size() -> None:
    # 0.2, 0.6 and 0.2 of 1.
    assert deployed([0.0, 1.0, 2.0, 1.0], new_book(4)) == pytest.approx([0.0, 0.2, 0.6, 0.2])
    assert deployed([0.0, 0.0], new_book(2)) == [0.0, 0.0]
    assert deployed([1.0, 2.0], new_book(2), covered=[1.0, 0.0]) == [1.0, 0.0]


def test_a_mission_has_to_be_worth_more_than_programmes_are_on_average() -> None:
    # A full mission costs 5 a quarter: what a first pound of it prevents, in multiples of the mean.
    minor, war = (value(harm / 5.0, 0.01, 1.0, 0.0) for harm in prevented([1.0, 2.0]))
    assert 0.0 < minor < war
    assert deployed([1.0, 2.0], new_book(2, worth=minor * 0.999)) == pytest.approx([0.25, 0.75])
    assert deployed([1.0, 2.0], new_book(2, worth=minor)) == [0.0, 1.0]
    assert deployed([1.0, 2.0], new_book(2, worth=war)) == [0.0, 0.0]
    # Twice the price, half the worth.
    dear = MISSIONS._replace(mission_cost=40.0)
    assert deployed([1.0, 2.0], new_book(2, worth=0.499 * war), missions=dear) == [0.0, 1.0]
    assert deployed([1.0, 2.0], new_book(2, worth=0.501 * war), missions=dear) == [0.0, 0.0]


def test_interest_draws_missions_as_it_draws_programmes() -> None:
    # Nothing but interest counts: 3 and 1 against a bar of 2.
    assert deployed([1.0, 1.0], new_book(2, worth=2.0), interest=[3.0, 1.0], self_interest=1.0) == [1.0, 0.0]


def test_missions_that_cost_nothing_are_not_chosen_and_old_choices_are_forgotten() -> None:
    book = new_book(2)
    book[DEPLOYED] = [0.5, 0.5]
    assert deployed([1.0, 2.0], book, missions=MISSIONS._replace(mission_cost=0.0)) == [0.0, 0.0]
    book[DEPLOYED] = [0.5, 0.5]
    assert deployed([0.0, 2.0], book) == [0.0, 1.0]


WORTHS = np.array([[1.0, 0.0, 2.0, 4.0], [9.0, 9.0, 9.0, 9.0], [2.0, 0.0, 3.0, 4.0]])


def themes(consent: list[float], covered: list[float], book: Floats) -> tuple[list[float], list[float]]:
    set_themes(WORTHS, np.array(consent), np.array(covered), book)
    charge_presence(0.01, book)
    return book[THEME].tolist(), book[COST].tolist()


def test_themes_follow_need_for_security_and_diplomacy_in_consenting_states() -> None:
    assert CONSENTING == 0.5
    book = new_book(4)
    book[COST] = [0.25, 0.0, 0.0, 0.0]
    # Needs 3, 0 and 5; the last state does not consent. A presence is paid for where no programme is.
    assert themes([0.9, 0.9, 0.5, 0.4999], [1.0] * 4, book) == ([0.375, 0.0, 0.625, 0.0], [0.25, 0.0, 0.01, 0.0])
    other = new_book(4)
    assert themes([0.9] * 4, [0.0, 0.0, 1.0, 0.0], other) == ([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.01, 0.0])


@pytest.mark.parametrize("instrument", [0, 1, 2])
def test_a_programme_of_any_instrument_is_a_presence(instrument: int) -> None:
    book = np.zeros((WHOLE_BOOK, 4))
    book[PROGRAMME + instrument, 3] = 0.5
    assert themes([0.9] * 4, [1.0] * 4, book)[1] == [0.01, 0.0, 0.01, 0.0]


def test_presence_is_paid_every_year_whatever_else_it_costs() -> None:
    book = np.zeros((WHOLE_BOOK, 3))
    book[THEME], book[COST, 0] = [0.5, 0.0, 0.5], 0.25
    charge_presence(0.125, book)
    assert book[COST].tolist() == [0.375, 0.0, 0.125]
    charge_presence(0.0, book)
    assert book[COST].tolist() == [0.375, 0.0, 0.125]


def test_where_nobody_consents_there_are_no_themes() -> None:
    book = new_book(4)
    book[THEME] = 0.25
    assert themes([0.4] * 4, [1.0] * 4, book) == ([0.0] * 4, [0.0] * 4)


def sent(exclusion: list[float], consent: list[float], tie: list[float], places: float) -> list[float]:
    advised = np.ones(len(exclusion))
    advise(np.array(exclusion), np.array(consent), np.array(tie), places, advised)
    return advised.tolist()


def test_advisers_go_where_exclusion_is_highest_weighted_by_consent() -> None:
    # 0.45, 0.48, 0.49 without consent, 0.4: two places.
    lots = [0.1, 0.2, 0.3, 0.4]
    assert sent([0.5, 0.8, 1.0, 0.4], [0.9, 0.6, 0.49, 1.0], lots, 2.0) == [1.0, 1.0, 0.0, 0.0]
    assert sent([0.5, 0.8, 1.0, 0.4], [0.9, 0.6, 0.49, 1.0], lots, 1.0) == [0.0, 1.0, 0.0, 0.0]
    assert sent([0.5, 0.8, 1.0, 0.4], [0.9, 0.6, 0.49, 1.0], lots, 9.0) == [1.0, 1.0, 0.0, 1.0]
    assert sent([0.5, 0.8, 1.0, 0.4], [0.9, 0.6, 0.49, 1.0], lots, 0.0) == [0.0, 0.0, 0.0, 0.0]
    # Just consenting is enough, and no exclusion is no reason to leave a place empty.
    assert sent([0.0, 0.9], [0.5, 0.4], [0.1, 0.2], 2.0) == [1.0, 0.0]


def test_lots_decide_where_advisers_go_between_states_alike() -> None:
    for tie in ([0.2, 0.9, 0.5], [0.9, 0.2, 0.5], [0.5, 0.2, 0.9]):
        assert int(np.argmax(sent([0.4] * 3, [0.8] * 3, tie, 1.0))) == int(np.argmax(tie))


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 8), places=st.integers(0, 10))
def test_advisers_fill_their_places_with_the_highest_whatever_the_order(seed: int, n: int, places: int) -> None:
    rng = np.random.default_rng(seed)
    exclusion, consent = rng.integers(0, 4, n) / 4, rng.integers(1, 5, n) / 4
    tie, order = rng.permutation(n) / n + 0.01, rng.permutation(n)
    advised = np.array(sent(exclusion.tolist(), consent.tolist(), tie.tolist(), float(places)))
    willing = consent >= CONSENTING
    assert advised.sum() == min(places, willing.sum())
    assert not advised[~willing].any()
    gain = consent * exclusion
    if 0 < advised.sum() < willing.sum():
        assert gain[advised == 1.0].min() >= gain[willing & (advised == 0.0)].max()
    again = sent(exclusion[order].tolist(), consent[order].tolist(), tie[order].tolist(), float(places))
    assert again == advised[order].tolist()


def cuts(uniforms: list[float], rate: float, size: float) -> list[float]:
    found = np.full(3, 9.0)
    cut_lines(np.array(uniforms), rate, size, found)
    return found.tolist()


def test_a_line_is_cut_by_its_own_draw() -> None:
    assert cuts([0.5, 0.91, 0.89], 0.1, 0.3) == [0.0, 0.3, 0.0]
    assert cuts([0.5, 0.91, 0.95], 0.1, 0.6) == [0.0, 0.6, 0.6]
    assert cuts([0.999999] * 3, 0.0, 0.3) == [0.0, 0.0, 0.0]
    assert cuts([0.999999] * 3, 0.1, 0.0) == [0.0, 0.0, 0.0]


def test_a_pool_loses_redundancy_and_not_money_to_cuts() -> None:
    # Equal money in three lines, or all of it in the lead's: the expected loss is the same; that all is hit together is
    # as frequent as a cut in the pool (0.2), and its cube in silos (0.008).
    drawn = stream(3, 0, "funding").random((20_000, 3))
    found = np.array([cuts(row, 0.2, 0.3) for row in drawn.tolist()])
    silos, pool = found.mean(axis=1), found[:, 1]
    error = np.hypot(silos.std(), pool.std()) / np.sqrt(len(drawn))
    assert silos.mean() == pytest.approx(0.06, abs=4.0 * error)
    assert pool.mean() == pytest.approx(0.06, abs=4.0 * error)
    assert (pool > 0.0).mean() == pytest.approx(0.2, abs=0.012)
    assert (found > 0.0).all(axis=1).mean() == pytest.approx(0.008, abs=0.0026)
    assert (found > 0.0).any(axis=1).mean() == pytest.approx(1.0 - 0.8**3, abs=0.015)
    assert pool.var() > 2.5 * silos.var()
