"""Does the estimation find what made a record? Simulation-based calibration over both stages, on synthetic records.

A world is a draw of the parameters, and the record that it makes of the states there have been. The estimation is
given that record; where the draw lies among those that come out is its rank (Talts et al. 2018). If ranks are uniform,
intervals hold what they say. Slopes and the moments' covariance are those found for the record; levels are simulated
for every world anew.
"""

import numpy as np

from experiments.records.cases import cases_of
from experiments.records.estimation import Estimated, together, without_corrections
from experiments.records.histories import highest_of_year
from experiments.records.history import History
from experiments.records.observed import observed_quarters
from experiments.records.process import simulated_once
from experiments.records.record_moments import moment_names, moments_of_record
from experiments.records.simulated_records import Batch, in_process, parameters_of
from experiments.records.stage_one import TERMS, regressions
from experiments.records.stage_two import updated
from model.world import Floats

STEPS, AT_A_STEP = 2, 60
"""Newton steps of stage two in each world, and how many records tell the level at each."""
DRAWS = 300


def synthetic(history: History, values: Floats, seed: int, number: int) -> History:
    """Make the record of a world: the same states, borders and drivers, conflicts by the process."""
    statuses = simulated_once(history, parameters_of(values), seed, number)
    quarters = observed_quarters(statuses[None], history.level[0] > 0)[0]
    return history._replace(
        level=np.concatenate([history.level[:1], highest_of_year(statuses)]),
        quarters=np.concatenate([history.quarters[:1], quarters]),
    )


def estimated_again(found: Estimated, history: History, seed: int) -> Estimated:
    """Estimate from a synthetic record, with the slopes of an estimation from a true one."""
    yearly, window = regressions(cases_of(history)), history.since(history.panel - 1)
    known = np.isin(moment_names(window), list(found.moments))
    record, quarterly, open_, shown = moments_of_record(window)[known], found.quarterly, found.open, found.shown
    for step in range(STEPS):
        at = together(yearly, quarterly, open_).mean
        without = without_corrections(at)
        level = _level(Batch("", history, without, seed + step, yearly.coefficients))
        quarterly = quarterly._replace(at=without, level=level)
        at = together(yearly, quarterly, open_).mean
        shown = shown._replace(at=at, level=_level(Batch("", window, at, seed + step, None))[known])
        open_ = updated(shown, record, at[: len(TERMS)])
    moments = dict(zip(found.moments, record.tolist(), strict=True))
    return Estimated(yearly, quarterly, open_, moments, shown)


def _level(batch: Batch) -> Floats:
    """Find what records show at a point, on average."""
    found: Floats = np.nanmean(in_process(batch._replace(values=np.tile(batch.values, (AT_A_STEP, 1)))), axis=0)
    return found
