"""Patterns of conflict: how it begins, lasts, returns and spreads, defined once for the record and for the model.

A pattern that the data do not define (nothing of nothing) is NaN, and so is its interval; one they put beyond every
number (a ratio to nothing, a median that was not reached) is infinite. Both are null in JSON.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.records.files.panel import Panel
from experiments.records.observed import observed_quarters
from experiments.records.pattern_counts import Cases, Counts, Ends, Levels, count
from experiments.records.pattern_values import (
    BLOCK,
    BLOCKS,
    KEYS,
    MATRIX,
    adjusted_ratios,
    ending_slopes,
    totals_of,
    values_of,
)
from model.world import Floats, World

Pattern = float | list[float] | list[list[float]]

LEVEL_NAMES = ("peace", "minor", "war")
BLOCK_NAME = "active_share_years_{}_{}"
"""Of the share of a block, with its first and last year in the window."""

ENDS = {"low": 0.025, "high": 0.975}
"""Ends of a 95% interval, and the share of values below each."""
_RESAMPLES_AT_A_TIME = 20
_FURTHER = ("excluded_share", "years_active")
"""What a world may leave open of a state."""


def patterns(panel: Panel, weights: Floats | None = None, keys: Sequence[str] = KEYS) -> dict[str, Pattern]:
    """Compute patterns of conflict.

    Parameters
    ----------
    panel : Panel
        From the record or from the model: the same levels give the same patterns.
    weights : ndarray (states,), optional
        How often each state counts; once unless given.
    keys : sequence of str
        Which of `KEYS`. Without `HALF_LIFE` and `ADJUSTED` it takes a millisecond.

    Returns
    -------
    dict of str to float
        ``transition_matrix`` as a list of three rows, ``active_share_blocks`` of a number per block of years.
        `HALF_LIFE` in years, ends in `SHORTEST` or `LONGEST` of `experiments.statistics.estimators`; odds ratios of
        income per unit of ln income; `ENDING` in log odds per unit of ln population and of excluded share.

    Notes
    -----
    Recurrence looks at the spells that began in the window. A state-year is in the adjusted model if last year's
    income and population are in the panel, so never in the window's first year.
    """
    once = np.ones(len(panel.codes)) if weights is None else np.asarray(weights, np.float64)
    found = _weighted(count(panel), once[None, :], keys)
    return {key: values[0].tolist() for key, values in found.items()}


def resampled(panel: Panel, resamples: int, seed: int, keys: Sequence[str] = KEYS) -> dict[str, Floats]:
    """Compute patterns of panels whose states are drawn anew from this one's, with replacement.

    Parameters
    ----------
    panel : Panel
    resamples, seed : int
        How many, and which.
    keys : sequence of str
        Which of `KEYS`.

    Returns
    -------
    dict of str to ndarray (resamples,)
        ``transition_matrix`` (resamples, 3, 3), ``active_share_blocks`` (resamples, blocks).
    """
    n = len(panel.codes)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)
    counts = count(panel)
    parts = [
        _weighted(counts, weights[first : first + _RESAMPLES_AT_A_TIME], keys)
        for first in range(0, resamples, _RESAMPLES_AT_A_TIME)
    ]
    return {key: np.concatenate([part[key] for part in parts]) for key in keys}


def intervals(estimates: Mapping[str, Pattern], draws: Mapping[str, Floats]) -> dict[str, dict[str, Pattern]]:
    """Put percentiles of resamples around estimates; what is not defined is so in every resample, and has none.

    Parameters
    ----------
    estimates : mapping
        From `patterns`.
    draws : mapping of str to ndarray
        From `resampled`, with the same keys.

    Returns
    -------
    dict of str to dict
        ``estimate``, ``low`` and ``high``: the pattern, and the 2.5% and 97.5% percentiles over the resamples in
        which it is defined.
    """
    return {
        key: {"estimate": estimate, **{end: percentile(draws[key], share).tolist() for end, share in ENDS.items()}}
        for key, estimate in estimates.items()
    }


def percentile(values: Floats, share: float) -> Floats:
    """Give the smallest value that this share does not exceed, along the first axis; NaN does not count."""
    known = (~np.isnan(values)).sum(axis=0, keepdims=True)
    place = np.maximum(np.ceil(share * known).astype(np.int64) - 1, 0)
    return np.asarray(np.take_along_axis(np.sort(values, axis=0), place, axis=0)[0])


def panel_of_runs(levels: Levels, world: World, first_year: int, statuses: Levels | None = None) -> Panel:
    """Lay the model's runs out as a panel: each run adds the world's states anew, with neighbours of its own.

    Parameters
    ----------
    levels : ndarray of int8 (runs, years, states)
        From `experiments.records.histories`.
    world : World
        The start: the level and the years at peace before the first year, borders, income, population.
    first_year : int
        The first simulated year.
    statuses : ndarray of int8 (runs, quarters, states), optional
        Of the same runs; without them quarters are NaN.

    Returns
    -------
    Panel
        Of runs times states. A state at peace for less than a year counts as in minor conflict the year before.
    """
    runs, years, n = levels.shape
    terrain, quiet = world.terrain(), world.terrain().years_at_peace
    start = np.where((terrain.level == 0) & (quiet >= 0) & (quiet < 1), 1, terrain.level).astype(np.int64)
    at_peace = np.where(quiet >= 0, first_year - 1 - quiet // 1, 0).astype(np.int64)
    borders = np.zeros((n, n))
    borders[np.repeat(np.arange(n), np.diff(terrain.first_neighbour)), terrain.neighbours] = 1.0
    level = levels.transpose(0, 2, 1).astype(np.int64)
    before = np.concatenate([np.broadcast_to(start[:, None], (runs, n, 1)), level[:, :, :-1]], axis=2)
    around = (borders @ (before > 0).astype(np.float64) > 0).astype(np.float64)
    around[:, borders.sum(axis=1) == 0] = np.nan

    def constant(values: Floats) -> Floats:
        return np.tile(np.broadcast_to(values[:, None], (n, years)), (runs, 1))

    quarters = np.full((runs, years, n), np.nan) if statuses is None else observed_quarters(statuses, start > 0)
    known = {name: np.array([getattr(s, name) for s in world.states], np.float64) for name in _FURTHER}

    return Panel(
        codes=world.codes * runs,
        years=np.arange(first_year, first_year + years),
        level=level.reshape(runs * n, years),
        level_before=np.tile(start, runs),
        last_active=np.tile(np.where(start > 0, first_year - 1, at_peace), runs),
        log_income=constant(np.log([state.income_per_head for state in world.states])),
        log_population=constant(np.log([state.population_millions for state in world.states])),
        neighbour_active=around.reshape(runs * n, years),
        excluded=constant(known["excluded_share"]),
        years_active=np.tile(known["years_active"], runs),
        quarters=quarters.transpose(0, 2, 1).reshape(runs * n, years),
    )


def patterns_by_run(
    levels: Levels, world: World, first_year: int, keys: Sequence[str] = KEYS, statuses: Levels | None = None
) -> dict[str, Floats]:
    """Compute the patterns of each run by itself.

    Parameters
    ----------
    levels, world, first_year, statuses
        As in `panel_of_runs`.
    keys : sequence of str
        Which of `KEYS`.

    Returns
    -------
    dict of str to ndarray (runs,)
        ``transition_matrix`` (runs, 3, 3), ``active_share_blocks`` (runs, blocks).
    """
    runs, _, n = levels.shape
    counts = count(panel_of_runs(levels, world, first_year, statuses))
    # Cases stand in the order of states, so those of a run stand together.
    of_cases, of_ends = (np.searchsorted(rows.state, n * np.arange(runs + 1)) for rows in (counts.cases, counts.ends))

    def adjusted(run: int, half_life_found: float) -> Floats:
        own, cases = slice(of_cases[run], of_cases[run + 1]), counts.cases
        of_run = Cases(cases.state[own], cases.years[own], cases.covariates[own], cases.onset[own])
        return adjusted_ratios(of_run, np.ones(len(of_run.onset)), half_life_found)

    def ending(run: int) -> Floats:
        own = slice(of_ends[run], of_ends[run + 1])
        of_run = Ends(counts.ends.state[own], counts.ends.covariates[own], counts.ends.ended[own])
        return ending_slopes(of_run, np.ones(len(of_run.ended)))

    totals = totals_of(counts, lambda of_states: of_states.reshape(runs, n, *of_states.shape[1:]).sum(axis=1))
    return values_of(totals, keys, adjusted, ending)


def pooled_patterns(
    levels: Levels, world: World, first_year: int, keys: Sequence[str] = KEYS, statuses: Levels | None = None
) -> dict[str, Pattern]:
    """Compute the patterns of all runs taken together, what many records like one run would show on average.

    Parameters
    ----------
    levels, world, first_year, statuses
        As in `panel_of_runs`.
    keys : sequence of str
        Which of `KEYS`.

    Returns
    -------
    dict of str to float
        ``active_share_sd`` is the mean over runs: the share of all runs together hardly moves.
    """
    found = patterns(panel_of_runs(levels, world, first_year, statuses), keys=keys)
    if "active_share_sd" in keys:
        yearly = (levels > 0).mean(axis=2)
        found["active_share_sd"] = float(yearly.std(axis=1, ddof=1).mean()) if yearly.shape[1] > 1 else np.nan
    return found


def flattened(found: Mapping[str, Pattern | Floats]) -> dict[str, Floats]:
    """Give every pattern as one number: the matrix by cell (``peace_to_minor``), blocks by years, the rest as it is.

    Parameters
    ----------
    found : mapping of str to array-like
        By key; matrix and blocks may have further axes before their own.

    Returns
    -------
    dict of str to ndarray
    """
    cells = {f"{a}_to_{b}": (i, j) for i, a in enumerate(LEVEL_NAMES) for j, b in enumerate(LEVEL_NAMES)}
    flat: dict[str, Floats] = {}
    for key, values in found.items():
        whole = np.asarray(values)
        if key == MATRIX:
            flat |= {name: whole[..., i, j] for name, (i, j) in cells.items()}
        elif key == BLOCKS:
            flat |= {block_name(block): whole[..., block] for block in range(whole.shape[-1])}
        else:
            flat[key] = whole
    return flat


def block_name(block: int) -> str:
    """Name the share of a block, counted from 0, by the window's years that it holds."""
    return BLOCK_NAME.format(BLOCK * block + 1, BLOCK * (block + 1))


def numbers(found: Mapping[str, Pattern]) -> dict[str, float]:
    """Give every pattern of one panel as one number, see `flattened`."""
    return {name: float(value) for name, value in flattened(found).items()}


def ends_of(each: Mapping[str, Floats]) -> dict[str, tuple[float, float]]:
    """Give the ends of 95% of runs of every pattern, from `patterns_by_run`, one number each."""
    low, high = ({n: float(percentile(v, share)) for n, v in flattened(each).items()} for share in ENDS.values())
    return {name: (low[name], high[name]) for name in low}


def _weighted(counts: Counts, weights: Floats, keys: Sequence[str]) -> dict[str, Floats]:
    """Compute patterns for many weightings of the states (weightings, states) at once."""

    def adjusted(weighting: int, half_life_found: float) -> Floats:
        return adjusted_ratios(counts.cases, weights[weighting][counts.cases.state], half_life_found)

    def ending(weighting: int) -> Floats:
        return ending_slopes(counts.ends, weights[weighting][counts.ends.state])

    totals = totals_of(counts, lambda of_states: np.asarray(np.tensordot(weights, of_states, axes=1)))
    return values_of(totals, keys, adjusted, ending)
