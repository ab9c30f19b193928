"""What tests of storing and running need: a small plan, an engine that takes no time, and studies of them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.runs import simulate, work
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.runs.store import Store
from experiments.runs.work import Work, working
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import Parameters
from model.randomness import Chance
from model.world import Floats, Layout, Terrain, stylised

NAMES = ("plain", "pinning")
PINNED = {"crowding": 0.9, "desks": 7.0}
ONE = Runner(workers=1)
DESIGN: dict[str, Any] = {"seed": 3, "replications": 20, "institutions": {"plain": {"values": {}}}}


def setting() -> Setting:
    """Two institutions on four states for two years; one of them pins parameters that others leave open."""
    institutions = {"plain": Institution("plain"), "pinning": Institution("pinning", values=PINNED)}
    return Setting(world=stylised(4), quarters=8, institutions=institutions)


def plan(level: str = ACROSS_RANGES, count: int = 6, names: tuple[str, ...] = NAMES, **more: Any) -> Plan:
    return level_plan(setting(), names, 3, level, count, **more)


def simulated(p: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
    """Stand in for the engine: every outcome depends on the chance and on the parameters."""
    trace[:] = chance.tie[0]
    scale = chance.tie[0] + p.delivery.crowding + p.priorities.desks
    outcomes: Floats = scale * np.arange(1.0, 1.0 + len(OUTCOMES))
    return outcomes


def without_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run plans by `simulated`, and compile nothing."""
    monkeypatch.setattr(simulate, "simulate", simulated)
    monkeypatch.setattr(work, "compile_model", lambda: None)
    monkeypatch.setattr(work, "numerics_fingerprint", lambda: "0123456789abcdef")


@contextmanager
def opened(folder: Path, design: dict[str, Any] | None = None) -> Iterator[Store]:
    """Hold a study of some design."""
    store = Store(folder)
    with store.opened(DESIGN if design is None else design, {"command": "compare"}, "seed: 3\n"):
        yield store


@contextmanager
def at_work(folder: Path, design: dict[str, Any] | None = None, runner: Runner = ONE) -> Iterator[Work]:
    """Work on a study."""
    with opened(folder, design) as store, working(store, runner) as found:
        yield found


def done(folder: Path, chosen: Plan, table: str = "runs", design: dict[str, Any] | None = None) -> Store:
    """Do what is missing of a plan."""
    with at_work(folder, design) as work:
        work.run(table, table, chosen)
    return Store(folder)


def rows(store: Store, table: str = "runs") -> pd.DataFrame:
    """Rows in an order of their own, whatever part they came from."""
    found: pd.DataFrame = store.read(table).to_pandas()
    return found.sort_values(["replication", "institution"], ignore_index=True)


def squared(number: int) -> float:
    """Do a task of an executor; workers import it by name."""
    return number**2 / 3.0


def killing(number: int) -> float:
    """Take the worker down with the sixth task."""
    if number == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(number)
