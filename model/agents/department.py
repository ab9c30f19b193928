"""A department: sees its own driver well and the others badly, has interests, runs its own instrument."""

from typing import TYPE_CHECKING

import numpy as np

from model.agents.spender import Spender
from model.rules import appraisal, observation, portfolio, priorities, treasury
from model.rules.compiled import direct
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.partner_state import Four
    from model.simulation import Simulation

_departmental = direct(priorities.departmental)


class Department(Spender):
    """Defence, development or foreign affairs.

    ``role`` 0, 1, 2 is also its instrument; ``seen`` and ``private_error`` (2, n) are its pictures of the log-hazards
    of onset and of ending, and their errors; ``interest`` by state; ``joined`` is the part of its money and desks that
    it puts into pools.
    """

    def __init__(self, model: "Simulation", name: str, role: int) -> None:
        """Start with its interests and nothing seen."""
        n = model.world.size
        super().__init__(model, name, np.ones(n))
        self.role = role
        self.joined = model.parameters.degrees.pooling
        own, common = model.chance.interests[role].tolist(), model.chance.interests[3].tolist()
        p = model.parameters.priorities
        self.interest = [priorities.interest(own[i], common[i], p) for i in range(n)]
        self.private_error: Floats = np.zeros((2, n))
        self.seen: Floats = np.zeros((2, n))
        self._past: list[Floats] = []

    def observe(self, views: Floats | None, common: Floats, normals: Floats) -> None:
        """Let its errors move on and, if it is asked, make pictures of its ``views``, and keep what they are made of.

        All arrays are (2, n).
        """
        p, first = self.model.parameters.observation, self.model.quarter == 0
        if views is None:
            observation.persist(normals, first, p, self.private_error)
            views = np.zeros_like(self.seen)  # of a quarter that nobody will ask about
        else:
            observation.look(views, normals, common, first, p, self.private_error, self.seen)
        self._past.insert(0, np.array([views, self.private_error, common]))
        del self._past[observation.LONGEST_DELAY + 2 :]

    def recall(self, delay: float) -> Floats:
        """Tell the others its picture of how things stood ``delay`` quarters ago (2, n)."""
        quarter = self.model.quarter
        newer, older, part = observation.lag(quarter, delay)
        told = np.empty_like(self.seen)
        observation.recall(
            self._past[quarter - newer], self._past[quarter - older], part, self.model.parameters.observation, told
        )
        return told

    def appraise(self, picture: Floats, s: Floats, known: Floats, truth: Floats) -> list["Four"]:
        """Preventable harm per first £m of each instrument and per full mission, by state, as it believes.

        By its ``picture`` (2, n) of onsets and ends, the lessons that have reached it, consent as far as it is known.
        """
        model, harm = self.model, np.empty((4, s.shape[1]))
        appraisal.preventable(
            self.role, picture, s, known, truth, model.scale, model.chance.works, model.terrain.log_population,
            model.parameters, model.reach, harm,
        )  # fmt: skip
        return [(first, second, third, fourth) for first, second, third, fourth in harm.T.tolist()]

    def choose(self, harms: list["Four"], joint: Floats, late: Floats) -> None:
        """Report its need to the Treasury, choose its programmes and, as defence, voluntary peacekeeping.

        ``harms``, the preventable harm, are by state, as it sees them; ``joint`` (3, n) is what a joint strategy holds
        each programme to be worth, ``late`` (3, n) the quarters that agreeing on it takes.
        """
        p, degrees, role = self.model.parameters.priorities, self.model.parameters.degrees, self.role
        own = [harm[role] for harm in harms]
        need = 0.0
        for harm in own:
            need += harm
        self.model.treasury.hear(role, need)
        mean = need / len(own)
        score, waits = np.zeros((3, len(own))), np.zeros((3, len(own)))
        for i, (harm, ours, wait) in enumerate(zip(own, joint[role].tolist(), late[role].tolist(), strict=True)):
            mine = priorities.value(harm, mean, self.interest[i], p.national_interest)
            score[role, i] = priorities.persuaded(mine, ours, degrees.persuasion)
            waits[role, i] = _departmental(wait, p, degrees)
        desks = np.zeros(4)
        desks[role] = (1.0 - self.joined) * p.desks
        if self.stalls(role, desks, 0.0):
            return
        self.open_programmes(score, score, desks, 0.0, waits, degrees.persuasion)
        if role == 0:
            self.deploy(harms, mean, self)

    def review(self, harms: list["Four"], placed: Floats) -> None:
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
        own = portfolio.worth_alone(self.role, worth, self.model.chance.tie, self.covered, p.desks, p.concentration)
        ministry = self.model.treasury
        pooled = treasury.pooled_pound(
            portfolio.mean_worth(placed, worth), ministry.top_up, float(ministry.shares[self.role]),
            parameters.finance.pooling_overhead, parameters.budgeting,
        )  # fmt: skip
        part = treasury.next_participation(self.joined / degrees.pooling, pooled, own, parameters.budgeting)
        self.joined = degrees.pooling * part
