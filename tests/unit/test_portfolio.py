"""Which programmes are run and how money is spread over them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.rules.portfolio import (
    choose_programmes,
    end_commitments,
    mean_worth,
    open_book,
    roll_over,
    spread_money,
    stalled,
    started,
    tied_and_free,
    worth_alone,
)
from model.rules.priorities import claim
from model.rules.table import (
    CLAIM,
    COST,
    DEPLOYED,
    MONEY,
    NOT_RUNNING,
    PROGRAMME,
    THEME,
    WAIT,
    WHOLE_BOOK,
    WORTH,
    YEARS_LEFT,
)
from model.world import Floats

SEEDS = st.integers(0, 2**32 - 1)


def new_book(states: int) -> Floats:
    book = np.zeros((WHOLE_BOOK, states))
    open_book(book)
    return book


def choose(
    book: Floats,
    score: Floats,
    desks: list[float],
    *,
    worth: Floats | None = None,
    tie: Floats | None = None,
    covered: Floats | None = None,
    economy: float = 0.0,
    commitment: float = 1.0,
    late: float | Floats = 0.0,
    first_year: bool = False,
    price: float = 0.0,
    concentration: float = 1.0,
) -> None:
    n = score.shape[1]
    choose_programmes(
        score,
        score if worth is None else worth,
        np.linspace(0.1, 0.9, n) if tie is None else tie,
        np.ones(n) if covered is None else covered,
        np.array(desks),
        economy,
        commitment,
        np.full((3, n), late),
        first_year,
        price,
        concentration,
        book,
    )


def sizes(book: Floats) -> Floats:
    return book[PROGRAMME : PROGRAMME + 3]


def waits(book: Floats) -> Floats:
    return book[WAIT : WAIT + 3]


def values(*rows: list[float]) -> Floats:
    return np.array(rows)


def divided(mix: float) -> list[float]:
    found = np.empty(4)
    tied_and_free((4.0, 2.0, 1.0), mix, found)
    return found.tolist()


def test_what_the_mix_frees_is_no_longer_tied_to_an_instrument() -> None:
    # A quarter of each: 4 - 1, 2 - 0.5, 1 - 0.25, and 1 + 0.5 + 0.25 free.
    assert divided(0.25) == [3.0, 1.5, 0.75, 1.75]
    assert divided(0.0) == [4.0, 2.0, 1.0, 0.0]
    assert divided(1.0) == [0.0, 0.0, 0.0, 7.0]


def test_a_new_book_runs_nothing() -> None:
    book = new_book(2)
    assert book.shape == (WHOLE_BOOK, 2)
    assert (waits(book) == NOT_RUNNING).all()
    assert not book[:WAIT].any()
    assert not book[WAIT + 3 :].any()


def test_a_department_fills_its_own_desks_and_the_last_may_be_part_of_one() -> None:
    book = new_book(4)
    choose(book, values([1.0, 4.0, 2.0, 3.0], [9.0] * 4, [9.0] * 4), [2.5, 0.0, 0.0, 0.0])
    assert sizes(book).tolist() == [[0.0, 1.0, 0.5, 1.0], [0.0] * 4, [0.0] * 4]


def test_free_desks_go_to_whichever_instrument_is_worth_most_after_the_tied_ones() -> None:
    book = new_book(2)
    # Tied: security's best is state 0. Free, two desks: diplomacy in state 1 (7), then development in state 0 (6).
    choose(book, values([5.0, 1.0], [6.0, 2.0], [3.0, 7.0]), [1.0, 0.0, 0.0, 2.0])
    assert sizes(book).tolist() == [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def test_a_further_instrument_in_the_same_state_takes_less_of_a_desk() -> None:
    book = new_book(2)
    # 2.25 desks, economy 0.5: 1 + 0.5 + 0.5 in state 0 leave 0.25, a quarter of a first desk in state 1.
    choose(book, values([9.0, 1.0], [8.0, 0.0], [7.0, 0.5]), [0.0, 0.0, 0.0, 2.25], economy=0.5)
    assert sizes(book).tolist() == [[1.0, 0.25], [1.0, 0.0], [1.0, 0.0]]


def test_part_of_a_desk_goes_further_where_an_instrument_is_already_at_work() -> None:
    book = new_book(1)
    # 1.25 desks: the second instrument costs 0.5, and 0.25 of a desk pays for half of it.
    choose(book, values([9.0], [8.0], [7.0]), [0.0, 0.0, 0.0, 1.25], economy=0.5)
    assert sizes(book).tolist() == [[1.0], [0.5], [0.0]]


def test_desks_are_used_up_in_place_and_never_overdrawn() -> None:
    book, desks = new_book(2), np.array([1.5, 0.0, 3.0, 0.25])
    score = values([2.0, 1.0], [3.0, 4.0], [2.0, 1.0])
    choose_programmes(
        score, score, np.array([0.1, 0.9]), np.ones(2), desks, 0.0, 1.0, np.zeros((3, 2)), False, 0.0, 1.0, book
    )  # fmt: skip
    # Only two states for three desks of diplomacy; the free quarter goes to development in state 1.
    assert desks.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert sizes(book).tolist() == [[1.0, 0.5], [0.0, 0.25], [1.0, 1.0]]


def test_a_remainder_that_is_rounding_opens_no_programme() -> None:
    book = new_book(2)
    choose(book, values([2.0, 1.0], [0.0] * 2, [0.0] * 2), [1.0 + 1e-12, 0.0, 0.0, 0.0])
    assert sizes(book)[0].tolist() == [1.0, 0.0]


def test_nothing_is_run_outside_the_remit() -> None:
    book = new_book(3)
    choose(book, values([9.0, 2.0, 1.0], [0.0] * 3, [0.0] * 3), [3.0, 0.0, 0.0, 0.0], covered=np.array([0.0, 1.0, 1.0]))
    assert sizes(book)[0].tolist() == [0.0, 1.0, 1.0]


def test_equal_scores_go_by_worth_and_equal_worth_by_lot() -> None:
    score, worth = values([1.0] * 3, [0.0] * 3, [0.0] * 3), values([1.0, 2.0, 2.0], [0.0] * 3, [0.0] * 3)
    for tie, chosen in (([0.9, 0.2, 0.5], 2), ([0.9, 0.5, 0.2], 1)):
        book = new_book(3)
        choose(book, score, [1.0, 0.0, 0.0, 0.0], worth=worth, tie=np.array(tie))
        assert np.flatnonzero(sizes(book)[0]).tolist() == [chosen]
        assert book[WORTH, chosen] == 2.0


def test_score_decides_and_worth_is_what_is_written_down() -> None:
    book = new_book(2)
    choose(
        book,
        values([1.0, 2.0], [0.0] * 2, [0.0] * 2),
        [1.0, 0.0, 0.0, 0.0],
        worth=values([8.0, 0.5], [0.0] * 2, [0.0] * 2),
    )
    assert sizes(book)[0].tolist() == [0.0, 1.0]
    assert book[WORTH, 1] == 0.5


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 7), economy=st.sampled_from([0.0, 0.25, 0.5]))
def test_the_order_in_which_states_are_listed_decides_nothing(seed: int, n: int, economy: float) -> None:
    rng = np.random.default_rng(seed)
    score, worth = rng.integers(0, 3, (3, n)).astype(float), rng.integers(0, 3, (3, n)).astype(float)
    tie, covered = rng.permutation(n) / n + 0.01, (rng.random(n) < 0.8).astype(float)
    desks = rng.integers(0, 9, 4) / 4
    order = rng.permutation(n)
    book, shuffled = new_book(n), new_book(n)
    choose(book, score, list(desks), worth=worth, tie=tie, covered=covered, economy=economy)
    choose(
        shuffled,
        np.ascontiguousarray(score[:, order]),
        list(desks),
        worth=np.ascontiguousarray(worth[:, order]),
        tie=tie[order],
        covered=covered[order],
        economy=economy,
    )
    np.testing.assert_array_equal(shuffled, book[:, order])


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 6))
def test_desks_are_filled_as_far_as_there_are_candidates_and_never_more(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    desks = rng.integers(0, 13, 4) / 4
    book = new_book(n)
    choose(book, rng.random((3, n)), list(desks))
    run = sizes(book)
    assert ((run >= 0.0) & (run <= 1.0)).all()
    tied = np.minimum(desks[:3], n)
    assert run.sum() <= desks.sum() + 1e-9
    # Free desks can also top up nothing: a programme begun with part of a desk is not opened twice.
    rooms = 3 * n - np.ceil(tied).sum()
    assert run.sum() == pytest.approx(tied.sum() + min(desks[3], rooms))
    assert ((run > 0.0) & (run < 1.0)).sum() <= 4
    np.testing.assert_array_equal(waits(book) == NOT_RUNNING, run == 0.0)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 6), commitment=st.sampled_from([1.0, 2.0, 3.0]))
def test_years_of_choosing_never_use_more_desks_than_there_are(seed: int, n: int, commitment: float) -> None:
    rng = np.random.default_rng(seed)
    book = new_book(n)
    desks = rng.integers(0, 9, 4) / 4
    for year in range(4):
        end_commitments(book)
        choose(book, rng.random((3, n)), list(desks), commitment=commitment, first_year=year == 0)
        assert sizes(book).sum() <= desks.sum() + 1e-9
        assert (book[YEARS_LEFT : YEARS_LEFT + 3][sizes(book) > 0.0] >= 1.0).all()
        assert not book[YEARS_LEFT : YEARS_LEFT + 3][sizes(book) == 0.0].any()


def test_a_commitment_keeps_programme_worth_and_desk_until_it_ends() -> None:
    book = new_book(3)
    first, later = values([3.0, 2.0, 1.0], [0.0] * 3, [0.0] * 3), values([0.1, 0.2, 0.9], [0.0] * 3, [0.0] * 3)
    choose(book, first, [1.0, 0.0, 0.0, 0.0], commitment=2.0)
    assert book[YEARS_LEFT].tolist() == [2.0, 0.0, 0.0]
    end_commitments(book)
    assert book[YEARS_LEFT].tolist() == [1.0, 0.0, 0.0]
    choose(book, later, [1.0, 0.0, 0.0, 0.0], commitment=2.0)
    assert sizes(book)[0].tolist() == [1.0, 0.0, 0.0]
    assert book[WORTH, 0] == 3.0
    end_commitments(book)
    assert sizes(book)[0].tolist() == [0.0, 0.0, 0.0]
    choose(book, later, [1.0, 0.0, 0.0, 0.0], commitment=2.0)
    assert sizes(book)[0].tolist() == [0.0, 0.0, 1.0]
    assert waits(book)[0].tolist() == [NOT_RUNNING, NOT_RUNNING, 0.0]


def test_committed_programmes_take_tied_desks_first_and_then_free_ones() -> None:
    book = new_book(3)
    book[PROGRAMME, 0], book[YEARS_LEFT, 0], book[WAIT, 0] = 1.0, 2.0, 0.0
    # The committed desk takes 0.25 that is tied and 0.75 of the free 2: 1.25 stay for the two best others.
    choose(book, values([9.0, 3.0, 1.0], [0.0, 2.0, 0.0], [0.0] * 3), [0.25, 0.0, 0.0, 2.0])
    assert sizes(book).tolist() == [[1.0, 1.0, 0.0], [0.0, 0.25, 0.0], [0.0, 0.0, 0.0]]


def test_committed_instruments_in_one_state_share_their_desks() -> None:
    book = new_book(2)
    for k in (0, 1):
        book[PROGRAMME + k, 0], book[YEARS_LEFT + k, 0], book[WAIT + k, 0] = 1.0, 2.0, 0.0
    # Economy 0.5: the two take 1 + 0.5 of the 2 free desks; half a desk is left for a first programme in state 1.
    choose(book, values([9.0, 5.0], [9.0, 0.0], [0.0, 0.0]), [0.0, 0.0, 0.0, 2.0], economy=0.5)
    assert sizes(book).tolist() == [[1.0, 0.5], [1.0, 0.0], [0.0, 0.0]]


def test_committed_programmes_shrink_to_the_desks_that_are_left_and_nothing_new_opens() -> None:
    book = new_book(2)
    book[PROGRAMME, 0], book[YEARS_LEFT, 0], book[WAIT, 0] = 1.0, 2.0, 0.0
    choose(book, values([0.0, 5.0], [0.0] * 2, [0.0] * 2), [0.5, 0.0, 0.0, 0.25])
    assert sizes(book)[0].tolist() == [0.5 + 0.25, 0.0]


def test_the_first_programmes_are_agreed_for_one_two_and_more_years_in_turn() -> None:
    book = new_book(5)
    choose(
        book, values([5.0, 4.0, 3.0, 2.0, 1.0], [0.0] * 5, [0.0] * 5), [5.0, 0, 0, 0], commitment=3.0, first_year=True
    )
    assert book[YEARS_LEFT].tolist() == [1.0, 2.0, 3.0, 1.0, 2.0]


def test_new_programmes_wait_for_approval_and_programmes_chosen_again_do_not() -> None:
    book, score = new_book(3), values([3.0, 2.0, 1.0], [0.0] * 3, [0.0] * 3)
    choose(book, score, [2.0, 0.0, 0.0, 0.0], late=1.5)
    assert waits(book)[0].tolist() == [1.5, 1.5, NOT_RUNNING]
    book[WAIT, 0] = 0.5
    end_commitments(book)
    choose(book, values([3.0, 0.0, 1.0], [0.0] * 3, [0.0] * 3), [2.0, 0.0, 0.0, 0.0], late=5.0)
    # State 0 goes on where it was, state 1 is dropped, state 2 is new.
    assert waits(book)[0].tolist() == [0.5, NOT_RUNNING, 5.0]
    end_commitments(book)
    choose(book, score, [2.0, 0.0, 0.0, 0.0], late=2.0)
    assert waits(book)[0].tolist() == [0.5, 2.0, NOT_RUNNING]


def test_programmes_wait_as_long_as_their_own_approval_takes() -> None:
    book = new_book(2)
    late = values([0.5, 1.5], [2.5, 3.5], [4.5, 5.5])
    choose(book, np.ones((3, 2)), [0.0, 0.0, 0.0, 6.0], late=late)
    assert waits(book).tolist() == late.tolist()


def test_each_decision_costs_its_price_for_a_year_and_what_is_committed_is_not_decided() -> None:
    book, score = new_book(3), values([3.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0] * 3)
    choose(book, score, [2.5, 1.0, 0.0, 0.0], commitment=2.0, price=0.25)
    # Two decisions in the first state, one in each other: half a desk is a decision too.
    assert book[COST].tolist() == [0.5, 0.25, 0.25]
    end_commitments(book)
    assert book[COST].tolist() == [0.0, 0.0, 0.0]
    choose(book, score, [2.5, 1.0, 1.0, 0.0], commitment=2.0, price=0.25)
    # Only diplomacy's one desk is new.
    assert book[COST].sum() == 0.25
    end_commitments(book)
    choose(book, score, [2.5, 1.0, 1.0, 0.0], commitment=2.0, price=0.25)
    # Chosen again is decided again; diplomacy is still committed.
    assert book[COST].tolist() == [0.5, 0.25, 0.25]
    free = new_book(3)
    choose(free, score, [2.5, 1.0, 0.0, 0.0])
    assert not free[COST].any()


def test_a_spender_stalls_by_its_draw_but_not_in_the_first_year() -> None:
    assert stalled(0.96, 0.05, False)
    assert not stalled(0.94, 0.05, False)
    assert not stalled(0.96, 0.05, True)
    assert not stalled(0.999999, 0.0, False)


def test_in_a_stalled_year_all_goes_on_and_nothing_is_decided() -> None:
    book, score = new_book(3), values([3.0, 2.0, 1.0], [0.0] * 3, [0.0] * 3)
    choose(book, score, [2.5, 0.0, 0.0, 0.0], commitment=1.0, late=1.5, price=0.25)
    book[MONEY], book[THEME], book[DEPLOYED] = 7.0, 0.25, 0.5
    before = book.copy()
    roll_over(np.array([2.5, 0.0, 0.0, 0.0]), 0.0, book)
    # Nothing was decided, so no decision is paid; commitments do not run down either.
    before[COST] = 0.0
    np.testing.assert_array_equal(book, before)
    # The next decision finds commitments at their end, as it would have a year before.
    end_commitments(book)
    assert not sizes(book).any()


def test_a_stalled_spender_that_has_fewer_desks_runs_less_and_opens_nothing_with_more() -> None:
    book, desks = new_book(3), np.array([1.0, 0.0, 0.0, 0.0])
    choose(book, values([3.0, 2.0, 1.0], [0.0] * 3, [0.0] * 3), [2.0, 0.0, 0.0, 0.0])
    more = book.copy()
    roll_over(desks, 0.0, book)
    assert sizes(book)[0].tolist() == [0.5, 0.5, 0.0]
    assert desks.tolist() == [0.0, 0.0, 0.0, 0.0]
    roll_over(np.array([5.0, 0.0, 0.0, 1.0]), 0.0, more)
    assert sizes(more)[0].tolist() == [1.0, 1.0, 0.0]
    # Two instruments in a state save half a desk: 1.5 desks are enough.
    shared = new_book(1)
    choose(shared, np.ones((3, 1)), [0.0, 0.0, 0.0, 1.5], economy=0.5)
    assert sizes(shared).sum() == 2.0
    roll_over(np.array([0.0, 0.0, 0.0, 1.5]), 0.5, shared)
    assert sizes(shared).sum() == 2.0


@pytest.mark.parametrize(("wait", "part"), [(2.0, 0.0), (1.0, 0.0), (0.75, 0.25), (0.0, 1.0), (NOT_RUNNING, 1.0)])
def test_a_programme_starts_in_the_part_of_the_quarter_it_no_longer_waits(wait: float, part: float) -> None:
    assert started(wait) == part


def running(size: list[list[float]], worth: list[list[float]], wait: float = 0.0, concentration: float = 1.0) -> Floats:
    book = new_book(len(size[0]))
    book[PROGRAMME : PROGRAMME + 3], book[WORTH : WORTH + 3] = size, worth
    book[CLAIM : CLAIM + 3] = [[claim(1.0, value, concentration) for value in row] for row in worth]
    book[WAIT : WAIT + 3] = np.where(np.array(size) > 0.0, wait, NOT_RUNNING)
    return book


def test_money_follows_claims_within_an_instrument_and_free_money_follows_them_everywhere() -> None:
    book = running([[1.0, 0.5], [0.0, 0.0], [1.0, 0.0]], [[2.0, 4.0], [9.0, 9.0], [4.0, 9.0]])
    # Claims 2, 2 and 4. Security's 3 go 1.5 and 1.5; the free 2 go 0.5, 0.5 and 1. Nobody develops: 5 lapse.
    lapsed = spread_money(np.array([3.0, 5.0, 0.25, 2.0]), 1.0, book)
    assert lapsed == 5.0
    assert book[MONEY : MONEY + 3].tolist() == [[2.0, 2.0], [0.0, 0.0], [1.25, 0.0]]


def test_at_concentration_zero_programmes_of_a_size_get_the_same() -> None:
    book = running([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 5.0], [0.0, 0.0], [0.0, 0.0]], concentration=0.0)
    assert spread_money(np.array([3.0, 0.0, 0.0, 1.0]), 1.0, book) == 0.0
    assert book[MONEY].tolist() == [2.0, 2.0]


def test_at_concentration_two_twice_the_worth_claims_four_times_the_money() -> None:
    book = running([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]], concentration=2.0)
    spread_money(np.array([5.0, 0.0, 0.0, 0.0]), 1.0, book)
    assert book[MONEY].tolist() == pytest.approx([1.0, 4.0])


def test_waiting_programmes_claim_nothing_then_part_of_a_quarter_then_all() -> None:
    book = running([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    book[WAIT, 1] = 1.5
    seen = []
    for _ in range(3):
        assert spread_money(np.array([3.0, 0.0, 0.0, 0.0]), 1.0, book) == 0.0
        seen.append((*book[MONEY].tolist(), book[WAIT, 1]))
    # Claims 1 and 0; then 1 and 0.5, 3 divided two to one; then alike.
    assert seen == [(3.0, 0.0, 0.5), (2.0, 1.0, 0.0), (1.5, 1.5, 0.0)]
    assert (book[WAIT + 1 : WAIT + 3] == NOT_RUNNING).all()


def test_money_lapses_while_all_programmes_wait_or_are_worth_nothing() -> None:
    book = running([[1.0], [0.0], [0.0]], [[1.0], [0.0], [0.0]], wait=2.0)
    assert spread_money(np.array([3.0, 0.0, 0.0, 1.0]), 1.0, book) == 4.0
    assert not book[MONEY : MONEY + 3].any()
    assert book[WAIT, 0] == 1.0
    worthless = running([[1.0], [0.0], [0.0]], [[0.0], [0.0], [0.0]])
    assert spread_money(np.array([3.0, 0.0, 0.0, 1.0]), 1.0, worthless) == 4.0
    # At concentration 0 worth does not matter, not even none.
    alike = running([[1.0], [0.0], [0.0]], [[0.0], [0.0], [0.0]], concentration=0.0)
    assert spread_money(np.array([3.0, 0.0, 0.0, 1.0]), 1.0, alike) == 0.0


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 6), concentration=st.floats(0.0, 2.0))
def test_all_money_is_placed_or_lapses(seed: int, n: int, concentration: float) -> None:
    rng = np.random.default_rng(seed)
    size = rng.random((3, n)) * (rng.random((3, n)) < 0.5)
    worth = rng.random((3, n)) * 3.0 * (rng.random((3, n)) < 0.8)
    book = running(size.tolist(), worth.tolist(), concentration=concentration)
    book[WAIT : WAIT + 3] = np.where(size > 0.0, rng.integers(0, 7, (3, n)) / 4, NOT_RUNNING)
    before = waits(book).copy()
    money = rng.random(4) * 10.0
    lapsed = spread_money(money, 1.0, book)
    paid = book[MONEY : MONEY + 3]
    assert (paid >= 0.0).all()
    assert lapsed >= 0.0
    assert paid.sum() + lapsed == pytest.approx(money.sum(), abs=1e-9)
    assert not paid[(size == 0.0) | (before >= 1.0)].any()
    np.testing.assert_array_equal(waits(book), np.where(size > 0.0, np.maximum(0.0, before - 1.0), NOT_RUNNING))


def test_mean_worth_weighs_programmes_by_their_size() -> None:
    weights, worth = np.zeros((3, 2)), np.full((3, 2), 99.0)
    assert mean_worth(weights, worth) == 0.0
    weights[0, 0], worth[0, 0], weights[2, 1], worth[2, 1] = 1.0, 2.0, 0.5, 8.0
    assert mean_worth(weights, worth) == (1.0 * 2.0 + 0.5 * 8.0) / 1.5


def test_alone_a_department_would_run_the_best_of_its_own_instrument() -> None:
    worth = values([9.0, 9.0, 9.0], [1.0, 5.0, 3.0], [9.0, 9.0, 9.0])
    tie, everywhere = np.array([0.1, 0.2, 0.3]), np.ones(3)
    # One and a half desks: 5 in full and half of 3. At concentration 0 money follows size; at 1, size times worth.
    assert worth_alone(1, worth, tie, everywhere, 1.5, 0.0) == pytest.approx((5.0 + 0.5 * 3.0) / 1.5)
    assert worth_alone(1, worth, tie, everywhere, 1.5, 1.0) == pytest.approx((5.0 * 5.0 + 1.5 * 3.0) / (5.0 + 1.5))
    assert worth_alone(1, worth, tie, np.array([1.0, 0.0, 1.0]), 1.0, 1.0) == pytest.approx(3.0)
    assert worth_alone(1, worth, tie, everywhere, 0.0, 1.0) == 0.0
