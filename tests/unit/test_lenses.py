"""Departments' lenses: fitted to their own variables, with errors that are joint."""

import numpy as np
import pytest

from experiments.records.history import History
from experiments.records.lenses import QUARTERLY, fitted, quarterly, written
from experiments.records.process import simulated_once
from experiments.settings.files import read_yaml
from experiments.settings.places import CONF
from experiments.settings.worlds import lenses_known
from model.lenses import NAMES, PLAIN, Lenses
from tests.recorded import ring


@pytest.fixture(scope="module")
def history() -> History:
    """A record simulated by the process itself, with much conflict."""
    start = ring(60, 80, 20)
    values = {"onset_base": -5.5, "onset_deprivation": 3.0}
    quarters = simulated_once(start, values, 1, 0)
    level = start.level.copy()
    level[1:] = quarters.reshape(len(start.years) - 1, 4, -1).max(axis=1)
    return start._replace(level=level)


def test_a_lens_finds_its_own_variables_loading(history: History) -> None:
    found = dict(zip(NAMES, fitted(history).estimate, strict=True))
    assert found["development_onset_deprivation"] > 1.0
    assert found["defence_onset_memory"] > 0.5
    assert found["defence_ending_duration"] < 0.0
    assert found["foreign_ending_exclusion"] < 0.5


def test_errors_are_joint_and_make_a_covariance(history: History) -> None:
    lenses = fitted(history)
    assert lenses.estimate.shape == (16,)
    np.testing.assert_allclose(lenses.covariance, lenses.covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(lenses.covariance).min() > -1e-9
    # Lenses of one transition look at the same state-years: their constants' errors go together.
    assert lenses.covariance[0, 3] != 0.0
    np.testing.assert_allclose(lenses.factor @ lenses.factor.T, lenses.covariance, atol=1e-9)


def test_constants_alone_move_from_years_to_quarters() -> None:
    moved = quarterly(Lenses(np.zeros(16), np.eye(16), np.eye(16))).estimate
    for name, value in zip(NAMES, moved, strict=True):
        transition = name.split("_")[1]
        assert value == (QUARTERLY[transition] if name.endswith("constant") else 0.0)


def test_the_file_that_is_written_is_the_one_that_worlds_read() -> None:
    known = lenses_known()
    assert written(known, 2001) == (CONF / "lens" / "known_2001.yaml").read_text()
    assert set(read_yaml(CONF / "lens" / "known_2001.yaml", "")["estimate"]) == set(NAMES)
    # The lenses of a world without any are these, about, without errors.
    assert np.abs(PLAIN.estimate - known.estimate).max() < 0.2
    assert not PLAIN.factor.any()


def test_the_factor_of_the_covariance_is_read_and_never_worked_out_where_a_run_is_done() -> None:
    """Linear algebra has other last bits on other processors, and a run is the same on all."""
    lenses = lenses_known()
    np.testing.assert_allclose(lenses.factor @ lenses.factor.T, lenses.covariance, rtol=0, atol=1e-12)
    text = (CONF / "lens" / "known_2001.yaml").read_text(encoding="utf-8").partition("factor: |\n")[2]
    told = [[float(cell) for cell in row.split(",")] for row in text.splitlines()]
    np.testing.assert_array_equal(lenses.factor, told)
    code = {path: path.read_text(encoding="utf-8") for path in (CONF.parent / "model").rglob("*.py")}
    assert [path.name for path, said in code.items() if "linalg" in said] == ["lenses.py"]
