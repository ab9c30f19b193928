"""At which value of an assumption an institution stops being ahead: the study behind ``concord breakeven``."""

from collections.abc import Sequence

import pandas as pd

from experiments.reporting.breakeven import BreakevenReport
from experiments.reporting.wording import counted
from experiments.runs import factors as axes
from experiments.runs.execution import Job, carry_out
from experiments.runs.factors import check_known, declared
from experiments.runs.simulate import Plan, flat, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.statistics import crossings as roots
from experiments.studies import curves as along
from experiments.studies.curves import Curve, PointsTask, curve_from, even_points, points_between, run_points
from experiments.studies.evidence import EvidenceStudy, as_seen_from_here, finish, opened
from experiments.studies.lead import Lead
from model.errors import InvalidInput

_ROWS_PER_PART = 5_000
_PARTS_AT_LEAST = 16
_TABLES = ("runs", "runs_between")


def conduct(cfg: Asked) -> EvidenceStudy:
    """Run what is missing along every assumption, and report all of it.

    Parameters
    ----------
    cfg : Asked
        Of ``breakeven``.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, an assumption that is unknown or set elsewhere, and a study made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    pair = (cfg.chosen["institution"], cfg.than)
    if len(set(pair)) == 1:
        raise InvalidInput(f"than={cfg.than}: must be another institution than institution={pair[0]}")
    setting = cfg.setting(pair)
    names = cfg.assumptions
    _check(setting, names)
    lead = Lead(cfg.metric, float(cfg.margin), *(setting.institutions[name].label for name in pair))
    plan = level_plan(setting, pair, cfg.seed, cfg.level, cfg.replications)
    runner = cfg.runner
    with opened("breakeven", cfg, setting, (along, roots, axes), {}) as store:
        points = even_points(names, cfg.steps)
        jobs = [_job(_TABLES[0], counted(len(names), "assumption"), plan, points)]
        carry_out(store, jobs, run_points, runner)
        more = points_between(_curves(store, names, pair, lead, _TABLES[:1]))
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
            labels=(lead.institution, lead.than),
            runs=runs,
            curves=_curves(store, names, pair, lead, [job.table for job in jobs]),
            metric=lead.metric,
            margin=lead.margin,
            own_values=_own_values(setting, names),
        )
        return finish(store, report, runs)


def _check(setting: Setting, names: Sequence[str]) -> None:
    """Refuse an assumption that does not exist, and one that the command line holds fixed."""
    for name in names:
        check_known("assumptions", name, names, setting)
        fixed = dict(setting.command_line)
        fixed |= {f"{who}.{what}": value for who, values in setting.overrides.items() for what, value in values.items()}
        for written, value in fixed.items():
            # What is varied for all cannot be fixed for one.
            if name in (written, declared(written).parameter.name):
                over = f"override.{written}" if "." in written else written
                raise InvalidInput(f"{over}={value:g}: is varied here, must be left out")


def _own_values(setting: Setting, names: Sequence[str]) -> dict[str, float]:
    """Look up what an institution has where nothing is varied, for assumptions that are varied for it alone."""
    own = [axis for axis in map(declared, names) if axis.institution is not None]
    return {axis.name: flat(setting.parameters(str(axis.institution)))[axis.parameter.name] for axis in own}


def _job(table: str, title: str, plan: Plan, points: tuple[tuple[str, float], ...]) -> Job[PointsTask]:
    """Cut replications so that a part has thousands of rows in a big study, and a small one many parts."""
    per_replication = len(points) * len(plan.institutions)
    length = max(1, min(-(-_ROWS_PER_PART // per_replication), -(-plan.count // _PARTS_AT_LEAST)))
    return Job(table, title, plan.first, plan.count, length, lambda a, b: PointsTask(plan, points, a, b))


def _curves(
    store: Store, names: Sequence[str], pair: tuple[str, str], lead: Lead, tables: Sequence[str]
) -> dict[str, Curve]:
    """Read what has been run, and make the curves."""
    needed = ["assumption", "value", "institution", "replication", lead.metric]
    rows = pd.concat([store.read(table).select(needed).to_pandas() for table in tables], ignore_index=True)
    return {name: curve_from(rows, name, *pair, lead.metric, lead.line) for name in names}
