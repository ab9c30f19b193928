"""What a record leaves open: sets of values drawn from their posterior distribution.

The prior is even over the declared ranges. The likelihood is synthetic (Wood 2010; Price et al. 2018): the record's
patterns are held against those of histories simulated at a set of values, one record's length each, taken as normal
with mean and covariance estimated from them; Student's t makes up for a covariance known from so many only (Sellentin
& Heavens 2016). No tolerance has to be chosen. Population Monte Carlo (Cappé et al. 2004) looks for the sets: each
round proposes around what the rounds before found likely, and all proposals are weighted by the mixture of all
rounds (Cornuet et al. 2012). Weights are truncated (Ionides 2008): likelihoods known from some simulated histories are
noisy, and one set that chance favoured where few were proposed must not stand for all.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, multivariate_t

from experiments.statistics.arrays import Floats
from experiments.statistics.boxes import Box
from experiments.statistics.moments import Say
from model.errors import InvalidInput

Likelihood = Callable[[Floats], float]
"""A set of values → the logarithm of how likely the record is under it."""

_ROUNDS = 8
_EVEN = 0.1
_CENTRES = 7
_HALVINGS = 40
_INSIDE_SAMPLE = 20_000


class Population(NamedTuple):
    """Sets of values (n, p) that were tried, the log-likelihood (n,) of each, and its weight (n,), in sum 1."""

    values: Floats
    log_likelihood: Floats
    weights: Floats

    @property
    def worth(self) -> float:
        """How many independent draws the weighted sets are worth (Kong et al. 1994)."""
        return _worth(self.weights)

    def kept(self, count: int, seed: int) -> Floats:
        """Draw sets (count, p) by their weights, each as often as it must be, to within one (systematic draws)."""
        places = (np.random.default_rng(seed).random() + np.arange(count)) / count
        chosen = np.searchsorted(np.cumsum(self.weights), places)
        return self.values[np.minimum(chosen, len(self.values) - 1)]


def log_likelihood(histories: Floats, record: Floats) -> float:
    """How likely a record is where such histories happen.

    Parameters
    ----------
    histories : ndarray (runs, patterns)
        Patterns of single simulated histories; NaN where one is not defined.
    record : ndarray (patterns,)
        The same of the record.

    Returns
    -------
    float
        Logarithm of the share of histories that define every pattern, times the density of the record among them;
        minus infinity where too few do, or a pattern never varies.
    """
    defined = histories[np.all(np.isfinite(histories), axis=1)]
    n, m = defined.shape
    if n <= m + 1:
        return -np.inf
    scale = np.cov(defined.T).reshape(m, m) * (1.0 + 1.0 / n) * (n - 1) / (n - m)
    errors = np.sqrt(np.diag(scale))
    if not errors.all():
        return -np.inf
    # In units of the errors: patterns differ in size by orders of magnitude.
    off = (record - defined.mean(axis=0)) / errors
    correlation = scale / np.outer(errors, errors)
    if np.linalg.eigvalsh(correlation)[0] < 1e-9:
        return -np.inf
    density = multivariate_t.logpdf(off, shape=correlation, df=n - m)
    return float(np.log(n / len(histories)) + density - np.log(errors).sum())


def population(
    log_likelihood_at: Likelihood, box: Box, values: Floats, covariance: Floats, size: int, seed: int, say: Say
) -> Population:
    """Try sets of values where they are likely, and weight them to be draws from the posterior.

    Parameters
    ----------
    log_likelihood_at : callable
        Of a set (p,).
    box : Box
        The prior: even over it, nothing outside.
    values, covariance : ndarray (p,), (p, p)
        Where to begin: a normal around an optimum; a tenth of the first round lies evenly over the box.
    size : int
        How many sets, over all rounds.
    seed : int
        Of the proposals.
    say : callable
        Told in a line how far it is.

    Returns
    -------
    Population

    Raises
    ------
    InvalidInput
        When the record is possible under none of them.
    """
    rng = np.random.default_rng(seed)
    tried, found, proposal = np.empty((0, len(values))), np.empty(0), np.empty(0)
    rounds: list[_Round] = []
    for part in np.array_split(np.arange(size), _ROUNDS):
        normals = _kernels(tried, found, proposal) if rounds else (values[np.newaxis], np.ones(1), covariance)
        one = _Round(len(part), 0 if rounds else math.ceil(_EVEN * len(part)), *normals)
        rounds.append(one._replace(inside=float(np.mean(box.holds(one.drawn(_INSIDE_SAMPLE, rng))))))
        proposed = rounds[-1].proposed(box, rng)
        tried = np.concatenate([tried, proposed])
        found = np.concatenate([found, [log_likelihood_at(each) for each in proposed]])
        if not np.isfinite(found).any():
            raise InvalidInput(
                f"histories: under none of {len(found)} sets of values do enough of them define every pattern fitted"
            )
        densities = [np.log(each.size / len(tried)) + each.log_density(box, tried) for each in rounds]
        proposal = logsumexp(densities, axis=0)
        weights = _weights(found, proposal, 1.0)
        say(f"tried {len(tried)} of {size} sets of values, worth {_worth(weights):.0f} independent draws")
    # Truncated at their mean times the root of their number (Ionides 2008).
    cut = np.minimum(weights, 1.0 / math.sqrt(len(weights)))
    return Population(tried, found, cut / cut.sum())


class _Round(NamedTuple):
    """Where a round's proposals come from.

    The first `evenly` of `size` come from all of the box, the others from a mixture of normals that is cut to it:
    centres (n, p), the share (n,) of each, and the covariance (p, p) of all. Their part `inside` lies in the box.
    """

    size: int
    evenly: int
    centres: Floats
    shares: Floats
    covariance: Floats
    inside: float = 1.0

    def drawn(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw sets of values from the normals."""
        around = rng.choice(len(self.centres), size=count, p=self.shares)
        off = rng.multivariate_normal(np.zeros(self.centres.shape[1]), self.covariance, size=count, method="eigh")
        return np.asarray(self.centres[around] + off)

    def proposed(self, box: Box, rng: np.random.Generator) -> Floats:
        """Draw the round's sets."""
        parts = [box.low + rng.random((self.evenly, len(box.low))) * (box.high - box.low)]
        missing = self.size - self.evenly
        while missing > 0:
            drawn = self.drawn(4 * missing, rng)
            parts.append(drawn[box.holds(drawn)][:missing])
            missing -= len(parts[-1])
        return np.concatenate(parts)

    def log_density(self, box: Box, values: Floats) -> Floats:
        """Density of the round's proposals at sets within the box."""
        off = values[:, np.newaxis] - self.centres
        each = multivariate_normal.logpdf(off, cov=self.covariance, allow_singular=True)
        of_normals = logsumexp(each.reshape(off.shape[:2]), b=self.shares, axis=1)
        share, even = self.evenly / self.size, -np.log(np.prod(box.high - box.low))
        with np.errstate(divide="ignore"):
            log_share = np.log(share)
        return np.asarray(np.logaddexp(np.log1p(-share) + of_normals - np.log(self.inside), log_share + even))


