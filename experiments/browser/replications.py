"""What stands behind the one future that is watched: B − A over many, judged as ``concord compare`` judges it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock

import numpy as np
import pyarrow as pa

from experiments.accounts.witness import Plain
from experiments.browser.selection import BOTH, SIDES, Ready, Selection
from experiments.reporting.wording import as_json, bracketed, share
from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import Blocks, Plan
from experiments.runs.simulate import run_task
from experiments.settings.compose import asked
from experiments.settings.options import NOTHING, REFERENCE
from experiments.statistics.family import interval_alone
from experiments.statistics.intervals import mean_interval
from experiments.studies.comparison import MAIN_METRIC, Judgement
from experiments.studies.hypotheses import Hypothesis, fewer_conflict_years, load_hypotheses
from model.institution import Institution

NUMBER = 200
"""Replications 0 to 199: as good as any others, and those that ``concord compare`` begins with."""
_CHUNK = 10
_YARDSTICKS = {NOTHING: "no programme", REFERENCE: "full information"}
_EVERYONE = (*SIDES, *_YARDSTICKS)
_TURN = Lock()
"""One chunk at a time, whoever's: the pages themselves have the other cores."""


@dataclass(frozen=True, eq=False)
class Replications:
    """Conflict-years of the whole run in some futures (replications,).

    ``names`` of the futures; ``difference`` B − A; ``yardsticks`` by institution, its difference to A.
    """

    names: list[int]
    difference: list[float]
    yardsticks: Mapping[str, float]
    judged: Judgement


@cache
def _yardsticks() -> Mapping[str, Institution]:
    """Read the institutions that others are held against."""
    return asked("view", (), {"institutions": list(_YARDSTICKS)}).setting(list(_YARDSTICKS)).institutions


def same_futures(selection: Selection) -> Selection:
    """All of a selection that replications depend on: everything but which of them is watched."""
    return replace(selection, options={**selection.options, "replication": "0"})


def plan_of(ready: Ready) -> Plan:
    """Plan the runs: A and B as they are set, and the yardsticks with what is set for both."""
    setting, chosen = ready.settings[0], ready.selection
    special = {
        side: {name: value for (of, name), value in chosen.set_to.items() if of == side and of != BOTH}
        for side in SIDES
    }
    whole = replace(
        setting,
        institutions={**dict(zip(SIDES, (start.institution for start in ready.sides), strict=True)), **_yardsticks()},
        command_line={name: value for (of, name), value in chosen.set_to.items() if of == BOTH},
        overrides=special,
    )
    return Plan(whole, _EVERYONE, ready.seed, Blocks(0, NUMBER))


def lived_through(ready: Ready) -> Iterator[Replications]:
    """Run them, some at a time; each time all so far are told.

    Parameters
    ----------
    ready : Ready
        What A and B are made of.

    Yields
    ------
    Replications
        Those in which every run ended well.
    """
    plan, claim, tables = plan_of(ready), claim_of(ready), []
    for first in range(0, NUMBER, _CHUNK):
        with _TURN:
            tables.append(pa.table(dict(run_task(plan.task(first, first + _CHUNK)).columns)))
        yield told_of(cube_of(pa.concat_tables(tables), _EVERYONE).paired(), claim, ready.seed)


def claim_of(ready: Ready) -> Hypothesis:
    """Say what is judged: that B sees fewer conflict-years than A."""
    a, b = ready.selection.institutions
    a, b = (a, b) if a != b else SIDES
    labels = dict(zip((a, b), (start.institution.label for start in ready.sides), strict=True))
    return fewer_conflict_years(b, a, labels, load_hypotheses())


def told_of(cube: Cube, claim: Hypothesis, seed: int) -> Replications:
    """Estimate, as a comparison does at the defaults."""
    a, b = SIDES
    difference = cube.difference(MAIN_METRIC, b, a)
    means = {name: mean_interval(cube.difference(MAIN_METRIC, name, a)).mean for name in _YARDSTICKS}
    judged = Judgement(claim, interval_alone(difference, seed), cube.count)
    return Replications(cube.replications.tolist(), difference.tolist(), means, judged)


def strip(found: Replications | None, replication: int, own: float) -> Plain:
    """Tell what the strip shows.

    Parameters
    ----------
    found : Replications or None
        None before the first of them.
    replication : int
        The one that is watched, whose B − A at the end is ``own``.

    Returns
    -------
    dict
        ``dots`` with name, value and description; ``effect`` and ``words`` of the verdict; ``shares``; ``marks``, the
        yardsticks; ``own``, the one that is watched; ``of``, how many there will be.
    """
    told: Plain = {"dots": [], "marks": [], "of": NUMBER, "own": {"name": replication, "value": own}}
    if found is None:
        return told
    values = np.array(found.difference)
    fewer, same, more = (share(float(np.mean(part))) for part in (values < 0.0, values == 0.0, values > 0.0))
    return told | {
        "dots": [{"name": name, "value": value} for name, value in zip(found.names, found.difference, strict=True)],
        "effect": bracketed(found.judged.effect, 2, sign="+").replace("-", "−"),
        "interval": as_json(tuple(found.judged.effect)),
        "words": found.judged.words,
        "shares": f"fewer in {fewer}, as many in {same}, more in {more}",
        "marks": [{"name": _YARDSTICKS[name], "value": value} for name, value in found.yardsticks.items()],
    }
