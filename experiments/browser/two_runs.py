"""Two institutions in one future as one Mesa model, so that one Play drives both."""

from dataclasses import dataclass
from threading import RLock

import mesa

from experiments.browser.selection import Opening, Ready, first_selection, prepared
from experiments.browser.side import Side


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
        self.sides: tuple[Side, ...] = tuple(
            Side(start.institution, ready.world, start.parameters, ready.seed, ready.replication, ready.quarters)
            for start in ready.sides
        )
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
    small = Opening(overrides=("world=stylised", "world.size=4", "quarters=4"))
    pair = TwoRuns(Session(prepared(first_selection(small))))
    pair.step()
    pair.close()
