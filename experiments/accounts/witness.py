"""A run that can be asked why: the Mesa model, which also keeps what stood when departments last decided and paid."""

from typing import Any, NamedTuple

import numpy as np

from model.agents.partner_state import Four, Three
from model.agents.spender import Decision, Spender
from model.rules import table
from model.simulation import Concord
from model.world import Floats

Plain = dict[str, Any]
"""What an account is made of: names, numbers, lists and further such, as JSON has them."""


class Year(NamedTuple):
    """What stood when a fiscal year's programmes were decided.

    ``table`` (55, n) and ``before`` (spenders, 18, n) as in `model.rules.table`, before anything was decided; ``after``
    the books after it; ``doors`` (n,) what conflict next door adds to the log-hazard of onset; ``pictures`` and
    ``harms``, preventable harm, by department and state as each decided on; ``dangers`` (n,) the new harm to be
    expected in truth, and ``believed`` by department and state; ``outlooks`` the true hazards without further
    programmes; ``joined`` and ``pooled`` (3,) the part and the £m a quarter that
    departments brought to pools; ``decisions`` by spender, none where nothing was decided.
    """

    quarter: int
    table: Floats
    before: Floats
    after: Floats
    doors: list[float]
    pictures: list[list[Three]]
    harms: list[list[Four]]
    dangers: list[float]
    believed: list[list[float]]
    outlooks: list[Three]
    joined: list[float]
    pooled: list[float]
    decisions: list[Decision | None]


class Witness(Concord):
    """The Mesa model, run as ever.

    ``years`` so far; as it last paid: ``unpaid`` (spenders, 18, n), the books before, ``due``, the peacekeeping (£m)
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
        doors, pictures = [state.next_door() for state in self.states], self.analyse()
        harms = [self._preventable(picture, doors) for picture in pictures]
        truth: list[Three] = [(state.driver[0], state.driver[1], state.driver[2]) for state in self.states]
        dangers, *believed = (
            [state.danger(levels, door) for state, levels, door in zip(self.states, seen, doors, strict=True)]
            for seen in (truth, *pictures)
        )
        outlooks = [state.outlook(x, door) for state, x, door in zip(self.states, truth, doors, strict=True)]
        pooled = self._planned_division().pooled.tolist()
        error = super().decide()
        decisions = [spender.decision for spender in self.spenders]
        after, joined = self.books(), self._joined().tolist()
        self.years.append(
            Year(
                self.quarter, stood, before, after, doors, pictures, harms, dangers, believed, outlooks, joined, pooled,
                decisions,
            )
        )  # fmt: skip
        return error

    def pay(self) -> None:
        """Keep what stands, then pay as ever."""
        self.unpaid, self.joined_then = self.books(), self._joined()
        self.due = self.treasury.assessed(self.states) + float(self.treasury.ledger[table.ARREARS - table.LEDGER])
        super().pay()

    def money(self) -> Floats:
        """£m this quarter by instrument and state (3, n)."""
        spent: Floats = np.sum([spender.book[table.MONEY : table.MONEY + 3] for spender in self.spenders], axis=0)
        return spent