def _worth(weights: Floats) -> float:
    """Effective number of draws."""
    return float(1.0 / np.sum(weights**2))


def _weights(found: Floats, proposal: Floats, power: float) -> Floats:
    """Weight sets by a power of their likelihood over the density they were proposed with."""
    logarithm = power * np.where(np.isfinite(found), found, -1e9) - proposal
    return np.asarray(np.exp(logarithm - logsumexp(logarithm)))


def _kernels(tried: Floats, found: Floats, proposal: Floats) -> tuple[Floats, Floats, Floats]:
    """Make the next round's mixture: a normal around every set, as wide as Silverman's rule has it.

    Its centres, their shares and the covariance of all are given.
    As long as the weights are worth few draws they are flattened, by a power of the likelihood.
    """
    p = tried.shape[1]
    enough = min(_CENTRES, len(tried) / 4)
    low, high = 0.0, 1.0
    if _worth(_weights(found, proposal, 1.0)) < enough:
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if _worth(_weights(found, proposal, middle)) >= enough else (low, middle)
    weights = _weights(found, proposal, high)
    off = tried - weights @ tried
    width = (4.0 / (p + 2.0) / _worth(weights)) ** (2.0 / (p + 4.0))
    covariance = width * (off.T @ (off * weights[:, None])) + 1e-12 * np.eye(p)
    kept = weights > 1e-6 * weights.max()
    return tried[kept], weights[kept] / weights[kept].sum(), covariance
