"""A comparison from its configuration to its folder, and what notebooks get of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from experiments.reporting.comparison import Report
from experiments.runs import paths
from experiments.runs import simulate as futures
from experiments.runs.execution import Job, carry_out
from experiments.runs.provenance import digest, facts, now, sources_digest
from experiments.runs.simulate import (
    ACROSS_RANGES,
    DEFAULTS,
    LEVELS,
    Chunk,
    Plan,
    level_plan,
    run_chunk,
)
from experiments.runs.store import Store, write_whole
from experiments.settings import configuration, uncertainty
from experiments.settings.asked import Asked
from experiments.settings.places import results_folder
from experiments.studies.channels import other_plans, side_by_side
from experiments.studies.comparison import analyse, as_json, judgement_rows, pair
from experiments.studies.hypotheses import Hypothesis, load_hypotheses, with_arms
from model.rules.compiled import source_digest

# Futures at the defaults whose course over time is kept as well.
_PATHS = 100

TABLES = {DEFAULTS: "runs", ACROSS_RANGES: "runs_across_ranges"}
"""Where the runs of a level lie in the study's folder; those under another set of channels lie beside them."""

_TITLES = {DEFAULTS: "at the defaults", ACROSS_RANGES: "across the ranges"}


def table_of(level: str) -> str:
    """Name the table of a level, or of another set of channels."""
    return TABLES.get(level, f"{TABLES[ACROSS_RANGES]}_{level}")


_NOT_DESIGN = ("study", "results", "workers", "output")
"""Options that change no number."""


@dataclass(frozen=True)
class Study:
    """A finished comparison.

    Attributes
    ----------
    folder : Path
        Where everything about it lies.
    report : Report
        What came out.
    seconds : float
        Time its runs took, stops not counted.
    """

    folder: Path
    report: Report
    seconds: float

    def runs(self, level: str = DEFAULTS) -> pd.DataFrame:
        """Read the runs of a level (``defaults``, ``across_ranges``) or of another set of channels, a row per run."""
        frame: pd.DataFrame = Store(self.folder).read(table_of(level)).to_pandas()
        return frame

    def table(self, level: str = ACROSS_RANGES) -> pd.DataFrame:
        """Lay out the main results of a level, one row per institution."""
        return self.report.table(level)

    @property
    def figures(self) -> list[Path]:
        """The figures, as PNG and SVG."""
        return sorted(path for path in (self.folder / "figures").iterdir() if path.suffix in (".png", ".svg"))

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        levels = self.report.levels

        def level(name: str) -> dict[str, Any]:
            found = levels[name]
            return {
                "futures": found.futures,
                "futures_left_out": found.left_out,
                "institutions": as_json(found.institutions),
                "differences_vs_siloed": as_json(found.differences),
                "share_of_worlds_better": {key: as_json(better.fewer) for key, better in found.better.items()},
                "share_of_worlds_same": {key: better.same for key, better in found.better.items()},
            }

        judged = [row for name in LEVELS for row in judgement_rows(levels[name], name)]
        return {
            "study": str(self.folder),
            "runs": self.report.runs,
            "failed": self.report.failed,
            "seconds": self.seconds,
            **level(DEFAULTS),
            "across_ranges": level(ACROSS_RANGES),
            "channels": None if self.report.channels is None else as_json(self.report.channels.differences),
            "hypotheses": [as_json(row) for row in judged],
            "hypotheses_not_tested": levels[ACROSS_RANGES].skipped,
        }


