"""A calibration from its configuration to its folder: what is fitted to which record, and what comes out."""

import hashlib
import json
import math
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.records import (
    association,
    calibration_report,
    evaluations,
    histories,
    moments,
    pattern_counts,
    patterns,
    simulations,
    validation,
)
from experiments.records.simulations import FILES, Model, record_and_world, say
from experiments.runs.executors import duration, said_if_slow, stopped_gently
from experiments.runs.provenance import digest, facts, now
from experiments.runs.simulate import numerics_fingerprint
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.kinds import shown
from experiments.settings.places import RESULTS
from experiments.statistics import boxes, estimators, posterior
from model.ensemble import compile_engine
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.rules.compiled import source_digest
from model.world import Floats

CANDIDATES = (
    "onset_base",
    "onset_memory",
    "memory_half_life",
    "escalation_base",
    "deescalation_base",
    "termination_base",
    "termination_war",
    "termination_duration",
)
"""What the fitted patterns might tell. Coefficients of drivers and of the setting (income, population, neighbours)
are not among them: the fitted patterns say how much conflict there is, not where."""

SHARES = ("share_of_years", "share_of_quarters")
"""How much conflict a set of values means: state-years in conflict, as the record counts, and state-quarters."""

KEPT = 300
"""Sets of values that are stored."""

