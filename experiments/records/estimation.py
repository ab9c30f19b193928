"""Both stages of the estimation: from a history to values of the model's parameters, and draws of them.

Stage one's coefficients are yearly. What quarterly process shows them is found by indirect inference: records are
simulated since the first year that is learnt from, and regressed as the record was. Stage two then fits what is open,
given the loadings: these keep the distribution that stage one gives them (cut posterior; Plummer 2015), and each draw of
them has corrections of its own.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments.records.cases import cases_of
from experiments.records.history import History
from experiments.records.indirect import Linear, linear
from experiments.records.record_moments import moment_names, moments_of_record
from experiments.records.simulated_records import COLUMNS, Batch, in_process, parameters_of
from experiments.records.stage_one import TERMS, Regressions, regressions
from experiments.records.stage_two import OPEN, PRIORS, Open, before_any, updated
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.randomness import stream
from model.world import Floats

Run = Callable[[Batch], Floats]
"""Simulates the records of a batch, and gives what they show."""

TRANSLATING = (300, 600)
"""Records of each step from years to quarters; a third of them at a point, the others around it."""
FITTING = (600, 900, 1500)
"""Records of each Newton step of stage two, likewise."""

_FROM_YEARS = np.array([-math.log(4.0), 0, 0, 0, 0, -0.5 * math.log(4.0), 0, 0, 0])
"""Where the way from years to quarters begins: hazards of onset add up, an end takes a quiet calendar year."""
_TRIES = 200


class Estimated(NamedTuple):
    """Both stages' result.

    ``yearly`` what the record says; ``quarterly`` what quarterly loadings show in yearly regressions; ``open`` what
    is open; ``moments`` the record's, by name, and ``shown`` what records simulated around the result show of them.
    """

    yearly: Regressions
    quarterly: Linear
    open: Open
    moments: dict[str, float]
    shown: Linear

    @property
    def loadings(self) -> Floats:
        """Quarterly loadings (9,) that show the record's yearly coefficients."""
        return loadings_of(self.quarterly, self.yearly.coefficients)

    @property
    def loadings_covariance(self) -> Floats:
        """Covariance (9, 9) of the loadings."""
        return loadings_covariance(self.quarterly, self.yearly)

    @property
    def values(self) -> dict[str, float]:
        """Means of the model's parameters."""
        return parameters_of(np.concatenate([self.loadings, self.open.mean]))

    def drawn(self, count: int, seed: int) -> Floats:
        """Draw loadings and what is open (count, 15), in the order of `COLUMNS`.

        Draws outside a parameter's declared range are drawn again.

        Raises
        ------
        InvalidInput
            When hardly any lies inside.
        """
        rng, found = stream(seed, 0, "posterior"), np.empty((0, len(COLUMNS)))
        for _ in range(_TRIES):
            sets = drawn(self.open, self.loadings_covariance, rng, count)
            found = np.concatenate([found, sets[[_inside(each) for each in sets]]])[:count]
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
    yearly = regressions(cases_of(history))
    quarterly = translated(history, yearly, seed, run)
    loadings, covariance = loadings_of(quarterly, yearly.coefficients), loadings_covariance(quarterly, yearly)
    return Estimated(yearly, quarterly, *opened(history, loadings, covariance, seed, run))


def loadings_of(quarterly: Linear, yearly: Floats) -> Floats:
    """Quarterly loadings (9,) that show given yearly coefficients."""
    return np.asarray(quarterly.at + np.linalg.solve(quarterly.slopes, yearly - quarterly.level))


def loadings_covariance(quarterly: Linear, yearly: Regressions) -> Floats:
    """Covariance (9, 9) of quarterly loadings, from that of yearly coefficients."""
    back = np.linalg.inv(quarterly.slopes)
    return np.asarray(back @ yearly.covariance @ back.T)


def translated(history: History, yearly: Regressions, seed: int, run: Run) -> Linear:
    """Find the quarterly loadings whose records show the record's yearly coefficients.

    What is open stands at its prior's mean meanwhile; corrections of the intercepts are stage two's.
    """
    loadings, at_priors = yearly.coefficients + _FROM_YEARS, np.array([prior.mean for prior in PRIORS.values()])
    covariance, found = yearly.covariance, None
    for step, records in enumerate(TRANSLATING):
        point, rng = np.concatenate([loadings, at_priors]), stream(seed, step, "loadings")
        near = rng.multivariate_normal(loadings, covariance, records - records // 3)
        values = np.concatenate(
            [np.tile(point, (records // 3, 1)), np.column_stack([near, np.tile(at_priors, (len(near), 1))])]
        )
        shown = run(Batch(f"years_{step}", history, values, seed + step, yearly.coefficients))
        found = linear(loadings, shown[: records // 3], near, shown[records // 3 :])
        loadings, covariance = loadings_of(found, yearly.coefficients), loadings_covariance(found, yearly)
    assert found is not None
    return found


def opened(
    history: History, loadings: Floats, covariance: Floats, seed: int, run: Run
) -> tuple[Open, dict[str, float], Linear]:
    """Fit what stage one leaves open to the record's moments, given loadings (9,) and their covariance."""
    window = history.since(history.panel - 1)
    record = moments_of_record(window)
    known = np.isfinite(record)
    found = before_any(loadings)
    for step, records in enumerate(FITTING):
        point = np.concatenate([loadings, found.mean])
        near = drawn(found, covariance, stream(seed, step, "open"), records - records // 3)
        values = np.concatenate([np.tile(point, (records // 3, 1)), near])
        moments = run(Batch(f"moments_{step}", window, values, seed + step, None))[:, known]
        shown = linear(point, moments[: records // 3], near, moments[records // 3 :])
        found = updated(shown, record[known], loadings)
    names = np.array(moment_names(window))[known].tolist()
    return found, dict(zip(names, record[known].tolist(), strict=True)), shown


def drawn(found: Open, covariance: Floats, rng: np.random.Generator, count: int) -> Floats:
    """Draw loadings, with their covariance, and what is open given them (count, 15)."""
    loadings = rng.multivariate_normal(found.at, covariance, count)
    left = rng.multivariate_normal(np.zeros(len(OPEN)), found.covariance, count)
    return np.column_stack([loadings, found.mean + (loadings - found.at) @ found.moves.T + left])


def _inside(values: Floats) -> bool:
    """Tell whether parameters lie in their declared ranges."""
    found = parameters_of(values)
    return all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in found.items())
