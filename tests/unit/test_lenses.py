"""Departments' lenses: fitted to their own variables, with errors that are joint."""

from pathlib import Path

import numpy as np
import pytest

from experiments.records.files.sources import read_sources
from experiments.records.history import History
from experiments.records.lenses import QUARTERLY, fitted, known_before, quarterly, with_lenses, written
from experiments.records.process import simulated_once
from experiments.settings.compose import asked
from experiments.settings.files import read_yaml
from experiments.settings.places import CONF
from experiments.settings.worlds import lenses_known
from model.errors import InvalidInput
from model.lenses import NAMES, PLAIN, Lenses
from model.world import stylised
from tests.made_record import PANEL_FROM, write_history
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


@pytest.mark.parametrize("year", [1989, 2001])
def test_the_file_that_is_written_is_the_one_that_worlds_read(year: int) -> None:
    file = CONF / "lens" / f"known_{year}.yaml"
    assert written(lenses_known(file.stem), year) == file.read_text()
    assert set(read_yaml(file, "")["estimate"]) == set(NAMES)


def test_a_world_sees_by_what_was_known_when_it_begins() -> None:
    seen = {name: asked("run", [f"world={name}"]).setting([]).world.lenses for name in ("africa", "global")}
    early = asked("run", ["world=africa_1989"]).setting([]).world.lenses
    for lenses in seen.values():
        np.testing.assert_array_equal(lenses.factor, lenses_known("known_2001").factor)
    np.testing.assert_array_equal(early.estimate, lenses_known("known_1989").estimate)
    assert (early.estimate != lenses_known("known_2001").estimate).all()
    with pytest.raises(InvalidInput, match=r"world\.lenses=known_1900: must be a file of conf/lens, known_1989 or"):
        asked("run", ["world=csv", "world.path=a.csv", "world.lenses=known_1900"]).setting([])


def test_lenses_know_nothing_of_the_start_or_later(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("as it was", "as it might have been")]
    for folder in folders:
        folder.mkdir()
    changed = [PANEL_FROM + 5, PANEL_FROM + 6]
    was, other = (
        read_sources(*write_history(folder, changed_from=year)[:3])
        for folder, year in zip(folders, changed, strict=True)
    )
    before, after = changed
    np.testing.assert_array_equal(known_before(was, before).factor, known_before(other, before).factor)
    assert (known_before(was, after).estimate != known_before(other, after).estimate).any()
    # Where the panel begins its figures are the start's: conflicts before, states as they are.
    assert np.isfinite(known_before(was, PANEL_FROM).estimate).all()
    with pytest.raises(InvalidInput, match="must know a year before"):
        known_before(was, PANEL_FROM - 1)


def test_files_that_tell_too_little_leave_the_lenses_that_are_shipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = read_sources(*write_history(tmp_path)[:3])
    peace = sources._replace(conflicts=sources.conflicts[:0])
    found = with_lenses(stylised(4), peace, PANEL_FROM + 5).lenses
    assert found is lenses_known("known_1989")
    assert "lenses are those of conf/lens/known_1989.yaml: the record does not tell" in capsys.readouterr().err


def test_lenses_of_worlds_without_any_are_about_those_known_in_2001() -> None:
    assert np.abs(PLAIN.estimate - lenses_known().estimate).max() < 0.2
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
