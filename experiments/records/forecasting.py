"""Forecasts of conflict: runs with parameters of their own each, as yearly distributions, held against a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.records.files.carrying import CARRIED
from experiments.records.files.gazetteer import gazetteer
from experiments.records.files.official import read_conflicts, read_states
from experiments.records.files.panel import Panel, read_record
from experiments.records.given import Files, say
from experiments.records.known import known_before
from experiments.records.pattern_counts import Levels
from experiments.records.yearly_chain import fitted, simulated
from experiments.settings.asked import Asked
from experiments.statistics.intervals import Interval
from experiments.statistics.scores import area_under_roc, brier_score, constant, interval_score, persistence
from model.errors import InvalidInput
from model.randomness import stream
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
    truth : DataFrame
        What came, by year scored and share.
    intervals : dict of (str, str) to list of Interval
        By share and forecaster: an interval per year.
    scores : dict of (str, str) to Score
        By share and forecaster.
    brier, auc : dict of str to float
        By forecaster of single states.
    """

    truth: pd.DataFrame
    intervals: dict[tuple[str, str], list[Interval]]
    scores: dict[tuple[str, str], Score]
    brier: dict[str, float]
    auc: dict[str, float]


@dataclass(frozen=True)
class Forecast:
    """What may come.

    Attributes
    ----------
    shares : dict of str to list of Interval
        By share: median and central interval per year.
    probability : ndarray (states, years)
        That a state is active.
    scores : Scores or None
        Where there is a record.
    """

    shares: dict[str, list[Interval]]
    probability: Floats
    scores: Scores | None


class Outlook(NamedTuple):
    """What one forecaster says: an interval per share and year, a probability per state and year (states, years)."""

    shares: Mapping[str, list[Interval]]
    probability: Floats


def forecast(levels: Levels, record: Panel | None, rival: Levels | None, first: int, coverage: float) -> Forecast:
    """Put simulated levels into distributions, and score them where there is a record.

    Parameters
    ----------
    levels : ndarray (runs, years, states)
        From the first year that is forecast on.
    record : Panel or None
        From `record_of_world`.
    rival : ndarray (runs, years, states) or None
        From `chain_of_world`, where there is a record.
    first : int
        The forecast's first year.
    coverage : float
        Of the intervals.
    """
    own, scores = outlook(levels, coverage), None
    if record is not None and rival is not None:
        scores = score(record, first, coverage, own, outlook(rival, coverage))
    return Forecast(dict(own.shares), own.probability, scores)


def outlook(levels: Levels, coverage: float) -> Outlook:
    """Put simulated levels into distributions; a level of -1 is that of a state which is not forecast.

    Parameters
    ----------
    levels : ndarray (runs, years, states)
    coverage : float
        Of the intervals.
    """
    shares = {share: intervals_of(levels, lowest, coverage) for share, lowest in SHARES.items()}
    return Outlook(shares, np.where(levels[0] >= 0, (levels > 0).mean(axis=0), np.nan).T)


def intervals_of(levels: Levels, lowest: int, coverage: float) -> list[Interval]:
    """Give the median and the central interval, per year, of the share of states at a level or above.

    A share takes few values: the ends are the values that hold at least the coverage.
    """
    shares = (levels >= lowest).sum(axis=2) / (levels >= 0).sum(axis=2)
    tail = (1.0 - coverage) / 2.0
    low = np.quantile(shares, tail, axis=0, method="lower")
    high = np.quantile(shares, 1.0 - tail, axis=0, method="higher")
    return [Interval(*map(float, ends)) for ends in zip(np.median(shares, axis=0), low, high, strict=True)]


def record_of_world(files: Files, asked: Asked, world: World) -> Panel:
    """Read the record of a world's states, from the first year of the panel to the last that is forecast.

    Raises
    ------
    InvalidInput
        When the files are damaged, leave too few years before the forecast or none in it, or have none of the states.
    """
    conflicts, states = read_conflicts(files.acd)["year"], read_states(files.panel)["year"]
    begin, covered = int(states.min()), int(min(conflicts.max(), states.max() + CARRIED))
    end = min(covered, asked.first + asked.years - 1)
    if end < asked.first or asked.first - begin < _PAST_AT_LEAST:
        raise InvalidInput(
            f"first={asked.first}: the files cover {begin} to {covered}, must have at least "
            f"{_PAST_AT_LEAST} years before the forecast and one of its own"
        )
    return _reordered(read_record(*files, asked.region, begin, end), world)


