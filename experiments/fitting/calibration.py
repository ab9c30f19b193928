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
from omegaconf import DictConfig

from experiments.fitting import association, calibration_report, evaluations, moments, validation
from experiments.records import estimators, histories, pattern_counts, patterns
from experiments.records.stored_record import Record, record_of, stored_record
from experiments.settings.configuration import Setting, resolved, setting_from
from experiments.settings.options import shown
from experiments.settings.places import RESULTS
from experiments.studies.futures import numerics_fingerprint
from experiments.studies.provenance import digest, git_commit, now, versions
from experiments.studies.runners import duration, said_if_slow, stopped_gently
from experiments.studies.store import Store
from model.ensemble import compile_engine
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.rules.compiled import source_digest
from model.world import Floats, World, world_from_rows

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

LOGARITHM = "excess_risk_half_life"
"""Fitted by its logarithm: the likelihood of some resamples has no end, and their variance no meaning."""

FILES = ("acd", "panel", "borders")
STORED_WORLD = "africa_1989"

_METHOD = (association, estimators, evaluations, histories, moments, pattern_counts, patterns, validation)
_NOT_DESIGN = ("study", "results", "workers", "output", "to", *FILES)
_INTERVALS_WIDE = 2.0 * 1.959964


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
    profiles : dict of str to Profile
        The objective along each free parameter.
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
    profiles: dict[str, moments.Profile]
    all_free: dict[str, float]
    checks: list[validation.Check]
    goodness: tuple[float, int]
    noise: float
    missions: association.Association


