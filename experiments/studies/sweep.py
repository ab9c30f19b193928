"""A sweep from its configuration to its folder, and what notebooks get of it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from experiments.reporting.comparison import HEADLINE
from experiments.reporting.sweep import METRIC, Report
from experiments.runs import designs, trajectories
from experiments.runs import plan as plans
from experiments.runs import simulate as futures
from experiments.runs.designs import design_from
from experiments.runs.execution import carry_out
from experiments.runs.executors import usable_cores
from experiments.runs.factors import SWEPT
from experiments.runs.parts import Part
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import TABLE, Plan, Who, blocks_of, run_task
from experiments.runs.provenance import digest, facts, now, sources_digest
from experiments.runs.store import Store, write_whole
from experiments.runs.tallies import Tallies
from experiments.runs.trajectories import TABLE as TRAJECTORIES
from experiments.settings import configuration
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.places import RESULTS
from experiments.statistics.precision import FIRST_STAGE, reached, stages
from experiments.studies.hypotheses import load_hypotheses
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES
from model.rules.compiled import source_digest

CONSENT = 1_000_000
"""Runs beyond which a sweep asks first."""

_NOT_DESIGN = ("study", "results", "workers", "output", "dry_run", "large")
"""Options that change no number."""


@dataclass(frozen=True)
class SweepStudy:
    """A finished sweep.

    Attributes
    ----------
    folder : Path
        Where everything about it lies.
    report : Report
        What came out.
    seconds : float
        Time its runs took, stops not counted.
    plan : Plan
        What was run.
    """

    folder: Path
    report: Report
    seconds: float
    plan: Plan

    def runs(self) -> pd.DataFrame:
        """Read every run, a row each: point, institution, seed, replication, outcomes, values of the axes."""
        frame: pd.DataFrame = Store(self.folder).read(TABLE).to_pandas()
        return frame

    def points(self) -> pd.DataFrame:
        """Read the design, a row per point."""
        return pd.read_parquet(self.folder / "points.parquet")

    def table(self, metric: str = METRIC) -> pd.DataFrame:
        """Lay out means and paired differences of an outcome, a row per point and institution.

        Raises
        ------
        InvalidInput
            For an outcome that does not exist.
        """
        if metric == METRIC:
            return self.report.table()
        if metric not in OUTCOMES:
            raise InvalidInput(f"unknown outcome '{metric}': {nearest(metric, OUTCOMES)}")
        tallies = _tallies(Store(self.folder), self.plan, metric)
        return replace(self.report, tallies=tallies, precision=None).table()

    def trajectories(self) -> dict[str, Any]:
        """Read status and money, each (runs, quarters, states), beside the names of the runs and states.

        Raises
        ------
        InvalidInput
            When the sweep did not keep them.
        """
        store, setting = Store(self.folder), self.plan.who.setting
        if not self.plan.who.trajectories:
            raise InvalidInput("this sweep kept no trajectories, must be run with trajectories=true")
        frame = store.read(TRAJECTORIES).to_pandas()
        shape = (-1, setting.quarters, setting.world.size)
        arrays = {name: np.stack(frame.pop(name).to_list()).reshape(shape) for name in ("status", "money")}
        return {"runs": frame, "states": setting.world.codes, **arrays}

    @property
    def figures(self) -> list[Path]:
        """The figures, as PNG and SVG."""
        return sorted(path for path in (self.folder / "figures").iterdir() if path.suffix in (".png", ".svg"))

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {"study": str(self.folder), "seconds": self.seconds, **self.report.result()}


@dataclass(frozen=True)
class AskedSweep:
    """What a configuration asks for, checked.

    Attributes
    ----------
    plan : Plan
        The runs.
    precision : float or None
        Half-width that adds replications, if any.
    content : mapping
        Everything asked, in plain data.
    """

    plan: Plan
    precision: float | None
    content: Mapping[str, Any]

    @cached_property
    def design(self) -> dict[str, Any]:
        """Everything that determines the sweep's numbers."""
        kept = {name: value for name, value in self.content.items() if name not in _NOT_DESIGN}
        plain: dict[str, Any] = json.loads(json.dumps(kept))
        return plain | {
            "model_sources": source_digest(),
            "experiments_sources": sources_digest(futures, configuration, designs, plans, trajectories),
        }


