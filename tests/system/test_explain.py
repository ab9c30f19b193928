"""``concord explain`` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from experiments import explain
from experiments.cli import main
from model.runs import Run, simulate
from model.trajectory import INSTRUMENTS
from tests.support import INSTITUTIONS, institution

CAVEAT = "no forecast for, and no judgement of, any state named"


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command in an empty folder, in this process; returns what it printed on stdout, and nothing elsewhere."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> str:
        assert main(list(arguments)) == 0
        shown = capsys.readouterr()
        assert shown.err == ""
        return shown.out

    return call


@pytest.mark.parametrize("name", INSTITUTIONS)
@pytest.mark.parametrize(("state", "quarter"), [("KEN", 1), ("EGY", 7)])
def test_every_institution_is_explained_by_its_own_names(
    printed: Callable[..., str], name: str, state: str, quarter: int
) -> None:
    said = printed("explain", f"institution={name}", f"state={state}", f"quarter={quarter}", "quarters=8")
    who = institution(name)
    for role in ("defence", "development", "foreign", "parliament"):
        assert who.called(role) in said
    if who.values.get("pooling", 0.0):
        covering = who.pools[-1 if state == "EGY" else 0]
        assert f"\n{covering.name} (" in said
        assert f"led by {who.called(covering.lead)})" in said
    else:
        assert "No money is pooled" in said
    assert f"({state}) got " in said.splitlines()[0]
    unbroken = " ".join(said.split())
    assert f"in quarter {quarter} under '{who.label}'" in unbroken
    assert f"decided in quarter {quarter - (quarter - 1) % 4}." in unbroken
    assert CAVEAT in unbroken
    assert "Lapsed, of all this money: " in said
    assert max(map(len, said.splitlines())) <= 110


def test_the_numbers_are_those_of_concord_run(printed: Callable[..., str], tmp_path: Path) -> None:
    run = ("institution=uk_pools", "seed=7", "replication=3", "quarters=20", "veto=0.8")
    printed("run", *run, "trajectory=future.parquet")
    rows = pq.read_table(tmp_path / "future.parquet").to_pylist()
    told: dict[str, Any] = json.loads(printed("explain", *run, "state=NGA", "quarter=18", "output=json"))
    row, paid = rows[17], 0.0
    assert row["quarter"] == told["quarter"] == 18
    assert (told["institution"], told["seed"], told["replication"]) == ("uk_pools", 7, 3)
    for spender in told["spenders"]:
        who = spender["role"] if spender["role"] != "pool" else spender["name"]
        for instrument, programme in spender["programmes"].items():
            assert programme["money"] == row[f"{who}.money.{instrument}.NGA"]
            paid += programme["money"]
    assert told["got"]["total"] == pytest.approx(paid)
    for instrument in INSTRUMENTS:
        assert told["at_the_end"]["consent"][instrument] == row[f"consent.{instrument}.NGA"]
    assert told["money"]["ledger"]["lapsed"]["oda"] == row["ledger.lapsed.oda"]
    assert CAVEAT in told["caveat"]


def test_json_is_one_object_and_the_notebook_gets_it(printed: Callable[..., str]) -> None:
    run = ("institution=three_ds", "world=stylised", "world.size=6", "quarters=8")
    said = printed("explain", *run, "state=S004", "quarter=6", "output=json")
    assert said.count("\n") == 1
    assert explain(*run, state="S004", quarter=6) == json.loads(said)


def test_a_changed_assumption_changes_the_account(printed: Callable[..., str]) -> None:
    run = ("explain", "state=S001", "world=stylised", "world.size=6", "quarters=4", "output=json")
    plain = json.loads(printed(*run))
    own = json.loads(printed(*run, "national_interest=1"))
    value = own["spenders"][0]["programmes"]["security"]["value"]
    assert value["own"] == value["interest"]
    assert plain["spenders"][0]["programmes"]["security"]["value"]["own"] != value["own"]
    assert own == json.loads(printed(*run, "override.siloed.national_interest=1"))


def test_text_says_what_lapsed(printed: Callable[..., str]) -> None:
    said = printed("explain", "institution=none", "state=KEN", "quarter=2", "quarters=4")
    told = explain("institution=none", "quarters=4", state="KEN", quarter=2)
    lapsed = sum(told["money"]["ledger"]["lapsed"].values())
    assert f"Lapsed, of all this money: £{lapsed:.3f}m, namely " in said
    assert "Of programme money, 0% is released" in said


def test_a_year_is_its_first_quarter() -> None:
    run = ("world=stylised", "world.size=4", "quarters=8", "state=S000")
    assert explain(*run, year=2) == explain(*run, quarter=5)
    assert explain(*run) == explain(*run, quarter=1)


def test_another_run_than_the_engines_is_never_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*run: Any) -> Run:
        outcomes, trajectory = simulate(*run)
        trajectory[2, 5] += 1e-9
        return Run(outcomes, trajectory)

    monkeypatch.setattr("model.runs.simulate", other)
    run = ("world=stylised", "world.size=4", "quarters=8", "state=S000")
    explain(*run, quarter=2)
    with pytest.raises(RuntimeError, match="this is a bug"):
        explain(*run, quarter=3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("explain", "state=null: must be the code of one of the world's states, as in state=KEN"),
        ("explain state=KEM", "state=KEM: must be a code of world 'africa', as in state=AGO; did you mean 'KEN'?"),
        ("explain state=Kenia", "did you mean 'KEN'?"),
        ("explain state=7", "state=7: must be the code of one of the world's states"),
        ("explain state=KEN quarter=0", "quarter=0: must be a whole number, 1 to quarters"),
        ("explain state=KEN quarter=1.5", "quarter=1.5: must be a whole number"),
        ("explain state=KEN quarter=81", "quarter=81: must be a whole number, 1 to quarters=80"),
        ("explain state=KEN quarter=9 quarters=8", "quarter=9: must be a whole number, 1 to quarters=8"),
        ("explain state=KEN year=0", "year=0: must be a whole number, 1 to 100"),
        ("explain state=KEN year=3 quarters=8", "year=3: must be a whole number, 1 to 2, the years of the run"),
        ("explain state=KEN year=9 quarter=34", "quarter=34 and year=9: must be one of both"),
        ("explain state=KEN institution=uk_pool", "did you mean 'uk_pools'?"),
        ("explain state=KEN quater=3", "did you mean 'quarter'?"),
        ("explain state=KEN veto=2", "veto=2: outside its range"),
        ("explain state=KEN output=xml", "output=xml: must be table or json"),
        ("explain state=KEN engine=mesa", "explain has no option or parameter 'engine'"),
    ],
)
def test_a_mistake_costs_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert said in shown.err
    assert list(tmp_path.iterdir()) == []
