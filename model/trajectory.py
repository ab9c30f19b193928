"""The trajectory of a run: one row of floats a quarter, how its columns are named, and its hash.

Both engines write a quarter in the order of `model.rules.table`: ``s``, then ``books``, then ``t``. Two trajectories
are the same when their bytes are.
"""

import hashlib

import numpy as np

from model.institution import DEPARTMENTS, Institution
from model.rules import table
from model.rules.compiled import kernel
from model.rules.measurement import COLOURS, MONEY_LINES
from model.world import Floats, World

DRIVERS = ("insecurity", "deprivation", "exclusion")
INSTRUMENTS = ("security", "development", "diplomacy")
TRANSITIONS = ("onset", "ending")

_STATE_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("driver", DRIVERS),
    ("structural", DRIVERS),
    ("consent", INSTRUMENTS),
    ("effort", INSTRUMENTS),
    ("status", ()),
    ("quarters_in_conflict", ()),
    ("quarters_at_peace", ()),
    ("memory", ()),
    ("mission", ()),
    ("trust", ()),
    ("donors", ()),
    ("deaths", ()),
    ("year_money", ()),
    ("last_year_money", ()),
    ("advised", ()),
    ("voluntary_mission", ()),
    ("common_error", TRANSITIONS),
    ("origin", DRIVERS),
    ("work", INSTRUMENTS),
    ("contested_aid", ()),
    ("unaccountable_security", ()),
    ("aid_habit", ()),
    ("mediated_peace", ()),
    ("lesson_precision", INSTRUMENTS),
    ("lesson", INSTRUMENTS),
    *((f"private_error.{department}", TRANSITIONS) for department in DEPARTMENTS),
    *((f"seen.{department}", TRANSITIONS) for department in DEPARTMENTS),
)
_GOVERNMENT = (
    "advisory_places",
    "envelope",
    "envelope_oda",
    "attention",
    "first_attention",
    "belief",
    "belief_variance",
    "top_up_rate",
    "year_fall",
    "yield",
)
_BOOK_ROWS = ("programme", "years_left", "worth", "money", "wait")
_BOOK_ROWS_BY_STATE = ("thematic_part", "voluntary_part", "decision_cost")


@kernel
def write_row(s: Floats, books: Floats, t: Floats, row: Floats) -> None:
    """Write a quarter's state into a row; adding zero turns -0 into 0, so that equal states have equal bytes."""
    at = 0
    for line in range(s.shape[0]):
        for i in range(s.shape[1]):
            row[at] = s[line, i] + 0.0
            at += 1
    for spender in range(books.shape[0]):
        for line in range(table.BOOK_ROWS):
            for i in range(books.shape[2]):
                row[at] = books[spender, line, i] + 0.0
                at += 1
    for line in range(t.shape[0]):
        row[at] = t[line] + 0.0
        at += 1


def columns(n: int, spenders: int) -> int:
    """Number of floats in a row, for n states and so many departments and pools."""
    return table.ROWS * n + spenders * table.BOOK_ROWS * n + table.ACCOUNT


def names(world: World, institution: Institution) -> list[str]:
    """Name every column of a trajectory, for example ``driver.insecurity.KEN`` or ``Africa pool.money.security.KEN``.

    Parameters
    ----------
    world : World
        States give the last part of a name, by their codes.
    institution : Institution
        Spenders give the first: the departments' roles, then the pools' names.

    Returns
    -------
    list of str
        In the order of a row.
    """
    rows = [".".join((variable, part)) for variable, parts in _STATE_ROWS for part in parts or ("",)]
    for spender in [*DEPARTMENTS, *(pool.name for pool in institution.pools)]:
        rows += [f"{spender}.{variable}.{instrument}" for variable in _BOOK_ROWS for instrument in INSTRUMENTS]
        rows += [f"{spender}.{variable}" for variable in _BOOK_ROWS_BY_STATE]
    states = [f"{row.rstrip('.')}.{code}" for row in rows for code in world.codes]
    account = [f"{line}.{department}" for line in ("share", "reported_need") for department in DEPARTMENTS]
    account += [f"ledger.{line}.{colour}" for colour in COLOURS for line in MONEY_LINES]
    account += ["ledger.arrears", "ledger.replanned", "ledger.screened_out", "ledger.first_call"]
    account += [f"{line}.{department}" for line in ("joined", "cut") for department in DEPARTMENTS]
    return [*states, *account, *_GOVERNMENT]


def sha256(trajectory: Floats) -> str:
    """Hash a trajectory (quarters, columns) as little-endian float64 in C order."""
    return hashlib.sha256(np.ascontiguousarray(trajectory, dtype="<f8").tobytes()).hexdigest()
