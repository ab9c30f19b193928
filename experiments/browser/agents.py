"""The Mesa agents behind a page: brought to a quarter when somebody asks what the trajectory alone does not tell."""

from collections.abc import Callable
from threading import Lock

from experiments.accounts.witness import Witness
from experiments.browser.money import flows_of_quarter
from experiments.browser.selection import Ready, Start
from experiments.browser.whole_run import forget
from model.world import Floats

_NEAR = 4
"""Quarters that are lived through while a visitor waits."""


class Followed(Witness):
    """The Mesa model, run as ever; ``flows`` is the money of the fiscal year so far, once `live_to` has come there."""

    def __init__(self, ready: Ready, start: Start) -> None:
        """Set the run up, before its first quarter."""
        who = (start.institution, ready.world, start.parameters)
        super().__init__(*who, ready.seed, ready.replication, ready.quarters)
        self.flows: dict[tuple[str, str], Floats] = {}

    def live_to(self, quarter: int, wanted: Callable[[], bool]) -> None:
        """Live through quarters up to one that lies ahead, as long as that is wanted."""
        year = 4 * ((quarter - 1) // 4)
        while self.quarter < quarter and wanted():
            if self.quarter % 4 == 0:
                self.flows = {}
            self.step()
            for link, amount in flows_of_quarter(self).items() if self.quarter > year else ():
                self.flows[link] = self.flows.get(link, 0.0) + amount


class Agents:
    """Both institutions' agents.

    Parameters
    ----------
    ready : Ready
        What the runs are made of.
    """

    def __init__(self, ready: Ready) -> None:
        """Set nothing up yet."""
        self._ready = ready
        self._lock = Lock()
        self._sides: tuple[Followed, ...] = ()
        self._open = True

    def are_near(self, quarter: int) -> bool:
        """Tell whether they can be at a quarter at once; not while somebody else has them brought somewhere."""
        return not self._lock.locked() and 0 <= quarter - (self._sides[0].quarter if self._sides else 0) <= _NEAR

    def at(self, quarter: int, wanted: Callable[[], bool] = lambda: True) -> tuple[Followed, ...]:
        """Bring them to a quarter; those that are past it begin anew.

        Parameters
        ----------
        quarter : int
            How many quarters to have lived through.
        wanted : callable
            Asked before every quarter whether to go on.

        Returns
        -------
        tuple of Followed
            A and B; nothing where it was no longer wanted, or they were let go.
        """
        with self._lock:
            if self._open and (not self._sides or max(side.quarter for side in self._sides) > quarter):
                self._let_go()
                self._sides = tuple(Followed(self._ready, start) for start in self._ready.sides)
            for side in self._sides:
                side.live_to(quarter, lambda: self._open and wanted())
            if not self._open:
                self._let_go()
            return self._sides if all(side.quarter == quarter for side in self._sides) else ()

    def close(self) -> None:
        """Let them go, now or as soon as whoever has them brought somewhere notices."""
        self._open = False
        if self._lock.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._lock.release()

    def _let_go(self) -> None:
        for side in self._sides:
            forget(side)
        self._sides = ()
