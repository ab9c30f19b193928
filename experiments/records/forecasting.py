"""Forecasts of conflict: runs with parameters of their own each, as yearly distributions, held against a record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.records.files.carrying import CARRIED
from experiments.records.files.gazetteer import gazetteer
from experiments.records.files.panel import Panel, read_record
from experiments.records.files.sources import Sources
from experiments.records.given import say
from experiments.records.known import known_before
from experiments.records.pattern_counts import Levels
from experiments.records.yearly_chain import fitted, simulated
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
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
    """A forecast held against what came; every forecaster and what came are of the same states.

    Attributes
    ----------
    states : int
        How many are scored.
    truth : DataFrame
        What came, by year scored and share.
    intervals : dict of (str, str) to list of Interval
        By share and forecaster: an interval per year.
    scores : dict of (str, str) to Score
        By share and forecaster.
    brier, auc : dict of str to float
        By forecaster of single states.
    """

    states: int
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
    setting : Setting
        What its runs were made of.
    """

    shares: dict[str, list[Interval]]
    probability: Floats
    scores: Scores | None
    setting: Setting


class Outlook(NamedTuple):
    """What one forecaster says: an interval per share and year, a probability per state and year (states, years)."""

    shares: Mapping[str, list[Interval]]
    probability: Floats


def outlook(levels: Levels, coverage: float) -> Outlook:
    """Put simulated levels into distributions.

    Parameters
    ----------
    levels : ndarray (runs, years, states)
    coverage : float
        Of the intervals.
    """
    shares = {share: intervals_of(levels, lowest, coverage) for share, lowest in SHARES.items()}
    return Outlook(shares, (levels > 0).mean(axis=0).T)


def intervals_of(levels: Levels, lowest: int, coverage: float) -> list[Interval]:
    """Give the median and the central interval, per year, of the share of states at a level or above.

    A share takes few values: the ends are the values that hold at least the coverage.
    """
    shares = (levels >= lowest).mean(axis=2)
    tail = (1.0 - coverage) / 2.0
    low = np.quantile(shares, tail, axis=0, method="lower")
    high = np.quantile(shares, 1.0 - tail, axis=0, method="higher")
    return [Interval(*map(float, ends)) for ends in zip(np.median(shares, axis=0), low, high, strict=True)]


def record_of_world(sources: Sources, asked: Asked, world: World) -> Panel:
    """Give the record of a world's states, from the first year of the panel to the last that is forecast.

    Parameters
    ----------
    sources : Sources
    asked : Asked
        With ``first``, ``years`` and ``region``.
    world : World
        Its states' codes are ISO3.

    Returns
    -------
    Panel
        States in the order of the world's. The level is -1 throughout for one that is not scored: it is not in the
        record in every year from the one before the forecast on. Those are said.

    Raises
    ------
    InvalidInput
        When the files leave too few years before the forecast or none in it, or none of the states can be scored.
    """
    of_states = sources.states["year"]
    begin, covered = int(of_states.min()), int(min(sources.recorded[1], of_states.max() + CARRIED))
    end = min(covered, asked.first + asked.years - 1)
    if end < asked.first or asked.first - begin < _PAST_AT_LEAST:
        raise InvalidInput(
            f"first={asked.first}: the files cover {begin} to {covered}, must have at least "
            f"{_PAST_AT_LEAST} years before the forecast and one of its own"
        )
    return _reordered(read_record(sources, asked.region, begin, end), world, asked.first)


def chain_of_world(sources: Sources, asked: Asked, world: World) -> Levels:
    """Run the yearly chain, fitted to what the files say of the years before the forecast.

    Parameters
    ----------
    sources : Sources
    asked : Asked
        With ``first``, ``years`` and ``seed``.
    world : World
        Whose states are told of; the chain runs for all of the panel's.

    Returns
    -------
    ndarray of int8 (runs, years, states)
        In the order of the world's states; -1 for one that the panel did not have the year before.
    """
    known, rng = known_before(sources, asked.first), stream(asked.seed, 0, "chain")
    levels = simulated(fitted(known.cases, rng), known, asked.years, rng)
    place = {code: number for number, code in enumerate(_codes(known.start["state"]))}
    missing = np.full(levels.shape[:2], -1, np.int8)
    by_state = [levels[:, :, place[code]] if code in place else missing for code in world.codes]
    return np.stack(by_state, axis=2)


