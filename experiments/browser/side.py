"""One institution's run as the page shows it: the Mesa model that also keeps what the pictures need."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from experiments.browser.money import Flows, Followed, flows_of_quarter
from model.institution import Institution
from model.parameters import Parameters
from model.world import World

SPENT = (
    "programme_money", "thematic_money", "top_up_money", "peacekeeping_money", "voluntary_money", "overhead_money",
)  # fmt: skip
"""Outcomes that add up to what was spent: all of the envelope but what lapsed."""


class Side(Followed):
    """The Mesa model, run as ever.

    ``past`` has a list for each of `KEPT`, a value for each quarter so far; ``flows`` the money of this fiscal year so
    far; ``most`` is the most money that one instrument had in one state in a quarter so far.
    """

    def __init__(
        self, institution: Institution, world: World, parameters: Parameters, seed: int, replication: int, quarters: int
    ) -> None:
        """Set the run up, before its first quarter."""
        super().__init__(institution, world, parameters, seed, replication, quarters)
        self.past: dict[str, list[float]] = {name: [] for name in KEPT}
        self.flows: Flows = {}
        self.most = 0.0

    def step(self) -> None:
        """Live through one quarter, then keep how things stand."""
        before = self.flows if self.quarter % 4 else {}
        super().step()
        now = flows_of_quarter(self)
        self.flows = {
            link: np.sum([flows[link] for flows in (before, now) if link in flows], axis=0)
            for link in {**before, **now}
        }
        outcomes = self.outcomes()
        for name, kept in self.past.items():
            kept.append(KEPT[name](self, outcomes))
        self.most = max(self.most, float(self.money().max()))

    def last(self, name: str) -> float:
        """How one of `KEPT` stands; nothing before the first quarter."""
        return (self.past[name] or [0.0])[-1]


KEPT: dict[str, Callable[[Side, Mapping[str, float]], float]] = {
    "conflict_years": lambda run, outcomes: outcomes["conflict_years"],
    "spent": lambda run, outcomes: sum(outcomes[name] for name in SPENT),
    "in_conflict": lambda run, _: sum(state.status > 0.0 for state in run.states),
    "pooled": lambda run, _: sum(float(pool.allotment.money.sum()) for pool in run.pools if pool.allotment is not None),
    "belief": lambda run, _: run.treasury.belief,
    "belief_error": lambda run, _: math.sqrt(run.treasury.belief_variance),
    "yielded": lambda run, _: run.treasury.yielded if run.quarter >= 4 else math.nan,
    "duplication": lambda run, outcomes: outcomes["duplication"],
    "gaps": lambda run, outcomes: outcomes["gaps"],
    "lapsed": lambda run, outcomes: outcomes["lapsed_money"],
    "overhead": lambda run, outcomes: outcomes["overhead_money"],
    "joined_defence": lambda run, _: run.departments[0].joined,
    "joined_development": lambda run, _: run.departments[1].joined,
    "joined_foreign": lambda run, _: run.departments[2].joined,
}
"""What is kept of every quarter: outcomes of the run so far, and money in £m; no number where nobody knows yet."""
