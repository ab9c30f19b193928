"""Patterns of conflict: how it begins, lasts, returns and spreads, defined once for the record and for the model.

A pattern that the data do not define (nothing of nothing) is NaN, and so is its interval; one they put beyond every
number (a ratio to nothing, a median that was not reached) is infinite. Both are null in JSON.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from experiments.records.histories import Levels
from experiments.records.pattern_counts import Cases, Counts, count
from experiments.records.record import Panel
from experiments.statistics.estimators import excess, half_life, logit, median_age, survival
from model.world import Floats, World

Pattern = float | list[list[float]]

RECENT_YEARS = 10
"""A state with an active year among so many before is at risk of a recent conflict's return."""

_AGES = {
    "termination_year_1": (1, 1),
    "termination_years_2_5": (2, 5),
    "termination_years_6_10": (6, 10),
    "termination_years_11_plus": (11, None),
}
_HORIZONS = (5, 10)
HALF_LIFE = "excess_risk_half_life"
ADJUSTED = ("neighbour_odds_ratio_adjusted", "income_odds_ratio_adjusted")
MATRIX = "transition_matrix"
LEVEL_NAMES = ("peace", "minor", "war")
KEYS = (
    "active_share",
    "war_share",
    "active_share_sd",
    "onset_rate",
    "termination_rate",
    "onset_rate_recent",
    "onset_rate_quiet",
    "onset_ratio",
    HALF_LIFE,
    "spell_median",
    "spell_survival_5",
    "spell_survival_10",
    *_AGES,
    "recurrence_5",
    "recurrence_10",
    "neighbour_odds_ratio_raw",
    *ADJUSTED,
    MATRIX,
)
"""Every pattern, in the order in which it is shown."""

_PERCENTILES = (0.025, 0.975)
_RESAMPLES_AT_A_TIME = 20
_SEPARATED = 12.0
"""Log odds ratio beyond which the data hold no onset at all on one side."""


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
        ``transition_matrix`` as a list of three rows. `HALF_LIFE` in years, ends in `SHORTEST` or `LONGEST` of
        `experiments.statistics.estimators`; odds ratios of income per unit of ln income.

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
        ``transition_matrix`` (resamples, 3, 3).
    """
    n = len(panel.codes)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)
    counts = count(panel)
    parts = [
        _weighted(counts, weights[first : first + _RESAMPLES_AT_A_TIME], keys)
        for first in range(0, resamples, _RESAMPLES_AT_A_TIME)
    ]
    return {key: np.concatenate([part[key] for part in parts]) for key in keys}


def pattern_intervals(
    panel: Panel, resamples: int = 2000, seed: int = 1, keys: Sequence[str] = KEYS
) -> dict[str, dict[str, Pattern]]:
    """Compute patterns with 95% intervals by a bootstrap over states.

    Parameters
    ----------
    panel, keys
        As in `patterns`.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to dict
        ``estimate``, ``low`` and ``high``: the pattern, and the 2.5% and 97.5% percentiles over the resamples in
        which it is defined.
    """
    return intervals(patterns(panel, keys=keys), resampled(panel, resamples, seed, keys))


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
        As `pattern_intervals`.
    """
    found = {}
    for key, estimate in estimates.items():
        low, high = (percentile(draws[key], end).tolist() for end in _PERCENTILES)
        found[key] = {"estimate": estimate, "low": low, "high": high}
    return found


def percentile(values: Floats, share: float) -> Floats:
    """Give the smallest value that this share does not exceed, along the first axis; NaN does not count."""
    known = (~np.isnan(values)).sum(axis=0, keepdims=True)
    place = np.maximum(np.ceil(share * known).astype(np.int64) - 1, 0)
    return np.asarray(np.take_along_axis(np.sort(values, axis=0), place, axis=0)[0])