def chain_of_world(files: Files, asked: Asked, world: World) -> Levels:
    """Run the yearly chain, fitted to what the files say of the years before the forecast.

    Parameters
    ----------
    files : Files
    asked : Asked
        With ``first``, ``years`` and ``seed``.
    world : World
        Whose states are told of; the chain runs for all of the panel's.

    Returns
    -------
    ndarray of int8 (runs, years, states)
        In the order of the world's states; -1 for one that the panel did not have the year before.
    """
    known, rng = known_before(files, asked.first), stream(asked.seed, 0, "chain")
    levels = simulated(fitted(known.cases, rng), known, asked.years, rng)
    codes = [gazetteer()[state].iso3 if state in gazetteer() else "" for state in known.start["state"]]
    place = {code: number for number, code in enumerate(codes)}
    missing = np.full(levels.shape[:2], -1, np.int8)
    by_state = [levels[:, :, place[code]] if code in place else missing for code in world.codes]
    return np.stack(by_state, axis=2)


def _reordered(found: Panel, world: World) -> Panel:
    """Lay a record out by the world's states; what it does not have is -1, and said."""
    codes = [gazetteer()[int(code)].iso3 for code in found.codes]
    absent = [code for code in world.codes if code not in codes]
    beyond = [code for code in codes if code not in world.codes]
    for which, states in (("in the world, not in the record", absent), ("in the record, not in the world", beyond)):
        if states:
            say(f"{which}, not scored: {', '.join(states)}")
    if len(absent) == world.size:
        raise InvalidInput(
            f"world '{world.name}': none of its states is in the record; codes must be ISO3, as in {codes[0]}"
        )
    level = pd.DataFrame(found.level, index=codes).reindex(list(world.codes), fill_value=-1)
    return found._replace(codes=world.codes, level=level.to_numpy())


def score(record: Panel, first: int, coverage: float, own: Outlook, rival: Outlook) -> Scores:
    """Score a forecast beside a yearly chain, persistence and a constant, on the states that the record knows.

    Parameters
    ----------
    record : Panel
        Of the forecast's states, from some years before the forecast on.
    first : int
        The forecast's first year.
    coverage : float
        Of the intervals.
    own, rival : Outlook
        The model's and the chain's.

    Returns
    -------
    Scores
    """
    start = first - int(record.years[0])
    ahead = len(record.years) - start
    there = record.level >= 0
    truth: dict[str, Floats] = {}
    intervals: dict[tuple[str, str], list[Interval]] = {}
    for share, lowest in SHARES.items():
        series = ((record.level >= lowest) & there).sum(axis=0) / there.sum(axis=0)
        past, truth[share] = series[:start], series[start:]
        given = {
            "model": own.shares[share][:ahead],
            "chain": rival.shares[share][:ahead],
            "persistence": persistence(past, ahead, coverage),
            "constant": constant(past, ahead, coverage),
        }
        intervals |= {(share, who): own for who, own in given.items()}
    return Scores(
        pd.DataFrame(truth, index=record.years[start:].tolist()),
        intervals,
        {(share, who): _scored(own, truth[share], coverage) for (share, who), own in intervals.items()},
        *_by_state(record.level, start, own.probability[:, :ahead], rival.probability[:, :ahead]),
    )


def _scored(intervals: list[Interval], came: Floats, coverage: float) -> Score:
    """Score one forecaster."""
    _, low, high = np.array(intervals).T
    inside = int(np.sum((low <= came) & (came <= high)))
    return Score(float(np.mean(interval_score(low, high, came, coverage))), inside, len(came))


def _by_state(
    level: Integers, start: int, probability: Floats, rival: Floats
) -> tuple[dict[str, float], dict[str, float]]:
    """Score forecasts of single states, by Brier and by area under ROC: model, chain, last year, past share."""
    active = np.where(level >= 0, (level > 0).astype(float), np.nan)
    past, came = active[:, :start], active[:, start:]
    years = came.shape[1]
    with np.errstate(invalid="ignore"):
        own_share = np.nansum(past, axis=1) / np.sum(~np.isnan(past), axis=1)
    forecasters = {
        "model": probability,
        "last_year": np.repeat(past[:, -1:], years, axis=1),
        "chain": rival,
        "past_share": np.repeat(own_share[:, None], years, axis=1),
    }
    known = ~np.isnan(came) & np.all([~np.isnan(forecast) for forecast in forecasters.values()], axis=0)
    brier, auc = (
        {who: measure(forecast[known], came[known]) for who, forecast in forecasters.items()}
        for measure in (brier_score, area_under_roc)
    )
    return brier, auc
