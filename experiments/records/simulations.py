"""What is fitted to what: a record with its patterns, and the model with its futures drawn."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.records import histories, moments, patterns, validation
from experiments.records.stored_record import Record, record_of, stored_record
from experiments.runs.executors import threads, usable_cores
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.randomness import draw_chance
from model.world import Floats, World, world_from_rows

FILES = ("acd", "panel", "borders")
STORED_WORLD = "africa_1989"

LOGARITHM = "excess_risk_half_life"
"""Fitted by its logarithm: the likelihood of some resamples has no end, and their variance no meaning."""

_INTERVALS_WIDE = 2.0 * 1.959964


def record_and_world(cfg: Asked) -> tuple[Record, World | None]:
    """Get the record of the window, and its world at the start if that is made of the user's files.

    Parameters
    ----------
    cfg : Asked
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
    from experiments.records.importing import import_world
    from experiments.records.record import read_record

    given = [name for name in FILES if cfg[name] is not None]
    if not given:
        return stored_record(cfg.region, cfg.first, cfg.last), None
    for name in FILES:
        if name not in given:
            raise InvalidInput(f"{name}=null: a record of your own takes three files, acd=FILE panel=FILE borders=FILE")
    if cfg.chosen["world"] != STORED_WORLD:
        raise InvalidInput(f"world={cfg.chosen['world']}: leave it out, the files make the world of {cfg.first}")
    acd, panel, borders = (Path(cfg[name]).expanduser() for name in FILES)
    rows, notices = import_world(acd, panel, borders, cfg.first, cfg.region)
    for notice in notices:
        say(notice)
    world = world_from_rows(f"{cfg.region}_{cfg.first}", rows)
    return record_of(read_record(acd, panel, borders, cfg.region, cfg.first, cfg.last), cfg.region), world


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

    def __init__(self, cfg: Asked, setting: Setting, record: Record) -> None:
        self.cfg, self.setting, self.record, self.target = cfg, setting, record, target_of(record)
        self.name, most = cfg.chosen["institution"], max(cfg.replications, cfg.histories)
        self.chances = histories.draw_chances(cfg.seed, most, setting.world.size, setting.quarters)

    def at(self, values: Mapping[str, float]) -> Setting:
        """Set values for every run."""
        return replace(self.setting, command_line={**self.setting.command_line, **values})

    def value(self, name: str) -> float:
        """Look up the value of a parameter that is not free."""
        parameters = self.setting.parameters(self.name)
        return float(getattr(getattr(parameters, PARAMETERS[name].group), name))

    def statuses(self, values: Mapping[str, float], replications: int) -> histories.Levels:
        """Run the first so many futures, by quarter."""
        parameters = self.at(values).parameters(self.name)
        world, institution = self.setting.world, self.setting.institutions[self.name]
        return histories.statuses_in(self.chances[:replications], institution, world, parameters, self.cfg.workers)

    def levels(self, values: Mapping[str, float], replications: int) -> histories.Levels:
        """Run the first so many futures, by year."""
        return histories.highest_of_year(self.statuses(values, replications))

    def one_history_each(self, sets: Sequence[Mapping[str, float]]) -> histories.Levels:
        """Run a future of its own under each set of values, by year."""
        n, institution = self.setting.world.size, self.setting.institutions[self.name]

        def one(number: int) -> histories.Levels:
            chance = draw_chance(self.cfg.seed, number, n, self.setting.quarters)
            parameters = self.at(sets[number]).parameters(self.name)
            return histories.levels_in([chance], institution, self.setting.world, parameters, workers=1)

        with threads(self.cfg.workers or usable_cores()) as executor:
            return np.concatenate(list(executor.map(one, range(len(sets)))))

    def moments(self, levels: histories.Levels) -> Floats:
        """Compute the fitted patterns of all runs together."""
        keys = self.target.patterns
        found = patterns.pooled_patterns(levels, self.setting.world, self.cfg.first, keys)
        numbers = {key: _number(found[key]) for key in keys}
        return np.array([math.log(value) if key == LOGARITHM else value for key, value in numbers.items()])

    def moments_by_run(self, levels: histories.Levels) -> Floats:
        """Compute the fitted patterns of each run by itself (runs, patterns)."""
        found = patterns.patterns_by_run(levels, self.setting.world, self.cfg.first, self.target.patterns)
        return np.stack([np.log(x) if key == LOGARITHM else x for key, x in found.items()], axis=1)


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)
