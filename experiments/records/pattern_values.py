"""What each pattern of conflict is, worked out of counts of many weightings of a panel or many runs at once."""

from collections.abc import Callable, Sequence

import numpy as np

from experiments.records.pattern_counts import Cases, Counts, Ends
from experiments.statistics.estimators import excess, half_life, logit, median_age, survival
from model.world import Floats

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
ENDING = ("ending_population", "ending_excluded")
MATRIX = "transition_matrix"
BLOCKS = "active_share_blocks"
BLOCK = 5
"""Years of a block, counted from the window's first; the last block may have fewer."""

KEYS = (
    "active_share",
    "war_share",
    "active_share_sd",
    BLOCKS,
    "share_of_quarters",
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
    *ENDING,
    MATRIX,
)
"""Every pattern, in the order in which it is shown."""

_SEPARATED = 12.0
"""Log odds ratio beyond which the data hold no onset at all on one side."""


def totals_of(counts: Counts, total: Callable[[Floats], Floats]) -> Counts:
    """Add counts by state (states, …) up to counts by weighting or run (sums, …)."""
    return counts._replace(
        by_level=total(counts.by_level),
        transitions=total(counts.transitions),
        at_risk=total(counts.at_risk),
        neighbours=total(counts.neighbours),
        spells=total(counts.spells),
        peaces=total(counts.peaces),
        quarters=total(counts.quarters),
    )


def values_of(
    totals: Counts, keys: Sequence[str], adjusted: Callable[[int, float], Floats], ending: Callable[[int], Floats]
) -> dict[str, Floats]:
    """Compute patterns of each of several sums of counts.

    `adjusted` fits the onsets of one, by its half-life, and `ending` its ends.
    """
    found = {**_shares(totals), **_rates(totals), **_ages(totals), **_raw_ratio(totals)}
    if {HALF_LIFE, *ADJUSTED} & set(keys):
        found[HALF_LIFE] = half_life(totals.waits, totals.at_risk[..., 0], totals.at_risk[..., 1])
    if set(ADJUSTED) & set(keys):
        fits = [adjusted(place, float(h)) for place, h in enumerate(found[HALF_LIFE])]
        found |= dict(zip(ADJUSTED, np.transpose(fits), strict=True))
    if set(ENDING) & set(keys):
        found |= dict(zip(ENDING, np.transpose([ending(place) for place in range(len(totals.quarters))]), strict=True))
    return {key: found[key] for key in keys}


def adjusted_ratios(cases: Cases, weights: Floats, half_life_found: float) -> Floats:
    """Fit the onset of conflict on its neighbours' conflict, income, population and excess risk."""
    if np.isnan(half_life_found):
        return np.full(2, np.nan)
    left = excess(cases.years, half_life_found)
    design = np.column_stack([np.ones(len(left)), cases.covariates, left])
    return np.exp(_unbounded(logit(design, cases.onset, weights)[1:3]))


def ending_slopes(ends: Ends, weights: Floats) -> Floats:
    """Fit the end of conflict on population, excluded share and years active; give the slopes of the first two."""
    if not len(ends.ended):
        return np.full(2, np.nan)
    design = np.column_stack([np.ones(len(ends.ended)), ends.covariates])
    return _unbounded(logit(design, ends.ended, weights)[1:3])


def _unbounded(coefficients: Floats) -> Floats:
    """Call infinite what stands for it."""
    return np.where(np.abs(coefficients) > _SEPARATED, np.inf * coefficients, coefficients)


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
    starts = np.arange(0, by_year.shape[-2], BLOCK)
    in_block, of_block = (np.add.reduceat(counted, starts, axis=-1) for counted in (active, states))
    return {
        BLOCKS: _share(in_block, of_block),
        "share_of_quarters": _share(total.quarters[..., 0], total.quarters[..., 1]),
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
