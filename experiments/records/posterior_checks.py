"""What the process does under its posterior, over the record's own drivers: five things that could show it wrong.

Yearly regressions of simulated records must give the record's coefficients back; blocks of years must hold the
record's; levels must not drift from any start; the first year must have the record's quarters; and what is assumed must
be seen for what it moves. All is of the process alone, programmes and missions at what is expected of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.records.estimation import Estimated, Run
from experiments.records.histories import highest_of_year
from experiments.records.history import FIGURES_OF_YEARS, Flags, History
from experiments.records.kept_draws import Sets
from experiments.records.observed import observed_quarters
from experiments.records.pattern_values import BLOCK
from experiments.records.process import simulated
from experiments.records.simulated_records import Batch
from experiments.records.stage_one import TERMS
from model.parameters import PARAMETERS
from model.world import Floats

ASSUMED = ("onset_return", "memory_half_life", "onset_exclusion", "escalation_exclusion")
"""What no record tells: a declared prior, a value that is held, and two signs that are not settled."""

Rows = list[dict[str, Any]]

RECORDS = 300
"""That are simulated where all are of one set of values."""

_AHEAD, _RESAMPLES = 10, 2000
_ENDS = (0.025, 0.975)


def regressions_again(history: History, found: Estimated, seed: int, run: Run) -> Rows:
    """Regress records simulated at the posterior's mean as the record was regressed, a row per coefficient.

    ``z`` is the difference of the simulated mean to the record's coefficient, in its standard errors; ``sd`` is that
    of single simulated records.
    """
    values = np.tile(found.posterior.mean, (RECORDS, 1))
    shown = run(Batch("again", history, values, seed, found.yearly.coefficients))
    return [
        {"coefficient": term, "record": value, "error": error, "quarterly": quarterly, "quarterly_sd": sd}
        | {"simulated": mean, "sd": spread, "z": (mean - value) / error}
        for term, value, error, quarterly, sd, mean, spread in zip(
            TERMS, found.yearly.coefficients.tolist(), found.yearly.errors.tolist(), found.posterior.mean.tolist(),
            np.sqrt(np.diag(found.posterior.covariance)).tolist(), np.nanmean(shown, axis=0).tolist(),
            np.nanstd(shown, axis=0, ddof=1).tolist(), strict=False,
        )
    ]  # fmt: skip


def blocks(window: History, sets: Sets, members: Flags, seed: int) -> Rows:
    """Hold the share of states in conflict over blocks of years against the record's, one record under each set."""
    there, active = window.there[1:] & members, highest_of_year(simulated(window, sets, seed)) > 0
    rows = []
    for first in range(0, len(there) - BLOCK + 1, BLOCK):
        years = slice(first, first + BLOCK)
        shares = active[:, years][:, there[years]].mean(axis=1)
        low, high = np.quantile(shares, _ENDS)
        record = float((window.level[1:][years][there[years]] > 0).mean())
        begin = int(window.years[1 + first])
        rows.append(
            {"first": begin, "last": begin + BLOCK - 1, "record": record, "mean": float(shares.mean())}
            | {"low": float(low), "high": float(high), "inside": bool(low <= record <= high)}
        )
    return rows


def drift(history: History, starts: Sequence[int], sets: Sets, members: Flags, seed: int) -> Rows:
    """Follow the share of states in conflict from several starts, drivers held at their means since the panel began.

    A row per start: medians and means of the share active in the first and the tenth year, and medians of the share of
    ``quarters`` that the record would show.
    """
    window = history.of_panel()
    years = np.where(window.there[1:], 1.0, 0.0)
    means: dict[str, Any] = {
        name: (getattr(window, name)[1:] * years).sum(axis=0) / np.maximum(years.sum(axis=0), 1.0)
        for name in FIGURES_OF_YEARS
    }
    rows = []
    for start in starts:
        # A year's episodes are known when the next is.
        ahead = history.before(start).ahead(_AHEAD + 1)
        held: dict[str, Any] = {name: np.tile(mean, (_AHEAD + 2, 1)) for name, mean in means.items()}
        statuses, own = simulated(ahead._replace(**held), sets, seed), ahead.there[0] & members
        shares = (highest_of_year(statuses) > 0)[:, :, own].mean(axis=2)
        quarters = observed_quarters(statuses, ahead.level[0] > 0)[:, :, own].mean(axis=2)
        told = {
            "median": np.median(shares, axis=0),
            "mean": shares.mean(axis=0),
            "quarters": np.median(quarters, axis=0),
        }
        ends = {f"{name}_year_{year}": of[year - 1] for name, of in told.items() for year in (1, _AHEAD)}
        rows.append({"start": start, "states": int(own.sum())} | _plain(ends))
    return rows


def first_quarters(history: History, starts: Sequence[int], sets: Sets, members: Flags, seed: int) -> dict[str, float]:
    """Hold the share of the first four quarters in conflict, over several starts together, against the record's.

    Both by the observation function. ``low`` and ``high`` hold 95% of resamples of the record's states.
    """
    shown, seen, years = np.zeros((3, len(history.states)))
    for start in starts:
        # The episodes of the first year are known when the second is.
        ahead, place = history.before(start).ahead(2), start - int(history.years[0])
        there = ahead.there[0] & history.there[place] & members
        quarters = observed_quarters(simulated(ahead, sets, seed), ahead.level[0] > 0)[:, 0].mean(axis=0)
        shown, years = shown + np.where(there, quarters, 0.0), years + there
        seen = seen + np.where(there, history.quarters[place], 0.0)
    states = np.flatnonzero(years)
    drawn = np.random.default_rng(seed).choice(states, (_RESAMPLES, len(states)))
    low, high = np.quantile(seen[drawn].sum(axis=1) / years[drawn].sum(axis=1), _ENDS)
    ends = {"model": shown.sum() / years.sum(), "record": seen.sum() / years.sum(), "low": low, "high": high}
    return _plain(ends)


def assumed(window: History, values: Mapping[str, float], members: Flags, seed: int) -> Rows:
    """Show how much conflict there would be at the ends of what is assumed, all else held: a row per end."""
    rows: Rows = [{"parameter": "", "value": None, **_level(window, values, members, seed)}]
    for name in ASSUMED:
        for end in (PARAMETERS[name].low, PARAMETERS[name].high):
            rows.append({"parameter": name, "value": end, **_level(window, {**values, name: end}, members, seed)})
    return rows


def _level(window: History, values: Mapping[str, float], members: Flags, seed: int) -> dict[str, float]:
    """Give the shares of state-years and of state-quarters in conflict at some values."""
    statuses, there = simulated(window, [values] * RECORDS, seed), window.there[1:] & members
    quarters = observed_quarters(statuses, window.level[0] > 0)
    active = highest_of_year(statuses) > 0
    return {
        "share_of_years": float(active[:, there].mean()),
        "share_of_quarters": float(quarters[:, there].mean()),
    }


def _plain(numbers: Mapping[str, Floats | float]) -> dict[str, float]:
    """Give plain numbers."""
    return {name: float(value) for name, value in numbers.items()}