def _codes(states: Iterable[int]) -> list[str]:
    """Give the ISO3 codes of states by Gleditsch–Ward number; empty for one that nobody knows."""
    return [gazetteer()[state].iso3 if state in gazetteer() else "" for state in states]


def _reordered(found: Panel, world: World, first: int) -> Panel:
    """Lay a record out by the world's states, -1 for what is not scored, and say what is not."""
    by_code = pd.DataFrame(found.level, index=_codes(map(int, found.codes)))
    codes = [code for code in by_code.index if code]
    level = by_code.loc[codes].reindex(list(world.codes), fill_value=-1).to_numpy()
    whole = np.all(level[:, found.years >= first - 1] >= 0, axis=1)
    named = {
        "in the world, not in the record": [code for code in world.codes if code not in codes],
        "in the record, not in the world": [code for code in codes if code not in world.codes],
        f"not in the record in every year from {first - 1} on": [
            code for code, there in zip(world.codes, whole, strict=True) if code in codes and not there
        ],
    }
    for which, states in named.items():
        if states:
            say(f"{which}, not scored: {', '.join(states)}")
    if not whole.any():
        raise InvalidInput(
            f"world '{world.name}': none of its states is in the record; codes must be ISO3, as in "
            + ", ".join(codes[:3])
        )
    return found._replace(codes=world.codes, level=np.where(whole[:, None], level, -1))


def score(record: Panel, first: int, coverage: float, levels: Levels, rival: Levels) -> Scores:
    """Score a forecast beside a yearly chain, persistence and a constant.

    Parameters
    ----------
    record : Panel
        From `record_of_world`: of the forecast's states, from some years before the forecast on.
    first : int
        The forecast's first year.
    coverage : float
        Of the intervals.
    levels, rival : ndarray (runs, years, states)
        The model's and the chain's, of the same states.

    Returns
    -------
    Scores
        Of the states that the record has in every year from the one before the forecast on; what came earlier is of
        those of them that there were.
    """
    start = first - int(record.years[0])
    ahead = len(record.years) - start
    scored = (record.level[:, start - 1 :] >= 0).all(axis=1)
    level = record.level[scored]
    own, other = (outlook(each[:, :ahead, scored], coverage) for each in (levels, rival))
    truth: dict[str, Floats] = {}
    intervals: dict[tuple[str, str], list[Interval]] = {}
    for share, lowest in SHARES.items():
        series = (level >= lowest).sum(axis=0) / (level >= 0).sum(axis=0)
        past, truth[share] = series[:start], series[start:]
        given = {
            "model": own.shares[share],
            "chain": other.shares[share],
            "persistence": persistence(past, ahead, coverage),
            "constant": constant(past, ahead, coverage),
        }
        intervals |= {(share, who): each for who, each in given.items()}
    return Scores(
        int(scored.sum()),
        pd.DataFrame(truth, index=record.years[start:].tolist()),
        intervals,
        {(share, who): _scored(each, truth[share], coverage) for (share, who), each in intervals.items()},
        *_by_state(level, start, own.probability, other.probability),
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
    past, came = level[:, :start], (level[:, start:] > 0).astype(float)
    years = came.shape[1]
    own_share = (past > 0).sum(axis=1) / (past >= 0).sum(axis=1)
    forecasters = {
        "model": probability,
        "last_year": np.repeat((past[:, -1:] > 0).astype(float), years, axis=1),
        "chain": rival,
        "past_share": np.repeat(own_share[:, None], years, axis=1),
    }
    brier, auc = (
        {who: measure(forecast.ravel(), came.ravel()) for who, forecast in forecasters.items()}
        for measure in (brier_score, area_under_roc)
    )
    return brier, auc