def asked_for(cfg: Asked) -> AskedSweep:
    """Check everything a sweep needs before it starts; runs nothing.

    Parameters
    ----------
    cfg : Asked
        Of ``sweep``.

    Returns
    -------
    AskedSweep

    Raises
    ------
    InvalidInput
        For anything that cannot be run as asked, and for more runs than were consented to.
    """
    names = tuple(cfg.institution_names)
    setting = cfg.setting(names)
    _ = cfg.runner
    design = design_from(cfg.chosen["design"], cfg.design, cfg.axes, setting, cfg.seed)
    yields = cfg.axes == SWEPT and design.method != "points"
    who = Who(setting, names, cfg.seed, design.names, yields, cfg.trajectories)
    plan = Plan(who, design, _blocks(cfg))
    if plan.runs > CONSENT and not cfg.large:
        most = " at most" if cfg.precision is not None else ""
        raise InvalidInput(
            f"{design.points:,} points: {plan.runs:,} runs{most}, must be {CONSENT:,} or fewer without large=true; "
            "dry_run=true large=true says what they take"
        )
    return AskedSweep(plan, cfg.precision, _content(cfg, setting, plan))


def _blocks(cfg: Asked) -> tuple[tuple[int, int], ...]:
    """Cut replications into blocks, or into stages where a precision is asked for."""
    if cfg.precision is None:
        return blocks_of(cfg.replications)
    if cfg.replications < FIRST_STAGE:
        raise InvalidInput(
            f"replications={cfg.replications}: must be {FIRST_STAGE} or more with precision=, as the first stage"
        )
    if cfg.max_replications < cfg.replications:
        raise InvalidInput(
            f"max_replications={cfg.max_replications}: must not be below replications={cfg.replications}"
        )
    return stages(cfg.replications, cfg.max_replications)


def _content(cfg: Asked, setting: Setting, plan: Plan) -> dict[str, Any]:
    """Write what was asked as plain data; the points by their digest."""
    design = plan.design
    made = {"method": design.method, **design.asked, "points": design.points, "points_sha256": design.digest()}
    axes = {axis.name: list(axis.levels or (axis.low, axis.high)) for axis in design.axes}
    content = cfg.plain(setting) | {"design": made, "axes": axes, "axes_give_way": plan.who.yields}
    if cfg.precision is None:
        del content["max_replications"]
    return content | {"smallest_effect": load_hypotheses([HEADLINE])[0].smallest_effect}


