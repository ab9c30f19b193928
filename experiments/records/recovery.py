"""Does the estimation find what made a record? Simulation-based calibration over both stages, on synthetic records.

A world is a draw of the parameters, and the record that it makes of the states there have been. The estimation is
given that record; where the draw lies among those that come out is its rank (Talts et al. 2018). If ranks are uniform,
intervals hold what they say. Slopes and the moments' covariance are those found for the record; levels are simulated
for every world anew.
"""

import numpy as np

from experiments.records.cases import cases_of
from experiments.records.estimation import Estimated, together
from experiments.records.histories import highest_of_year
from experiments.records.history import History
from experiments.records.observed import observed_quarters
from experiments.records.process import simulated_once
from experiments.records.record_moments import moment_names, moments_of_record
from experiments.records.simulated_records import Batch, in_process, parameters_of
from experiments.records.stage_one import TERMS, regressions
from experiments.records.stage_two import updated
from model.world import Floats

STEPS, AT_A_STEP = 2, 100
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
    yearly, window, first = regressions(cases_of(history)), history.since(history.panel - 1), len(TERMS)
    known = np.isin(moment_names(window), list(found.moments))
    record, open_, shown = moments_of_record(window)[known], found.open, found.shown
    for step in range(STEPS):
        at = together(yearly, found.quarterly, open_).mean
        values = np.tile(at, (AT_A_STEP, 1))
        level = np.nanmean(in_process(Batch("", window, values, seed + step, None))[:, known], axis=0)
        shown = found.shown._replace(at=at, level=level)
        open_ = updated(shown, record, at[:first])
    moments = dict(zip(found.moments, record.tolist(), strict=True))
    return Estimated(yearly, found.quarterly, open_, moments, shown)
