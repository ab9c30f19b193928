"""``concord run``: what happens in one future under one institution?

output=json prints institution, world, seed, replication, engine, outcomes (name: number), trajectory_sha256.
trajectory=FILE writes Parquet (zstd), one row per quarter: the column quarter (1, 2, …), then one float64
column per variable as it stands at the end of that quarter: <variable>.<state>, with driver or instrument and
department in between; <department or pool>.<variable>.<instrument>.<state>; and the Treasury's account, ledger.<line>
and so on. An existing file is never overwritten.

Examples
--------
concord run institution=uk_pools seed=7 replication=3 output=json
concord run world=csv world.path=my_states.csv engine=mesa trajectory=future.parquet veto=0.5
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.settings.application import as_json
from experiments.settings.kinds import Choice, NewFile
from experiments.settings.options import INSTITUTION, MODEL, OUTPUT, REPLICATION, Option
from experiments.settings.places import path_of
from experiments.settings.text import aligned, readable

if TYPE_CHECKING:
    from experiments.settings.asked import Asked
    from model.institution import Institution
    from model.world import Floats

ENGINE = Option(
    "engine", Choice(lambda: ("ensemble", "mesa")), "compiled ensemble or Mesa agents; both give the same bits"
)
TRAJECTORY = Option("trajectory", NewFile(optional=True), "file to write the trajectory to (Parquet)")

OPTIONS = (INSTITUTION, *MODEL, REPLICATION, ENGINE, OUTPUT, TRAJECTORY)


@dataclass(frozen=True, eq=False)
class Future:
    """One run.

    Attributes
    ----------
    institution : Institution
        Whose it is.
    name : mapping
        What names it: files of ``conf``, seed, replication; and the engine.
    outcomes : mapping of str to float
        By name.
    trajectory : array
        (quarters, variables).
    """

    institution: "Institution"
    name: Mapping[str, Any]
    outcomes: Mapping[str, float]
    trajectory: "Floats"


def conduct(asked: "Asked") -> Future:
    """Run one future, and write its trajectory where one is asked for."""
    from experiments.runs.progress import compiling_said
    from model.runs import simulate
    from model.trajectory import names

    chosen = asked.chosen["institution"]
    setting = asked.setting([chosen])
    institution, world = setting.institutions[chosen], setting.world
    named = (asked.seed, asked.replication, setting.quarters, asked.engine)
    with compiling_said():
        outcomes, trajectory = simulate(institution, world, setting.parameters(chosen), *named)
    if asked.trajectory is not None:
        write_trajectory(path_of(asked.trajectory), names(world, institution), trajectory)
    name = {**asked.chosen, "seed": asked.seed, "replication": asked.replication, "engine": asked.engine}
    return Future(institution, name, outcomes, trajectory)


def told(found: Future, output: str) -> str:
    """Say what came out of one future."""
    from model.trajectory import sha256

    digest = sha256(found.trajectory)
    if output == "json":
        # JSON has no NaN: an outcome that is no number is null.
        numbers = {name: value if math.isfinite(value) else None for name, value in found.outcomes.items()}
        first = {key: found.name[key] for key in ("institution", "world", "seed", "replication", "engine")}
        first |= {"outcomes": numbers, "trajectory_sha256": digest}
        return as_json(
            {**first, **{k: v for k, v in found.name.items() if k not in first}, "actors": found.institution.actors()}
        )
    named = ", ".join(f"{key} {value}" for key, value in found.name.items())
    who = f"{found.institution.label}: {_who(found.institution)}"
    return f"{named}\n{who}\n\n{_table(found.outcomes)}\n\ntrajectory sha256 {digest}"


def _who(institution: "Institution") -> str:
    """Name the actors, and who leads each pool or committee."""
    led = [f"{pool.name} (led by {institution.called(pool.lead)})" for pool in institution.pools]
    return ", ".join([*institution.actors().values(), *led])


def _table(outcomes: Mapping[str, float]) -> str:
    """Lay the outcomes out with their units and meanings."""
    from model.outcomes import OUTCOMES

    rows = [(name, readable(value), OUTCOMES[name].unit, OUTCOMES[name].meaning) for name, value in outcomes.items()]
    return aligned([("outcome", "value", "unit", "meaning"), *rows], right=(1,))


def write_trajectory(path: Path, names: list[str], trajectory: "Floats") -> None:
    """Write a trajectory as Parquet, aside first, so that the file is whole or absent.

    Parameters
    ----------
    path : Path
        A file that does not exist yet.
    names : list of str
        One per column of the trajectory.
    trajectory : array
        (quarters, variables); the file gets the column ``quarter``, counted from 1, in front.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from experiments.runs.parts import write_whole

    quarter = np.arange(1, len(trajectory) + 1, dtype=np.int32)
    table = pa.table([quarter, *trajectory.T], names=["quarter", *names])
    written = pa.BufferOutputStream()
    pq.write_table(table, written, compression="zstd", use_dictionary=False, use_byte_stream_split=names)
    write_whole(path, written.getvalue())
