"""``concord run`` asks what happens in one future under one institution."""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application
from experiments.settings.text import aligned, readable

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from model.institution import Institution
    from model.runs import Run
    from model.world import Floats


def run(*overrides: str, **options: object) -> "Run":
    """Do in a notebook what the command does, without printing.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"institution=uk_pools"``, ``"override.uk_pools.veto=0"``.
    **options : object
        The same by keyword: ``seed=7``, ``engine="mesa"``.

    Returns
    -------
    Run
        ``outcomes`` by name, and ``trajectory`` (quarters, variables).

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("run", overrides, options))[0]


def _conduct(cfg: "DictConfig") -> "tuple[Run, Institution]":
    """Run one future, and write its trajectory where one is asked for."""
    from experiments.settings.configuration import setting_from
    from model.runs import simulate
    from model.trajectory import names

    name = cfg.chosen.institution
    setting = setting_from(cfg, [name])
    institution, world = setting.institutions[name], setting.world
    parameters = setting.parameters(name)
    result = simulate(institution, world, parameters, cfg.seed, cfg.replication, setting.quarters, cfg.engine)
    if cfg.trajectory is not None:
        write_trajectory(Path(cfg.trajectory).expanduser(), names(world, institution), result.trajectory)
    return result, institution


def _command(cfg: "DictConfig") -> None:
    """Print what came out of one future."""
    from model.trajectory import sha256

    (outcomes, trajectory), institution = _conduct(cfg)
    run_name = {**cfg.chosen, "seed": cfg.seed, "replication": cfg.replication, "engine": cfg.engine}
    digest = sha256(trajectory)
    if cfg.output == "json":
        # JSON has no NaN: an outcome that is no number is null.
        numbers = {name: value if math.isfinite(value) else None for name, value in outcomes.items()}
        found = {key: run_name.pop(key) for key in ("institution", "world", "seed", "replication", "engine")}
        found |= {"outcomes": numbers, "trajectory_sha256": digest, **run_name, "actors": institution.actors()}
        print(json.dumps(found, allow_nan=False, ensure_ascii=False))
        return
    print(", ".join(f"{key} {value}" for key, value in run_name.items()))
    print(f"{institution.label}: {_who(institution)}\n\n{_table(outcomes)}\n")
    print(f"trajectory sha256 {digest}")


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

    quarter = np.arange(1, len(trajectory) + 1, dtype=np.int32)
    table = pa.table([quarter, *trajectory.T], names=["quarter", *names])
    aside = path.with_name(f".{path.name}.partial")
    try:
        pq.write_table(table, aside, compression="zstd", use_dictionary=False, use_byte_stream_split=names)
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)


main = application("run", _command)

if __name__ == "__main__":
    sys.exit(main())
