"""A comparison from its configuration to its folder, and what notebooks get of it."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from omegaconf import DictConfig

from experiments.settings.configuration import institution_names, resolved, setting_from
from experiments.settings.places import RESULTS
from experiments.studies.channels import other_plans, side_by_side
from experiments.studies.comparison import analyse, as_json, judgement_rows, pair
from experiments.studies.futures import (
    ACROSS_RANGES,
    DEFAULTS,
    LEVELS,
    Chunk,
    Plan,
    level_plan,
    numerics_fingerprint,
    run_chunk,
)
from experiments.studies.hypotheses import Hypothesis, load_hypotheses, with_arms
from experiments.studies.provenance import digest, git_commit, now, versions
from experiments.studies.runners import (
    Progress,
    done_in_any_order,
    said_if_slow,
    stopped_gently,
    threads,
    usable_cores,
)
from experiments.studies.store import Store, write_whole
from experiments.studies.summary import Report
from model.ensemble import compile_engine
from model.errors import InvalidInput
from model.rules.compiled import source_digest

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


def conduct(cfg: DictConfig) -> Study:
    """Run what is missing of a comparison, and report all of it.

    Parameters
    ----------
    cfg : DictConfig
        A configuration of ``compare`` that went through `experiments.settings.configuration.finished`.

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
    names = tuple(institution_names(cfg))
    setting = setting_from(cfg, names)
    hypotheses = load_hypotheses(cfg.hypothesis)
    asked = resolved(cfg, setting)
    with_all, arms = with_arms(setting, hypotheses)
    everyone = (*names, *(arm.name for arm in arms))
    plans = {
        level: level_plan(with_all, everyone, cfg.seed, level, count)
        for level, count in ((DEFAULTS, cfg.replications), (ACROSS_RANGES, cfg.draws))
    }
    plans |= other_plans(setting, cfg.chosen.channels, names, cfg.seed, min(cfg.channel_draws, cfg.draws))
    design = _design(asked, hypotheses)
    name = cfg.study if cfg.study is not None else f"{setting.world.name}-{digest(design)[:8]}"
    store = Store(
        (RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()) / "compare" / str(name)
    )
    facts = {
        "command": "compare", "study": str(name), "begun": now(), "design_digest": digest(design),
        "versions": versions(), "git_commit": git_commit(),
    }  # fmt: skip
    with store.opened(design, facts, yaml.safe_dump(asked, sort_keys=False, allow_unicode=True)):
        _run_missing(store, plans, usable_cores() if cfg.workers is None else cfg.workers)
        report = _report(store, plans, names, hypotheses, cfg.chosen.channels)
        if store.manifest["status"] != "finished":
            _write_report(store, report)
            store.note({"status": "finished", "ended": now(), "runs": report.runs, "failed": report.failed})
        return Study(store.folder, report, store.manifest["seconds"])


def _design(asked: Mapping[str, Any], hypotheses: Sequence[Hypothesis]) -> dict[str, Any]:
    """Everything that determines a study's numbers and verdicts."""
    kept = {name: value for name, value in asked.items() if name not in _NOT_DESIGN}
    declared = {hypothesis.id: asdict(hypothesis) for hypothesis in hypotheses}
    plain: dict[str, Any] = json.loads(json.dumps(kept | {"hypotheses": declared}))
    return plain | {"model_sources": source_digest()}


def _run_missing(store: Store, plans: Mapping[str, Plan], workers: int) -> None:
    """Do the chunks that are not stored yet."""
    missing = {
        level: [
            Chunk(plan, *ends) for ends in store.missing(table_of(level), plan.first, plan.count, plan.chunk_length())
        ]
        for level, plan in plans.items()
    }
    if not any(missing.values()):
        return
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    _check_numerics(store)
    began = time.monotonic()
    before = store.manifest["seconds"]
    goes_on = "stopping after the chunks in work; the same command goes on from there (Ctrl-C again: stop at once)"
    store.note({"status": "running"})
    with stopped_gently(goes_on) as stop:
        complete = all(_run_level(store, level, plans[level], missing[level], workers, stop) for level in plans)
    store.note({"seconds": before + time.monotonic() - began, "status": "running" if complete else "stopped"})
    if not complete:
        raise KeyboardInterrupt


def _run_level(store: Store, level: str, plan: Plan, chunks: list[Chunk], workers: int, stop: threading.Event) -> bool:
    """Do chunks of one level and store them; tell whether all were done."""
    institutions = len(plan.institutions)
    to_do = institutions * sum(chunk.last - chunk.first for chunk in chunks)
    if not to_do:
        return True
    title = _TITLES.get(level, f"with {level}")
    progress = Progress(title, plan.runs, plan.runs - to_do)
    with threads(workers) as executor:
        for chunk, rows in done_in_any_order(executor, run_chunk, chunks, workers, stop):
            store.write_part(table_of(level), chunk.first, chunk.last, rows.columns, rows.failures)
            progress.advance(institutions * (chunk.last - chunk.first))
    progress.finish()
    return progress.done == progress.total


def _check_numerics(store: Store) -> None:
    """Refuse to mix numbers of machines that compute differently in one study."""
    here, there = numerics_fingerprint(), store.manifest.get("numerics")
    if there is None:
        store.note({"numerics": here})
    elif there != here:
        raise InvalidInput(
            f"study '{store.name}' was begun where arithmetic gives other bits (fingerprint {there} there, "
            f"{here} here): go on there, or choose another study="
        )


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


def _write_report(store: Store, report: Report) -> None:
    """Write tables, figures and the page for a colleague."""
    from experiments.studies.colleague import readme
    from experiments.studies.figures import draw_comparison

    (store.folder / "tables").mkdir(exist_ok=True)
    for name, table in report.tables().items():
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=False).encode())
    (store.folder / "figures").mkdir(exist_ok=True)
    draw_comparison(report, store)
    write_whole(store.folder / "README.md", readme(report).encode())
