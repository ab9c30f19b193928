"""``concord forecast`` with a calibration of its own for every start: nothing later is known, nothing is done twice."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments import forecast
from experiments.records import estimation
from experiments.studies.study import Study
from model.errors import InvalidInput
from tests.made_record import write_history
from tests.official_files import write_files

pytestmark = pytest.mark.usefixtures("quick_pictures")

STATES = 60
"""Few, as are their records: time goes by states."""
SMALL = ("replications=60", "years=2", "workers=2", "region=world")


def of(files: Any, results: Path) -> list[str]:
    return [*(f"{name}={getattr(files, name)}" for name in ("acd", "panel", "borders")), f"results={results}"]


def decisions(study: Study) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(study.folder) / "manifest.json").read_text(encoding="utf-8"))["decisions"]
    return read


@pytest.fixture(scope="module", autouse=True)
def few_records() -> Iterator[None]:
    """Estimate in one coarse step: what is asked here is when it is done and with what, not how well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimation, "YEARS", (75,))
        patch.setattr(estimation, "MOMENTS", (75,))
        yield


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("history")
    return of(write_history(folder, states=STATES), folder)


@pytest.fixture(scope="module")
def study(given: list[str]) -> Study:
    return forecast(*SMALL, *given, "study=two", origins=[1996, 1998])


def test_no_origin_is_in_sample_and_all_are_averaged(study: Study) -> None:
    found = study.result()
    assert found["calibration"] == "refitted"
    assert [each["in_sample"] for each in found["scores"].values()] == [False, False]
    assert found["all_origins"]["origins"] == [1996, 1998]
    assert found["all_origins"]["shares"]["active"]["model"]["years"] == 4
    assert "onset_base" in found["parameters_drawn"] and "expected_mission_war" not in found["parameters_drawn"]
    early, late = (found["refitted"][first]["onset_deprivation"] for first in ("1996", "1998"))
    assert early["mean"] != late["mean"] and early["sd"] > 0.0
    # Poor states fall into conflict more often: more than five times from one end to the other.
    assert late["mean"] > 0.5


def test_nothing_that_came_later_is_looked_at(study: Study, tmp_path: Path) -> None:
    other = write_history(tmp_path, changed_from=1996, states=STATES)
    changed = forecast(*SMALL, *of(other, tmp_path), origins=[1996])
    assert decisions(changed)["calibration_1996"] == decisions(study)["calibration_1996"]
    assert changed.result()["scores"]["1996"]["truth"] != study.result()["scores"]["1996"]["truth"]
    chain = [each.result()["scores"]["1996"]["intervals"]["active"] for each in (changed, study)]
    assert chain[0]["chain"] == chain[1]["chain"] and chain[0]["model"] == chain[1]["model"]


def test_a_study_that_goes_on_estimates_nothing_again(
    study: Study, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def estimated(*_: object) -> None:
        raise AssertionError("estimated")

    whole, parts = study.result(), sorted((Path(study.folder) / "runs_1998").glob("*.parquet"))
    assert parts
    for part in parts:
        part.unlink()
    monkeypatch.setattr("experiments.records.refitting.estimated", estimated)
    again = forecast(*SMALL, *given, "study=two", origins=[1996, 1998]).result()
    assert again["scores"] == whole["scores"] and again["refitted"] == whole["refitted"]
    assert all(part.exists() for part in parts)


def test_one_start_is_as_one_of_several(study: Study, given: list[str]) -> None:
    alone = forecast(*SMALL, *given, first=1998)
    assert alone.result()["scores"] == study.result()["scores"]["1998"]
    assert alone.result()["world"] == "world_1998"


def test_a_calibration_that_is_named_stands(given: list[str]) -> None:
    found = forecast(*SMALL, *given, "calibration=none", first=1998).result()
    assert found["calibration"] == "none" and "refitted" not in found
    found = forecast(*SMALL, *given, "calibration=africa_1989_2008", origins=[1998]).result()
    assert found["scores"]["1998"]["in_sample"] is True


def test_too_little_to_learn_from_is_said_and_leaves_the_calibration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = forecast("replications=5", "years=2", *of(write_files(tmp_path), tmp_path), first=1993).result()
    said = capsys.readouterr().err
    assert "1993: nothing is estimated, a stored calibration stands for every start: the record has" in said
    assert found["calibration"] == "africa_1989_2008"
    with pytest.raises(InvalidInput, match="begins in 1989, must know a year before 1989"):
        forecast("replications=5", "years=2", *of(write_files(tmp_path), tmp_path), origins=[1989])
