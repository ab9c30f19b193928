"""Two institutions in one future, each computed whole at once, and as they stand after a quarter."""

from dataclasses import dataclass

from experiments.browser.agents import Agents
from experiments.browser.selection import Ready, first_selection, prepared
from experiments.browser.whole_run import Side, WholeRun
from experiments.settings.compose import asked
from model.randomness import Chance, draw_chance


class TwoRuns:
    """Both runs, from the first quarter to the last.

    Parameters
    ----------
    ready : Ready
        What the runs are made of.
    before : TwoRuns, optional
        What was shown before: a future that stays the same is not drawn again.

    Attributes
    ----------
    runs : tuple of WholeRun
        A and B; none once they were let go.
    agents : Agents
        The Mesa agents behind them.
    """

    def __init__(self, ready: Ready, before: "TwoRuns | None" = None) -> None:
        """Live through both."""
        self.ready, self.quarters = ready, ready.quarters
        named = (ready.seed, ready.replication, ready.world.size, ready.quarters)
        self._future: tuple[tuple[int, ...], Chance]
        kept = before is not None and before._future[0] == named
        self._future = before._future if before is not None and kept else (named, draw_chance(*named))
        self.runs = tuple(WholeRun(ready, start, self._future[1]) for start in ready.sides)
        self.agents = Agents(ready)

    def at(self, quarter: int) -> "Moment":
        """See both after so many quarters."""
        return Moment(self, quarter)

    def close(self) -> None:
        """Let both runs and the agents go: whoever still holds this holds next to nothing."""
        self.agents.close()
        self.runs = ()


@dataclass(frozen=True, eq=False)
class Moment:
    """Both runs after some quarters, perhaps none."""

    pair: TwoRuns
    quarter: int

    @property
    def ready(self) -> Ready:
        """What the runs are made of."""
        return self.pair.ready

    @property
    def quarters(self) -> int:
        """Length of the runs."""
        return self.pair.quarters

    @property
    def sides(self) -> tuple[Side, Side]:
        """A and B."""
        a, b = self.pair.runs
        return Side(a, self.quarter), Side(b, self.quarter)


def warm_up() -> None:
    """Live through a little that nobody sees, so that the first visitor does not wait for compilation."""
    small = asked("view", ["world=stylised", "world.size=4", "quarters=4"])
    pair = TwoRuns(prepared(first_selection(small)))
    pair.agents.at(1)
    pair.close()
