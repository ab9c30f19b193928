"""The study behind ``concord robustness``: worlds are run, lined up and told."""

from experiments.reporting.robustness import RobustnessReport
from experiments.runs import worlds as in_worlds
from experiments.runs.execution import Job, carry_out
from experiments.runs.simulate import ACROSS_RANGES, Plan, level_plan
from experiments.runs.store import Store
from experiments.runs.worlds import Worlds, WorldsTask, run_worlds, worlds_from
from experiments.settings.asked import Asked
from experiments.settings.kinds import shown
from experiments.settings.options import BASELINE
from experiments.statistics.evppi import FEWEST_WORLDS, Information, value_of_information
from experiments.statistics.regret import between_worlds, rankings, robustness
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.evidence import EvidenceStudy, as_seen_from_here, finish, opened
from model.errors import InvalidInput

_ROWS_PER_PART = 5_000
_PARTS_AT_LEAST = 16


def conduct(cfg: Asked) -> EvidenceStudy:
    """Run what is missing of every world, and report all of it.

    Parameters
    ----------
    cfg : Asked
        Of ``robustness``.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, and for a study of that name that was made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    names = tuple(dict.fromkeys([BASELINE, *cfg.institutions]))
    if len(names) < 2:
        raise InvalidInput(f"institutions=[{BASELINE}]: must name another one to compare '{BASELINE}' with")
    if not cfg.margin:
        raise InvalidInput(f"margin={shown(cfg.margin)}: must be a number above 0")
    setting = cfg.setting(names)
    plan = level_plan(setting, names, cfg.seed, ACROSS_RANGES, cfg.draws)
    with opened("robustness", cfg, setting, (in_worlds,), {}) as store:
        carry_out(store, [_job(plan, cfg.draws, cfg.futures)], run_worlds, cfg.runner)
        worlds = _worlds(store, plan, (cfg.draws, cfg.futures))
        means, at = worlds.means, names.index(BASELINE)
        differences = worlds.outcomes - worlds.outcomes[:, :, [at]]
        report = RobustnessReport(
            study=as_seen_from_here(store.folder),
            world=setting.world.name,
            states=setting.world.size,
            years=setting.quarters / 4,
            labels={name: setting.institutions[name].label for name in names},
            baseline=BASELINE,
            margin=float(cfg.margin),
            runs=plan.runs * cfg.futures,
            worlds=worlds,
            criteria=robustness(means, names, BASELINE, cfg.margin, cfg.seed),
            rankings=rankings(means, cfg.margin, cfg.seed),
            luck={name: between_worlds(differences[:, :, i]) for i, name in enumerate(names)},
            information=_information(worlds, cfg.seed),
        )
        return finish(store, report, report.runs)


def _job(plan: Plan, draws: int, futures: int) -> Job[WorldsTask]:
    """Cut worlds so that a part has thousands of rows in a big study, and a small one many parts."""
    rows = futures * len(plan.institutions)
    length = max(1, min(-(-_ROWS_PER_PART // rows), -(-draws // _PARTS_AT_LEAST)))
    return Job("runs", "across worlds", 0, draws, length, lambda a, b: WorldsTask(plan, futures, a, b))


def _worlds(store: Store, plan: Plan, shape: tuple[int, int]) -> Worlds:
    """Read what has been run."""
    needed = ["institution", "replication", "draw", MAIN_METRIC, *plan.drawn]
    rows = store.read("runs").select(needed).to_pandas()
    return worlds_from(rows, plan.institutions, MAIN_METRIC, shape, plan.drawn, BASELINE)


def _information(worlds: Worlds, seed: int) -> Information | None:
    """Estimate the value of information, where there are worlds enough and something differs between them."""
    if worlds.count < FEWEST_WORLDS or not worlds.parameters:
        return None
    return value_of_information(worlds.means, worlds.parameters, seed)
