"""Forecasts of conflict: futures with parameters of their own each, as yearly distributions, held against a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.records.histories import Levels, levels_in
from experiments.records.record import Panel
from experiments.records.simulations import FILES, say
from experiments.runs.executors import said_if_slow, threads, usable_cores
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.statistics.intervals import Interval
from experiments.statistics.scores import brier_score, chain, constant, interval_score, persistence
from experiments.studies.comparison import as_json
from model.ensemble import compile_engine
from model.errors import InvalidInput
from model.randomness import draw_chance
from model.world import Floats, Integers, World

SHARES = {"active": 1, "at_war": 2}
"""What is forecast of the world, by the lowest level that counts."""

_PAST_AT_LEAST = 3


class Score(NamedTuple):
    """One forecaster's intervals for one share: mean interval score, years inside, years scored."""

    interval_score: float
    inside: int
    years: int


@dataclass(frozen=True)
class Scores:
    """A forecast held against what came.

    Attributes
    ----------
    years : tuple of int
        Years scored.
    truth : dict of str to list of float
        By share.
    intervals : dict
        By share and forecaster: an interval per year.
    scores : dict
        By share and forecaster.
    brier : dict of str to float
        By forecaster of single states.
    """

    years: tuple[int, ...]
    truth: dict[str, list[float]]
    intervals: dict[str, dict[str, list[Interval]]]
    scores: dict[str, dict[str, Score]]
    brier: dict[str, float]


@dataclass(frozen=True)
class Forecast:
    """What may come.

    Attributes
    ----------
    asked : dict
        World, institution, calibration, seed, replications, coverage.
    drawn : tuple of str
        Parameters with a value of their own in every future.
    codes : tuple of str
        States.
    years : tuple of int
        Years ahead.
    shares : dict of str to list of Interval
        By share: median and central interval per year.
    probability : ndarray (states, years)
        That a state is active.
    scores : Scores or None
        Where there is a record.
    """

    asked: dict[str, Any]
    drawn: tuple[str, ...]
    codes: tuple[str, ...]
    years: tuple[int, ...]
    shares: dict[str, list[Interval]]
    probability: Floats
    scores: Scores | None


def conduct(cfg: Asked) -> Forecast:
    """Run a world ahead, and score that where there is a record.

    Parameters
    ----------
    cfg : Asked
        Of ``forecast``.

    Returns
    -------
    Forecast

    Raises
    ------
    InvalidInput
        For bad input.
    """
    name = cfg.chosen["institution"]
    setting = cfg.setting([name])
    record = _record(cfg, setting.world)
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    levels = futures(setting, name, cfg.seed, cfg.replications, cfg.workers)
    shares = {share: intervals_of(levels, lowest, cfg.coverage) for share, lowest in SHARES.items()}
    probability = np.asarray((levels > 0).mean(axis=0).T)
    return Forecast(
        asked={**cfg.chosen, **{key: cfg[key] for key in ("seed", "replications", "coverage")}},
        drawn=tuple(setting.draws),
        codes=setting.world.codes,
        years=tuple(range(cfg.first, cfg.first + cfg.years)),
        shares=shares,
        probability=probability,
        scores=None if record is None else score(record, cfg.first, cfg.coverage, shares, probability),
    )


def futures(
    setting: Setting,
    name: str,
    seed: int,
    replications: int,
    workers: int | None,
) -> Levels:
    """Run futures, each with values of its own.

    Parameters
    ----------
    setting : Setting
        World, length, values.
    name : str
        The institution.
    seed, replications : int
        Name the futures.
    workers : int, optional
        Threads; every core unless given.

    Returns
    -------
    ndarray of int8 (replications, years, states)
    """

    def one(replication: int) -> Levels:
        parameters = setting.drawn(seed, replication).parameters(name)
        chance = draw_chance(seed, replication, setting.world.size, setting.quarters)
        return levels_in([chance], setting.institutions[name], setting.world, parameters, workers=1)

    with threads(workers or usable_cores()) as executor:
        return np.concatenate(list(executor.map(one, range(replications))))


def intervals_of(levels: Levels, lowest: int, coverage: float) -> list[Interval]:
    """Give the median and the central interval, per year, of the share of states at a level or above.

    A share takes few values: the ends are the values that hold at least the coverage.
    """
    shares = (levels >= lowest).mean(axis=2)
    tail = (1.0 - coverage) / 2.0
    low = np.quantile(shares, tail, axis=0, method="lower")
    high = np.quantile(shares, 1.0 - tail, axis=0, method="higher")
    return [Interval(*map(float, ends)) for ends in zip(np.median(shares, axis=0), low, high, strict=True)]


