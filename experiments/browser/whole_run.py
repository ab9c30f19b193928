"""One institution's whole run, computed at once by the compiled engine, and how it stood after any of its quarters.

The engine gives the Mesa agents' trajectory to the bit, and outcomes so far are counted by the model's own rules.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.browser.selection import Ready, Start
from model.ensemble import NO_TRACE, simulate
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import Parameters
from model.randomness import Chance
from model.rules import table
from model.rules.measurement import MONEY_LINES, TALLY, count_quarter, outcomes_of
from model.simulation import Simulation
from model.trajectory import columns
from model.world import Floats, World


class WholeRun:
    """A run from its first quarter to its last.

    Attributes
    ----------
    institution, world, parameters
        What was run.
    trajectory : ndarray (quarters, columns)
        As `model.trajectory` lays it out.
    states : ndarray (quarters, ROWS, n)
        Of it, what `model.rules.table` calls ``s``.
    books : ndarray (quarters, spenders, BOOK_ROWS, n)
        And the books.
    account : ndarray (quarters, ACCOUNT)
        And the account, ``t``.
    """

    def __init__(self, ready: Ready, start: Start, chance: Chance) -> None:
        """Live through all of it."""
        self.institution, self.world, self.parameters = start.institution, ready.world, start.parameters
        self._ready, self._chance, n = ready, chance, ready.world.size
        self.trajectory: Floats = np.empty((ready.quarters, columns(n, 3 + len(self.institution.pools))))
        self._simulate(chance, self.trajectory)
        books = slice(table.ROWS * n, -table.ACCOUNT)
        self.states = self.trajectory[:, : table.ROWS * n].reshape(-1, table.ROWS, n)
        self.books = self.trajectory[:, books].reshape(ready.quarters, -1, table.BOOK_ROWS, n)
        self.account = self.trajectory[:, -table.ACCOUNT :]

    def _simulate(self, chance: Chance, trace: Floats) -> Floats:
        """Run as many quarters as a chance has; returns the outcomes."""
        layout, terrain = self.institution.layout(self.world), self.world.terrain()
        outcomes: Floats = simulate(self.parameters, layout, terrain, chance, trace)
        return outcomes

    @cached_property
    def start(self) -> Floats:
        """How the world stood before the first quarter, ``s`` of `model.rules.table`."""
        first = Simulation(self.institution, self.world, self.parameters, self._ready.seed, self._ready.replication, 4)
        found = first.table()
        forget(first)
        return found

    @cached_property
    def so_far(self) -> list[Mapping[str, float]]:
        """Outcomes as they stood after each quarter; those that are counted once a year are not among them."""
        tally, found = np.zeros(TALLY), list[Mapping[str, float]]()
        for s, books, t in zip(self.states, self.books, self.account, strict=True):
            # What is counted of transitions is not shown: the quarter before it is not asked for.
            count_quarter(tally, s[table.STATUS], s[table.QUARTERS_AT_PEACE], s, books, t)
            values = outcomes_of(tally, self.world.size, self.parameters.conflict.war_weight)
            found.append(dict(zip(OUTCOMES, values.tolist(), strict=True)))
        return found

    @cached_property
    def as_years_began(self) -> list[Mapping[str, float]]:
        """Outcomes as they stood after each year's first quarter, to which the engine runs for it.

        What is judged then, and only then, turns on what no trajectory holds.
        """
        transition, found = self._chance.transition, list[Mapping[str, float]]()
        for quarter in range(0, len(self.trajectory), 4):
            outcomes = self._simulate(self._chance._replace(transition=transition[: quarter + 1]), NO_TRACE)
            found.append(dict(zip(OUTCOMES, outcomes.tolist(), strict=True)))
        return found

    def past(self, name: str) -> list[float]:
        """One of `KEPT`, by quarter."""
        return [KEPT[name](self, quarter) for quarter in range(len(self.trajectory))]

    def money(self, quarter: int) -> Floats:
        """£m in a quarter (from 0) by instrument and state (3, n)."""
        spent: Floats = np.sum(list(self.books[quarter, :, table.MONEY : table.MONEY + 3]), axis=0)
        return spent

    @cached_property
    def most(self) -> float:
        """The most £m that one instrument has in one state in any quarter."""
        return float(max(self.money(quarter).max() for quarter in range(len(self.trajectory))))


def forget(model: Simulation) -> None:
    """Let a model of agents go: Mesa 3.3 numbers agents by model, and so keeps every model for ever."""
    import mesa

    getattr(mesa.Agent, "_ids", {}).pop(model, None)


_UNSPENT = ("lapsed", "undrawn")


def _outcome(name: str) -> Callable[[WholeRun, int], float]:
    return lambda run, quarter: run.so_far[quarter][name]


def _judged(name: str) -> Callable[[WholeRun, int], float]:
    return lambda run, quarter: run.as_years_began[quarter // 4][name]


def _account(row: int) -> Callable[[WholeRun, int], float]:
    return lambda run, quarter: float(run.account[quarter, row])


KEPT: dict[str, Callable[[WholeRun, int], float]] = {
    "conflict_years": _outcome("conflict_years"),
    "spent": lambda run, q: sum(run.so_far[q][f"{line}_money"] for line in MONEY_LINES if line not in _UNSPENT),
    "in_conflict": lambda run, q: int(np.count_nonzero(run.states[q, table.STATUS])),
    "pooled": lambda run, q: float(run.books[q, 3:, table.MONEY : table.MONEY + 3].sum()),
    "belief": _account(table.BELIEF),
    "belief_error": lambda run, q: math.sqrt(run.account[q, table.BELIEF_VARIANCE]),
    "yielded": lambda run, q: float(run.account[q, table.YIELD]) if q >= 3 else math.nan,
    "duplication": _outcome("duplication"),
    "gaps": _judged("gaps"),
    "waiting": _judged("first_money_wait"),
    "lapsed": _outcome("lapsed_money"),
    "overhead": _outcome("overhead_money"),
    "joined_defence": _account(table.JOINED),
    "joined_development": _account(table.JOINED + 1),
    "joined_foreign": _account(table.JOINED + 2),
}
"""What is told of every quarter (from 0): outcomes of the run so far, and money in £m; no number where nobody knows."""


@dataclass(frozen=True)
class Side:
    """A run as it stood after some quarters, perhaps none."""

    run: WholeRun
    quarter: int

    @property
    def institution(self) -> Institution:
        """Who lived through it."""
        return self.run.institution

    @property
    def world(self) -> World:
        """Where."""
        return self.run.world

    @property
    def parameters(self) -> Parameters:
        """With what values."""
        return self.run.parameters

    @property
    def states(self) -> Floats:
        """The state of the world, ``s`` of `model.rules.table`."""
        found: Floats = self.run.states[self.quarter - 1] if self.quarter else self.run.start
        return found

    def last(self, name: str) -> float:
        """How one of `KEPT` stands; nothing before the first quarter."""
        return KEPT[name](self.run, self.quarter - 1) if self.quarter else 0.0

    def past(self, name: str) -> list[float]:
        """One of `KEPT` for every quarter so far."""
        return self.run.past(name)[: self.quarter]

    def money(self) -> Floats:
        """£m this quarter by instrument and state (3, n)."""
        return self.run.money(self.quarter - 1) if self.quarter else np.zeros((3, self.world.size))

    def trajectory(self) -> Floats:
        """Rows so far (quarters, columns), see `model.trajectory`."""
        found: Floats = self.run.trajectory[: self.quarter]
        return found
