"""Two institutions in one future as one Mesa model, so that one Play drives both; both keep what pictures need."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock

import mesa

from experiments.accounts.witness import Witness
from experiments.browser.money import flows_of_quarter
from experiments.browser.selection import Ready, Start, first_selection, prepared
from experiments.settings.compose import asked
from model.rules.measurement import MONEY_LINES
from model.world import Floats


class Side(Witness):
    """The Mesa model, run as ever.

    ``past`` has a list for each of `KEPT`, a value for each quarter so far; ``flows`` the money of this fiscal year so
    far; ``most`` is the most money that one instrument had in one state in a quarter so far.
    """

    def __init__(self, ready: Ready, start: Start) -> None:
        """Set the run up, before its first quarter."""
        who = (start.institution, ready.world, start.parameters)
        super().__init__(*who, ready.seed, ready.replication, ready.quarters)
        self.past: dict[str, list[float]] = {name: [] for name in KEPT}
        self.flows: dict[tuple[str, str], Floats] = {}
        self.most = 0.0

    def step(self) -> None:
        """Live through one quarter, then keep how things stand."""
        if self.quarter % 4 == 0:
            self.flows = {}
        super().step()
        for link, amount in flows_of_quarter(self).items():
            self.flows[link] = self.flows.get(link, 0.0) + amount
        outcomes = self.outcomes()
        for name, kept in self.past.items():
            kept.append(KEPT[name](self, outcomes))
        self.most = max(self.most, float(self.money().max()))

    def last(self, name: str) -> float:
        """How one of `KEPT` stands; nothing before the first quarter."""
        return (self.past[name] or [0.0])[-1]


_UNSPENT = ("lapsed", "undrawn")
KEPT: dict[str, Callable[[Side, Mapping[str, float]], float]] = {
    "conflict_years": lambda run, outcomes: outcomes["conflict_years"],
    "spent": lambda run, outcomes: sum(outcomes[f"{line}_money"] for line in MONEY_LINES if line not in _UNSPENT),
    "in_conflict": lambda run, _: sum(state.status > 0.0 for state in run.states),
    "pooled": lambda run, _: sum(float(pool.allotment.money.sum()) for pool in run.pools if pool.allotment is not None),
    "belief": lambda run, _: run.treasury.belief,
    "belief_error": lambda run, _: math.sqrt(run.treasury.belief_variance),
    "yielded": lambda run, _: run.treasury.yielded if run.quarter >= 4 else math.nan,
    "duplication": lambda run, outcomes: outcomes["duplication"],
    "gaps": lambda run, outcomes: outcomes["gaps"],
    "waiting": lambda run, outcomes: outcomes["first_money_wait"],
    "lapsed": lambda run, outcomes: outcomes["lapsed_money"],
    "overhead": lambda run, outcomes: outcomes["overhead_money"],
    "joined_defence": lambda run, _: run.departments[0].joined,
    "joined_development": lambda run, _: run.departments[1].joined,
    "joined_foreign": lambda run, _: run.departments[2].joined,
}
"""What is kept of every quarter: outcomes of the run so far, and money in £m; no number where nobody knows yet."""


@dataclass
class Session:
    """A visitor's session; ``ready`` is what the next run is made of: Mesa's Reset asks for it, whenever it comes."""

    ready: Ready


class TwoRuns(mesa.Model):
    """Both runs, a quarter a step.

    Parameters
    ----------
    session : Session
        Says what the runs are made of.

    Attributes
    ----------
    ready : Ready
        What the runs are made of.
    sides : tuple of Side
        A and B; none once they were let go.
    quarter, quarters : int
        Quarters lived so far, and to live in all.
    lock : RLock
        Whoever draws holds it, so that nobody sees half a quarter.
    """

    def __init__(self, session: Session) -> None:
        """Set both runs up, before their first quarter."""
        ready = session.ready
        super().__init__(rng=ready.seed)
        self.ready = ready
        self.lock = RLock()
        self.running = True
        self.sides = tuple(Side(ready, start) for start in ready.sides)
        self.quarter, self.quarters = 0, ready.quarters

    def step(self) -> None:
        """Live through one quarter under both institutions; a run that is over or was let go stays as it is."""
        with self.lock:
            if self.running:
                for side in self.sides:
                    side.step()
                self.quarter += 1
                self.running = self.quarter < self.quarters

    def close(self) -> None:
        """Let both runs go: whoever still plays them stops, whoever still holds this holds next to nothing."""
        with self.lock:
            self.running = False
            # Mesa 3.3 numbers agents by model, and so keeps every model for ever.
            numbers = getattr(mesa.Agent, "_ids", {})
            for model in (self, *self.sides):
                numbers.pop(model, None)
            self.sides = ()


def warm_up() -> None:
    """Live through one quarter that nobody sees, so that the first visitor does not wait for compilation."""
    small = asked("view", ["world=stylised", "world.size=4", "quarters=4"])
    pair = TwoRuns(Session(prepared(first_selection(small))))
    pair.step()
    pair.close()
