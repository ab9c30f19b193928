"""The rival of every forecast: a yearly chain with six coefficients, fitted to what was known before.

A state at peace falls into conflict with a logit in ln income, ln population, how recent its last conflict is, and
whether a land neighbour was active last year; a conflict ends with a logit in ln population and ln of one and the
years it has lasted. Coefficients are drawn from their sampling distribution, which allows for states.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from experiments.records.known import Known
from experiments.records.pattern_counts import Levels
from model.world import Floats

RECENCY = 2.5
"""Half-life of the risk that a conflict leaves, in years."""
ONSET = ("income", "population", "recency", "neighbour")
END = ("population", "duration")
RUNS = 2000

_CASES_PER_COEFFICIENT = 5
"""Events, and years without, below which a transition keeps its rate alone."""

Flags = npt.NDArray[np.bool_]


class Chain(NamedTuple):
    """Drawn coefficients, a row per run: ``onset`` (runs, 5) and ``end`` (runs, 3), the first each at zero.

    ``war`` (runs, 3): how likely a state that is active is at war, by its level the year before.
    """

    onset: Floats
    end: Floats
    war: Floats


def fitted(cases: pd.DataFrame, rng: np.random.Generator, runs: int = RUNS) -> Chain:
    """Fit the chain, and draw its coefficients.

    Parameters
    ----------
    cases : DataFrame
        From `experiments.records.known.Known`.
    rng : Generator
        What draws.
    runs : int
        How many draws.

    Returns
    -------
    Chain
        Where events are fewer than five a coefficient, a transition keeps its rate alone, drawn as Jeffreys has it;
        so do wars.
    """
    quiet, fought, active = (cases[of] for of in (cases["before"] == 0, cases["before"] > 0, cases["level"] > 0))
    war = [_rates(of["level"] == 2, rng, runs) for of in (active[active["before"] == level] for level in range(3))]
    return Chain(
        _drawn(quiet, quiet["level"] > 0, ONSET, rng, runs),
        _drawn(fought, fought["level"] == 0, END, rng, runs),
        np.stack(war, axis=1),
    )


def simulated(chain: Chain, known: Known, years: int, rng: np.random.Generator) -> Levels:
    """Run the chain from what was known.

    Parameters
    ----------
    chain : Chain
        A run per row.
    known : Known
        Where it starts; income and population stay as they are.
    years : int
        How many.
    rng : Generator
        What draws.

    Returns
    -------
    ndarray of int8 (runs, years, states)
        0 peace, 1 minor conflict, 2 war; states as in ``known.start``.
    """
    start, runs = known.start, len(chain.onset)
    before, quiet, spell = (np.tile(start[name].to_numpy(float), (runs, 1)) for name in ("before", "quiet", "spell"))
    still = {name: start[name].to_numpy(float) for name in ("income", "population")}
    found = np.empty((runs, years, len(start)), np.int8)
    for year in range(years):
        around = (before > 0).astype(np.float32) @ known.borders.astype(np.float32) > 0
        told = _covariates({**still, "neighbour": around, "quiet": quiet, "spell": spell})
        begins, ends = _chance(chain.onset, told, ONSET), _chance(chain.end, told, END)
        uniform, fierce = rng.random((2, *before.shape))
        active = uniform < np.where(before > 0, 1.0 - ends, begins)
        at_war = fierce < np.take_along_axis(chain.war, before.astype(np.int64), axis=1)
        before = active * (1.0 + at_war)
        quiet, spell = np.where(active, 1.0, quiet + 1.0), np.where(active, spell + 1.0, 0.0)
        found[:, year] = before
    return found


def _covariates(of: Mapping[str, Floats | Flags] | pd.DataFrame) -> dict[str, Floats]:
    """What the logits take, of state-years or of arrays of them."""
    return {
        "income": np.log(np.asarray(of["income"])),
        "population": np.log(np.asarray(of["population"])),
        "recency": np.exp2((1.0 - np.asarray(of["quiet"])) / RECENCY),
        "neighbour": np.asarray(of["neighbour"], float),
        "duration": np.log1p(np.asarray(of["spell"], float)),
    }


def _chance(coefficients: Floats, told: Mapping[str, Floats], names: tuple[str, ...]) -> Floats:
    """Probability of a transition, for every run and state."""
    at_zero, *slopes = coefficients.T[:, :, None]
    return np.asarray(expit(at_zero + sum(slope * told[name] for slope, name in zip(slopes, names, strict=True))))


def _drawn(
    cases: pd.DataFrame, happened: "pd.Series[bool]", names: tuple[str, ...], rng: np.random.Generator, runs: int
) -> Floats:
    """Fit one transition, and draw its coefficients (runs, 1 + names)."""
    events = int(happened.sum())
    if min(events, len(cases) - events) < _CASES_PER_COEFFICIENT * len(names):
        return np.column_stack([logit(_rates(happened, rng, runs)), np.zeros((runs, len(names)))])
    told = _covariates(cases)
    regressors = np.column_stack([np.ones(len(cases)), *(told[name] for name in names)])
    groups = {"groups": cases["state"].to_numpy()}
    fit = GLM(happened.to_numpy(float), regressors, family=Binomial()).fit(cov_type="cluster", cov_kwds=groups)
    return rng.multivariate_normal(fit.params, fit.cov_params(), runs)


def _rates(happened: "pd.Series[bool]", rng: np.random.Generator, runs: int) -> Floats:
    """Draw how often something happens from what is known of it, after Jeffreys' prior."""
    events = int(happened.sum())
    return rng.beta(events + 0.5, len(happened) - events + 0.5, runs)
