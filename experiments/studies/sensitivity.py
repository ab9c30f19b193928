"""Which assumptions drive an outcome and the difference between two institutions: Morris to screen, then Sobol indices.

Screening looks at every axis with few points. The parameters of the largest mean effects on the difference become
factors of their own in a Saltelli design; all others together are one more factor, so that its total index says how
much was left out. Every point is run on the same futures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from experiments.runs import designs, plan
from experiments.runs import factors as sweep_axes
from experiments.runs.designs import Design, morris
from experiments.runs.factors import Axis
from experiments.runs.outcomes import Outcomes
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.statistics import sobol as estimators
from experiments.statistics.morris import LEVELS, Effect, elementary_effects
from experiments.statistics.replication_noise import FloatArray
from experiments.statistics.sobol import Indices, saltelli_design, sobol_indices
from experiments.studies.designed import Ground, axes_of, compared, run_design, values_at
from experiments.studies.evidence import EvidenceStudy, as_seen_from_here, finish, opened
from model.outcomes import OUTCOMES

DIFFERENCE = "difference"
OTHERS = "all others"
SCREENING, RUNS = "runs_screening", "runs"

Quantity = tuple[str, str]
"""What is looked at: an institution or `DIFFERENCE`, and an outcome."""


@dataclass(frozen=True)
class Sensitivity:
    """What drives what.

    Attributes
    ----------
    screening : dict of str to dict of str to Effect
        By outcome, of the difference; by parameter, largest mean effect first.
    factors : dict of str to tuple of str
        Parameters by factor of the Saltelli design.
    indices : dict of (str, str) to Indices
        By institution or `DIFFERENCE`, and outcome.
    """

    screening: dict[str, dict[str, Effect]]
    factors: dict[str, tuple[str, ...]]
    indices: dict[Quantity, Indices]


def conduct(cfg: Asked) -> EvidenceStudy:
    """Run what is missing of a sensitivity analysis, and report all of it.

    Parameters
    ----------
    cfg : Asked
        Of ``sensitivity``.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, a run that failed, and a study made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    from experiments.reporting.sensitivity import SensitivityReport

    pair = compared(cfg)
    setting = cfg.setting(pair)
    axes, yields = axes_of(cfg, setting)
    ground = Ground(setting, pair, cfg.seed, cfg.replications, yields, cfg.runner)
    modules = (sweep_axes, designs, plan, estimators)
    with opened("sensitivity", cfg, setting, modules, {"axes_used": [axis.name for axis in axes]}) as store:
        found = analysed(store, cfg, ground, axes)
        report = SensitivityReport(
            study=as_seen_from_here(store.folder),
            world=setting.world.name,
            states=setting.world.size,
            years=setting.quarters / 4,
            metric=cfg.metric,
            labels=(setting.institutions[pair[0]].label, setting.institutions[pair[1]].label),
            pair=pair,
            axes=axes,
            trajectories=cfg.morris,
            futures=cfg.replications,
            found=found,
        )
        return finish(store, report, report.runs)


def analysed(store: Store, cfg: Asked, ground: Ground, axes: tuple[Axis, ...]) -> Sensitivity:
    """Screen, choose factors, and estimate their indices."""
    shares = morris(len(axes), cfg.seed, cfg.morris, LEVELS)
    trajectories = Design("morris", axes, values_at(axes, shares), {"trajectories": cfg.morris})
    outcomes = run_design(store, SCREENING, "screening", trajectories, ground)
    screening = screened(shares, outcomes, ground.institutions, [axis.name for axis in axes], cfg.seed)
    factors = chosen(screening[cfg.metric], cfg.keep)
    base = 1 << (cfg.base - 1).bit_length()
    shares = saltelli_design(factors, base, cfg.seed)
    by_name = {axis.name: axis for axis in axes}
    ordered = tuple(by_name[member] for member in chain(*factors.values()))
    points = Design("saltelli", ordered, values_at(ordered, shares), {"base": base})
    outcomes = run_design(store, RUNS, "Sobol indices", points, ground)
    return Sensitivity(screening, factors, all_indices(outcomes, ground.institutions, list(factors), cfg.seed))


def screened(
    shares: FloatArray, outcomes: Outcomes, pair: tuple[str, ...], names: Sequence[str], seed: int
) -> dict[str, dict[str, Effect]]:
    """Estimate elementary effects on the difference in every outcome."""
    return {
        metric: elementary_effects(shares, outputs, names, seed, f"{metric}, {which}")
        for (which, metric), outputs in quantities(outcomes, pair).items()
        if which == DIFFERENCE
    }


def chosen(effects: Mapping[str, Effect], keep: int) -> dict[str, tuple[str, ...]]:
    """Make a factor of each parameter with a large effect, and one of all others.

    Parameters
    ----------
    effects : mapping of str to Effect
        Largest first.
    keep : int
        Factors of one parameter.

    Returns
    -------
    dict of str to tuple of str
        Parameters by factor.
    """
    names = list(effects)
    factors = {name: (name,) for name in names[:keep]}
    return factors | ({OTHERS: tuple(sorted(names[keep:]))} if names[keep:] else {})


def quantities(outcomes: Outcomes, pair: tuple[str, ...]) -> dict[Quantity, FloatArray]:
    """Lay out everything that is looked at (points, futures): the difference in each outcome, and each outcome."""
    baseline, name = pair
    found = {(DIFFERENCE, metric): outcomes[metric, name] - outcomes[metric, baseline] for metric in OUTCOMES}
    return found | {(who, metric): outcomes[metric, who] for who in pair for metric in OUTCOMES}


def all_indices(
    outcomes: Outcomes, pair: tuple[str, ...], factors: Sequence[str], seed: int
) -> dict[Quantity, Indices]:
    """Estimate indices of everything that is looked at."""
    return {
        (which, metric): sobol_indices(outputs, factors, seed, f"{metric}, {which}")
        for (which, metric), outputs in quantities(outcomes, pair).items()
    }
