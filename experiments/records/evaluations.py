"""What a calibration has simulated so far: kept in its study, so that one that was stopped goes on from there.

The search decides nothing by chance or time: started again, it asks for the same values in the same order, and is
answered from the store until it comes to what is new. So it ends with the same bits.
"""

import time
from collections.abc import Callable

import numpy as np

from experiments.runs.executors import Stop
from experiments.runs.store import Store
from experiments.statistics.moments import Simulate
from model.world import Floats

_SECONDS = 5.0


class Evaluations:
    """What was simulated, by values of the parameters and number of replications.

    Parameters
    ----------
    store : Store
        The study's folder.
    simulate : callable
        The model.
    table : str
        Name of the table in it.
    names, answers : tuple of str
        Columns of the table: the parameters, and what is simulated of them: patterns, say.
    stop : Stop
        Once asked to, nothing more is simulated.
    clock : callable
        Seconds, as `time.monotonic`.

    Attributes
    ----------
    simulated : int
        Replications simulated here, those read from the store not counted.
    """

    def __init__(
        self,
        store: Store,
        simulate: Simulate,
        table: str,
        names: tuple[str, ...],
        answers: tuple[str, ...],
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._simulate, self._stop, self._clock = store, simulate, stop, clock
        self._table, self._columns = table, (*names, *answers)
        self._known: dict[bytes, Floats] = {}
        self._unwritten: list[Floats] = []
        self._written_at = clock()
        self.simulated = 0
        for row in self._stored():
            self._known[row[: len(names) + 1].tobytes()] = row[len(names) + 1 :]
        self._in_store = max((part.last for part in store.parts(table)), default=0)

    def __len__(self) -> int:
        """Count the evaluations known."""
        return len(self._known)

    def __call__(self, values: Floats, replications: int) -> Floats:
        """Look the answers up, or simulate them.

        Raises
        ------
        KeyboardInterrupt
            When asked to stop; everything simulated is stored.
        """
        key = np.concatenate([[float(replications)], values])
        found = self._known.get(key.tobytes())
        if found is not None:
            return found
        if self._stop.event.is_set():
            self.write()
            self._stop.check()
        answers = self._simulate(values, replications)
        self.simulated += replications
        self._known[key.tobytes()] = answers
        self._unwritten.append(np.concatenate([key, answers]))
        if self._clock() - self._written_at >= _SECONDS:
            self.write()
        return answers

    def write(self) -> None:
        """Store what is not stored yet, as one part."""
        if self._unwritten:
            first, last = self._in_store, self._in_store + len(self._unwritten)
            rows = np.array(self._unwritten)
            columns = {name: rows[:, position].copy() for position, name in enumerate(("replications", *self._columns))}
            self._store.write(self._table, first, last, columns)
            self._in_store, self._unwritten = last, []
        self._written_at = self._clock()

    def _stored(self) -> Floats:
        """Read every evaluation in the store (evaluations, 1 + parameters + answers)."""
        width = 1 + len(self._columns)
        if not self._store.parts(self._table):
            return np.empty((0, width))
        table = self._store.read(self._table)
        return np.column_stack([table[name].to_numpy() for name in ("replications", *self._columns)])
