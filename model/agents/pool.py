"""A pool: departments decide together, under a lead, on money and desks they have put together."""

from typing import TYPE_CHECKING

import numpy as np

from model.agents.spender import Spender
from model.institution import Pool as PoolRecord
from model.rules import components, planner, portfolio, priorities
from model.rules.compiled import direct
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.department import Department
    from model.agents.partner_state import Four, PartnerState
    from model.simulation import Simulation

_agreed, _approval = direct(priorities.agreed), direct(priorities.approval)
_screened, _colocated = direct(priorities.screened), direct(priorities.colocated)


class Pool(Spender):
    """One pool; ``share`` is its part of pooled money and desks, ``lead`` the leading department."""

    def __init__(self, model: "Simulation", record: PoolRecord, index: int, lead: "Department") -> None:
        """Start with no programme."""
        super().__init__(model, record.name, (model.layout.pool_of_state == index).astype(np.float64))
        self.lead = lead
        self.share = float(model.layout.share[index])
        self.members = [i for i in range(model.world.size) if self.covered[i] > 0.0]

    def _mean(self, harms: list["Four"]) -> float:
        """Mean preventable harm over instruments and the pool's states."""
        return priorities.mean_harm(np.array(harms).T.copy(), 0, 3, self.covered)

    def agree(self, departments: list["Department"], harms: list[list["Four"]]) -> tuple[Floats, Floats]:
        """Agree on programmes, from what each department believes of them.

        Returns what each is worth (3, n), and the quarters until a new one's first money (3, n).
        """
        p, degrees = self.model.parameters.priorities, self.model.parameters.degrees
        means = [self._mean(harm) for harm in harms]
        lead, own = self.lead.role, p.national_interest
        spoken = self.self_interest()
        worth, late = np.zeros((3, self.model.world.size)), np.zeros((3, self.model.world.size))
        for k in range(3):
            for i in self.members:
                word = priorities.value(harms[lead][i][k], means[lead], self.lead.interest[i], spoken)
                votes = [
                    priorities.value(harms[d][i][k], means[d], department.interest[i], own)
                    for d, department in enumerate(departments)
                ]
                worth[k, i] = _agreed(word, votes[0], votes[1], votes[2], degrees)
                waits = _approval(votes[0], votes[1], votes[2], p, degrees)
                late[k, i] = _screened(waits, float(k), p, degrees)
        return worth, late

    def place(self, worth: Floats) -> Floats:
        """Values (3, n) that decide where desks go, as far as instruments are sent to the same states."""
        degrees = self.model.parameters.degrees
        score = np.zeros_like(worth)
        for i, (v0, v1, v2) in enumerate(worth.T.tolist()):
            mean = (v0 + v1 + v2) / 3.0
            for k, value in enumerate((v0, v1, v2)):
                score[k, i] = _colocated(value, mean, degrees)
        return score

    def self_interest(self) -> float:
        """Weight of the lead's interests, which it may further by its lead."""
        p = self.model.parameters.priorities
        return priorities.captured(p.national_interest, p)

    def choose(
        self,
        departments: list["Department"],
        harms: list[list["Four"]],
    ) -> None:
        """Choose programmes: by instrument and state, or with all instruments sent to the same states.

        Then voluntary peacekeeping and thematic strategies.
        """
        parameters, lead = self.model.parameters, self.lead.role
        p, degrees = parameters.priorities, parameters.degrees
        part = self.share * p.desks
        first, second, third = (part * department.joined for department in departments)
        desks, economy = np.empty(4), degrees.colocation * p.colocation_economy
        portfolio.tied_and_free((first, second, third), degrees.mix, desks)
        presence = parameters.finance.presence_cost
        if self.stalls(lead, desks, economy):
            components.charge_presence(presence, self.book)
            return
        worth, late = self.agree(departments, harms)
        late += priorities.setting_up(self.model.quarter == 0, p)
        self.open_programmes(self.place(worth), worth, desks, economy, late, 1.0)
        self.deploy(harms[lead], self._mean(harms[lead]), self.lead)
        if degrees.thematic > 0.0:
            consent = np.array([state.consent[0] for state in self.model.states])
            components.set_themes(worth, consent, self.covered, self.book)
            components.charge_presence(presence, self.book)

    def plan(
        self, states: list["PartnerState"], truth: Floats, pooled: list[float], departments: list["Department"]
    ) -> None:
        """Plan on the truth: the reference's way to choose.

        ``truth`` (3, n) are log-hazards, ``pooled`` is what departments bring, £m a quarter.
        """
        p = self.model.parameters
        money = self.share * (pooled[0] + pooled[1] + pooled[2])
        joined = [department.joined for department in departments]
        desks = self.share * p.priorities.desks * (joined[0] + joined[1] + joined[2])
        sites = [
            [*s.driver, s.status, *priorities.hazards(s.status, *true), s.memory, s.log_population, s.scale, s.donors,
             *s.works]
            for s, true in zip(states, truth.T.tolist(), strict=True)
        ]  # fmt: skip
        consent = [state.consent for state in states]
        planner.plan(
            money, desks, np.array(sites).T.copy(), np.array(consent).T.copy(), self.covered, self.model.chance.tie,
            p.drivers.reversion, p.delivery, self.model.reach, p.conflict.war_weight, p.priorities, self.book,
        )  # fmt: skip
