"""Both stages of the estimation: from a history to values of the model's parameters, and draws of them.

Stage one's coefficients are yearly. Which quarterly loadings show them is found by indirect inference: records are
simulated since the first year that is learnt from, and regressed as the record was. Stage two fits what is open, given
loadings, and moves no loading: neither stage sees what the other has used (a cut posterior; Plummer 2015). What either
finds depends on the other, a little: both are solved together, in steps.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments.records.cases import cases_of
from experiments.records.history import Flags, History
from experiments.records.indirect import Linear, linear
from experiments.records.record_moments import moment_names, moments_of_record
from experiments.records.simulated_records import COLUMNS, Batch, in_process, parameters_of
from experiments.records.stage_one import TERMS, Regressions, regressions
from experiments.records.stage_two import CORRECTIONS, Open, before_any, updated
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.randomness import stream
from model.world import Floats

Run = Callable[[Batch], Floats]
"""Simulates the records of a batch, and gives what they show."""

YEARS, MOMENTS = (300, 600, 1200), (600, 900, 2400)
"""Records simulated in each step for either stage; a third of them at a point, the others around it."""

_FROM_YEARS = np.array([-math.log(4.0), 0, 0, 0, 0, -0.5 * math.log(4.0), 0, 0, 0])
"""Where the way from years to quarters begins: hazards of onset add up, an end takes a quiet calendar year."""
_TRIES = 200


class Posterior(NamedTuple):
    """A normal distribution of values in the order of `COLUMNS`: ``mean`` (15,), ``covariance`` (15, 15)."""

    mean: Floats
    covariance: Floats


class Estimated(NamedTuple):
    """Both stages' result.

    ``yearly`` what the record says of years; ``quarterly`` what quarterly values show in yearly regressions; ``open``
    what is open given loadings; ``moments`` the record's, by name, and ``shown`` what quarterly values show of them.
    """

    yearly: Regressions
    quarterly: Linear
    open: Open
    moments: dict[str, float]
    shown: Linear

    @property
    def posterior(self) -> Posterior:
        """Loadings and what is open together."""
        return together(self.yearly, self.quarterly, self.open)

    @property
    def values(self) -> dict[str, float]:
        """Means of the model's parameters."""
        return parameters_of(self.posterior.mean)

    def drawn(self, count: int, seed: int) -> Floats:
        """Draw from the posterior (count, 15).

        Draws outside a parameter's declared range are drawn again.

        Raises
        ------
        InvalidInput
            When hardly any lies inside.
        """
        rng, found = stream(seed, 0, "posterior"), np.empty((0, len(COLUMNS)))
        for _ in range(_TRIES):
            sets = rng.multivariate_normal(*self.posterior, count)
            found = np.concatenate([found, sets[[inside_ranges(each) for each in sets]]])[:count]
            if len(found) == count:
                return found
        where = ", ".join(f"{name} {value:.2f}" for name, value in self.values.items())
        raise InvalidInput(f"the record puts parameters outside their declared ranges, about {where}")

    def draws(self, count: int, seed: int) -> list[dict[str, float]]:
        """Draw sets of the model's parameters, by their names."""
        return [parameters_of(each) for each in self.drawn(count, seed)]


def estimated(history: History, seed: int, run: Run = in_process) -> Estimated:
    """Estimate the conflict process from what a history says.

    Parameters
    ----------
    history : History
        From `experiments.records.history.history_before`.
    seed : int
        Of the simulated records.
    run : callable
        Where records are simulated.

    Returns
    -------
    Estimated

    Raises
    ------
    InvalidInput
        When the record has too few onsets or endings.
    """
    yearly, window = regressions(cases_of(history)), history.of_panel()
    record = moments_of_record(window)
    known, found = np.isfinite(record), before_any(yearly.coefficients + _FROM_YEARS)
    at = _at_first(yearly, found)
    for step, (of_years, of_moments) in enumerate(zip(YEARS, MOMENTS, strict=True)):
        values = without_corrections(_values(at, of_years, seed, step))
        quarterly = _linear(Batch(f"years_{step}", history, values, seed + step, yearly.coefficients), run)
        at = together(yearly, quarterly, found)
        values = _values(at, of_moments, seed, step)
        shown = _linear(Batch(f"moments_{step}", window, values, seed + step, None), run, known)
        found = updated(shown, record[known], at.mean[: len(TERMS)])
        at = together(yearly, quarterly, found)
    names = np.array(moment_names(window))[known].tolist()
    return Estimated(yearly, quarterly, found, dict(zip(names, record[known].tolist(), strict=True)), shown)


def together(yearly: Regressions, quarterly: Linear, found: Open) -> Posterior:
    """Solve both stages' equations: loadings show the yearly coefficients given what is open, which follows loadings.

    Parameters
    ----------
    yearly : Regressions
        The record's.
    quarterly : Linear
        What values show in yearly regressions, corrections of intercepts without effect.
    found : Open
        What is open, given loadings.

    Returns
    -------
    Posterior
    """
    first, count = len(TERMS), len(COLUMNS)
    equations = np.eye(count)
    equations[:first], equations[first:, :first] = quarterly.slopes, -found.moves
    right = np.empty(count)
    right[:first] = yearly.coefficients - quarterly.level + quarterly.slopes @ quarterly.at
    right[first:] = found.mean - found.moves @ found.at
    back, left = np.linalg.inv(equations), np.zeros((count, count))
    left[:first, :first], left[first:, first:] = yearly.covariance, found.covariance
    return Posterior(back @ right, back @ left @ back.T)


def without_corrections(values: Floats) -> Floats:
    """Leave the corrections of intercepts out of values (…, 15): yearly constants are shown without them."""
    return np.where(np.isin(COLUMNS, CORRECTIONS), 0.0, values)


def _at_first(yearly: Regressions, found: Open) -> Posterior:
    """Say where both stages begin."""
    covariance = np.zeros((len(COLUMNS), len(COLUMNS)))
    first = len(TERMS)
    covariance[:first, :first], covariance[first:, first:] = yearly.covariance, found.covariance
    return Posterior(np.concatenate([found.at, found.mean]), covariance)


def _values(at: Posterior, records: int, seed: int, step: int) -> Floats:
    """Choose values for records: a third at the point, the others drawn around it."""
    still = records // 3
    around = stream(seed, step, "around").multivariate_normal(*at, records - still)
    return np.concatenate([np.tile(at.mean, (still, 1)), around])


def _linear(batch: Batch, run: Run, known: Flags | None = None) -> Linear:
    """Simulate a batch from `_values`, and find what it shows to first order, or what is ``known`` of it."""
    still, shown = len(batch.values) // 3, run(batch)
    shown = shown if known is None else shown[:, known]
    return linear(batch.values[0], shown[:still], batch.values[still:], shown[still:])


def inside_ranges(values: Floats) -> bool:
    """Tell whether parameters lie in their declared ranges."""
    found = parameters_of(values)
    return all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in found.items())
