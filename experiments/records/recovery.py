"""Does the estimation find what made a record? Simulation-based calibration over both stages, on synthetic records.

A world is a draw of the parameters, and the record that it makes of the states there have been. The estimation is
given that record; where the draw lies among those that come out is its rank (Talts et al. 2018). If ranks are uniform,
intervals hold what they say. Slopes and the moments' covariance are those found for the record; levels are simulated
for every world anew.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import kstest

from experiments.records.cases import cases_of
from experiments.records.estimation import Estimated, inside_ranges, together, without_corrections
from experiments.records.histories import highest_of_year
from experiments.records.history import Flags, History
from experiments.records.observed import observed_quarters
from experiments.records.process import simulated_once
from experiments.records.record_moments import moment_names, moments_of_record
from experiments.records.simulated_records import Batch, in_process, parameters_of
from experiments.records.stage_one import TERMS, regressions
from experiments.records.stage_two import PRIORS, updated
from model.errors import InvalidInput
from model.randomness import stream
from model.world import Floats

STEPS, AT_A_STEP = 2, 60
"""Steps of the estimation in each world, and how many records tell either level at each."""
DRAWS = 300
"""Draws among which the truth has its rank."""

COLUMNS_OF_WORLDS = ("world", "parameter", "truth", "mean", "sd", "rank")

_TELLS_SOMETHING = 0.5
"""Where the posterior's standard deviation is more of the prior's, truths are drawn from the prior."""


class Worlds(NamedTuple):
    """Worlds first, …, last - 1 of a seed, and what their estimation needs."""

    found: Estimated
    history: History
    seed: int
    first: int
    last: int


def recovered(worlds: Worlds) -> dict[str, Floats]:
    """Make worlds, and estimate what made them.

    Returns
    -------
    dict of str to ndarray
        A row per world and parameter: ``world``, ``parameter``, ``truth``, ``mean`` and ``sd`` of the draws, ``rank``
        of the truth among them, from 0 to `DRAWS`. A world that allows no estimate has NaN.
    """
    rows = []
    for number in range(worlds.first, worlds.last):
        truth = true_values(worlds.found, worlds.seed, number)
        try:
            history = synthetic(worlds.history, truth, worlds.seed, number)
            draws = estimated_again(worlds.found, history, worlds.seed + number).draws(DRAWS, worlds.seed + number)
        except InvalidInput:
            draws = [dict.fromkeys(parameters_of(truth), np.nan)]
        for name, value in parameters_of(truth).items():
            of = np.array([each[name] for each in draws])
            rank = np.nan if np.isnan(of[0]) else float((of < value).sum())
            rows.append((number, name, value, of.mean(), of.std(), rank))
    frame = pd.DataFrame(rows, columns=COLUMNS_OF_WORLDS)
    return {str(name): column.to_numpy() for name, column in frame.items()}


def true_values(found: Estimated, seed: int, number: int) -> Floats:
    """Draw the values of a world (15,), inside the declared ranges.

    Loadings, and what data tell well, are drawn from the posterior. What mostly keeps its prior is drawn from that: an
    estimate leans to the prior, and must do so for truths that the prior means.
    """
    mean, covariance = found.posterior
    rng = stream(seed, number, "world")
    while True:
        values, first = rng.multivariate_normal(mean, covariance), len(TERMS)
        for place, prior in enumerate(PRIORS.values(), start=first):
            if np.sqrt(covariance[place, place]) > _TELLS_SOMETHING * prior.sd:
                values[place] = rng.normal(*prior)
        if inside_ranges(values):
            return values


def synthetic(history: History, values: Floats, seed: int, number: int) -> History:
    """Make the record of a world: the same states, borders and drivers, conflicts by the process."""
    statuses = simulated_once(history, parameters_of(values), seed, number)
    quarters = observed_quarters(statuses[None], history.level[0] > 0, open_end=True)[0]
    return history._replace(
        level=np.concatenate([history.level[:1], highest_of_year(statuses)]),
        quarters=np.concatenate([history.quarters[:1], quarters]),
    )


def estimated_again(found: Estimated, history: History, seed: int) -> Estimated:
    """Estimate from a synthetic record, with the slopes of an estimation from a true one."""
    yearly, window = regressions(cases_of(history)), history.of_panel()
    known = np.isin(moment_names(window), list(found.moments))
    record, quarterly, open_, shown = moments_of_record(window)[known], found.quarterly, found.open, found.shown
    for step in range(STEPS):
        at = without_corrections(together(yearly, quarterly, open_).mean)
        level = _level(Batch("years", history, at, seed + step, yearly.coefficients))
        quarterly = quarterly._replace(at=at, level=level)
        at = together(yearly, quarterly, open_).mean
        shown = shown._replace(at=at, level=_level(Batch("moments", window, at, seed + step, None), known))
        open_ = updated(shown, record, at[: len(TERMS)])
    moments = dict(zip(found.moments, record.tolist(), strict=True))
    return Estimated(yearly, quarterly, open_, moments, shown)


def _level(batch: Batch, known: Flags | slice = slice(None)) -> Floats:
    """Find what records show at a point, on average, or what is ``known`` of it.

    Raises
    ------
    InvalidInput
        When hardly any shows all of it.
    """
    shown = in_process(batch._replace(values=np.tile(batch.values, (AT_A_STEP, 1))))[:, known]
    whole = shown[np.isfinite(shown).all(axis=1)]
    if len(whole) < AT_A_STEP / 2:
        raise InvalidInput("records near the estimate show too little to be estimated from")
    return np.asarray(whole.mean(axis=0))


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up by parameter how often truths are where draws say.

    Parameters
    ----------
    rows : DataFrame
        From `recovered`, of all worlds.

    Returns
    -------
    DataFrame
        A row per parameter that varies: ``worlds`` that allow an estimate; ``bias`` the mean of (mean - truth) / sd;
        ``inside_50`` and ``inside_95`` share of truths in the draws' central intervals; ``uniform_p`` of
        Kolmogorov and Smirnov's test of the ranks.
    """
    return pd.DataFrame([{"parameter": name, **_ranks(own)} for name, own in by_parameter(rows).items()])


def by_parameter(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Split worlds by parameter, but for what is held; ``share`` is where the truth lies among the draws, 0 to 1."""
    known = rows[rows["sd"] > 0.0]
    share = (known["rank"] + 0.5) / (DRAWS + 1)
    return {str(name): own for name, own in known.assign(share=share).groupby("parameter", sort=False)}


def _ranks(own: pd.DataFrame) -> Mapping[str, float]:
    """Sum up one parameter."""
    share = own["share"].to_numpy()
    return {
        "worlds": len(own),
        "bias": float(((own["mean"] - own["truth"]) / own["sd"]).mean()),
        "inside_50": float((np.abs(share - 0.5) < 0.25).mean()),
        "inside_95": float((np.abs(share - 0.5) < 0.475).mean()),
        "uniform_p": float(kstest(share, "uniform").pvalue),
    }
