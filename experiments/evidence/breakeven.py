"""At which value of an assumption a joint institution stops winning: the study behind ``concord breakeven``."""

from collections.abc import Sequence

import pandas as pd
from omegaconf import DictConfig

from experiments.evidence import curves as along
from experiments.evidence.breakeven_report import BreakevenReport
from experiments.evidence.curves import Curve, PointsTask, curve_from, even_points, points_between, run_points
from experiments.evidence.studies import EvidenceStudy, as_seen_from_here, finish, opened
from experiments.settings.configuration import Setting, setting_from
from experiments.settings.runner import runner_from
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.execution import Job, carry_out
from experiments.studies.futures import Plan, level_plan
from experiments.studies.store import Store
from model.errors import InvalidInput

_ROWS_PER_PART = 5_000
_PARTS_AT_LEAST = 16
_TABLES = ("runs", "runs_between")


def conduct(cfg: DictConfig) -> EvidenceStudy:
    """Run what is missing along every assumption, and report all of it.

    Parameters
    ----------
    cfg : DictConfig
        A configuration of ``breakeven`` that went through `experiments.settings.configuration.finished`.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, an assumption that is set elsewhere, and a study made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    pair = (cfg.chosen.institution, cfg.than)
    if len(set(pair)) == 1:
        raise InvalidInput(f"than={cfg.than}: must be another institution than institution={pair[0]}")
    setting = setting_from(cfg, pair)
    names = list(cfg.assumptions)
    _refuse_set(setting, names)
    plan = level_plan(setting, pair, cfg.seed, cfg.level, cfg.replications)
    runner = runner_from(cfg)
    with opened("breakeven", cfg, setting, (along,), {}) as store:
        points = even_points(names, cfg.steps)
        jobs = [_job(_TABLES[0], f"{len(names)} assumptions", plan, points)]
        carry_out(store, jobs, run_points, runner)
        more = points_between(_curves(store, names, pair, _TABLES[:1]))
        if more:
            jobs.append(_job(_TABLES[1], "around break-evens", plan, more))
            carry_out(store, jobs, run_points, runner)
        runs = plan.runs * (len(points) + len(more))
        report = BreakevenReport(
            study=as_seen_from_here(store.folder),
            world=setting.world.name,
            states=setting.world.size,
            years=setting.quarters / 4,
            level=cfg.level,
            labels=(setting.institutions[pair[0]].label, setting.institutions[pair[1]].label),
            runs=runs,
            curves=_curves(store, names, pair, [job.table for job in jobs]),
        )
        return finish(store, report, runs)


def _refuse_set(setting: Setting, names: Sequence[str]) -> None:
    """Refuse an assumption that the command line holds fixed."""
    for name in names:
        if name in setting.command_line:
            raise InvalidInput(f"{name}={setting.command_line[name]:g}: is varied here, must be left out")
        for institution, values in setting.overrides.items():
            if name in values:
                raise InvalidInput(f"override.{institution}.{name}={values[name]:g}: is varied here, must be left out")


def _job(table: str, title: str, plan: Plan, points: tuple[tuple[str, float], ...]) -> Job[PointsTask]:
    """Cut replications so that a part has thousands of rows in a big study, and a small one many parts."""
    per_replication = len(points) * len(plan.institutions)
    length = max(1, min(-(-_ROWS_PER_PART // per_replication), -(-plan.count // _PARTS_AT_LEAST)))
    return Job(table, title, plan.first, plan.count, length, lambda a, b: PointsTask(plan, points, a, b))


def _curves(store: Store, names: Sequence[str], pair: tuple[str, str], tables: Sequence[str]) -> dict[str, Curve]:
    """Read what has been run, and make the curves."""
    needed = ["assumption", "value", "institution", "replication", MAIN_METRIC]
    rows = pd.concat([store.read(table).select(needed).to_pandas() for table in tables], ignore_index=True)
    return {name: curve_from(rows, name, *pair, MAIN_METRIC) for name in names}
