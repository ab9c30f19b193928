"""Runs by the agents a second: in one process, and by Mesa's own ``batch_run``, the peer."""

import time

import mesa
from mesa.batchrunner import batch_run

from experiments.settings.configuration import Setting
from model.institution import Institution
from model.parameters import Parameters
from model.runs import simulate
from model.simulation import Simulation
from model.world import World

PROCESSES = 2
"""Processes of the peer."""

Who = tuple[Institution, Parameters]


class Collected(Simulation):
    """The model as ``batch_run`` wants it: it notes when it began and when each quarter ended.

    Parameters
    ----------
    who : tuple of Institution and Parameters
        Who lives through the future.
    world, quarters, replication
        As of `Simulation`.
    rng : optional
        Mesa from 3.4 on hands every model one; the future is named by `replication` instead.
    """

    def __init__(self, who: Who, world: World, quarters: int, replication: int, rng: object = None) -> None:
        began = time.monotonic()
        institution, parameters = who
        super().__init__(institution, world, parameters, 1, replication, quarters)
        self.datacollector = mesa.DataCollector(
            model_reporters={"began": lambda _: began, "ended": lambda _: time.monotonic()}
        )

    def step(self) -> None:
        """Live through a quarter, and note its end."""
        super().step()
        self.datacollector.collect(self)


def in_one_process(setting: Setting, seconds: float) -> float:
    """Measure runs by the agents a second, in this process, institutions in turn."""
    who = everyone(setting)
    done, begun = 0, time.perf_counter()
    while done < 1 or time.perf_counter() - begun < seconds:
        institution, parameters = who[done % len(who)]
        simulate(institution, setting.world, parameters, 1, done // len(who), setting.quarters, "mesa")
        done += 1
    return done / (time.perf_counter() - begun)


def by_batch_run(setting: Setting, rate: float, seconds: float) -> float:
    """Measure runs a second by ``mesa.batch_run`` in two processes.

    Parameters
    ----------
    setting : Setting
        What is run, institutions in turn.
    rate : float
        What `in_one_process` found; says how many runs fill the time.
    seconds : float
        How long it may take, the start of the processes (some seconds) not included.

    Returns
    -------
    float
        From the beginning of the first run to the end of the last: the start of the processes, in which each imports
        the model, is left out, in the peer's favour.
    """
    who = everyone(setting)
    replications = max(1, round(PROCESSES * rate * seconds / len(who)))
    varied = {"who": who, "world": [setting.world], "quarters": setting.quarters, "replication": range(replications)}
    # batch_run takes one step more than it is told; the model itself stops after its last quarter.
    rows = batch_run(Collected, varied, number_processes=PROCESSES, max_steps=setting.quarters, display_progress=False)
    return len(rows) / float(max(row["ended"] for row in rows) - min(row["began"] for row in rows))


def everyone(setting: Setting) -> list[Who]:
    """List the institutions with their parameters."""
    return [(institution, setting.parameters(name)) for name, institution in setting.institutions.items()]
