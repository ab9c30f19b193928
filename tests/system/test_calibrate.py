"""``concord calibrate`` as users run it, with tiny budgets."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import experiments.records.evaluations
import numpy as np
import pandas as pd
import pytest
import yaml
from experiments.records.evaluations import Evaluations

from experiments import calibrate, forecast, run
from experiments.cli import main
from experiments.records.calibrated import CANDIDATES, KEPT, Calibrated
from experiments.records.calibration import Calibration
from experiments.records.validation import FITTED, ROLES
from experiments.runs.executors import Stop
from experiments.runs.store import Store
from experiments.settings.compose import asked
from experiments.settings.places import CONF
from experiments.studies import question
from experiments.studies.study import Study
from model.errors import InvalidInput
from model.world import Floats
from tests.official_files import ACD, BORDERS, PANEL

pytestmark = pytest.mark.usefixtures("quick_pictures")

TINY = ("free=[onset_base,termination_base]", "points=4", "replications=4", "proposals=16", "histories=24", "workers=2")


def tiny(results: Path, *overrides: str, study: str = "tiny") -> Study:
    return calibrate(*TINY, *overrides, study=study, results=str(results))


def yaml_of(study: Study) -> str:
    return (study.folder / "calibration.yaml").read_text(encoding="utf-8")


def files(folder: Path) -> list[str]:
    for name, text in (("acd", ACD), ("panel", PANEL), ("borders", BORDERS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [f"{name}={folder}/{name}.csv" for name in ("acd", "panel", "borders")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Calibrated]:
    """The study, and what its search found."""
    asking = Calibration(asked("calibrate", TINY, {"study": "tiny", "results": str(tmp_path_factory.mktemp("r"))}))
    study = asking.answered()
    assert isinstance(study, Study) and asking.found is not None
    return study, asking.found


@pytest.fixture(scope="module")
def study(made: tuple[Study, Calibrated]) -> Study:
    return made[0]


@pytest.fixture(scope="module")
def found(made: tuple[Study, Calibrated]) -> Calibrated:
    return made[1]


def told(study: Study) -> dict[str, Any]:
    """What the study says, but for where it lies and how long it took."""
    return {key: value for key, value in study.result().items() if key not in ("study", "seconds")}


def test_the_folder_holds_what_was_found(study: Study, found: Calibrated) -> None:
    table = pd.read_csv(study.folder / "tables" / "parameters.csv", index_col=0)
    free = table[table["free"]]
    assert list(free.index) == ["onset_base", "termination_base"]
    assert list(free["value"]) == pytest.approx(found.fit.values.tolist())
    assert set(table.index) == set(CANDIDATES)
    patterns = pd.read_csv(study.folder / "tables" / "patterns.csv", index_col="pattern")
    assert set(patterns.index) == {name for names in ROLES.values() for name in names}
    for row in patterns.dropna(subset=["low", "high", "model", "inside"]).to_dict("records"):
        assert row["inside"] == (row["low"] <= row["model"] <= row["high"])
    assert json.loads((study.folder / "manifest.json").read_text())["status"] == "finished"


def test_what_is_kept_are_sets_that_were_tried_and_their_conflict(study: Study, found: Calibrated) -> None:
    kept = pd.read_csv(study.folder / "tables" / "kept.csv")
    assert len(kept) == KEPT
    assert found.population.values.shape == (16, 2)
    tried = {tuple(values) for values in found.population.values.tolist()}
    assert {tuple(values) for values in found.kept.tolist()} <= tried
    assert np.all((found.kept >= found.free.low) & (found.kept <= found.free.high))
    for name, row in study.result()["conflict"].items():
        assert row["low"] - 1e-12 <= row["mean"] <= row["high"] + 1e-12
        assert row["mean"] == pytest.approx(kept[name].mean())
    # A year counts if one of its quarters does.
    assert np.all(kept["share_of_quarters"] <= kept["share_of_years"])
    levels = {row["pattern"]: row for row in study.result()["patterns"]}
    assert levels["active_share"]["model"] == pytest.approx(study.result()["conflict"]["share_of_years"]["at_values"])
    assert all(row["seen_low"] <= row["seen_high"] for row in levels.values() if None not in row.values())


def test_every_pattern_of_the_record_has_one_role() -> None:
    record = yaml.safe_load((CONF / "record" / "africa_1989_2008.yaml").read_text())
    names = [name for names in ROLES.values() for name in names]
    assert sorted(names) == sorted(record["covariance"])
    assert len(names) == len(set(names))


def test_the_json_is_one_object_and_counts_by_role(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    capsys.readouterr()
    assert main(["calibrate", *TINY, "study=tiny", f"results={study.folder.parents[1]}", "output=json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read == study.result() | {"seconds": read["seconds"]}
    assert read["inside"]["fitted"]["of"] == len(FITTED)
    rows = {row["pattern"]: row for row in read["patterns"]}
    for role, names in ROLES.items():
        assert read["inside"][role]["inside"] == sum(rows[name]["inside"] is True for name in names)


def test_the_written_calibration_is_taken_by_other_commands(
    study: Study, found: Calibrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = CONF / "calibration" / "made_by_a_test.yaml"
    try:
        path.write_text(yaml_of(study), encoding="utf-8")
        held = run("calibration=made_by_a_test", "quarters=8")
        free = dict(zip(found.free.names, (round(x, 12) for x in found.fit.values.tolist()), strict=True))
        values = yaml.safe_load(path.read_text())["values"]
        assert values == pytest.approx(free, rel=1e-5)
        by_hand = run(*(f"{name}={value}" for name, value in values.items()), calibration="none", quarters=8)
        assert held.outcomes == by_hand.outcomes
        ahead = forecast("calibration=made_by_a_test", years=2, replications=5, results=str(tmp_path))
        assert tuple(ahead.result()["parameters_drawn"]) == found.free.names
        draws = asked("run", ["calibration=made_by_a_test"]).setting(["siloed"]).draws
        assert draws["onset_base"] == pytest.approx(found.kept[:, 0].tolist(), rel=1e-5)
        assert draws["termination_base"] == pytest.approx(found.kept[:, 1].tolist(), rel=1e-5)
    finally:
        path.unlink(missing_ok=True)


def test_the_written_command_finds_the_same(study: Study, tmp_path: Path) -> None:
    command = yaml.safe_load(yaml_of(study))["made"]["command"].split()
    assert command[:2] == ["concord", "calibrate"]
    again = calibrate(*command[2:], study="tiny", results=str(study.folder.parents[1]))
    assert told(again) == told(study)


def test_the_file_is_written_where_asked_and_never_over_another(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    again = tiny(study.folder.parents[1], f"to={path}")
    assert path.read_text(encoding="utf-8") == yaml_of(again) == yaml_of(study)
    with pytest.raises(InvalidInput, match="does not exist yet"):
        tiny(study.folder.parents[1], f"to={path}")


def test_what_is_stored_is_not_simulated_again(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    simulated: list[int] = []
    call = experiments.records.evaluations.Evaluations.__call__

    def counted(self: experiments.records.evaluations.Evaluations, *asked: object) -> object:
        answer = call(self, *asked)  # type: ignore[arg-type]
        simulated.append(self.simulated)
        return answer

    monkeypatch.setattr(experiments.records.evaluations.Evaluations, "__call__", counted)
    tiny(study.folder.parents[1])
    assert len(simulated) > 20 and set(simulated) == {0}


def test_asked_to_stop_it_stores_what_it_has_and_simulates_no_more(tmp_path: Path) -> None:
    stop, store = Stop(threading.Event()), Store(tmp_path / "study")
    asked: list[float] = []

    def simulate(values: Floats, replications: int) -> Floats:
        asked.append(float(values[0]))
        return values * replications

    with store.opened({}, {}, ""):
        first = Evaluations(store, simulate, "evaluations", ("a",), ("x",), stop)
        assert first(np.array([0.1]), 3).tolist() == first(np.array([0.1]), 3).tolist() == [0.1 * 3]
        stop.event.set()
        with pytest.raises(KeyboardInterrupt):
            first(np.array([0.2]), 3)
        again = Evaluations(store, simulate, "evaluations", ("a",), ("x",), Stop(threading.Event()))
        assert again(np.array([0.1]), 3).tolist() == [0.1 * 3] and again.simulated == 0
        assert again(np.array([0.1]), 4).tolist() == [0.1 * 4] and again.simulated == 4
        assert asked == [0.1, 0.1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed=2", "seed is 1 there and 2 here"),
        ("points=8", "points is 4 there and 8 here"),
        ("proposals=17", "proposals is 16 there and 17 here"),
        ("effect=0.03", "values.command_line.effect"),
        ("free=[onset_base]", "free"),
    ],
)
def test_another_configuration_under_the_same_name_is_refused(study: Study, change: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        tiny(study.folder.parents[1], change)


def test_other_code_under_the_same_name_is_refused(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, "code_digest", lambda packages: "other")
    with pytest.raises(InvalidInput, match="the code that makes its rows was another"):
        tiny(study.folder.parents[1])


def test_a_record_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = tiny(tmp_path, *files(tmp_path), "first=1989", "last=1995", "points=16")
    said = capsys.readouterr().err
    assert "termination_years_11_plus: the record does not define it" in said
    rows = study.table("patterns").set_index("pattern")
    assert rows.loc["termination_years_11_plus"].isna()["inside"]
    assert study.manifest["design"]["region"] == "africa"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["free=[onset_bass]"], "did you mean 'onset_base'"),
        (["free=[onset_base,onset_base]"], "different parameters"),
        (["free=[effect]"], "of the conflict process"),
        (["free=[onset_base]", "onset_base=-7"], "onset_base: is set and free at once"),
        (["free=[onset_base]", "override.siloed.onset_base=-7"], "onset_base: is set and free at once"),
        (["first=1990"], "no record is stored"),
        (["first=2008", "last=1989"], "must not lie before"),
        (["points=0"], "points=0"),
        (["histories=21"], "histories=21: must be at least twice the 11 patterns fitted"),
        (["proposals=7"], "proposals=7: must be a whole number, 8 or more"),
        (["to=/nowhere/x.yaml"], "to=/nowhere/x.yaml"),
    ],
)
def test_mistakes_cost_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.strip().splitlines()) == 1
    assert re.search(said, output.err)


def test_files_come_together_and_bring_their_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    acd, panel, borders = files(tmp_path)
    assert main(["calibrate", acd, panel]) == 2
    assert "borders=null" in capsys.readouterr().err
    assert main(["calibrate", acd, panel, borders, "world=africa"]) == 2
    assert "leave it out" in capsys.readouterr().err
