"""``concord calibrate`` as users run it, on a made-up history and with few simulated records."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments import calibrate, forecast, run
from experiments.cli import main
from experiments.records import calibration, spread
from experiments.records.simulated_records import shown
from experiments.records.validation import ROLES
from experiments.settings.compose import asked
from experiments.settings.places import CONF
from experiments.studies import question
from experiments.studies.study import Study
from model.errors import InvalidInput
from tests import kills
from tests.kills import differences, rows
from tests.made_record import STATES, write_history
from tests.official_files import Files, write_files

pytestmark = pytest.mark.usefixtures("quick_pictures")

LITTLE = kills.LITTLE | {("estimation", "YEARS"): (90, 150), ("estimation", "MOMENTS"): (150, 240)}
"""What is estimated of fewer records can be stored, but has no range in which synthetic records' values are."""
TINY = ("region=world", "last=1999", "worlds=2", "replications=20", "seed=3")


@pytest.fixture(scope="module", autouse=True)
def little() -> Iterator[None]:
    """Few records in whatever is estimated here."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), value in LITTLE.items():
            patch.setattr(f"experiments.records.{module}.{name}", value)
        yield


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return files(write_history(tmp_path_factory.mktemp("history")))


def files(of: Files) -> list[str]:
    return [f"{name}={getattr(of, name)}" for name in ("acd", "panel", "borders")]


def tiny(given: list[str], results: Path, *overrides: str, study: str = "tiny") -> Study:
    found = calibrate(*TINY, *given, "workers=2", *overrides, study=study, results=str(results))
    assert isinstance(found, Study)
    return found


@pytest.fixture(scope="module")
def study(given: list[str], tmp_path_factory: pytest.TempPathFactory) -> Study:
    return tiny(given, tmp_path_factory.mktemp("results"))


def results_of(study: Study) -> Path:
    return study.folder.parents[1]


def yaml_of(study: Study) -> str:
    return (study.folder / "calibration.yaml").read_text(encoding="utf-8")


def test_the_folder_holds_every_number_that_is_said(study: Study) -> None:
    found = study.result()
    tables = {path.stem: pd.read_csv(path) for path in (study.folder / "tables").iterdir()}
    assert len(tables["parameters"]) == 13 and list(tables["parameters"]["parameter"]) == list(tables["kept"])
    for row in found["parameters"]:
        drawn = tables["kept"][row["parameter"]]
        assert row["value"] == pytest.approx(drawn.mean()) and row["low"] <= row["value"] <= row["high"]
    assert [row["coefficient"] for row in found["regressions"]] == list(tables["regressions"]["coefficient"])
    for row in found["patterns"]:
        if None not in (row["low"], row["high"], row["model"]):
            assert row["inside"] == (row["low"] <= row["model"] <= row["high"])
    assert {row["world"] for row in pd.read_parquet(study.folder / "worlds").to_dict("records")} == {0, 1}
    assert set(tables["recovery"]["parameter"]) == set(tables["parameters"]["parameter"])
    assert {row["parameter"] for row in found["assumed"]} >= {"", "onset_return", "onset_exclusion"}
    assert [row["parameter"] for row in found["assumed_centred"]] == ["", *["onset_insecurity"] * 2]
    for row in found["drift"]:
        assert 0.0 <= row["median_year_10"] <= 1.0 and row["states"] == STATES
    assert (study.folder / "figures" / "ranks.png").exists()
    assert study.manifest["status"] == "finished"


def test_what_is_expected_and_the_level_are_those_of_the_calibrated_world(study: Study) -> None:
    found = study.result()
    shares = found["conflict"]
    assert shares["share_of_quarters"]["mean"] < shares["share_of_years"]["mean"]
    levels = {row["pattern"]: row for row in found["patterns"]}
    assert levels["active_share"]["model"] == pytest.approx(shares["share_of_years"]["mean"])
    # Missions are where there is war, hardly where there is peace.
    assert 0.0 <= found["expected"]["expected_mission_quiet"] < found["expected"]["expected_mission_war"]


def test_every_pattern_of_the_record_has_one_role() -> None:
    record = yaml.safe_load((CONF / "record" / "africa_1989_2008.yaml").read_text())
    names = [name for names in ROLES.values() for name in names]
    assert sorted(names) == sorted(record["covariance"])
    assert len(names) == len(set(names))


def test_the_json_is_one_object_and_counts_by_role(
    study: Study, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["calibrate", *TINY, *given, "study=tiny", f"results={results_of(study)}", "output=json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read == study.result() | {"seconds": read["seconds"]}
    rows = {row["pattern"]: row for row in read["patterns"]}
    for role, names in ROLES.items():
        known = [name for name in names if name in rows and rows[name]["inside"] is not None]
        assert read["inside"][role] == {"inside": sum(rows[name]["inside"] for name in known), "of": len(known)}
    sets = [tuple(values) for values in read["kept"]["sets"]]
    assert read["independent_draws"] <= len(set(sets)) == len(sets) == LITTLE["kept_draws", "KEPT"]


def test_the_written_calibration_is_taken_by_other_commands(study: Study, tmp_path: Path) -> None:
    path = CONF / "calibration" / "made_by_a_test.yaml"
    try:
        path.write_text(yaml_of(study), encoding="utf-8")
        held = run("calibration=made_by_a_test", "quarters=8")
        values = yaml.safe_load(path.read_text())["values"]
        assert values["memory_half_life"] == 2.5 and "expected_mission_war" in values
        by_hand = run(*(f"{name}={value}" for name, value in values.items()), calibration="none", quarters=8)
        assert held.outcomes == by_hand.outcomes
        ahead = forecast("calibration=made_by_a_test", years=2, replications=5, results=str(tmp_path))
        assert list(ahead.result()["parameters_drawn"]) == study.result()["kept"]["names"]
        draws = asked("run", ["calibration=made_by_a_test"]).setting(["siloed"]).draws
        kept = np.array(study.result()["kept"]["sets"])
        assert np.column_stack(list(draws.values())) == pytest.approx(kept, rel=1e-5)
    finally:
        path.unlink(missing_ok=True)


def test_the_written_command_finds_the_same(study: Study, given: list[str]) -> None:
    made = yaml.safe_load(yaml_of(study))["made"]
    command = made["command"].split()
    assert command[:2] == ["concord", "calibrate"] and (made["first"], made["last"]) == (1989, 1999)
    options = [word for word in command[2:] if not word.endswith("=FILE")]
    again = calibrate(*options, *given, "replications=20", study="tiny", results=str(results_of(study)))
    assert again.result() == study.result() | {"seconds": again.result()["seconds"]}


def test_the_file_is_written_where_asked_and_never_over_another(study: Study, given: list[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    tiny(given, results_of(study), f"to={path}")
    assert path.read_text(encoding="utf-8") == yaml_of(study)
    with pytest.raises(InvalidInput, match="does not exist yet"):
        tiny(given, results_of(study), f"to={path}")


def test_a_study_that_goes_on_does_nothing_again(
    study: Study, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("done again")

    for name in ("estimated", "expected", "recovered"):
        monkeypatch.setattr(calibration, name, again)
    before = study.result()
    for part in (study.folder / "runs").glob("*.parquet"):
        part.unlink()
    assert tiny(given, results_of(study)).result() == before | {"seconds": study.result()["seconds"]}


def test_other_workers_find_the_same_and_ctrl_c_loses_nothing(
    study: Study, given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def stopped(*piece: Any) -> Any:
        calls.append(piece)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return shown(*piece)

    monkeypatch.setattr(spread, "shown", stopped)
    with pytest.raises(KeyboardInterrupt):
        tiny(given, tmp_path, "workers=1")
    assert json.loads((tmp_path / "calibrate" / "tiny" / "manifest.json").read_text())["status"] == "stopped"
    assert len(calls) < 6
    again = tiny(given, tmp_path, "workers=1")
    assert differences(study.folder, again.folder) == []


@pytest.mark.slow
def test_a_cluster_finds_the_same(study: Study, given: list[str], tmp_path: Path) -> None:
    # What workers decide is as they are, of what is decided here as it is patched: without synthetic records.
    together = tiny(given, tmp_path, "worlds=0", "runner=dask", "workers=1", study="together")
    expected, found = rows(study.folder), rows(together.folder)
    assert expected.keys() - found.keys() == {"worlds"} and found.keys() < expected.keys()
    assert all(found[table].equals(expected[table]) for table in found)
    told, there = together.result(), study.result()
    for name in ("parameters", "kept", "regressions", "patterns", "conflict", "expected", "assumed", "drift"):
        assert told[name] == there[name], name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed=2", "seed is 3 there and 2 here"),
        ("worlds=3", "worlds is 2 there and 3 here"),
        ("since=1970", "since is 1960 there and 1970 here"),
        ("effect=0.03", "values.command_line.effect"),
    ],
)
def test_another_configuration_under_the_same_name_is_refused(
    study: Study, given: list[str], change: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        tiny(given, results_of(study), change)


def test_other_files_and_other_code_under_the_same_name_are_refused(
    study: Study, given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = files(write_history(tmp_path, seed=2))
    with pytest.raises(InvalidInput, match="contents"):
        tiny(other, results_of(study))
    monkeypatch.setattr(question, "code_digest", lambda packages: "other")
    with pytest.raises(InvalidInput, match="the code that makes its rows was another"):
        tiny(given, results_of(study))


def test_a_dry_run_says_how_long(given: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["calibrate", *TINY, *given, "dry_run=true", f"results={tmp_path}"]) == 0
    assert re.search(r"about \d+ (s|min)", capsys.readouterr().out)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["onset_base=-7"], "onset_base: is estimated here"),
        (["override.siloed.onset_base=-7"], "onset_base: is estimated here"),
        (["institution=uk_pools"], "institution=uk_pools: leave it out"),
        (["calibration=africa_1989_2008"], "calibration=africa_1989_2008: leave it out"),
        (["world=africa"], "world=africa: leave it out"),
        (["last=1988"], "last=1988: must not lie before first=1989"),
        (["since=1995"], "since=1995: must not lie after first=1989"),
        (["last=2005"], "2005"),
        (["worlds=-1"], "worlds=-1"),
        (["to=/nowhere/x.yaml"], "to=/nowhere/x.yaml"),
        (["borders=null"], "borders=null: a record takes three files"),
        (["acd=null", "panel=null", "borders=null"], "acd=null: a calibration takes the official files"),
    ],
)
def test_mistakes_cost_one_line(
    given: list[str], arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {word.partition("=")[0] for word in arguments}
    others = [word for word in (*TINY, *given) if word.partition("=")[0] not in named]
    assert main(["calibrate", *others, *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.strip().splitlines()) == 1
    assert re.search(said, output.err)


def test_files_that_say_too_little_cost_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = files(write_files(tmp_path))
    assert main(["calibrate", *few, "last=1995"]) == 2
    output = capsys.readouterr()
    assert output.out == "" and re.search("the record has . onsets", output.err.splitlines()[-1])
