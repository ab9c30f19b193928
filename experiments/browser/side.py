"""One institution's run as the page shows it: the Mesa model that also keeps what the pictures need."""

import math
from typing import NamedTuple

from experiments.browser.money import Flows, Followed, flows_of_quarter
from model.institution import Institution
from model.parameters import Parameters
from model.world import World

SPENT = (
    "programme_money", "thematic_money", "top_up_money", "peacekeeping_money", "voluntary_money", "overhead_money",
)  # fmt: skip
"""Outcomes that add up to what was spent: all of the envelope but what lapsed."""


class Moment(NamedTuple):
    """How things stood at the end of a quarter; outcomes are those of the run so far, money is £m."""

    conflict_years: float
    spent: float
    in_conflict: int
    pooled: float
    belief: float
    belief_error: float
    yielded: float | None
    duplication: float
    gaps: float
    lapsed: float
    overhead: float
    joined_defence: float
    joined_development: float
    joined_foreign: float

    @property
    def participation(self) -> float:
        """Mean part of their money that departments pool."""
        return (self.joined_defence + self.joined_development + self.joined_foreign) / 3.0


class Side(Followed):
    """The Mesa model, run as ever.

    ``past`` has a `Moment` for each quarter so far; ``flows`` the money of each quarter of this fiscal year; ``most``
    is the most money that one instrument had in one state in a quarter so far.
    """

    def __init__(
        self, institution: Institution, world: World, parameters: Parameters, seed: int, replication: int, quarters: int
    ) -> None:
        """Set the run up, before its first quarter."""
        super().__init__(institution, world, parameters, seed, replication, quarters)
        self.past: list[Moment] = []
        self.flows: list[Flows] = []
        self.most = 0.0

    def step(self) -> None:
        """Live through one quarter, then keep how things stand."""
        if self.quarter % 4 == 0:
            self.flows = []
        super().step()
        self.flows.append(flows_of_quarter(self))
        self.past.append(self._moment())
        self.most = max(self.most, float(self.money().max()))

    def _moment(self) -> Moment:
        """Keep the quarter."""
        found, treasury = self.outcomes(), self.treasury
        defence, development, foreign = (department.joined for department in self.departments)
        return Moment(
            conflict_years=found["conflict_years"],
            spent=sum(found[name] for name in SPENT),
            in_conflict=sum(state.status > 0.0 for state in self.states),
            pooled=sum(float(pool.allotment.money.sum()) for pool in self.pools if pool.allotment is not None),
            belief=treasury.belief,
            belief_error=math.sqrt(treasury.belief_variance),
            yielded=treasury.yielded if self.quarter >= 4 else None,
            duplication=found["duplication"],
            gaps=found["gaps"],
            lapsed=found["lapsed_money"],
            overhead=found["overhead_money"],
            joined_defence=defence,
            joined_development=development,
            joined_foreign=foreign,
        )
