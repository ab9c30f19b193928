"""``concord forecast`` as users run it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import forecast
from experiments.cli import main
from experiments.records.files.importing import import_world, write_world
from experiments.records.files.sources import read_sources
from model.errors import InvalidInput
from tests.official_files import ACD, BORDERS, PANEL

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("replications=40", "years=3", "workers=2")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Official files, and the world they make of 1993, as arguments."""
    folder = tmp_path_factory.mktemp("files")
    paths = {name: folder / f"{name}.csv" for name in ("acd", "panel", "borders")}
    for path, text in zip(paths.values(), (ACD, PANEL, BORDERS), strict=True):
        path.write_text(text, encoding="utf-8")
    rows, _ = import_world(read_sources(*paths.values()), 1993, "africa")
    write_world(folder / "w.csv", rows)
    return [
        "world=csv",
        f"world.path={folder}/w.csv",
        *(f"{name}={path}" for name, path in paths.items()),
        f"results={folder}",
    ]


@pytest.fixture(scope="module")
def scored(files: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = forecast(*SMALL, *files, first=1993).result()
    return read


def test_years_states_and_intervals(scored: dict[str, Any]) -> None:
    assert [row["year"] for row in scored["years"]] == [1993, 1994, 1995]
    for row in scored["years"]:
        for share in ("share_active", "share_at_war"):
            assert 0.0 <= row[share]["low"] <= row[share]["median"] <= row[share]["high"] <= 1.0
        assert row["share_at_war"]["high"] <= row["share_active"]["high"]
    assert scored["number_of_states"] == len(scored["states"]) == 5
    assert all(0.0 <= chance <= 1.0 for row in scored["states"].values() for chance in row)
    assert "onset_base" in scored["parameters_drawn"]


def test_truth_is_counted_from_the_files_by_hand(scored: dict[str, Any]) -> None:
    """Of five states (Eritrea is new in 1993) only Algeria was active in 1993 to 1995: in 1994, in a minor conflict."""
    scores = scored["scores"]
    assert scores["years"] == [1993, 1994, 1995]
    assert scores["truth"] == {"active": [0.0, pytest.approx(0.2), 0.0], "at_war": [0.0, 0.0, 0.0]}
    assert set(scores["brier"]) == {"model", "last_year", "chain", "past_share"}
    off = [
        (chance - (code == "DZA" and year == 1)) ** 2
        for code, chances in scored["states"].items()
        for year, chance in enumerate(chances)
    ]
    assert scores["brier"]["model"] == pytest.approx(np.mean(off))


def test_persistence_is_last_years_share_and_misses_are_counted(scored: dict[str, Any]) -> None:
    scores = scored["scores"]
    # In 1992 Algeria alone of the five was active.
    assert [each["centre"] for each in scores["intervals"]["active"]["persistence"]] == pytest.approx([0.2] * 3)
    for share, by in scores["intervals"].items():
        for who, intervals in by.items():
            inside = sum(
                each["low"] <= came <= each["high"]
                for each, came in zip(intervals, scores["truth"][share], strict=True)
            )
            assert scores["shares"][share][who]["inside"] == inside


def test_the_json_is_one_object(files: list[str], scored: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["forecast", *SMALL, *files, "first=1993", "output=json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read == json.loads(json.dumps(scored | {"seconds": read["seconds"]}))
    assert set(read["scores"]["shares"]["active"]) == {"model", "chain", "persistence", "constant"}
    assert set(read["scores"]["auc"]) == set(read["scores"]["brier"])


def test_the_table_names_misses_and_what_was_drawn(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", *SMALL, *files, "first=1993"]) == 0
    said = capsys.readouterr().out
    assert "parameters drawn anew in every future: onset_base" in said
    assert "inside" in said and "Brier" in said and "chain" in said
    assert said.strip().startswith("This is no forecast") and "likeliest active" not in said
    assert main(["forecast", *SMALL, *files, "first=1993", "states=true"]) == 0
    assert "likeliest active" in capsys.readouterr().out
    assert main(["forecast", *SMALL, "calibration=none", files[-1]]) == 0
    assert "this calibration keeps no draws" in capsys.readouterr().out


@pytest.mark.parametrize("calibration", ["none", "africa_1989_2008"])
def test_years_that_the_calibration_or_the_defaults_saw_are_said(files: list[str], calibration: str) -> None:
    study = forecast("replications=5", "years=3", *files, f"calibration={calibration}", first=1993)
    assert study.result()["scores"]["in_sample"] is True
    readme = (Path(study.folder) / "README.md").read_text(encoding="utf-8")
    assert "in sample: the calibration saw" in readme


def test_several_origins_are_scored_as_each_by_itself(files: list[str], scored: dict[str, Any]) -> None:
    record, results = files[2:-1], files[-1]
    study = forecast(*SMALL, *record, results, origins=[1993, 1994])
    found = study.result()
    assert list(found["scores"]) == ["1993", "1994"]
    # The world is the one that import makes of the year, so the same runs are scored alike.
    assert found["scores"]["1993"] == scored["scores"]
    assert found["scores"]["1994"]["years"] == [1994, 1995]
    assert found["scores"]["1993"]["in_sample"] is True and found["all_origins"]["brier"]["model"] is None
    chain = [found["scores"][first]["shares"]["active"]["chain"]["interval_score"] for first in ("1993", "1994")]
    assert found["all_origins"]["shares"]["active"]["chain"]["interval_score"] == pytest.approx(np.mean(chain))
    said = (Path(study.folder) / "README.md").read_text(encoding="utf-8")
    assert "1994, 2 years (model in sample)" in said and "the model has none" in said


def test_origins_take_files_and_no_world(files: list[str]) -> None:
    with pytest.raises(InvalidInput, match="origins: takes the files"):
        forecast(*SMALL, origins=[1993])
    with pytest.raises(InvalidInput, match="world=csv: leave it out"):
        forecast(*SMALL, *files, origins=[1993])


def test_a_world_wider_than_the_record_is_scored_where_both_are(
    files: list[str], scored: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [Path(argument.split("=")[1]) for argument in files[2:5]]
    rows, _ = import_world(read_sources(*paths), 1993, "world")
    write_world(tmp_path / "world.csv", rows)
    found = forecast(*SMALL, "world=csv", f"world.path={tmp_path}/world.csv", *files[2:], first=1993).result()
    assert "in the world, not in the record, not scored: CAN" in capsys.readouterr().err
    assert found["number_of_states"] == 6 and found["scores"]["number_of_states"] == 5
    for key in ("truth", "years"):
        assert found["scores"][key] == scored["scores"][key]
    for who in ("chain", "persistence", "constant"):
        assert found["scores"]["intervals"]["active"][who] == scored["scores"]["intervals"]["active"][who]


def test_nothing_is_fitted_before_anything_is_run(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted(*_: object) -> None:
        raise AssertionError("fitted")

    monkeypatch.setattr("experiments.records.starts.chain_of_world", fitted)
    monkeypatch.setattr("experiments.records.refitting.estimated", fitted)
    forecast("replications=3", "dry_run=true", "years=3", *files, first=1993)
    forecast("replications=3", "dry_run=true", "years=3", *files[2:], origins=[1993, 1994])


def test_a_record_that_ends_earlier_scores_what_it_has(files: list[str]) -> None:
    found = forecast("replications=10", "years=6", *files, first=1993).result()
    assert len(found["years"]) == 6 and found["scores"]["years"] == [1993, 1994, 1995]


def test_more_coverage_never_narrows(files: list[str]) -> None:
    narrow, wide = (
        forecast(*SMALL, *files[:2], files[-1], coverage=coverage, first=1993).result() for coverage in (0.5, 0.95)
    )
    for inner, outer in zip(narrow["years"], wide["years"], strict=True):
        for share in ("share_active", "share_at_war"):
            assert outer[share]["low"] <= inner[share]["low"] and inner[share]["high"] <= outer[share]["high"]
    assert "scores" not in narrow


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["years=0"], "years=0"),
        (["coverage=1"], "coverage=1"),
        (["calibration=nowhere"], "calibration=nowhere"),
        (["onset_bass=-7"], "onset_base"),
    ],
)
def test_mistakes_cost_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == "" and len(output.err.strip().splitlines()) == 1
    assert said in output.err


def test_records_that_cannot_score_are_refused(files: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="at least 3 years before"):
        forecast(*SMALL, *files, first=1991)
    with pytest.raises(InvalidInput, match="one of its own"):
        forecast(*SMALL, *files, first=1996)
    with pytest.raises(InvalidInput, match="borders=null: scoring takes three files"):
        forecast(*SMALL, *files[:-2], first=1993)
    with pytest.raises(InvalidInput, match="none of its states is in the record"):
        forecast(*SMALL, "world=stylised", *files[2:], first=1993)
