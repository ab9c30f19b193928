"""`concord patterns` as a user types it: the record from official files, the model beside a stored record, refusals."""

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from experiments.cli import main
from experiments.records import stored_record
from experiments.records.pattern_values import KEYS, MATRIX
from experiments.records.patterns import LEVEL_NAMES, flattened
from experiments.records.record_tables import record_table
from experiments.settings import places
from experiments.settings.places import CHECKOUT
from model.errors import InvalidInput
from tests.official_files import Files, write_files

FILES = ("acd=acd.csv", "panel=panel.csv", "borders=borders.csv")
WINDOW = ("region=africa", "first=1989", "last=1995")
MODEL = ("world=stylised", "world.size=12", "replications=6", "results=.", "study=here")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    # Enough for what is asked here; how intervals are made is for others.
    monkeypatch.setattr(stored_record, "record_of", partial(stored_record.record_of, resamples=50))
    return write_files(tmp_path)


@pytest.fixture
def printed(files: Files, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command in this process, where the files are; returns what it printed on stdout."""

    def call(*arguments: str) -> str:
        assert main(["patterns", *arguments]) == 0
        return capsys.readouterr().out

    return call


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the files and with the record that the command made of them, once; and what it printed."""
    folder = tmp_path_factory.mktemp("record")
    write_files(folder)
    (folder / "record").mkdir()
    shown = subprocess.run(
        [
            *(sys.executable, "-m", "experiments.cli", "patterns", *FILES, *WINDOW),
            *("to=record/africa_1989_1995.yaml", "output=json"),
        ],
        cwd=folder,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    return folder, shown.stdout


def test_files_give_the_record_alone_as_one_json_object(told: tuple[Path, str]) -> None:
    folder, shown = told
    assert shown.count("\n") == 1
    read = json.loads(shown)
    assert list(read) == ["region", "first", "last", "states", "patterns", "meanings"]
    assert read["meanings"]["onset_rate"] == {"text": "onset, from peace", "unit": "per state-year"}
    assert read["meanings"]["active_share_years_1_5"]["text"] == "state-years in conflict, years 1–5"
    assert (read["region"], read["first"], read["last"], read["states"]) == ("africa", 1989, 1995, 6)
    assert tuple(read["patterns"]) == KEYS
    assert all(list(pattern) == ["estimate", "low", "high"] for pattern in read["patterns"].values())
    by_hand = {
        "active_share": 8 / 38,
        "war_share": 3 / 38,
        "onset_rate": 5 / 29,
        "termination_rate": 5 / 8,
        # At risk within ten years of conflict: Algeria in all its four years at risk, Tunisia, Libya and Sudan after.
        "onset_rate_recent": 2 / 13,
        "onset_rate_quiet": 3 / 16,
        # Algeria 1991-94 is one spell, not ended (1994 is not before 1995 - 1); Sudan lasts three years.
        "spell_median": 1.0,
        "termination_year_1": 2 / 4,
    }
    for key, value in by_hand.items():
        assert read["patterns"][key]["estimate"] == pytest.approx(value), key
    assert read["patterns"]["termination_years_6_10"] == {"estimate": None, "low": None, "high": None}
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["record", *(f"{name}.csv" for name in Files._fields)]
    )


def test_what_goes_with_the_end_of_conflict_takes_excluded_shares(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    open_ones = "ending_population and ending_excluded are left open: the panel has no excluded_share\n"
    assert main(["patterns", *FILES, *WINDOW, "output=json"]) == 0
    shown = capsys.readouterr()
    bare = json.loads(shown.out)["patterns"]
    assert open_ones in shown.err
    assert bare["ending_excluded"]["estimate"] is bare["ending_population"]["estimate"] is None
    # 38 state-years; starts on 1 February, ends on 31 December: Sudan's two whole years are quarters in conflict.
    assert 2 / 38 < bare["share_of_quarters"]["estimate"] < bare["active_share"]["estimate"]
    assert len(bare["active_share_blocks"]["estimate"]) == 2
    files.further()
    assert main(["patterns", *FILES, *WINDOW, "output=json"]) == 0
    assert "left open" not in capsys.readouterr().err


def test_dates_that_cannot_be_read_leave_the_share_of_quarters_open(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.acd.write_text(re.sub("1-2-19([0-9]{2})", r"1-2-\1", files.acd.read_text("utf-8")), encoding="utf-8")
    assert main(["patterns", *FILES, *WINDOW, "output=json"]) == 0
    shown = capsys.readouterr()
    assert "share_of_quarters is left open: in 8 state-years the conflicts' start_date2" in shown.err
    assert json.loads(shown.out)["patterns"]["share_of_quarters"] == {"estimate": None, "low": None, "high": None}


def test_what_is_stored_is_what_is_read_and_compared(
    told: tuple[Path, str], printed: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, shown = told[0], json.loads(told[1])
    monkeypatch.setattr(stored_record, "CONF", folder)
    stored = stored_record.stored_record("africa", 1989, 1995)
    assert stored.patterns["onset_rate"]["estimate"] == pytest.approx(shown["patterns"]["onset_rate"]["estimate"], 1e-6)
    table = record_table(stored)
    assert table.startswith("record: africa, 1989 to 1995, 6 states\n")
    assert re.search(r"active_share +0\.211 .* share of state-years +state-years in conflict\n", table)
    assert "2,000 resamples; not defined, and left out: " in table
    text = (folder / "record" / "africa_1989_1995.yaml").read_text(encoding="utf-8")
    for said in ("concord patterns acd=acd.csv", "CC BY 4.0", "Davies et al. 2025", "sha256"):
        assert said in text
    assert str(folder) not in text
    result = json.loads(printed(*MODEL, *WINDOW, "quarters=28", "output=json"))
    assert result["patterns"]["onset_rate"]["record"]["estimate"] == stored.patterns["onset_rate"]["estimate"]
    assert (result["world"], result["institution"], result["replications"]) == ("stylised", "siloed", 6)
    for row in result["patterns"].values():
        ends = (row["record"]["low"], row["model"]["estimate"], row["record"]["high"])
        if None not in ends:
            assert row["inside"] == (ends[0] <= ends[1] <= ends[2])


def test_the_model_beside_the_stored_record(printed: Callable[..., str], tmp_path: Path) -> None:
    shown = printed(*MODEL)
    assert "record: africa, 1989 to 2008, 51 states; model: institution siloed, world stylised" in shown
    figures = tmp_path / "patterns" / "here" / "figures"
    assert sorted(path.name for path in figures.iterdir()) == [
        f"record_and_model.{end}" for end in ("csv", "json", "png", "svg")
    ]
    table = pd.read_csv(figures / "record_and_model.csv")
    single = len(KEYS) - 2 + len(LEVEL_NAMES) ** 2 + 4  # blocks of years
    assert len(table) == table["pattern"].nunique() == single
    before = (figures / "record_and_model.png").read_bytes(), (figures / "record_and_model.svg").read_bytes()
    assert printed(*MODEL, "workers=1") == shown
    assert ((figures / "record_and_model.png").read_bytes(), (figures / "record_and_model.svg").read_bytes()) == before
    result = json.loads(printed(*MODEL, "output=json"))
    assert result["compared"] >= result["inside"] >= 0
    assert set(result["patterns"]) == set(table["pattern"])
    assert f"{result['inside']} of {result['compared']} patterns" in shown


def test_what_is_stored_for_africa_fits_together() -> None:
    record = stored_record.stored_record("africa", 1989, 2008)

    def value(key: str) -> Any:
        return record.patterns[key]["estimate"]

    assert record.states >= 48
    assert value("onset_ratio") == pytest.approx(value("onset_rate_recent") / value("onset_rate_quiet"), rel=1e-5)
    assert [sum(row) for row in value(MATRIX)] == pytest.approx([1.0] * 3, abs=1e-5)
    assert value("onset_rate") == pytest.approx(1 - value(MATRIX)[0][0], abs=1e-5)
    flat = {end: flattened({key: found[end] for key, found in record.patterns.items()}) for end in ("low", "high")}
    assert list(record.covariance) == list(flat["low"])
    for key, middle in flattened({key: value(key) for key in KEYS}).items():
        assert flat["low"][key] <= middle <= flat["high"][key]
    covariance = {name: dict(zip(record.covariance, row, strict=True)) for name, row in record.covariance.items()}
    # A percentile interval of a rate is about four standard errors wide.
    for key in ("active_share", "onset_rate", "termination_rate", "peace_to_minor"):
        error = math.sqrt(covariance[key][key])
        assert flat["high"][key] - flat["low"][key] == pytest.approx(4 * error, rel=0.1)
    assert covariance["onset_rate"]["peace_to_peace"] == pytest.approx(
        -covariance["onset_rate"]["onset_rate"], rel=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("acd=acd.csv panel=panel.csv", "borders=null: the record takes three files"),
        ("acd=none.csv", "acd=none.csv: no such file, must be a CSV file, or null"),
        ("to=x.yaml", "to=x.yaml: a record is written from files"),
        (
            "acd=acd.csv panel=panel.csv borders=borders.csv to=acd.csv",
            "to=acd.csv: must be a file that does not exist",
        ),
        ("acd=acd.csv panel=panel.csv borders=borders.csv last=2008", "acd.csv: covers 1948 to 1995, must cover 2008"),
        ("acd=acd.csv panel=panel.csv borders=borders.csv first=1995 last=1989", "must not lie before first=1995"),
        ("acd=panel.csv panel=panel.csv borders=borders.csv", "panel.csv: column 'conflict_id' is missing"),
        ("region=europe", "region=europe: must be africa, sub_saharan or world"),
        (
            "first=1990",
            "region=africa first=1990 last=2008: no record is stored in conf/record (there: africa_1989_2008",
        ),
        ("quarters=40", "quarters=40: must be 80, as long as 1989 to 2008"),
        ("resamples=3", "patterns has no option or parameter 'resamples'"),
    ],
)
def test_a_mistake_costs_one_line_and_writes_nothing(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert main(["patterns", *arguments.split()]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err.splitlines()[-1]
    assert shown.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_record_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "record").mkdir()
    path = tmp_path / "record" / "africa_1989_2008.yaml"
    good = yaml.safe_load((places.CONF / "record" / path.name).read_text(encoding="utf-8"))
    monkeypatch.setattr(stored_record, "CONF", tmp_path)
    for damage in ({"states": 1, "patterns": {}}, {"first": 1990}, {"more": 1}):
        path.write_text(yaml.safe_dump(good | damage), encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"africa_1989_2008\.yaml: is not"):
            stored_record.stored_record("africa", 1989, 2008)