def panel_of_runs(levels: Levels, world: World, first_year: int) -> Panel:
    """Lay the model's runs out as a panel: each run adds the world's states anew, with neighbours of its own.

    Parameters
    ----------
    levels : ndarray of int8 (runs, years, states)
        From `experiments.records.histories`.
    world : World
        The start: the level and the years at peace before the first year, borders, income, population.
    first_year : int
        The first simulated year.

    Returns
    -------
    Panel
        Of runs times states. A state at peace for less than a year counts as in minor conflict the year before.
    """
    runs, years, n = levels.shape
    terrain, quiet = world.terrain(), world.terrain().quarters_at_peace
    start = np.where((terrain.status == 0) & (quiet >= 0) & (quiet < 4), 1, terrain.status).astype(np.int64)
    at_peace = np.where(quiet >= 0, first_year - 1 - quiet // 4, 0).astype(np.int64)
    borders = np.zeros((n, n))
    borders[np.repeat(np.arange(n), np.diff(terrain.first_neighbour)), terrain.neighbours] = 1.0
    level = levels.transpose(0, 2, 1).astype(np.int64)
    before = np.concatenate([np.broadcast_to(start[:, None], (runs, n, 1)), level[:, :, :-1]], axis=2)
    around = (borders @ (before > 0).astype(np.float64) > 0).astype(np.float64)
    around[:, borders.sum(axis=1) == 0] = np.nan

    def constant(values: Floats) -> Floats:
        return np.tile(np.broadcast_to(values[:, None], (n, years)), (runs, 1))

    return Panel(
        codes=world.codes * runs,
        years=np.arange(first_year, first_year + years),
        level=level.reshape(runs * n, years),
        level_before=np.tile(start, runs),
        last_active=np.tile(np.where(start > 0, first_year - 1, at_peace), runs),
        log_income=constant(np.log([state.income_per_head for state in world.states])),
        log_population=constant(np.log([state.population_millions for state in world.states])),
        neighbour_active=around.reshape(runs * n, years),
    )


def patterns_by_run(levels: Levels, world: World, first_year: int, keys: Sequence[str] = KEYS) -> dict[str, Floats]:
    """Compute the patterns of each run by itself.

    Parameters
    ----------
    levels, world, first_year
        As in `panel_of_runs`.
    keys : sequence of str
        Which of `KEYS`.

    Returns
    -------
    dict of str to ndarray (runs,)
        ``transition_matrix`` (runs, 3, 3).
    """
    runs, _, n = levels.shape
    counts = count(panel_of_runs(levels, world, first_year))
    # Cases stand in the order of states, so those of a run stand together.
    ends = np.searchsorted(counts.cases.state, n * np.arange(runs + 1))

    def adjusted(run: int, half_life_found: float) -> Floats:
        own, cases = slice(ends[run], ends[run + 1]), counts.cases
        of_run = Cases(cases.state[own], cases.years[own], cases.covariates[own], cases.onset[own])
        return _adjusted(of_run, np.ones(len(of_run.onset)), half_life_found)

    totals = _totals(counts, lambda of_states: of_states.reshape(runs, n, *of_states.shape[1:]).sum(axis=1))
    return _found(totals, keys, adjusted)


def pooled_patterns(levels: Levels, world: World, first_year: int, keys: Sequence[str] = KEYS) -> dict[str, Pattern]:
    """Compute the patterns of all runs taken together, what many records like one run would show on average.

    Parameters
    ----------
    levels, world, first_year
        As in `panel_of_runs`.
    keys : sequence of str
        Which of `KEYS`.

    Returns
    -------
    dict of str to float
        ``active_share_sd`` is the mean over runs: the share of all runs together hardly moves.
    """
    found = patterns(panel_of_runs(levels, world, first_year), keys=keys)
    if "active_share_sd" in keys:
        yearly = (levels > 0).mean(axis=2)
        found["active_share_sd"] = float(yearly.std(axis=1, ddof=1).mean()) if yearly.shape[1] > 1 else np.nan
    return found


def flattened(found: Mapping[str, Pattern | Floats]) -> dict[str, Floats]:
    """Give every pattern as one number: the matrix cell by cell as ``peace_to_minor`` and so on, the rest as it is.

    Parameters
    ----------
    found : mapping of str to array-like
        By key; the matrix may have further axes before its two.

    Returns
    -------
    dict of str to ndarray
    """
    flat = {}
    for key, values in found.items():
        if key != MATRIX:
            flat[key] = np.asarray(values)
            continue
        flat |= {
            f"{before}_to_{after}": np.asarray(values)[..., i, j]
            for i, before in enumerate(LEVEL_NAMES)
            for j, after in enumerate(LEVEL_NAMES)
        }
    return flat


def _weighted(counts: Counts, weights: Floats, keys: Sequence[str]) -> dict[str, Floats]:
    """Compute patterns for many weightings of the states (weightings, states) at once."""

    def adjusted(weighting: int, half_life_found: float) -> Floats:
        return _adjusted(counts.cases, weights[weighting][counts.cases.state], half_life_found)

    totals = _totals(counts, lambda of_states: np.asarray(np.tensordot(weights, of_states, axes=1)))
    return _found(totals, keys, adjusted)


def _totals(counts: Counts, total: Callable[[Floats], Floats]) -> Counts:
    """Add counts by state (states, …) up to counts by weighting or run (sums, …)."""
    return counts._replace(
        by_level=total(counts.by_level),
        transitions=total(counts.transitions),
        at_risk=total(counts.at_risk),
        neighbours=total(counts.neighbours),
        spells=total(counts.spells),
        peaces=total(counts.peaces),
    )


def _found(totals: Counts, keys: Sequence[str], adjusted: Callable[[int, float], Floats]) -> dict[str, Floats]:
    """Compute patterns of each of several sums of counts; `adjusted` fits the cases of one, by its half-life."""
    found = {**_shares(totals), **_rates(totals), **_ages(totals), **_raw_ratio(totals)}
    if {HALF_LIFE, *ADJUSTED} & set(keys):
        found[HALF_LIFE] = half_life(totals.waits, totals.at_risk[..., 0], totals.at_risk[..., 1])
    if set(ADJUSTED) & set(keys):
        fits = [adjusted(place, float(h)) for place, h in enumerate(found[HALF_LIFE])]
        found |= dict(zip(ADJUSTED, np.transpose(fits), strict=True))
    return {key: found[key] for key in keys}


def _adjusted(cases: Cases, weights: Floats, half_life_found: float) -> Floats:
    """Fit the onset of conflict on its neighbours' conflict, income, population and excess risk."""
    if np.isnan(half_life_found):
        return np.full(2, np.nan)
    left = excess(cases.years, half_life_found)
    design = np.column_stack([np.ones(len(left)), cases.covariates, left])
    coefficients = logit(design, cases.onset, weights)[1:3]
    return np.exp(np.where(np.abs(coefficients) > _SEPARATED, np.inf * coefficients, coefficients))


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide; nothing of nothing is NaN, something of nothing infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / whole)


