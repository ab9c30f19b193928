"""Those who grant the money: Parliament, the Treasury, and the international partners beside them."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.rules import finance, partners, peacekeeping
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.partner_state import PartnerState
    from model.simulation import Concord


class Parliament(mesa.Agent):
    """Votes the envelope once a fiscal year."""

    model: "Concord"

    def vote(self) -> float:
        """Envelope, £m a quarter."""
        return finance.voted(self.model.parameters.finance)


class Treasury(mesa.Agent):
    """Settles budgets, pays peacekeeping first, keeps the ledger.

    ``shares``, ``reported_need`` (3,) by department; ``ledger`` (6,) £m this quarter, see `model.rules.table`;
    ``settlement`` of the fiscal year.
    """

    model: "Concord"

    def __init__(self, model: "Concord") -> None:
        """Start from the departments' usual parts of the money."""
        super().__init__(model)
        p = model.parameters.finance
        self.shares: Floats = finance.normalised(p.budget_defence, p.budget_development, p.budget_foreign)
        self.reported_need: Floats = np.zeros(3)
        self.ledger: Floats = np.zeros(6)
        self.settlement = finance.settle(0.0, 0.0, self.shares, p, model.parameters.degrees)

    def hear(self, role: int, need: float) -> None:
        """Take note of a department's report of its need."""
        self.reported_need[role] = need

    def assessed(self, states: list["PartnerState"]) -> float:
        """Assessed peacekeeping due this quarter, with arrears, £m."""
        total = 0.0
        for state in states:
            total += state.mission
        return peacekeeping.assessed(total, self.model.parameters.peacekeeping) + float(self.ledger[5])

    def settle(self, envelope: float, states: list["PartnerState"]) -> None:
        """Settle the fiscal year, after moving departments' parts towards need where the institution does so."""
        p = self.model.parameters
        if self.model.quarter > 0:
            finance.rebalance(self.shares, self.reported_need, p.degrees.rebalancing)
        self.settlement = finance.settle(envelope, self.assessed(states), self.shares, p.finance, p.degrees)

    def open_quarter(self, states: list["PartnerState"]) -> finance.QuarterMoney:
        """Pay peacekeeping as it turns out and say what is left for programmes."""
        p = self.model.parameters
        return finance.meet_peacekeeping(self.assessed(states), self.settlement, p.finance, p.degrees)

    def book_quarter(self, money: finance.QuarterMoney, programme: float, top_up: float, lapsed: float) -> None:
        """Enter the quarter in the ledger."""
        self.ledger[:] = (programme, top_up, money.paid, self.settlement.overhead, lapsed, money.arrears)


class InternationalPartners(mesa.Agent):
    """Other donors: they spend where there are people and conflict, whatever we do."""

    model: "Concord"

    def spend(self, states: list["PartnerState"]) -> None:
        """Spread this quarter's money."""
        weights = [state.attraction() for state in states]
        total = 0.0
        for weight in weights:
            total += weight
        for state, weight in zip(states, weights, strict=True):
            state.donors = partners.partner_money(weight, total, self.model.parameters.finance.donor_money)