_METHOD = (
    association, boxes, estimators, evaluations, histories, moments, pattern_counts, patterns, posterior, simulations,
    validation,
)  # fmt: skip
_NOT_DESIGN = ("study", "results", "workers", "output", "to", *FILES)


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes
    ----------
    folder : Path
        Where everything about it lies.
    design : dict
        What determined its numbers.
    box, target, fit
        Free parameters with their ranges, the record's fitted patterns, and the optimum.
    held : dict of str to float
        Values of the `CANDIDATES` that were not free.
    population : Population
        Sets of values that were tried, with their weights.
    kept : ndarray (sets, p)
        Sets drawn from them: what the record leaves open.
    shares : dict of str to (float, ndarray (sets,))
        `SHARES` at the optimum, and of every set that was kept.
    seen : dict of str to (float, float)
        Between what values each pattern lies in 95% of single histories, one under each set that was kept.
    all_free : dict of str to float
        Standard error that each candidate would have if all of them were free.
    checks : list of Check
        Every pattern, fitted or not.
    goodness : tuple of float and int
        Share of simulated records as far off as the true one, and how many there were.
    noise : float
        Largest standard error that simulation adds to a fitted pattern, in the record's own.
    missions : Association
        Peacekeeping and the return of conflict.
    """

    folder: Path
    design: dict[str, Any]
    box: moments.Box
    target: moments.Target
    fit: moments.Fit
    held: dict[str, float]
    population: posterior.Population
    kept: Floats
    shares: dict[str, tuple[float, Floats]]
    seen: dict[str, tuple[float, float]]
    all_free: dict[str, float]
    checks: list[validation.Check]
    goodness: tuple[float, int]
    noise: float
    missions: association.Association


def conduct(cfg: Asked) -> Calibrated:
    """Fit the conflict process to a record, or go on where that was stopped.

    Parameters
    ----------
    cfg : Asked
        Of ``calibrate``.

    Returns
    -------
    Calibrated

    Raises
    ------
    InvalidInput
        For bad input, and for a study of that name that was made from something else.
    KeyboardInterrupt
        After Ctrl-C, when everything simulated is stored.
    """
    if cfg.last < cfg.first:
        raise InvalidInput(f"last={cfg.last}: must not lie before first={cfg.first}")
    record, world = record_and_world(cfg)
    setting = cfg.setting([cfg.chosen["institution"]])
    model = Model(cfg, setting if world is None else replace(setting, world=world), record)
    box = free_box(cfg.free, model.setting)
    if len(model.target.patterns) < len(box.names):
        raise InvalidInput(
            f"free={shown(cfg.free)}: more parameters than the {len(model.target.patterns)} patterns fitted"
        )
    if cfg.histories < 2 * len(model.target.patterns):
        raise InvalidInput(
            f"histories={cfg.histories}: must be at least twice the {len(model.target.patterns)} patterns fitted"
        )
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    design = _design(cfg, model)
    name = cfg.study if cfg.study is not None else f"{model.setting.world.name}-{digest(design)[:8]}"
    root = RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()
    store = Store(root / "calibrate" / str(name))
    begun = facts("calibrate", str(name), list(cfg.words), design)
    asked = yaml.safe_dump(cfg.plain(model.setting), sort_keys=False, allow_unicode=True)
    with store.opened(design, begun, asked), stopped_gently("stopping; the same command goes on from here") as stop:
        found = _found(model, box, store, stop, design)
        if store.manifest["status"] != "finished":
            calibration_report.write(found, store)
            store.note({"status": "finished", "ended": now()})
    return found


def free_box(names: Sequence[str], setting: Setting) -> moments.Box:
    """Look up the declared ranges of parameters that are to be fitted.

    Raises
    ------
    InvalidInput
        When one of them is set to a value as well.
    """
    for name in names:
        if name in setting.command_line or any(name in values for values in setting.overrides.values()):
            raise InvalidInput(f"{name}: is set and free at once; leave it out of free=, or do not set it")
    declared = [PARAMETERS[name] for name in names]
    return moments.Box(tuple(names), np.array([p.low for p in declared]), np.array([p.high for p in declared]))


def _found(model: Model, box: moments.Box, store: Store, stop: threading.Event, design: dict[str, Any]) -> Calibrated:
    """Find the optimum, what else the record allows, and everything that is said about it."""
    cfg, began = model.cfg, time.monotonic()
    held = {name: model.value(name) for name in CANDIDATES if name not in box.names}
    every = free_box([*box.names, *held], replace(model.setting, command_line={}, overrides={}))

    def named(values: Floats) -> dict[str, float]:
        return dict(zip(every.names, values.tolist(), strict=False))

    def simulated(values: Floats, replications: int) -> Floats:
        return model.moments(model.levels(named(values), replications))

    known = evaluations.Evaluations(store, simulated, "evaluations", every.names, model.target.patterns, stop)
    tried = _tried(model, box, store, stop)
    if len(known):
        say(f"going on after {len(known) + len(tried)} evaluations")
    rest = np.array(list(held.values()))

    def free(values: Floats, replications: int) -> Floats:
        return known(np.concatenate([values, rest]), replications)

    try:
        fitted = moments.fit(free, box, model.target, cfg.points, cfg.replications, cfg.seed, say)
        best = np.concatenate([fitted.values, rest])
        slopes = moments.jacobian(lambda values: known(values, cfg.replications), every, best)
        population = posterior.population(
            lambda values: float(tried(values, cfg.histories)[0]), boxes.Box(box.low, box.high), fitted.values,
            fitted.covariance, cfg.proposals, cfg.seed, say,
        )  # fmt: skip
    finally:
        known.write()
        tried.write()
    kept = population.kept(KEPT, cfg.seed)
    errors = np.sqrt(np.diag(moments.spread(slopes, model.target)))
    statuses = model.statuses(named(best), cfg.replications)
    levels = histories.highest_of_year(statuses)
    by_run = model.moments_by_run(levels)
    at_fit = (float(np.mean(levels > 0)), float(np.mean(statuses > 0)))
    of_kept = np.array([tried(values, cfg.histories)[1:] for values in kept]).T
    found = Calibrated(
        folder=store.folder, design=design, box=box, target=model.target, fit=fitted, held=held,
        population=population, kept=kept,
        shares=dict(zip(SHARES, zip(at_fit, of_kept, strict=True), strict=True)),
        seen=_seen(model, [named(values) for values in kept]),
        all_free=dict(zip(every.names, errors.tolist(), strict=True)),
        checks=validation.checks(
            model.record, patterns.pooled_patterns(levels, model.setting.world, cfg.first), model.target.patterns
        ),
        goodness=moments.goodness(fitted, model.target, by_run),
        noise=float(np.nanmax(np.nanstd(by_run, axis=0) / model.target.errors) / math.sqrt(cfg.replications)),
        missions=association.association(model.at(named(best)), model.name, cfg.seed, cfg.replications),
    )  # fmt: skip
    say(f"{known.simulated + tried.simulated:,} runs in {duration(time.monotonic() - began)}")
    return found


def _tried(model: Model, box: moments.Box, store: Store, stop: threading.Event) -> evaluations.Evaluations:
    """Make what says how likely the record is under a set of values, and how much conflict that means."""

    def simulated(values: Floats, count: int) -> Floats:
        statuses = model.statuses(dict(zip(box.names, values.tolist(), strict=True)), count)
        levels = histories.highest_of_year(statuses)
        likely = posterior.log_likelihood(model.moments_by_run(levels), model.target.values)
        return np.array([likely, np.mean(levels > 0), np.mean(statuses > 0)])

    return evaluations.Evaluations(store, simulated, "tried", box.names, ("log_likelihood", *SHARES), stop)


def _seen(model: Model, sets: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """Give 95% of the patterns of single histories, one under each set."""
    by_run = patterns.patterns_by_run(model.one_history_each(sets), model.setting.world, model.cfg.first)
    ends = [
        {name: float(patterns.percentile(values, share)) for name, values in patterns.flattened(by_run).items()}
        for share in (0.025, 0.975)
    ]
    return {name: (low, ends[1][name]) for name, low in ends[0].items()}


def _design(cfg: Asked, model: Model) -> dict[str, Any]:
    """Everything that determines a calibration's numbers."""
    kept = {name: value for name, value in cfg.plain(model.setting).items() if name not in _NOT_DESIGN}
    method = hashlib.sha256(
        b"".join(Path(str(module.__file__)).read_bytes() for module in (*_METHOD, sys.modules[__name__]))
    )
    plain: dict[str, Any] = json.loads(json.dumps(kept))
    return plain | {
        "record": {
            "files": cfg.acd is not None,
            "patterns": dict(zip(model.target.patterns, model.target.values.tolist(), strict=True)),
            "covariance": digest({"rows": model.target.covariance.tolist()}),
        },
        "model_sources": source_digest(),
        "method_sources": method.hexdigest()[:16],
        "numerics": numerics_fingerprint(),
    }