def _shares(total: Counts) -> dict[str, Floats]:
    """How much conflict there is."""
    by_year = total.by_level
    active = by_year[..., 1:].sum(axis=-1)
    states = by_year.sum(axis=-1)
    yearly = _share(active, states)
    known = states > 0
    years = known.sum(axis=-1, keepdims=True)
    mean = _share(np.where(known, yearly, 0.0).sum(axis=-1, keepdims=True), years)
    squares = np.where(known, yearly - mean, 0.0) ** 2
    return {
        "active_share": _share(active.sum(axis=-1), states.sum(axis=-1)),
        "war_share": _share(by_year[..., 2].sum(axis=-1), states.sum(axis=-1)),
        "active_share_sd": np.sqrt(_share(squares.sum(axis=-1), np.maximum(years[..., 0] - 1, 0))),
    }


def _rates(total: Counts) -> dict[str, Floats]:
    """How conflict begins and ends, from one year to the next."""
    moves, risk = total.transitions, total.at_risk
    recent = total.waits <= RECENT_YEARS
    after_recent, after_quiet = (
        _share(risk[..., which, 1].sum(axis=-1), risk[..., which, 0].sum(axis=-1)) for which in (recent, ~recent)
    )
    return {
        "onset_rate": _share(moves[..., 0, 1:].sum(axis=-1), moves[..., 0, :].sum(axis=-1)),
        "termination_rate": _share(moves[..., 1:, 0].sum(axis=-1), moves[..., 1:, :].sum(axis=(-2, -1))),
        "onset_rate_recent": after_recent,
        "onset_rate_quiet": after_quiet,
        "onset_ratio": _share(after_recent, after_quiet),
        "transition_matrix": _share(moves, moves.sum(axis=-1, keepdims=True)),
    }


def _ages(total: Counts) -> dict[str, Floats]:
    """How long conflicts last, and how long peace does."""
    lived, ended = total.spells[..., 0], total.spells[..., 1]
    outlive = survival(ended, lived)
    at_peace = survival(total.peaces[..., 1], total.peaces[..., 0])

    def at(survivors: Floats, age: int) -> Floats:
        return survivors[..., min(age, survivors.shape[-1]) - 1]

    def ending(first: int, last: int | None) -> Floats:
        return _share(ended[..., first - 1 : last].sum(axis=-1), lived[..., first - 1 : last].sum(axis=-1))

    return {
        "spell_median": median_age(outlive),
        **{f"spell_survival_{years}": at(outlive, years) for years in _HORIZONS},
        **{key: ending(*bounds) for key, bounds in _AGES.items()},
        **{f"recurrence_{years}": 1.0 - at(at_peace, years) for years in _HORIZONS},
    }


def _raw_ratio(total: Counts) -> dict[str, Floats]:
    """Odds of onset with an active neighbour against without."""
    table = total.neighbours
    ratio = _share(table[..., 1, 1] * table[..., 0, 0], table[..., 1, 0] * table[..., 0, 1])
    return {"neighbour_odds_ratio_raw": ratio}