def conduct(cfg: Asked) -> Study:
    """Run what is missing of a comparison, and report all of it.

    Parameters
    ----------
    cfg : Asked
        Of ``compare``.

    Returns
    -------
    Study

    Raises
    ------
    InvalidInput
        For bad input, and for a study of that name that was made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    names = tuple(cfg.institution_names)
    setting = cfg.setting(names)
    runner = cfg.runner
    hypotheses = load_hypotheses(cfg.hypothesis)
    asked = cfg.plain(setting)
    with_all, arms = with_arms(setting, hypotheses)
    everyone = (*names, *(arm.name for arm in arms))
    plans = {
        level: level_plan(with_all, everyone, cfg.seed, level, count)
        for level, count in ((DEFAULTS, cfg.replications), (ACROSS_RANGES, cfg.draws))
    }
    plans |= other_plans(setting, cfg.chosen["channels"], names, cfg.seed, min(cfg.channel_draws, cfg.draws))
    design = _design(asked, hypotheses)
    name = cfg.study if cfg.study is not None else f"{setting.world.name}-{digest(design)[:8]}"
    store = Store(results_folder(cfg.results) / "compare" / str(name))
    begun = facts("compare", str(name), list(cfg.words), design)
    with store.opened(design, begun, yaml.safe_dump(asked, sort_keys=False, allow_unicode=True)):
        carry_out(store, [_job(level, plan) for level, plan in plans.items()], run_chunk, runner)
        carry_out(store, [_paths_job(plans[DEFAULTS], names)], paths.run_paths, runner)
        report = _report(store, plans, names, hypotheses, cfg.chosen["channels"])
        if store.manifest["status"] != "finished":
            _write_report(store, report, plans[DEFAULTS].seed)
            store.note({"status": "finished", "ended": now(), "runs": report.runs, "failed": report.failed})
        return Study(store.folder, report, store.manifest["seconds"])


def _design(asked: Mapping[str, Any], hypotheses: Sequence[Hypothesis]) -> dict[str, Any]:
    """Everything that determines a study's numbers and verdicts."""
    kept = {name: value for name, value in asked.items() if name not in _NOT_DESIGN}
    declared = {hypothesis.id: asdict(hypothesis) for hypothesis in hypotheses}
    plain: dict[str, Any] = json.loads(json.dumps(kept | {"hypotheses": declared}))
    return plain | {
        "model_sources": source_digest(),
        "experiments_sources": sources_digest(futures, paths, configuration, uncertainty),
    }


def _job(level: str, plan: Plan) -> Job[Chunk]:
    """Say how the table of a level is made."""
    title = _TITLES.get(level, f"with {level}")
    return Job(table_of(level), title, plan.first, plan.count, plan.chunk_length(), partial(Chunk, plan))


def _paths_job(plan: Plan, institutions: tuple[str, ...]) -> Job[Chunk]:
    """Say how the first futures at the defaults are followed over time."""
    few = replace(plan, institutions=institutions, count=min(plan.count, _PATHS))
    return Job(paths.TABLE, "over time", few.first, few.count, few.chunk_length(), partial(Chunk, few))


def _report(
    store: Store,
    plans: Mapping[str, Plan],
    institutions: tuple[str, ...],
    hypotheses: Sequence[Hypothesis],
    channels: str,
) -> Report:
    """Analyse everything that is stored."""
    columns = {}
    for level in plans:
        table = store.read(table_of(level))
        columns[level] = {name: table[name].to_numpy() for name in table.column_names}
    everyone, seed = plans[DEFAULTS].institutions, plans[DEFAULTS].seed
    levels = {level: analyse(pair(columns[level], everyone), institutions, hypotheses, seed) for level in LEVELS}
    others = {level: columns[level] for level in plans if level not in LEVELS}
    beside = side_by_side({channels: columns[ACROSS_RANGES], **others}, institutions, seed) if others else None
    plan = plans[DEFAULTS]
    setting = plan.setting
    return Report(
        study=_as_seen_from_here(store.folder),
        world=setting.world.name,
        states=setting.world.size,
        years=setting.quarters / 4,
        seed=plan.seed,
        labels={name: setting.institutions[name].label for name in institutions},
        actors={name: ", ".join(setting.institutions[name].actors().values()) for name in institutions},
        levels=levels,
        channels=beside,
        runs=sum(plans[level].runs for level in LEVELS),
        failed=len(store.failures()),
    )


def _as_seen_from_here(folder: Path) -> str:
    """Write a folder relative to where the user is, if it lies below."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def _write_report(store: Store, report: Report, seed: int) -> None:
    """Write tables, figures and the page for a colleague."""
    from experiments.reporting.comparison_readme import readme
    from experiments.reporting.figures.comparison import draw_comparison

    (store.folder / "tables").mkdir(exist_ok=True)
    for name, table in report.tables().items():
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=False).encode())
    (store.folder / "figures").mkdir(exist_ok=True)
    draw_comparison(report, store, seed)
    write_whole(store.folder / "README.md", readme(report).encode())
