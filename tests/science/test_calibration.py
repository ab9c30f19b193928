"""A record simulated from known values gives them back inside their intervals."""

import numpy as np
import pytest

from experiments.records.calibration import free_parameters
from experiments.records.fitted_model import Model
from experiments.records.histories import highest_of_year, statuses_of, with_values
from experiments.records.pattern_counts import Levels
from experiments.records.patterns import panel_of_runs, pooled_patterns
from experiments.records.stored_record import Record, record_of
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from experiments.runs.simulate import run_task
from experiments.settings.compose import asked
from experiments.statistics.boxes import Box
from experiments.statistics.moments import Fit, fit, goodness
from experiments.statistics.posterior import log_likelihood, population
from model.world import Floats

TRUTH = {"onset_base": -7.2, "escalation_base": -3.0, "termination_base": -0.4}
SETTING = asked("calibrate", []).setting(["siloed"])
REPLICATIONS, HISTORIES, PROPOSALS, SETS = 15, 30, 200, 80

pytestmark = pytest.mark.slow


def levels_of(plan: Plan) -> Levels:
    """Run a plan, and give levels by year."""
    return highest_of_year(statuses_of(run_task(plan.task(0, plan.units)).extra["statuses"], plan.setting))


def model_of(replications: int) -> Model:
    return Model(Plan(SETTING, ("siloed",), 1, Blocks(0, replications)), simulated_record(11))


def simulated_record(seed: int) -> Record:
    """Patterns of one simulated history of Africa, with errors by a bootstrap over its states, as for the true one."""
    levels = levels_of(Plan(with_values(SETTING, TRUTH), ("siloed",), seed, Blocks(0, 1), recorder=Statuses()))
    return record_of(panel_of_runs(levels, SETTING.world, 1989), "africa", resamples=300)


@pytest.fixture(scope="module")
def recovered() -> tuple[Model, Fit, Floats]:
    """The model, its optimum, and the sets kept: few proposals of few histories, so a coarse picture."""
    model, box = model_of(HISTORIES), free_parameters(list(TRUTH), SETTING)

    def named(values: Floats) -> dict[str, float]:
        return dict(zip(box.names, values.tolist(), strict=True))

    def simulate(values: Floats, replications: int) -> Floats:
        return model.moments(levels_of(model.at(named(values), replications)))

    def likely(values: Floats) -> float:
        return log_likelihood(model.moments_by_run(levels_of(model.at(named(values), HISTORIES))), model.target.values)

    found = fit(simulate, box, model.target, 16, REPLICATIONS, 1, print)
    tried = population(likely, Box(box.low, box.high), found.values, found.covariance, PROPOSALS, 1, print)
    assert tried.worth > 15
    return model, found, tried.kept(200, 1)


def test_known_values_are_inside_their_intervals(recovered: tuple[Model, Fit, Floats]) -> None:
    """All three at once, so each interval is of 1 - 5%/3 (Bonferroni)."""
    low, high = np.quantile(recovered[2], (0.05 / 6, 1.0 - 0.05 / 6), axis=0)
    truth = np.array(list(TRUTH.values()))
    assert np.all((low < truth) & (truth < high)), (low, truth, high)


def test_intervals_are_narrow_enough_to_say_something(recovered: tuple[Model, Fit, Floats]) -> None:
    """At the declared ranges of 3.5, 2 and 3 they would say nothing."""
    widths = np.diff(np.quantile(recovered[2], (0.025, 0.975), axis=0), axis=0)[0]
    assert np.all(widths < [1.2, 2.2, 1.4])


def test_the_model_fits_its_own_record(recovered: tuple[Model, Fit, Floats]) -> None:
    model, found, _ = recovered
    levels = levels_of(model.at(dict(zip(TRUTH, found.values.tolist(), strict=True)), REPLICATIONS))
    share, records = goodness(found, model.target, model.moments_by_run(levels))
    assert records >= 5
    assert share > 0.05


def test_what_is_fitted_is_what_all_runs_show_together(recovered: tuple[Model, Fit, Floats]) -> None:
    model, found, _ = recovered
    levels = levels_of(model.at(dict(zip(TRUTH, found.values.tolist(), strict=True)), REPLICATIONS))
    shown = pooled_patterns(levels, SETTING.world, 1989)
    fitted = dict(zip(model.target.patterns, found.simulated.tolist(), strict=True))
    half_life = shown["excess_risk_half_life"]
    assert isinstance(half_life, float)
    assert fitted.pop("excess_risk_half_life") == pytest.approx(np.log(half_life))
    assert fitted == pytest.approx({name: shown[name] for name in fitted})


def test_truths_lie_in_their_intervals_as_often_as_these_say() -> None:
    """Every set of an even sample is the truth once, with a history of its own as the record, all held against it."""
    names, half, rng = list(TRUTH), np.array([0.8, 0.9, 0.9]), np.random.default_rng(3)
    sets = np.array(list(TRUTH.values())) + half * (2.0 * rng.random((SETS, 3)) - 1.0)
    model = model_of(HISTORIES + 1)
    simulated = [
        model.moments_by_run(levels_of(model.at(dict(zip(names, one, strict=True)), HISTORIES + 1)))
        for one in sets.tolist()
    ]
    ranks = []
    for truth, histories in enumerate(simulated):
        record = histories[-1]
        if not np.isfinite(record).all():
            continue
        found = np.array([log_likelihood(each[:-1], record) for each in simulated])
        weights = np.exp(found - found.max())
        weights /= weights.sum()
        # The truth is one of few sets: where among its own weight it ranks is left to chance, so that ranks are even.
        ranks.append(weights @ (sets < sets[truth]) + rng.random(3) * weights[truth])
    off = np.abs(np.array(ranks) - 0.5)
    assert len(ranks) > 0.8 * SETS
    # Some seventy truths of three parameters, not independent: the standard error of a share of 0.9 is about 0.03.
    assert np.mean(off <= 0.45) == pytest.approx(0.9, abs=0.08)
    assert np.mean(off <= 0.25) == pytest.approx(0.5, abs=0.13)
