"""A department: sees its own driver well and the others badly, has interests, runs its own instrument."""

from typing import TYPE_CHECKING

import numpy as np

from model.agents.spender import Spender
from model.rules import observation, portfolio, priorities, treasury
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.partner_state import PartnerState, Three
    from model.simulation import Concord


Rows = list[list[float]]
"""A level per driver and state."""


class Department(Spender):
    """Defence, development or foreign affairs.

    ``role`` 0, 1, 2 is also its instrument and its mandate driver; ``seen`` and ``private_error`` are by driver and
    state, ``interest`` by state; ``joined`` is the part of its money and desks that it puts into pools.
    """

    def __init__(self, model: "Concord", name: str, role: int) -> None:
        """Start with its interests and nothing seen."""
        n = model.world.size
        super().__init__(model, name, np.ones(n))
        self.role = role
        self.joined = model.parameters.degrees.pooling
        own, common = model.chance.interests[role].tolist(), model.chance.interests[3].tolist()
        p = model.parameters.priorities
        self.interest = [priorities.interest(own[i], common[i], p) for i in range(n)]
        self.private_error = [[0.0] * n for _ in range(3)]
        self.seen = [[0.0] * n for _ in range(3)]
        self._past: list[tuple[Rows, Rows, Rows]] = []

    def observe(self, states: list["PartnerState"], normals: Rows) -> None:
        """Look at every driver in every state, and remember what was seen."""
        p, first = self.model.parameters.observation, self.model.quarter == 0
        seen: Rows = []
        for k in range(3):
            errors, own_driver, row = self.private_error[k], k == self.role, []
            for i, state in enumerate(states):
                errors[i], level = observation.observed(
                    state.driver[k], errors[i], normals[k][i], state.common_error[k], own_driver, first, p
                )
                row.append(level)
            seen.append(row)
        self.seen = seen
        levels = [[state.driver[k] for state in states] for k in range(3)]
        common = [[state.common_error[k] for state in states] for k in range(3)]
        self._past.insert(0, (levels, [list(errors) for errors in self.private_error], common))
        del self._past[observation.LONGEST_DELAY + 2 :]

    def recall(self, delay: float) -> Rows:
        """Its picture of how things stood ``delay`` quarters ago, by driver and state."""
        p, quarter = self.model.parameters.observation, self.model.quarter
        newer, older, part = observation.lag(quarter, delay)
        if part == 0.0 and newer == quarter:
            return self.seen
        new, old = self._past[quarter - newer], self._past[quarter - older]
        recalled: Rows = []
        for k in range(3):
            row = []
            for i in range(len(self.interest)):
                level = observation.aged(new[0][k][i], old[0][k][i], part)
                private = observation.aged_error(new[1][k][i], old[1][k][i], part, p.noise_persistence)
                common = observation.aged_error(new[2][k][i], old[2][k][i], part, p.noise_persistence)
                row.append(observation.picture(level, private, common, k == self.role, p))
            recalled.append(row)
        return recalled

    def adopt(self, own: Rows, joint: Rows) -> list["Three"]:
        """Its pictures by state, after shared analysis."""
        share = self.model.parameters.degrees.shared_analysis
        rows = [
            [observation.adopted(mine, ours, share) for mine, ours in zip(own[k], joint[k], strict=True)]
            for k in range(3)
        ]
        return list(zip(*rows, strict=True))

    def choose(self, harms: list["Three"], joint: Floats, late: Floats) -> None:
        """Report its need to the Treasury and choose its programmes.

        ``harms`` is preventable harm by state and instrument as it sees it, ``joint`` (3, n) what a joint strategy
        holds each programme to be worth, ``late`` (3, n) the quarters that agreeing on it takes.
        """
        p, degrees, role = self.model.parameters.priorities, self.model.parameters.degrees, self.role
        own = [harm[role] for harm in harms]
        need = 0.0
        for harm in own:
            need += harm
        self.model.treasury.hear(role, need)
        mean = need / len(own)
        score = np.zeros((3, len(own)))
        for i, (harm, ours) in enumerate(zip(own, joint[role].tolist(), strict=True)):
            mine = priorities.value(harm, mean, self.interest[i], p.national_interest)
            score[role, i] = priorities.persuaded(mine, ours, degrees.persuasion)
        desks = np.zeros(4)
        desks[role] = (1.0 - self.joined) * p.desks
        waits = np.zeros_like(score)
        waits[role] = degrees.persuasion * late[role]
        self.open_programmes(score, score, desks, 0.0, waits)

    def review(self, harms: list["Three"], placed: Floats) -> None:
        """Compare a pooled pound with one of its own, by its own values, and move its participation.

        ``harms`` is preventable harm by state and instrument as it sees it, ``placed`` (3, n) £m a quarter that pools
        have placed.
        """
        parameters = self.model.parameters
        p, degrees = parameters.priorities, parameters.degrees
        mean = priorities.mean_harm(np.array(harms).T.copy(), 0, 3, self.covered)
        worth = np.array(
            [
                [priorities.value(harm[k], mean, self.interest[i], p.national_interest) for i, harm in enumerate(harms)]
                for k in range(3)
            ]
        )
        own = portfolio.worth_alone(self.role, worth, self.model.chance.tie, self.covered, p.desks)
        pooled = treasury.pooled_pound(
            portfolio.mean_worth(placed, worth), self.model.treasury.top_up, parameters.finance.pooling_overhead
        )
        part = treasury.next_participation(self.joined / degrees.pooling, pooled, own, parameters.budgeting)
        self.joined = degrees.pooling * part