def conduct(cfg: Asked) -> SweepStudy | Estimate:
    """Run what is missing of a sweep, and report all of it; or only say what it will take.

    Parameters
    ----------
    cfg : Asked
        As `asked_for`.

    Returns
    -------
    SweepStudy, or Estimate with ``dry_run=true``

    Raises
    ------
    InvalidInput
        For bad input, and for a study of that name that was made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    asked, runner = asked_for(cfg), cfg.runner
    plan = asked.plan
    name = cfg.study if cfg.study is not None else f"{plan.who.setting.world.name}-{digest(asked.design)[:8]}"
    folder = (RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()) / "sweep" / str(name)
    store = Store(folder)
    found = _estimated(store, asked, usable_cores() if runner.workers is None else runner.workers, cfg.dry_run)
    if cfg.dry_run:
        assert isinstance(found, Estimate)
        return found
    begun = facts("sweep", str(name), list(cfg.words), asked.design)
    config = yaml.safe_dump(dict(asked.content), sort_keys=False, allow_unicode=True)
    with store.opened(asked.design, begun, config):
        _write_points(store, plan)
        if found is not None:
            store.note({"estimate": found.result()})
        tallies = _ran(store, asked, runner)
        report = _report(store, asked, tallies)
        if store.manifest["status"] != "finished":
            _write_report(store, report)
            store.note({"status": "finished", "ended": now(), "runs": report.runs, "failed": report.failed})
        return SweepStudy(store.folder, report, store.manifest["seconds"], plan)


def _estimated(store: Store, asked: AskedSweep, workers: int, dry: bool) -> Estimate | None:
    """Say what a sweep will take, unless it has been done."""
    if not dry and store.manifest.get("status") == "finished":
        return None
    for note in asked.plan.design.notes:
        print(note, file=sys.stderr)
    found = estimate(asked.plan, workers, asked.precision is not None)
    stored = 0 if dry else sum(part.rows for part in store.parts(TABLE))
    print(found.text() + (f"; {stored:,} runs are stored already" if stored else ""), file=sys.stderr)
    return found


def _write_points(store: Store, plan: Plan) -> None:
    """Write the design, once."""
    if (store.folder / "points.parquet").exists():
        return
    frame = pd.DataFrame(plan.design.values, columns=list(plan.design.names))
    frame.insert(0, "point", np.arange(plan.design.points, dtype=np.int32))
    write_whole(store.folder / "points.csv", frame.to_csv(index=False).encode())
    write_whole(store.folder / "points.parquet", frame.to_parquet(index=False, compression="zstd"))


def _ran(store: Store, asked: AskedSweep, runner: Any) -> Tallies:
    """Do what is missing, and add everything up."""
    plan = asked.plan
    if asked.precision is None:
        carry_out(store, [plan.job()], run_task, runner)
        return _tallies(store, plan, METRIC)
    tallies = Tallies(plan.design.points, plan.who.institutions, METRIC, plan.blocks)
    wanted: npt.NDArray[np.bool_] = np.ones(plan.design.points, bool)
    planned = {"runs": 0}
    for block, (first, last) in enumerate(plan.blocks):
        if not wanted.any():
            break
        job = plan.round(block, wanted)
        carry_out(store, [job], run_task, runner)
        planned = {"first": 0, "count": job.first + job.count, "runs": planned["runs"] + job.runs}
        for part in _parts_of(store, plan, block):
            rows = part.read(tallies.columns)
            replications = rows["replication"].to_numpy()
            tallies.add(rows.filter((replications >= first) & (replications < last)))
        # A point goes on until it is done for every institution; rows alone decide, so a resumed sweep decides alike.
        wanted = np.logical_not(np.all(reached(*tallies.spread(), asked.precision), axis=1))
    if store.manifest.get("planned") != {TABLE: planned}:
        # Each round said what it planned by itself.
        store.note({"planned": {TABLE: planned}})
    return tallies


def _parts_of(store: Store, plan: Plan, block: int) -> list[Part]:
    """List the parts with units of a block."""
    first, last = block * plan.design.points, (block + 1) * plan.design.points
    return [part for part in store.parts(TABLE) if part.first < last and part.last > first]


def _tallies(store: Store, plan: Plan, metric: str) -> Tallies:
    """Add up an outcome over every part."""
    tallies = Tallies(plan.design.points, plan.who.institutions, metric, plan.blocks)
    for part in store.parts(TABLE):
        tallies.add(part.read(tallies.columns))
    return tallies


def _report(store: Store, asked: AskedSweep, tallies: Tallies) -> Report:
    """Put together what came out."""
    plan, failed = asked.plan, store.failures()
    here, setting = Path.cwd(), plan.who.setting
    rows = sum(part.rows for part in store.parts(TABLE))
    return Report(
        study=str(store.folder.relative_to(here) if store.folder.is_relative_to(here) else store.folder),
        world=setting.world.name,
        states=tuple(setting.world.codes),
        quarters=setting.quarters,
        labels={name: institution.label for name, institution in setting.institutions.items()},
        design=plan.design,
        tallies=tallies,
        replications=plan.blocks[0][1] if asked.precision is not None else plan.futures,
        precision=asked.precision,
        smallest_effect=asked.content["smallest_effect"],
        runs=rows + len(failed),
        failed=len(failed),
        estimate=store.manifest.get("estimate"),
        trajectories=plan.who.trajectories,
        yields=plan.who.yields,
    )


def _write_report(store: Store, report: Report) -> None:
    """Write tables, figures and the page for a colleague."""
    from experiments.reporting.figures.sweep import draw_sweep
    from experiments.reporting.sweep_readme import readme

    for folder in ("tables", "figures"):
        (store.folder / folder).mkdir(exist_ok=True)
    for name, table in report.tables().items():
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=False).encode())
    draw_sweep(report, store)
    write_whole(store.folder / "README.md", readme(report).encode())
