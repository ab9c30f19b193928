"""A record simulated from known values gives them back inside their intervals."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.fitting.calibration import Model, free_box
from experiments.fitting.moments import Fit, fit, goodness
from experiments.records.histories import yearly_levels
from experiments.records.patterns import panel_of_runs, pooled_patterns
from experiments.records.stored_record import Record, record_of
from experiments.settings.configuration import composed, setting_from
from model.world import Floats

TRUTH = {"onset_base": -6.6, "escalation_base": -3.6, "termination_base": -0.9}
SETTING = setting_from(composed("calibrate", []), ["siloed"])
REPLICATIONS = 15

pytestmark = pytest.mark.slow


def simulated_record(seed: int) -> Record:
    """Patterns of one simulated history of Africa, with errors by a bootstrap over its states, as for the true one."""
    parameters = replace(SETTING, command_line=TRUTH).parameters("siloed")
    levels = yearly_levels(SETTING.institutions["siloed"], SETTING.world, parameters, seed, 1)
    return record_of(panel_of_runs(levels, SETTING.world, 1989), "africa", resamples=300)


@pytest.fixture(scope="module")
def recovered() -> tuple[Model, Fit]:
    cfg = composed("calibrate", [f"replications={REPLICATIONS}", f"free=[{','.join(TRUTH)}]"])
    model, box = Model(cfg, SETTING, simulated_record(11)), free_box(list(TRUTH), SETTING)

    def simulate(values: Floats, replications: int) -> Floats:
        return model.moments(model.levels(dict(zip(box.names, values.tolist(), strict=True)), replications))

    return model, fit(simulate, box, model.target, 16, REPLICATIONS, 1, print)


def test_known_values_are_inside_their_intervals(recovered: tuple[Model, Fit]) -> None:
    for (name, true), (low, high) in zip(TRUTH.items(), recovered[1].intervals().tolist(), strict=True):
        assert low < true < high, name


def test_intervals_are_narrow_enough_to_say_something(recovered: tuple[Model, Fit]) -> None:
    """At the declared ranges of 9, 7 and 5 they would say nothing."""
    widths = np.diff(recovered[1].intervals(), axis=1)[:, 0]
    assert np.all(widths < [1.2, 2.2, 1.4])


def test_the_model_fits_its_own_record(recovered: tuple[Model, Fit]) -> None:
    model, found = recovered
    levels = model.levels(dict(zip(TRUTH, found.values.tolist(), strict=True)), REPLICATIONS)
    share, records = goodness(found, model.target, model.moments_by_run(levels))
    assert records >= 5
    assert share > 0.05


def test_what_is_fitted_is_what_all_runs_show_together(recovered: tuple[Model, Fit]) -> None:
    model, found = recovered
    levels = model.levels(dict(zip(TRUTH, found.values.tolist(), strict=True)), REPLICATIONS)
    shown = pooled_patterns(levels, SETTING.world, 1989)
    fitted = dict(zip(model.target.patterns, found.simulated.tolist(), strict=True))
    half_life = shown["excess_risk_half_life"]
    assert isinstance(half_life, float)
    assert fitted.pop("excess_risk_half_life") == pytest.approx(np.log(half_life))
    assert fitted == pytest.approx({name: shown[name] for name in fitted})
