"""The trajectory of a run: its columns' names, its bytes and its hash."""

import hashlib
import struct

import numpy as np
import pytest

from model.institution import Institution, Pool
from model.rules import table
from model.rules.table import ACCOUNT, BOOK_ROWS, ROWS
from model.trajectory import columns, names, sha256, write_row
from model.world import Floats, stylised

TWO_POOLS = Institution("two", pools=(Pool("North", "north_africa", "defence"), Pool("Other", "rest", "foreign")))


def row(s: Floats, books: Floats, t: Floats) -> Floats:
    written = np.full(columns(s.shape[1], books.shape[0]), np.nan)
    write_row(s, books, t, written)
    return written


def test_there_are_as_many_names_as_columns_and_no_two_alike() -> None:
    for institution, spenders in ((Institution(), 4), (TWO_POOLS, 5)):
        named = names(stylised(9), institution)
        assert len(named) == columns(9, spenders) == (54 + spenders * 18) * 9 + 42
        assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("driver.exclusion", table.DRIVER + 2),
        ("structural.insecurity", table.STRUCTURAL),
        ("consent.development", table.CONSENT + 1),
        ("effort.diplomacy", table.EFFORT + 2),
        ("status", table.STATUS),
        ("quarters_in_conflict", table.QUARTERS_IN_CONFLICT),
        ("quarters_at_peace", table.QUARTERS_AT_PEACE),
        ("memory", table.MEMORY),
        ("mission", table.MISSION),
        ("trust", table.TRUST),
        ("donors", table.DONORS),
        ("deaths", table.DEATHS),
        ("year_money", table.YEAR_MONEY),
        ("last_year_money", table.LAST_YEAR_MONEY),
        ("advised", table.ADVISED),
        ("voluntary_mission", table.VOLUNTARY),
        ("common_error.ending", table.COMMON_ERROR + 1),
        ("origin.deprivation", table.ORIGIN + 1),
        ("private_error.development.ending", table.PRIVATE_ERROR + 3),
        ("seen.foreign.onset", table.SEEN + 4),
    ],
)
def test_a_states_variable_stands_under_its_name(name: str, line: int) -> None:
    s, books, t = np.zeros((ROWS, 9)), np.zeros((5, BOOK_ROWS, 9)), np.zeros(ACCOUNT)
    s[line, 4] = 7.0
    assert np.array(names(stylised(9), TWO_POOLS))[row(s, books, t) == 7.0].tolist() == [f"{name}.S004"]


@pytest.mark.parametrize(
    ("name", "spender", "line"),
    [
        ("defence.programme.security", 0, table.PROGRAMME),
        ("development.years_left.diplomacy", 1, table.YEARS_LEFT + 2),
        ("foreign.worth.development", 2, table.WORTH + 1),
        ("North.money.security", 3, table.MONEY),
        ("Other.wait.diplomacy", 4, table.WAIT + 2),
        ("North.thematic_part", 3, table.THEME),
        ("defence.voluntary_part", 0, table.DEPLOYED),
        ("foreign.decision_cost", 2, table.COST),
    ],
)
def test_a_spenders_book_stands_under_its_name(name: str, spender: int, line: int) -> None:
    s, books, t = np.zeros((ROWS, 9)), np.zeros((5, BOOK_ROWS, 9)), np.zeros(ACCOUNT)
    books[spender, line, 8] = 7.0
    assert np.array(names(stylised(9), TWO_POOLS))[row(s, books, t) == 7.0].tolist() == [f"{name}.S008"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("share.development", table.SHARES + 1),
        ("reported_need.defence", table.REPORTED_NEED),
        ("ledger.programme.oda", table.LEDGER + table.PROGRAMME_LINE),
        ("ledger.thematic.oda", table.LEDGER + table.THEMATIC_LINE),
        ("ledger.top_up.oda", table.LEDGER + table.TOP_UP_LINE),
        ("ledger.peacekeeping.oda", table.LEDGER + table.ASSESSED_LINE),
        ("ledger.voluntary.oda", table.LEDGER + table.VOLUNTARY_LINE),
        ("ledger.overhead.oda", table.LEDGER + table.OVERHEAD_LINE),
        ("ledger.lapsed.oda", table.LEDGER + table.LAPSED_LINE),
        ("ledger.undrawn.oda", table.LEDGER + table.UNDRAWN_LINE),
        ("ledger.programme.other", table.LEDGER + table.LINES + table.PROGRAMME_LINE),
        ("ledger.lapsed.other", table.LEDGER + table.LINES + table.LAPSED_LINE),
        ("ledger.arrears", table.ARREARS),
        ("ledger.replanned", table.REPLANNED),
        ("ledger.screened_out", table.SCREENED_OUT),
        ("ledger.first_call", table.CALLED),
        ("joined.foreign", table.JOINED + 2),
        ("cut.development", table.CUT + 1),
        ("advisory_places", table.PLACES),
        ("envelope_oda", table.ENVELOPE_ODA),
        ("envelope", table.ENVELOPE),
        ("attention", table.ATTENTION),
        ("first_attention", table.FIRST_ATTENTION),
        ("belief", table.BELIEF),
        ("belief_variance", table.BELIEF_VARIANCE),
        ("top_up_rate", table.TOP_UP),
        ("year_fall", table.YEAR_FALL),
        ("yield", table.YIELD),
    ],
)
def test_the_governments_account_stands_under_its_name(name: str, line: int) -> None:
    s, books, t = np.zeros((ROWS, 9)), np.zeros((5, BOOK_ROWS, 9)), np.zeros(ACCOUNT)
    t[line] = 7.0
    assert np.array(names(stylised(9), TWO_POOLS))[row(s, books, t) == 7.0].tolist() == [name]


def test_a_row_is_state_then_books_then_account_in_order() -> None:
    s = np.arange(ROWS * 2, dtype=float).reshape(ROWS, 2)
    books = np.arange(1000.0, 1000.0 + 4 * BOOK_ROWS * 2).reshape(4, BOOK_ROWS, 2)
    t = np.arange(5000.0, 5000.0 + ACCOUNT)
    np.testing.assert_array_equal(row(s, books, t), np.concatenate([s.ravel(), books.ravel(), t]))


def test_negative_zero_and_zero_have_the_same_bytes() -> None:
    shapes = ((ROWS, 2), (4, BOOK_ROWS, 2), (ACCOUNT,))
    plus, minus = (row(*(np.full(shape, zero) for shape in shapes)) for zero in (0.0, -0.0))
    assert plus.tobytes() == minus.tobytes() == bytes(8 * len(plus))


def test_the_hash_is_of_little_endian_doubles_in_order() -> None:
    trajectory = np.array([[1.0, -2.5], [0.0, 1e300]])
    by_hand = hashlib.sha256(struct.pack("<4d", 1.0, -2.5, 0.0, 1e300)).hexdigest()
    assert sha256(trajectory) == by_hand
    assert by_hand == "631a634d9e68a00886a62daf7e31052f75342a82660e6ad53709544418f3248d"
    # However the array lies in memory.
    assert sha256(np.asfortranarray(trajectory)) == by_hand
    assert sha256(trajectory.astype(">f8")) == by_hand
    assert sha256(trajectory.T) != by_hand