def conduct(cfg: DictConfig) -> Calibrated:
    """Fit the conflict process to a record, or go on where that was stopped.

    Parameters
    ----------
    cfg : DictConfig
        A configuration of ``calibrate`` that went through `experiments.settings.configuration.finished`.

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
    setting = setting_from(cfg, [cfg.chosen.institution])
    model = Model(cfg, setting if world is None else replace(setting, world=world), record)
    box = free_box(list(cfg.free), model.setting)
    if len(model.target.patterns) < len(box.names):
        raise InvalidInput(
            f"free={shown(list(cfg.free))}: more parameters than the {len(model.target.patterns)} patterns fitted"
        )
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    design = _design(cfg, model)
    name = cfg.study if cfg.study is not None else f"{model.setting.world.name}-{digest(design)[:8]}"
    root = RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()
    store = Store(root / "calibrate" / str(name))
    facts = {
        "command": "calibrate", "study": str(name), "begun": now(), "design_digest": digest(design),
        "versions": versions(), "git_commit": git_commit(),
    }  # fmt: skip
    asked = yaml.safe_dump(resolved(cfg, model.setting), sort_keys=False, allow_unicode=True)
    with store.opened(design, facts, asked), stopped_gently("stopping; the same command goes on from here") as stop:
        found = _found(model, box, store, stop, design)
        if store.manifest["status"] != "finished":
            calibration_report.write(found, store)
            store.note({"status": "finished", "ended": now()})
    return found


def record_and_world(cfg: DictConfig) -> tuple[Record, World | None]:
    """Get the record of the window, and its world at the start if that is made of the user's files.

    Parameters
    ----------
    cfg : DictConfig
        With ``acd``, ``panel``, ``borders``, ``region``, ``first`` and ``last``; without files the record is
        the one stored for that region and window.

    Returns
    -------
    record : Record
    world : World or None
        None without files: the configuration says which.

    Raises
    ------
    InvalidInput
        When a file is missing or damaged, or there is no such record.
    """
    from experiments.importing import import_world
    from experiments.records.record import read_record

    given = [name for name in FILES if cfg[name] is not None]
    if not given:
        return stored_record(cfg.region, cfg.first, cfg.last), None
    for name in FILES:
        if name not in given:
            raise InvalidInput(f"{name}=null: a record of your own takes three files, acd=FILE panel=FILE borders=FILE")
    if cfg.chosen.world != STORED_WORLD:
        raise InvalidInput(f"world={cfg.chosen.world}: leave it out, the files make the world of {cfg.first}")
    acd, panel, borders = (Path(cfg[name]).expanduser() for name in FILES)
    rows, notices = import_world(acd, panel, borders, cfg.first, cfg.region)
    for notice in notices:
        say(notice)
    world = world_from_rows(f"{cfg.region}_{cfg.first}", rows)
    return record_of(read_record(acd, panel, borders, cfg.region, cfg.first, cfg.last), cfg.region), world


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


def target_of(record: Record) -> moments.Target:
    """Get what is fitted of a record; what it leaves undefined, or what never varies, is left out, and said.

    The half-life enters by its logarithm, with the standard error that its interval has, and as if it were
    independent of the rest.
    """
    estimates = {name: _number(record.patterns[name]["estimate"]) for name in validation.FITTED}
    variances = {name: float(record.covariance_of((name,))[0, 0]) for name in estimates}
    kept = tuple(name for name in estimates if math.isfinite(estimates[name]) and variances[name] > 0.0)
    for name in estimates:
        if name not in kept:
            say(f"{name}: the record does not define it or its error, not fitted")
    values = np.array([estimates[name] for name in kept])
    covariance = record.covariance_of(kept)
    if LOGARITHM in kept:
        place = kept.index(LOGARITHM)
        low, high = (_number(record.patterns[LOGARITHM][end]) for end in ("low", "high"))
        values[place] = math.log(values[place])
        covariance[place, :] = covariance[:, place] = 0.0
        covariance[place, place] = (math.log(high / low) / _INTERVALS_WIDE) ** 2
    return moments.Target(kept, values, covariance)


def _number(pattern: patterns.Pattern) -> float:
    """Read a pattern that is one number."""
    assert not isinstance(pattern, list)
    return float(pattern)


class Model:
    """The model with its futures drawn: values of parameters by name give levels, or the fitted patterns."""

    def __init__(self, cfg: DictConfig, setting: Setting, record: Record) -> None:
        self.cfg, self.setting, self.record, self.target = cfg, setting, record, target_of(record)
        self.name = cfg.chosen.institution
        self.chances = histories.draw_chances(cfg.seed, cfg.replications, setting.world.size, setting.quarters)

    def at(self, values: Mapping[str, float]) -> Setting:
        """Set values for every run."""
        return replace(self.setting, command_line={**self.setting.command_line, **values})

    def value(self, name: str) -> float:
        """Look up the value of a parameter that is not free."""
        parameters = self.setting.parameters(self.name)
        return float(getattr(getattr(parameters, PARAMETERS[name].group), name))

    def levels(self, values: Mapping[str, float], replications: int) -> histories.Levels:
        """Run the first so many futures."""
        parameters = self.at(values).parameters(self.name)
        world, institution = self.setting.world, self.setting.institutions[self.name]
        return histories.levels_in(self.chances[:replications], institution, world, parameters, self.cfg.workers)

    def moments(self, levels: histories.Levels) -> Floats:
        """Compute the fitted patterns of all runs together."""
        keys = self.target.patterns
        found = patterns.pooled_patterns(levels, self.setting.world, self.cfg.first, keys)
        numbers = {key: _number(found[key]) for key in keys}
        return np.array([math.log(value) if key == LOGARITHM else value for key, value in numbers.items()])

    def moments_by_run(self, levels: histories.Levels) -> Floats:
        """Compute the fitted patterns of each run by itself (runs, patterns)."""
        return np.stack([self.moments(levels[run : run + 1]) for run in range(len(levels))])


def _found(model: Model, box: moments.Box, store: Store, stop: threading.Event, design: dict[str, Any]) -> Calibrated:
    """Find the optimum and everything that is said about it."""
    cfg, began = model.cfg, time.monotonic()
    held = {name: model.value(name) for name in CANDIDATES if name not in box.names}
    every = free_box([*box.names, *held], replace(model.setting, command_line={}, overrides={}))

    def named(values: Floats) -> dict[str, float]:
        return dict(zip(every.names, values.tolist(), strict=True))

    def simulated(values: Floats, replications: int) -> Floats:
        return model.moments(model.levels(named(values), replications))

    known = evaluations.Evaluations(store, simulated, every.names, model.target.patterns, stop)
    if len(known):
        say(f"going on after {len(known)} evaluations")
    rest = np.array(list(held.values()))

    def free(values: Floats, replications: int) -> Floats:
        return known(np.concatenate([values, rest]), replications)

    try:
        fitted = moments.fit(free, box, model.target, cfg.points, cfg.replications, cfg.seed, say)
        say("following the objective along every parameter")
        profiles = {
            name: moments.profile(free, box, model.target, fitted, place, cfg.replications)
            for place, name in enumerate(box.names)
        }
        best = np.concatenate([fitted.values, rest])
        slopes = moments.jacobian(lambda values: known(values, cfg.replications), every, best)
    finally:
        known.write()
    errors = np.sqrt(np.diag(moments.spread(slopes, model.target)))
    levels = model.levels(named(best), cfg.replications)
    by_run = model.moments_by_run(levels)
    say(f"{known.simulated:,} runs in {duration(time.monotonic() - began)}")
    return Calibrated(
        folder=store.folder, design=design, box=box, target=model.target, fit=fitted, held=held,
        profiles=profiles,
        all_free=dict(zip(every.names, errors.tolist(), strict=True)),
        checks=validation.checks(
            model.record, patterns.pooled_patterns(levels, model.setting.world, cfg.first), model.target.patterns
        ),
        goodness=moments.goodness(fitted, model.target, by_run),
        noise=float(np.nanmax(np.nanstd(by_run, axis=0) / model.target.errors) / math.sqrt(cfg.replications)),
        missions=association.association(model.at(named(best)), model.name, cfg.seed, cfg.replications),
    )  # fmt: skip


def _design(cfg: DictConfig, model: Model) -> dict[str, Any]:
    """Everything that determines a calibration's numbers."""
    kept = {name: value for name, value in resolved(cfg, model.setting).items() if name not in _NOT_DESIGN}
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


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)