def _record(cfg: Asked, world: World) -> Panel | None:
    """Read the record of the world's states, from the first year of the panel to the last that is forecast."""
    from experiments.records.gazetteer import gazetteer
    from experiments.records.official import read_conflicts, read_states
    from experiments.records.record import read_record

    given = [name for name in FILES if cfg[name] is not None]
    if not given:
        return None
    for name in FILES:
        if name not in given:
            raise InvalidInput(f"{name}=null: scoring takes three files, acd=FILE panel=FILE borders=FILE")
    acd, panel, borders = (Path(cfg[name]).expanduser() for name in FILES)
    covered = [{row.year for row in rows} for rows in (read_conflicts(acd), read_states(panel))]
    begin, end = min(covered[1]), min(*map(max, covered), cfg.first + cfg.years - 1)
    if end < cfg.first or cfg.first - begin < _PAST_AT_LEAST:
        raise InvalidInput(
            f"first={cfg.first}: the files cover {begin} to {min(map(max, covered))}, must have at least "
            f"{_PAST_AT_LEAST} years before the forecast and one of its own"
        )
    found = read_record(acd, panel, borders, cfg.region, begin, end)
    codes = tuple(gazetteer()[int(code)].iso3 for code in found.codes)
    return _reordered(found, codes, world)


def _reordered(found: Panel, codes: tuple[str, ...], world: World) -> Panel:
    """Lay a record out by the world's states; what it does not have is -1, and said."""
    level = np.full((world.size, len(found.years)), -1)
    for place, code in enumerate(world.codes):
        if code in codes:
            level[place] = found.level[codes.index(code)]
    absent = [code for code in world.codes if code not in codes]
    beyond = [code for code in codes if code not in world.codes]
    for which, states in (("in the world, not in the record", absent), ("in the record, not in the world", beyond)):
        if states:
            say(f"{which}, not scored: {', '.join(states)}")
    if len(absent) == world.size:
        raise InvalidInput(
            f"world '{world.name}': none of its states is in the record; codes must be ISO3, as in {codes[0]}"
        )
    return found._replace(codes=world.codes, level=level)


def score(
    record: Panel, first: int, coverage: float, shares: Mapping[str, list[Interval]], probability: Floats
) -> Scores:
    """Score a forecast beside persistence and other simple ones, on the states that the record knows.

    Parameters
    ----------
    record : Panel
        Of the forecast's states, from some years before the forecast on.
    first : int
        The forecast's first year.
    coverage : float
        Of the intervals.
    shares : mapping of str to list of Interval
        The forecast by share.
    probability : ndarray (states, years)
        The forecast by state.

    Returns
    -------
    Scores
    """
    start = first - int(record.years[0])
    ahead = len(record.years) - start
    there = record.level >= 0
    truth, intervals, scores = {}, {}, {}
    for share, lowest in SHARES.items():
        series = ((record.level >= lowest) & there).sum(axis=0) / there.sum(axis=0)
        past, came = series[:start], series[start:]
        intervals[share] = {
            "model": shares[share][:ahead],
            "persistence": persistence(past, ahead, coverage),
            "constant": constant(past, ahead, coverage),
        }
        truth[share] = came.tolist()
        scores[share] = {who: _score(given, came, coverage) for who, given in intervals[share].items()}
    return Scores(
        tuple(int(year) for year in record.years[start:]), truth, intervals, scores,
        _brier(record.level, start, probability[:, :ahead]),
    )  # fmt: skip


def _score(intervals: list[Interval], came: Floats, coverage: float) -> Score:
    """Score one forecaster."""
    low, high = (np.array([getattr(interval, end) for interval in intervals]) for end in ("low", "high"))
    inside = int(np.sum((low <= came) & (came <= high)))
    return Score(float(np.mean(interval_score(low, high, came, coverage))), inside, len(came))


def _brier(level: Integers, start: int, probability: Floats) -> dict[str, float]:
    """Score forecasts of single states: the model, last year's status, a chain, and each state's past share."""
    active = np.where(level >= 0, (level > 0).astype(float), np.nan)
    past, came = active[:, :start], active[:, start:]
    years = came.shape[1]
    with np.errstate(invalid="ignore"):
        own_share = np.nansum(past, axis=1) / np.sum(~np.isnan(past), axis=1)
    forecasters = {
        "model": probability,
        "last_year": np.repeat(past[:, -1:], years, axis=1),
        "chain": chain(past, years),
        "past_share": np.repeat(own_share[:, None], years, axis=1),
    }
    known = ~np.isnan(came) & np.all([~np.isnan(forecast) for forecast in forecasters.values()], axis=0)
    return {who: brier_score(forecast[known], came[known]) for who, forecast in forecasters.items()}


def result(found: Forecast) -> dict[str, Any]:
    """Everything in plain data, as ``output=json`` prints it."""

    def interval(given: Interval) -> dict[str, float]:
        return {"median": given.mean, "low": given.low, "high": given.high}

    plain: dict[str, Any] = {
        **found.asked,
        "parameters_drawn": list(found.drawn),
        "number_of_states": len(found.codes),
        "years": [
            {"year": year, **{f"share_{share}": interval(found.shares[share][ahead]) for share in found.shares}}
            for ahead, year in enumerate(found.years)
        ],
        "states": {code: row.tolist() for code, row in zip(found.codes, found.probability, strict=True)},
    }
    if found.scores is not None:
        scores = found.scores
        plain["scores"] = {
            "years": list(scores.years),
            "truth": scores.truth,
            "intervals": {
                share: {
                    who: [{"centre": i.mean, "low": i.low, "high": i.high} for i in given] for who, given in by.items()
                }
                for share, by in scores.intervals.items()
            },
            "shares": {share: {who: row._asdict() for who, row in by.items()} for share, by in scores.scores.items()},
            "brier": scores.brier,
        }
    read: dict[str, Any] = as_json(plain)
    return read
