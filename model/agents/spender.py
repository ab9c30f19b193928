"""What departments and pools have in common: a book of programmes, desks to run them, money to spend on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from model.rules import components, finance, portfolio, purse
from model.rules.table import DEPLOYED, MONEY, WHOLE_BOOK
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.department import Department
    from model.agents.partner_state import Four, Three
    from model.simulation import Simulation


class Decision(NamedTuple):
    """What a spender decided on: programmes' score, worth and lateness (3, n), desks (4,) it had and had left."""

    score: Floats
    worth: Floats
    late: Floats
    desks: Floats
    left: Floats


class Allotment(NamedTuple):
    """What a spender had to spend in a quarter, as the arguments of `model.rules.purse.spend` say it."""

    money: Floats
    oda: float
    missions: float
    cut: float
    topped: float
    status: Floats


class Spender(mesa.Agent):
    """A department or a pool; ``book`` (21, n) as in `model.rules.table`, ``covered`` (n,) 1 in its remit.

    ``decision`` of the year, none where it decided nothing, and ``allotment`` of the quarter are kept for whoever asks
    why; nothing follows from them.
    """

    model: "Simulation"

    def __init__(self, model: "Simulation", name: str, covered: Floats) -> None:
        """Start with an empty book."""
        super().__init__(model)
        self.name = name
        self.covered = covered
        self.book: Floats = np.zeros((WHOLE_BOOK, covered.shape[0]))
        portfolio.open_book(self.book)
        self.decision: Decision | None = None
        self.allotment: Allotment | None = None

    def stalls(self, role: int, desks: Floats, economy: float) -> bool:
        """Whether it decides nothing this year (a pool as its lead does) and lets go on what runs."""
        model, self.decision = self.model, None
        uniform, rate = float(model.chance.stall[model.quarter, role]), model.parameters.priorities.stall_rate
        if not portfolio.stalled(uniform, rate, model.quarter == 0):
            return False
        portfolio.roll_over(desks, economy, self.book)
        return True

    def open_programmes(
        self, score: Floats, worth: Floats, desks: Floats, economy: float, late: Floats, jointly: float
    ) -> None:
        """Let commitments that have run out go and fill free desks; new programmes are ``late`` quarters late."""
        p, first_year, had = self.model.parameters, self.model.quarter == 0, desks.copy()
        portfolio.end_commitments(self.book)
        portfolio.choose_programmes(
            score, worth, self.model.chance.tie, self.covered, desks, economy, p.degrees.commitment, late, first_year,
            finance.decision_price(jointly, p.finance), p.priorities.concentration, self.book,
        )  # fmt: skip
        self.decision = Decision(score, worth, late, had, desks)

    def deploy(self, harms: list["Four"], mean: float, department: "Department") -> None:
        """Decide on voluntary peacekeeping, as a department sees and values it; ``harms`` are by state."""
        p = self.model.parameters
        if p.degrees.voluntary_peacekeeping == 0.0:
            return
        prevented = np.array([harm[3] for harm in harms])
        status = np.array([state.known[0] for state in self.model.states])
        components.deploy(
            prevented, status, self.covered, mean, np.array(department.interest), self.self_interest(), p.peacekeeping,
            self.book,
        )  # fmt: skip

    def self_interest(self) -> float:
        """Weight of the interests of whoever speaks for it."""
        return self.model.parameters.priorities.national_interest

    def spend(self, money: Floats, oda: float, missions: float, role: int, topped: float, status: Floats) -> None:
        """Spend this quarter's money, tied and free (4,), the part ``oda`` of it aid, on programmes and components.

        ``missions`` £m are open to voluntary peacekeeping; ``role`` is whose budget line it is; ``topped`` the part
        that is the Treasury's top-up; ``status`` (n,) of the states.
        """
        p, ministry = self.model.parameters, self.model.treasury
        self.allotment = Allotment(money, oda, missions, float(ministry.cuts[role]), topped, status)
        spent = purse.spend(*self.allotment, p.finance, p.degrees, self.book, ministry.ledger)
        for state, part in zip(self.model.states, self.book[DEPLOYED].tolist(), strict=True) if spent > 0.0 else ():
            state.reinforce(spent * part)

    def spending(self) -> Sequence["Three"]:
        """£m this quarter by instrument, for each state."""
        return list(zip(*self.book[MONEY : MONEY + 3].tolist(), strict=True))
