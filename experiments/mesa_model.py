"""The Mesa model by names: what ``concord run`` runs, as Mesa's users expect it, to collect, batch and show."""

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from experiments.runs.progress import compiling_said
from experiments.settings.compose import asked
from experiments.settings.files import defaults
from experiments.settings.kinds import Choice
from experiments.settings.options import INSTITUTION, MODEL, REPLICATION, Option
from experiments.settings.words import names
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.simulation import Simulation

COLLECT = Option(
    "collect",
    Choice(lambda: ("model", "agents")),
    "what the data collector keeps of every quarter: the model's reporters, or the agents' as well",
)
_OPTIONS = (INSTITUTION, *MODEL, REPLICATION)
_NO_NUMBERS = (np.random.Generator, np.random.BitGenerator, np.random.SeedSequence)
"""What Mesa takes in place of a seed, and what names no future."""


def _of(attribute: str) -> Callable[[mesa.Agent], Any]:
    """Report an agent's attribute, None where it has none."""
    return lambda agent: getattr(agent, attribute, None)


def _driver(kind: int) -> Callable[[mesa.Agent], Any]:
    """Report a partner state's driver, None for other agents."""
    return lambda agent: agent.driver[kind] if hasattr(agent, "driver") else None


AGENTS: dict[str, Callable[[mesa.Agent], Any]] = {
    "kind": lambda agent: type(agent).__name__,
    "name": lambda agent: agent.record.iso3 if hasattr(agent, "record") else getattr(agent, "name", None),
    **{attribute: _of(attribute) for attribute in ("status", "deaths", "trust", "joined")},
    **{driver: _driver(kind) for kind, driver in enumerate(("insecurity", "deprivation", "exclusion"))},
}
"""What is kept of every agent with ``collect="agents"``; None where an agent has no such thing."""


class Concord(Simulation):
    """One future under one institution, a quarter a step; without arguments what ``concord run`` runs.

    Everything is given by name. Outcomes so far stand in ``datacollector`` after every step, beside ``in_conflict`` and
    ``at_war``, the number of states.

    Parameters
    ----------
    institution, world, calibration, channels : str, optional
        Files of ``conf``, by name; those of ``concord run`` if not given.
    seed, replication : int, optional
        The future's name, the same under any institution. None as a seed, and a generator of random numbers, mean the
        default seed: Mesa hands them to every model, and two institutions would live in different futures. Futures are
        varied by ``replication=[0, 1, …]``.
    quarters : int, optional
        Length of the run.
    collect : {"model", "agents"}
        Whether ``datacollector`` keeps `AGENTS` of every agent, too.
    rng : int, optional
        Another name of ``seed``.
    **named : number or str, optional
        Any parameter of the model, ``effect=0.04``; None leaves it as it is. What has a dot on the command line is
        given as ``**{"world.size": 12}``.

    Attributes
    ----------
    datacollector : mesa.DataCollector
        A row per quarter.
    so_far : dict of str to float
        Outcomes after the last quarter, by name.

    Raises
    ------
    InvalidInput
        For a name that does not exist, with the nearest right one, and a value that is not admitted, in one line.
    """

    def __init__(self, *, collect: str = "model", seed: Any = None, rng: Any = None, **named: Any) -> None:
        COLLECT.check(collect)
        known = [*_SIGNATURE.parameters, "override"]
        for name in named:
            if name.partition(".")[0] not in known:
                raise InvalidInput(f"Concord has no option or parameter '{name}': {nearest(name, known)}")
        given = {name: value for name, value in {**named, "seed": _seed(seed, rng)}.items() if value is not None}
        one = asked("run", (), given)
        who = one.chosen["institution"]
        setting = one.setting([who])
        parts = (setting.institutions[who], setting.world, setting.parameters(who))
        super().__init__(*parts, one.seed, one.replication, setting.quarters)
        self.so_far = self.outcomes()
        self.datacollector = _Collector(_reporters(), AGENTS if collect == "agents" else None)

    def step(self) -> None:
        """Live through one quarter, then collect."""
        with compiling_said():
            super().step()
        self.so_far = self.outcomes()
        self.datacollector.collect(self)


class _Collector(mesa.DataCollector):
    """Mesa's, whose ``batch_run`` finds agents in the quarter in which it finds the model, whichever Mesa it is."""

    def collect(self, model: Simulation) -> None:
        """Collect; Mesa 3.3 counts the model's rows from 0, and looks for agents by that count."""
        super().collect(model)
        if self.agent_reporters and not hasattr(self, "_collection_steps"):
            self._agent_records[model.steps - 1] = self._agent_records.pop(model.steps)


def _reporters() -> dict[str, Callable[[Any], float]]:
    """Report every outcome so far, and how many states are in conflict and at war."""
    return {name: _outcome(name) for name in OUTCOMES} | {
        "in_conflict": lambda model: sum(state.status > 0.0 for state in model.states),
        "at_war": lambda model: sum(state.status > 1.0 for state in model.states),
    }


def _outcome(name: str) -> Callable[[Any], float]:
    """Report an outcome so far, which is worked out once a quarter."""
    return lambda model: model.so_far[name]


def _seed(seed: Any, rng: Any) -> Any:
    """Find the seed among what Mesa hands a model; None is the default one."""
    if seed is not None and rng is not None:
        raise InvalidInput(f"seed={seed}, rng={rng}: must be one of both, they mean the same")
    given = rng if seed is None else seed
    if isinstance(given, _NO_NUMBERS):
        warnings.warn("a generator names no future: the default seed is taken; vary replication=", stacklevel=3)
        return None
    return given


def _published() -> inspect.Signature:
    """Name everything that can be given, with its default; that of a parameter goes by world and institution: None."""
    chosen = defaults("run", names("run"))
    values = {option.name: chosen[option.name] for option in _OPTIONS} | {"collect": "model", "rng": None}
    by_name = {**values, **dict.fromkeys(PARAMETERS)}
    return inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value) for name, value in by_name.items()]
    )


_SIGNATURE = _published()
_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
# Mesa's visualisation looks at `__init__`, notebooks at the class.
Concord.__init__.__signature__ = _SIGNATURE.replace(parameters=[_SELF, *_SIGNATURE.parameters.values()])  # type: ignore[attr-defined]
