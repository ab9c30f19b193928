"""Stage one: what yearly records say of how conflicts begin and end, by their likelihood.

Binomial regressions with the complementary log-log link, which quarterly hazards add up to; the covariance is
clustered by state. World, no intercepts by region, no effects of periods, no frailty: none of them improved forecasts
held against later years (``model/ODD.md``).
"""

import warnings
from typing import Any, NamedTuple

import numpy as np
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog
from statsmodels.genmod.generalized_linear_model import GLM, GLMResults
from statsmodels.tools.sm_exceptions import PerfectSeparationError

from experiments.records.cases import ENDING, ONSET, Cases, Sample
from model.errors import InvalidInput
from model.world import Floats

TERMS = (*(f"onset {term}" for term in ONSET), *(f"ending {term}" for term in ENDING))
"""What stage one estimates, in the order of its coefficients."""

CASES_PER_TERM = 5
"""Events, and state-years without, that a regression must have for each of its terms."""

_LARGEST = 50.0
"""No coefficient of these regressors is as large; one that is has run away."""


class Regressions(NamedTuple):
    """Both regressions, in the order of `TERMS`.

    ``coefficients`` (9,); ``covariance`` (9, 9), clustered by state, zero between the two; ``rows`` and ``events``
    state-years of either and how many had an onset, an ending.
    """

    coefficients: Floats
    covariance: Floats
    rows: tuple[int, int]
    events: tuple[int, int]

    @property
    def errors(self) -> Floats:
        """Standard errors (9,)."""
        return np.sqrt(np.diag(self.covariance))


def regressions(cases: Cases) -> Regressions:
    """Fit both regressions.

    Raises
    ------
    InvalidInput
        When a record has too few onsets or endings for them, or does not tell their terms apart.
    """
    for what, sample in zip(("onsets", "endings"), cases, strict=True):
        events, need = _rarer(sample), CASES_PER_TERM * sample.regressors.shape[1]
        if events < need:
            raise InvalidInput(f"the record has {events} {what} (or state-years without), must have at least {need}")
    found = []
    for what, sample in zip(("onsets", "endings"), cases, strict=True):
        fit = fit_of(sample, cov_type="cluster", cov_kwds={"groups": sample.state})
        if fit is None:
            raise InvalidInput(f"the record does not tell apart what goes with its {what}: a term that never varies?")
        found.append(fit)
    first = len(ONSET)
    covariance = np.zeros((len(TERMS), len(TERMS)))
    covariance[:first, :first], covariance[first:, first:] = (fit.cov_params() for fit in found)
    return Regressions(
        np.concatenate([fit.params for fit in found]),
        covariance,
        (len(cases.onset.happened), len(cases.ending.happened)),
        (int(cases.onset.happened.sum()), int(cases.ending.happened.sum())),
    )


def coefficients(cases: Cases, near: Floats) -> Floats:
    """Fit both regressions, begun near some coefficients (9,); NaN where a record has too little for one."""
    return np.concatenate(
        [_near(sample, start) for sample, start in zip(cases, np.split(near, [len(ONSET)]), strict=True)]
    )


def _near(sample: Sample, start: Floats) -> Floats:
    """Fit one regression, begun near some coefficients; NaN where it has no maximum that is found from there."""
    fit = None if _rarer(sample) < len(start) else fit_of(sample, start_params=start, tol=1e-6)
    return np.full(len(start), np.nan) if fit is None else np.asarray(fit.params)


def fit_of(sample: Sample, **how: Any) -> GLMResults | None:
    """Fit one regression; None where a term is that of others, or events that one separates send the search off."""
    rows, terms = sample.regressors.shape
    if rows < terms or np.linalg.matrix_rank(sample.regressors) < terms:
        return None
    model = GLM(sample.happened, sample.regressors, family=Binomial(CLogLog()))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(**how)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            return None
    return fit if fit.converged and np.abs(fit.params).max() < _LARGEST else None


def _rarer(sample: Sample) -> int:
    """Count the events of a regression, or the rows without, whichever are fewer."""
    events = int(sample.happened.sum())
    return min(events, len(sample.happened) - events)
