"""The state of a run at the end of a quarter: what it consists of, in which order, and how it is named and hashed.

Both engines write a quarter as one row of floats in this order; two trajectories are the same when their bytes are.
"""

import hashlib
from typing import NamedTuple

import numpy as np

from model.institution import DEPARTMENTS, Institution
from model.rules.compiled import kernel
from model.rules.measurement import MONEY_LINES
from model.world import Floats, World

DRIVERS = ("insecurity", "deprivation", "exclusion")
INSTRUMENTS = ("security", "development", "diplomacy")


class State(NamedTuple):
    """Everything that carries over from quarter to quarter. n states, 3 departments, then pools, as spenders.

    Partner states: ``drivers``, ``structural``, ``consent``, ``effort`` (3, n); ``status``, ``quarters_in_conflict``,
    ``quarters_at_peace``, ``memory``, ``mission``, ``trust``, ``donors`` (£m a quarter for each instrument),
    ``deaths``, ``year_money`` and ``last_year_money`` (£m) (n,). Departments: ``private_error``, ``seen``
    (3 departments, 3 drivers, n); ``common_error`` (3, n). Spenders: ``programme``, ``years_left``, ``worth``,
    ``money`` (£m a quarter) (spenders, 3, n). Treasury: ``shares``, ``reported_need`` (3,), ``ledger`` (6,) £m.
    """

    drivers: Floats
    structural: Floats
    consent: Floats
    effort: Floats
    status: Floats
    quarters_in_conflict: Floats
    quarters_at_peace: Floats
    memory: Floats
    mission: Floats
    trust: Floats
    donors: Floats
    deaths: Floats
    year_money: Floats
    last_year_money: Floats
    private_error: Floats
    seen: Floats
    common_error: Floats
    programme: Floats
    years_left: Floats
    worth: Floats
    money: Floats
    shares: Floats
    reported_need: Floats
    ledger: Floats


@kernel
def new_state(n: int, spenders: int) -> State:
    """Allocate a state of zeros."""
    return State(
        np.zeros((3, n)), np.zeros((3, n)), np.zeros((3, n)), np.zeros((3, n)),
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n),
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n),
        np.zeros((3, 3, n)), np.zeros((3, 3, n)), np.zeros((3, n)),
        np.zeros((spenders, 3, n)), np.zeros((spenders, 3, n)), np.zeros((spenders, 3, n)), np.zeros((spenders, 3, n)),
        np.zeros(3), np.zeros(3), np.zeros(6),
    )  # fmt: skip


@kernel
def _append(values: Floats, row: Floats, start: int) -> int:
    """Copy an array into a row from a position on; -0 becomes 0, so that equal states have equal bytes."""
    flat = values.reshape(-1)
    for position in range(flat.shape[0]):
        row[start + position] = flat[position] + 0.0
    return start + flat.shape[0]


@kernel
def write_row(s: State, row: Floats) -> None:
    """Write a state into a row of floats, in the order of `State`."""
    at = _append(s.drivers, row, 0)
    at = _append(s.structural, row, at)
    at = _append(s.consent, row, at)
    at = _append(s.effort, row, at)
    at = _append(s.status, row, at)
    at = _append(s.quarters_in_conflict, row, at)
    at = _append(s.quarters_at_peace, row, at)
    at = _append(s.memory, row, at)
    at = _append(s.mission, row, at)
    at = _append(s.trust, row, at)
    at = _append(s.donors, row, at)
    at = _append(s.deaths, row, at)
    at = _append(s.year_money, row, at)
    at = _append(s.last_year_money, row, at)
    at = _append(s.private_error, row, at)
    at = _append(s.seen, row, at)
    at = _append(s.common_error, row, at)
    at = _append(s.programme, row, at)
    at = _append(s.years_left, row, at)
    at = _append(s.worth, row, at)
    at = _append(s.money, row, at)
    at = _append(s.shares, row, at)
    at = _append(s.reported_need, row, at)
    _append(s.ledger, row, at)


def columns(n: int, spenders: int) -> int:
    """Number of floats in a quarter's row."""
    return sum(np.asarray(part).size for part in new_state(n, spenders))


def names(world: World, institution: Institution) -> list[str]:
    """Name every column of a trajectory, for example ``money.Africa pool.development.KEN``.

    Parameters
    ----------
    world : World
        States name the last part, by their codes.
    institution : Institution
        Pools name spenders beside the three departments' roles.

    Returns
    -------
    list of str
        In the order of a row.
    """
    spenders = [*DEPARTMENTS, *(pool.name for pool in institution.pools)]
    axes: dict[str, list[list[str]]] = dict.fromkeys(State._fields, [list(world.codes)])
    axes |= dict.fromkeys(("drivers", "structural", "common_error"), [list(DRIVERS), list(world.codes)])
    axes |= dict.fromkeys(("consent", "effort"), [list(INSTRUMENTS), list(world.codes)])
    axes |= dict.fromkeys(("private_error", "seen"), [list(DEPARTMENTS), list(DRIVERS), list(world.codes)])
    spending = [spenders, list(INSTRUMENTS), list(world.codes)]
    axes |= dict.fromkeys(("programme", "years_left", "worth", "money"), spending)
    axes |= dict.fromkeys(("shares", "reported_need"), [list(DEPARTMENTS)]) | {"ledger": [list(MONEY_LINES)]}
    result = []
    for variable in State._fields:
        parts = [variable]
        for axis in axes[variable]:
            parts = [f"{part}.{label}" for part in parts for label in axis]
        result += parts
    return result


def sha256(trajectory: Floats) -> str:
    """Hash a trajectory (quarters, columns) as little-endian float64 in C order."""
    return hashlib.sha256(np.ascontiguousarray(trajectory, dtype="<f8").tobytes()).hexdigest()
