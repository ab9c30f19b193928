"""Those who grant the money: Parliament, the Treasury, and the international partners beside them."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.rules import components, finance, partners, peacekeeping, priorities, purse, treasury
from model.rules.table import ARREARS, JOINED, LEDGER
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.department import Department
    from model.agents.partner_state import PartnerState
    from model.simulation import Simulation


class Parliament(mesa.Agent):
    """Votes the envelope once a fiscal year; its ``attention`` follows current conflicts."""

    model: "Simulation"

    def __init__(self, model: "Simulation") -> None:
        """Start with the attention that present conflicts deserve."""
        super().__init__(model)
        self.attention = self._harm_per_state(model.states)
        self.first_attention = self.attention

    def _harm_per_state(self, states: list["PartnerState"]) -> float:
        """Present harm per state, a war counting its weight."""
        total = 0.0
        for state in states:
            total += priorities.present_harm(state.status, self.model.parameters.conflict.war_weight)
        return total / len(states)

    def vote(self, belief: float) -> float:
        """Settlement, £m a quarter, knowing what the Treasury believes."""
        p = self.model.parameters
        usual = finance.usual_settlement(p.finance)
        return treasury.voted(usual, self.attention, self.first_attention, belief, p.budgeting)

    def follow(self, states: list["PartnerState"]) -> None:
        """Let attention follow the conflicts of the year's end."""
        p = self.model.parameters.budgeting
        self.attention = treasury.next_attention(self.attention, self._harm_per_state(states), p)


class Treasury(mesa.Agent):
    """Settles budgets, pays peacekeeping first, tops up pools, learns what prevention yields, keeps the ledger.

    ``shares``, ``reported_need``, ``cuts`` (3,) by department; ``ledger`` (20,) £m this quarter, by colour and line,
    then arrears, what screening moved and the first call, see `model.rules.table`; ``settlement`` of the fiscal year;
    ``belief`` in driver levels per £100m.
    """

    model: "Simulation"

    def __init__(self, model: "Simulation") -> None:
        """Start from the departments' usual parts of the money and a first belief."""
        super().__init__(model)
        p, budgeting = model.parameters.finance, model.parameters.budgeting
        self.shares: Floats = finance.normalised(p.budget_defence, p.budget_development, p.budget_foreign)
        self.reported_need: Floats = np.zeros(3)
        self.ledger: Floats = np.zeros(JOINED - LEDGER)
        self.cuts: Floats = np.zeros(3)
        self.settlement = finance.settle(0.0, 0.0, 0.0, self.shares, np.zeros(3), p, model.parameters.degrees)
        self.envelope, self.envelope_oda = 0.0, 0.0
        self.belief = budgeting.first_belief
        self.belief_variance = budgeting.first_belief_error * budgeting.first_belief_error
        self.top_up = 0.0
        self.yielded = 0.0

    def hear(self, role: int, need: float) -> None:
        """Take note of a department's report of its need."""
        self.reported_need[role] = need

    def assessed(self, states: list["PartnerState"]) -> float:
        """Assessed peacekeeping of this quarter, £m."""
        total = 0.0
        for state in states:
            total += state.mission
        return peacekeeping.assessed(total, self.model.parameters.peacekeeping)

    def settle(self, voted: float, states: list["PartnerState"], departments: list["Department"]) -> None:
        """Settle the fiscal year: departments' parts (moved towards need where the institution does so), the top-up.

        What of last year's peacekeeping nobody could pay, the Reserve has met after.
        """
        p = self.model.parameters
        self.ledger[ARREARS - LEDGER] = 0.0
        if self.model.quarter > 0:
            finance.rebalance(self.shares, self.reported_need, p.degrees.rebalancing)
        owed = self.assessed(states)
        self.top_up = treasury.top_up_rate(p.degrees.top_up, self.belief, p.budgeting)
        joined = np.array([department.joined for department in departments])
        uniforms = self.model.chance.funding[self.model.quarter]
        components.cut_lines(uniforms, p.finance.funding_shock_rate, p.finance.funding_shock_size, self.cuts)
        settled, cap = finance.granted(voted, p.budgeting), finance.reserve_cap(owed, p.finance, p.budgeting)
        self.settlement = finance.settle(settled, cap, owed, self.shares, joined, p.finance, p.degrees)

    def open_quarter(self, states: list["PartnerState"]) -> finance.QuarterMoney:
        """Pay peacekeeping as it turns out, open the quarter's ledger, say what departments have left."""
        p = self.model.parameters
        due = self.assessed(states) + float(self.ledger[ARREARS - LEDGER])
        planned = finance.as_it_turns_out(due, self.settlement, p.budgeting)
        money = finance.meet_peacekeeping(due, planned, p.finance, p.degrees)
        purse.open_ledger(money, planned, finance.oda_parts(p.finance), self.ledger)
        self.envelope, self.envelope_oda = planned.settled + planned.cap, planned.oda
        return money

    def divide(self, budgets: Floats, oda: Floats) -> finance.Division:
        """Divide departments' budgets (3,), the part ``oda`` (3,) of each aid, between their programmes and pools."""
        joined = np.array([department.joined for department in self.model.departments])
        return finance.divide(budgets, oda, joined, self.top_up, self.model.parameters.budgeting)

    def top_up_pools(self, money: finance.QuarterMoney) -> finance.Division:
        """Divide the quarter's money; a top-up that comes on top makes the envelope larger."""
        division = self.divide(money.budgets, money.oda)
        self.envelope, self.envelope_oda = self.envelope + division.added, self.envelope_oda + division.added_oda
        return division

    def learn(self, fall: float, states: list["PartnerState"], departments: list["Department"], normal: float) -> None:
        """Update its belief from the year's report: the drivers' ``fall`` against the money spent, with an error."""
        spent = 0.0
        for state in states:
            spent += state.year_money
        if spent > 0.0:
            p = self.model.parameters.budgeting
            self.yielded = 100.0 * fall / spent
            parts = [department.joined * float(self.shares[d]) for d, department in enumerate(departments)]
            deviation = treasury.report_deviation((parts[0] + parts[1]) + parts[2], p)
            self.belief, self.belief_variance = treasury.next_belief(
                self.belief, self.belief_variance, self.yielded, normal, deviation, p
            )


class InternationalPartners(mesa.Agent):
    """Other donors: they spend where there are people and conflict, whatever we do."""

    model: "Simulation"

    def spend(self, states: list["PartnerState"]) -> None:
        """Spread this quarter's money."""
        weights = [state.attraction() for state in states]
        total = 0.0
        for weight in weights:
            total += weight
        yearly = len(states) * self.model.parameters.finance.donor_money
        for state, weight in zip(states, weights, strict=True):
            state.donors = partners.partner_money(weight, total, yearly)
