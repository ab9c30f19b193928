"""A run that can be asked why: the Mesa model, which also keeps what stood when departments last decided and paid."""

from typing import Any, NamedTuple

import numpy as np

from model.agents.partner_state import Four
from model.agents.spender import Decision, Spender
from model.rules import priorities, table
from model.simulation import Simulation
from model.world import Floats

Plain = dict[str, Any]
"""What an account is made of: names, numbers, lists and further such, as JSON has them."""


class Year(NamedTuple):
    """What stood when a fiscal year's programmes were decided.

    ``table`` (54, n) and ``before`` (spenders, 21, n) as in `model.rules.table`, before anything was decided; ``after``
    the books after it; ``doors`` (n,) what conflict next door adds to the log-hazard of onset; ``pictures`` (3, 2, n)
    log-hazards of onset and ending and ``harms``, preventable harm, by department and state as each decided on;
    ``dangers`` (n,) the new harm to be expected in truth, ``believed`` by department and state; ``truth`` (3, n)
    log-hazards without further programmes; ``known`` (4, n) status, quarters fought and at peace and memory as known;
    ``joined`` and ``pooled`` (3,) the part and the £m a quarter that departments brought to pools; ``decisions`` by
    spender, none where nothing was decided.
    """

    quarter: int
    table: Floats
    before: Floats
    after: Floats
    doors: list[float]
    pictures: Floats
    harms: list[list[Four]]
    dangers: list[float]
    believed: list[list[float]]
    truth: Floats
    known: Floats
    joined: list[float]
    pooled: list[float]
    decisions: list[Decision | None]


class Witness(Simulation):
    """The Mesa model, run as ever.

    ``years`` so far; as it last paid: ``unpaid`` (spenders, 21, n), the books before, ``due``, the peacekeeping (£m)
    that was due, ``joined_then`` (3,), what part of their money departments put into pools.
    """

    years: list[Year]
    unpaid: Floats
    due: float
    joined_then: Floats

    @property
    def spenders(self) -> list[Spender]:
        """Departments, then pools, in the order of the books."""
        return [*self.departments, *self.pools]

    def decide(self) -> float:
        """Keep what stands, then decide as ever; every method called here leaves the run as it is."""
        if self.quarter == 0:
            self.years = []
        stood, before = self.table(), self.books()
        doors = [state.next_door(known=False) for state in self.states]
        truth = self.outlooks(stood, stood[table.STATUS : table.STATUS + 4].copy(), doors)
        pictures = self.analyse()
        known, at_known = self.known, self.truth_known
        dangers = self._dangers(stood[table.STATUS], *truth)
        believed = [self._dangers(known[0], onset, at_known[1], ending) for onset, ending in pictures]
        pooled = self._planned_division().pooled.tolist()
        error = super().decide()
        harms = self.valued(pictures)  # by now it is known where the advisory team works this year
        decisions = [spender.decision for spender in self.spenders]
        after, joined = self.books(), self._joined().tolist()
        self.years.append(
            Year(
                self.quarter, stood, before, after, doors, pictures, harms, dangers, believed, truth, known, joined,
                pooled, decisions,
            )
        )  # fmt: skip
        return error

    def _dangers(self, status: Floats, onset: Floats, escalation: Floats, ending: Floats) -> list[float]:
        """New harm to be expected by state, at log-hazards (n,)."""
        p = self.parameters
        return [
            priorities.expected_harm(
                level, priorities.hazards(level, *scores), state.log_population, p.conflict.war_weight, p.priorities
            )
            for state, level, *scores in zip(
                self.states, status.tolist(), onset.tolist(), escalation.tolist(), ending.tolist(), strict=True
            )
        ]  # fmt: skip

    def pay(self) -> None:
        """Keep what stands, then pay as ever."""
        self.unpaid, self.joined_then = self.books(), self._joined()
        self.due = self.treasury.assessed(self.states) + float(self.treasury.ledger[table.ARREARS - table.LEDGER])
        super().pay()

    def money(self) -> Floats:
        """£m this quarter by instrument and state (3, n)."""
        spent: Floats = np.sum([spender.book[table.MONEY : table.MONEY + 3] for spender in self.spenders], axis=0)
        return spent
