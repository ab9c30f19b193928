"""Estimators the patterns of conflict rest on: Kaplan–Meier, the half-life of excess risk, weighted logit.

All of them take counts or weights, so that a bootstrap reweights what was counted once.
"""

import numpy as np

from experiments.statistics.arrays import Floats

SHORTEST, LONGEST = 0.1, 1000.0
"""Years between which a half-life is looked for: beyond them risk falls within a year, or not within a lifetime."""

_GRID = 33
_ROUNDS = 4
_STEPS = 40
_COLLINEAR = 1e10
_FARTHEST = 30.0
"""Log odds beyond which a probability is 0 or 1 to the computer."""


def survival(ended: Floats, lived: Floats) -> Floats:
    """Estimate by Kaplan and Meier how many outlive each age.

    Parameters
    ----------
    ended, lived : ndarray (..., ages)
        How many ended at age 1, 2, …, and how many were seen to live that age.

    Returns
    -------
    ndarray (..., ages)
        Share that lasts longer than each age; NaN where none was seen at all. After the last age seen, the
        share stays as it was.
    """
    hazard = np.divide(ended, lived, out=np.zeros_like(ended), where=lived > 0)
    seen = lived[..., :1] > 0
    return np.where(seen, np.cumprod(1.0 - hazard, axis=-1), np.nan)


def median_age(survivors: Floats) -> Floats:
    """Give the first age that at most half outlive.

    Parameters
    ----------
    survivors : ndarray (..., ages)
        From `survival`.

    Returns
    -------
    ndarray (...)
        Infinite where more than half outlive every age seen; NaN where none was seen.
    """
    half = survivors <= 0.5 + 1e-12
    found = np.where(half.any(axis=-1), 1.0 + half.argmax(axis=-1), np.inf)
    return np.where(np.isnan(survivors[..., 0]), np.nan, found)


def excess(years: Floats, half_life: Floats | float) -> Floats:
    """Part of the excess risk that is left: 2^(−(y−1)/h), nothing if never in conflict (y infinite)."""
    return np.asarray(np.exp2(-(years - 1.0) / half_life))


def half_life(years: Floats, trials: Floats, events: Floats) -> Floats:
    """Estimate by maximum likelihood the h of logit p = a + b·2^(−(y−1)/h).

    The likelihood is maximised over a and b by Newton's method for each h of a grid, evenly spaced in ln h from
    `SHORTEST` to `LONGEST`; the grid is then drawn closer around the best h. No sign is imposed on b.

    Parameters
    ----------
    years : ndarray (groups,)
        y of each group, 2 or more; infinite: never.
    trials, events : ndarray (..., groups)
        State-years at risk and onsets.

    Returns
    -------
    ndarray (...)
        To four digits. `SHORTEST` or `LONGEST` where the likelihood still rises there; NaN where no h is better
        than another: no events, nothing but events, or fewer than three groups with state-years.
    """
    low, high = (np.full(trials.shape[:-1], np.log(end)) for end in (SHORTEST, LONGEST))
    best = low
    for _ in range(_ROUNDS):
        grid = low[..., None] + (high - low)[..., None] * np.linspace(0.0, 1.0, _GRID)
        # Scaling the term by its value at y = 2 changes b alone, and keeps Newton's steps in proportion.
        left = excess(years - 1.0, np.exp(grid)[..., None])
        place = _log_likelihood(left, trials[..., None, :], events[..., None, :]).argmax(axis=-1)
        step = (high - low) / (_GRID - 1)
        best = low + place * step
        low, high = np.maximum(best - step, np.log(SHORTEST)), np.minimum(best + step, np.log(LONGEST))
    happened = events.sum(axis=-1)
    known = (happened > 0) & (happened < trials.sum(axis=-1)) & ((trials > 0).sum(axis=-1) >= 3)
    return np.where(known, np.exp(best), np.nan)


def _log_likelihood(x: Floats, trials: Floats, events: Floats) -> Floats:
    """Maximise the likelihood of logit p = a + b·x over a and b, along the last axis; give its logarithm."""
    total = np.maximum(trials.sum(axis=-1), 1e-9)
    mean = np.clip(events.sum(axis=-1) / total, 1e-9, 1.0 - 1e-9)
    a = np.broadcast_to(np.log(mean / (1.0 - mean)), np.broadcast_shapes(mean.shape, x.shape[:-1])).copy()
    b = np.zeros_like(a)
    for _ in range(_STEPS):
        p = _probability(a[..., None] + b[..., None] * x)
        weight, residual = trials * p * (1.0 - p), events - trials * p
        s0, s1, s2 = weight.sum(axis=-1), (weight * x).sum(axis=-1), (weight * x * x).sum(axis=-1)
        g0, g1 = residual.sum(axis=-1), (residual * x).sum(axis=-1)
        determinant = np.maximum(s0 * s2 - s1 * s1, 1e-12)
        # Short steps where the likelihood has no summit: it then climbs as far as counts.
        step_a = np.clip((s2 * g0 - s1 * g1) / determinant, -2.0, 2.0)
        step_b = np.clip((s0 * g1 - s1 * g0) / determinant, -2.0, 2.0)
        a, b = a + step_a, b + step_b
        if max(np.abs(step_a).max(initial=0.0), np.abs(step_b).max(initial=0.0)) < 1e-9:
            break
    eta = np.clip(a[..., None] + b[..., None] * x, -_FARTHEST, _FARTHEST)
    return np.asarray((events * eta - trials * np.logaddexp(0.0, eta)).sum(axis=-1))


def _probability(log_odds: Floats) -> Floats:
    """Turn log odds into probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -_FARTHEST, _FARTHEST))))


def logit(design: Floats, outcome: Floats, weights: Floats) -> Floats:
    """Fit a logistic regression by Newton's method.

    Parameters
    ----------
    design : ndarray (rows, columns)
        Covariates; a column of ones for the constant.
    outcome : ndarray (rows,)
        0 or 1.
    weights : ndarray (rows,)
        How often each row counts.

    Returns
    -------
    ndarray (columns,)
        Coefficients; a large one stands for infinity where a covariate separates the outcomes. NaN where the data
        do not determine them: covariates are collinear, or all outcomes alike.
    """
    total, happened = weights.sum(), weights @ outcome
    information = (design * weights[:, None]).T @ design
    scale = np.sqrt(np.diag(information))
    # In units of each column's own size, so that being collinear does not hang on units.
    alike = not 0.0 < happened < total or not scale.all()
    if alike or np.linalg.cond(information / np.outer(scale, scale)) > _COLLINEAR:
        return np.full(design.shape[1], np.nan)
    coefficients = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = _probability(design @ coefficients)
        score = design.T @ (weights * (outcome - p))
        step = np.linalg.solve((design * (weights * p * (1.0 - p))[:, None]).T @ design, score)
        coefficients = coefficients + step
        if score @ step < 1e-8:
            break
    return coefficients
