"""``concord sweep`` as users run it, on small studies."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import run, sweep
from experiments.cli import main
from experiments.reporting.page import answer_in
from experiments.runs import simulate as plans
from experiments.runs.pilot import Estimate
from experiments.runs.plan import SWEPT
from experiments.runs.store import Store
from experiments.settings import compose
from experiments.studies.study import Study
from model.ensemble import simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from tests.system.test_bad_input import Refusal, refusal

pytestmark = pytest.mark.usefixtures("quick_pictures")

__all__ = ["refusal"]

SMALL = ("world=stylised", "world.size=6", "quarters=8", "seed=7", "workers=2")
AXES = "axes={effect:[0.01,0.05],uk_pools.veto:[0,1],budget_rule:[neutral,endogenous]}"


def small(results: Path, *overrides: str, study: str = "small", **options: object) -> Study:
    found = sweep(*SMALL, *overrides, study=study, results=str(results), **options)
    assert isinstance(found, Study)
    return found


def rows(study: Study) -> pd.DataFrame:
    """Runs in an order of their own, whatever part they came from."""
    return study.runs().sort_values(["replication", "point", "institution"], ignore_index=True)


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("results"), "design=grid", AXES, "replications=60")


def test_rows_are_one_per_point_institution_and_replication(study: Study) -> None:
    found = study.runs()
    axes = ["effect", "uk_pools.veto", "budget_rule"]
    assert list(found.columns) == ["point", "institution", "seed", "replication", *OUTCOMES, *axes]
    assert len(found) == 8 * 2 * 60 and not found.duplicated(["point", "institution", "replication"]).any()
    assert set(found["institution"]) == {"siloed", "uk_pools"} and set(found["seed"]) == {7}
    merged = found.merge(study.points(), on="point", suffixes=("", "_there"))
    for axis in axes:
        assert (merged[axis] == merged[f"{axis}_there"]).all()


def test_points_are_written_as_csv_and_parquet(study: Study) -> None:
    points = study.points()
    assert points["point"].tolist() == list(range(8))
    assert points["effect"].tolist() == [0.01] * 4 + [0.05] * 4
    assert points["budget_rule"].tolist() == [0.0, 2.0] * 4
    pd.testing.assert_frame_equal(pd.read_csv(study.folder / "points.csv"), points, check_dtype=False)


def test_a_run_equals_its_row_to_the_bit(study: Study) -> None:
    """Axes of one institution leave the other alone; the same future for all points."""
    for _, row in rows(study).iloc[[5, 100, 401, 777]].iterrows():
        name, rule = row["institution"], ("neutral", "equal_programme", "endogenous")[int(row["budget_rule"])]
        own = [f"override.uk_pools.veto={row['uk_pools.veto']}"] if name == "uk_pools" else []
        given = (*SMALL[:4], f"effect={row['effect']}", f"budget_rule={rule}", f"institution={name}", *own)
        assert run(*given, replication=int(row["replication"])).outcomes == row[list(OUTCOMES)].to_dict()


def test_the_table_is_the_mean_over_futures_of_paired_runs(study: Study) -> None:
    wide = study.runs().pivot(index=["point", "replication"], columns="institution", values="conflict_years")
    difference = (wide["uk_pools"] - wide["siloed"]).groupby("point")
    table = study.table("by_point")
    ours = table[table["institution"] == "uk_pools"].set_index("point")
    assert np.allclose(ours["mean"], wide["uk_pools"].groupby("point").mean())
    assert np.allclose(ours["difference"], difference.mean())
    assert np.allclose(ours["difference_standard_error"], difference.sem())
    assert (ours["futures"] == 60).all()
    assert table[table["institution"] == "siloed"]["difference"].isna().all()
    with pytest.raises(InvalidInput, match="did you mean 'by_point'"):
        study.table("by_points")


def test_the_json_has_what_others_rely_on(study: Study) -> None:
    result = json.loads(json.dumps(study.result(), allow_nan=False))
    assert result["points"] == 8 and result["runs"] == 960 and result["failed"] == 0
    assert set(result["axes"]) == {"effect", "uk_pools.veto", "budget_rule"}
    ours = result["institutions"]["uk_pools"]
    assert ours["better"] + ours["between"] + ours["worse"] == 8
    assert ours["better_whole_interval"] <= ours["better"]
    assert set(ours["rank_correlation"]) == set(result["axes"])
    assert {"runs", "seconds", "disk_bytes", "memory_bytes"} <= set(result["estimate"])
    assert result["estimate"]["runs"] == 960


def test_the_folder_is_complete(study: Study) -> None:
    names = {path.name for path in study.folder.iterdir() if not path.name.startswith(".")}
    assert names == {
        "README.md", "config.yaml", "manifest.json", "points.csv", "points.parquet", "runs", "tables", "figures",
        "result.json",
    }  # fmt: skip
    manifest = json.loads((study.folder / "manifest.json").read_text())
    assert manifest["status"] == "finished" and manifest["runs"] == 960
    assert len(manifest["design"]["design"]["points_sha256"]) == 64
    assert len(study.figures) == 2
    assert {path.name for path in (study.folder / "tables").iterdir()} == {
        "by_point.csv", "screening.csv", "spread_over_points.csv"
    }  # fmt: skip
    assert "`uk_pools.veto`" in (study.folder / "README.md").read_text()


def test_the_contents_of_a_page_show_its_answer(study: Study) -> None:
    spread = study.table("spread_over_points").iloc[0]
    assert answer_in((study.folder / "README.md").read_text()) == (
        f"'UK conflict pools': fewer conflict-years than 'Siloed departments' by 1 or more at {spread['better']} of 8 "
        f"points, more by as much at {spread['worse']}; median difference over points {spread['q50']:+.2f}."
    )


def test_a_finished_sweep_is_reported_again_and_not_touched(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(study.folder)
    again = small(study.folder.parents[1], "design=grid", AXES, "replications=60")
    assert again.result() == study.result() and capsys.readouterr().err == ""
    assert snapshot(study.folder) == before


def test_neither_workers_nor_lost_parts_nor_parts_change_a_number(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sweep" / "small"
    shutil.copytree(study.folder, folder)
    for part in sorted((folder / "runs").iterdir())[1::2]:
        part.unlink()
    again = small(tmp_path, "design=grid", AXES, "replications=60", "workers=1")
    monkeypatch.setattr("experiments.runs.plan._PARTS_AT_LEAST", 3)
    other = small(tmp_path / "other", "design=grid", AXES, "replications=60")
    assert len(list((other.folder / "runs").iterdir())) != len(list((study.folder / "runs").iterdir()))
    for found in (again, other):
        pd.testing.assert_frame_equal(rows(found), rows(study), check_exact=True)
        pd.testing.assert_frame_equal(found.table("by_point"), study.table("by_point"), check_exact=True)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["axes={effect:[0.01,0.04],uk_pools.veto:[0,1],budget_rule:[neutral,endogenous]}"], "points_sha256"),
        ([AXES, "seed=8"], "seed is 7 there and 8 here"),
        ([AXES, "herding=0.2"], "values.command_line.herding"),
    ],
)
def test_another_sweep_of_that_name_is_refused(study: Study, overrides: list[str], said: str) -> None:
    before = snapshot(study.folder)
    with pytest.raises(InvalidInput, match=said):
        small(study.folder.parents[1], "design=grid", "replications=60", *overrides)
    assert snapshot(study.folder) == before


def test_points_of_a_sweep_are_a_design_again(study: Study, tmp_path: Path) -> None:
    path = study.folder / "points.csv"
    again = small(tmp_path, "design=points", f"design.path={path}", "replications=60")
    pd.testing.assert_frame_equal(rows(again), rows(study), check_exact=True)


def test_a_named_axis_wins_over_what_an_institution_sets_and_swept_gives_way(tmp_path: Path) -> None:
    three = ("institutions=[full_information]", "design.points=3", "replications=4")
    assert sweep(*SMALL, *three, "axes=[veto]", results=str(tmp_path), dry_run=True)
    own = run(*SMALL[:4], "institution=full_information", replication=2).outcomes
    for axes, gives_way in (("swept", True), ("[top_up,pooling]", False)):
        found = small(tmp_path, *three, f"axes={axes}", study=axes.strip("[]").replace(",", "_"))
        assert json.loads((found.folder / "manifest.json").read_text())["design"]["axes_give_way"] is gives_way
    row = found.runs().query("institution == 'full_information' and replication == 2 and point == 1").iloc[0]
    assert row["top_up_money"] > 0.0 == own["top_up_money"]


def test_a_dry_run_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*SMALL, "axes=[effect]", "design.points=4", f"results={tmp_path}", "dry_run=true"]
    assert main(["sweep", *arguments, "output=json"]) == 0
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert told["runs"] == told["runs_at_least"] == 4 * 2 * 50
    assert told["seconds"] > 0.0 and told["disk_bytes"] > 0 and told["memory_bytes"] > 0
    assert "4 points, 400 runs: about" in shown.err and "of memory" in shown.err
    assert not list(tmp_path.iterdir())
    assert main(["sweep", *arguments]) == 0
    assert capsys.readouterr().out.startswith("4 points, 400 runs")
    found = sweep(*arguments, "precision=0.5", "max_replications=70")
    assert isinstance(found, Estimate) and (found.runs_at_least, found.runs) == (400, 560)


def test_a_run_that_fails_is_recorded_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(parameters: Any, layout: Any, terrain: Any, chance: Any, trace: Any) -> Any:
        outcomes = simulate(parameters, layout, terrain, chance, trace)
        if parameters.delivery.effect == 0.05 and layout.lead.shape[0] == 2 and outcomes[0] > 2.0:
            raise ArithmeticError("made to fail")
        return outcomes

    monkeypatch.setattr(plans, "simulate", failing)
    found = small(tmp_path, "design=grid", "axes={effect:[0.01,0.05]}", "replications=20")
    failed = Store(found.folder).failures()
    assert failed and found.result()["failed"] == len(failed)
    assert {(row["point"], row["institution"]) for row in failed} == {(1, "uk_pools")}
    assert (
        failed[0]["error"] == "ArithmeticError: made to fail" and json.loads(failed[0]["parameters"])["effect"] == 0.05
    )
    assert len(found.runs()) == 80 - len(failed) and found.result()["futures_left_out"] == len(failed)
    by_point = found.table("by_point")
    assert by_point.groupby("point")["futures"].first().tolist() == [20, 20 - len(failed)]


# At the first point an institution is the siloed one under another name; at the second its world is a worse one.
ADAPTIVE = (
    "design=grid", "axes={shared_analysis.onset_base:[-7,-6]}", "onset_base=-7", "institutions=[shared_analysis]",
    "override.shared_analysis.shared_analysis=0", "replications=50", "precision=0.1", "max_replications=90",
)  # fmt: skip


@pytest.fixture(scope="module")
def adaptive(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("adaptive"), *ADAPTIVE)


def test_precision_adds_replications_where_they_are_needed(adaptive: Study) -> None:
    table = adaptive.table("by_point").query("institution == 'shared_analysis'")
    futures = table["futures"].to_numpy()
    assert futures[0] == 50 < futures[1]
    done = table["reached"].to_numpy(bool)
    assert (futures[~done] == 90).all()
    width = (table["high"] - table["low"]).to_numpy() / 2
    assert np.allclose(width[done], 0.1)
    assert adaptive.result()["points_short_of_precision"] == int((~done).sum())
    counts = adaptive.runs().groupby(["point", "institution"]).size()
    assert (counts.unstack()["siloed"].to_numpy() == futures).all()


def test_an_adaptive_sweep_that_was_stopped_decides_as_one_that_was_not(adaptive: Study, tmp_path: Path) -> None:
    folder = tmp_path / "sweep" / "small"
    shutil.copytree(adaptive.folder, folder)
    parts = sorted((folder / "runs").iterdir())
    for part in [parts[0], parts[-1]]:
        part.unlink()
    again = small(tmp_path, *ADAPTIVE)
    pd.testing.assert_frame_equal(rows(again), rows(adaptive), check_exact=True)
    pd.testing.assert_frame_equal(again.table("by_point"), adaptive.table("by_point"), check_exact=True)
    before = snapshot(folder)
    assert small(tmp_path, *ADAPTIVE).result() == again.result()
    assert snapshot(folder) == before
    planned = json.loads((folder / "manifest.json").read_text())["planned"]["runs"]
    assert planned["runs"] == len(again.runs())


def test_trajectories_are_those_of_the_runs(tmp_path: Path) -> None:
    found = small(tmp_path, "design=grid", "axes={effect:[0.01,0.05]}", "replications=3", "trajectories=true")
    kept = found.trajectories()
    assert kept["status"].shape == kept["money"].shape == (12, 8, 6)
    assert kept["status"].dtype == np.uint8 and kept["money"].dtype == np.float32
    # As the README says to read them.
    frame = pd.read_parquet(found.folder / "trajectories")
    assert (np.stack(frame["status"].to_list()).reshape(-1, 8, 6) == kept["status"]).all()
    assert "reshape(-1, 8, 6)" in (found.folder / "README.md").read_text()
    states = pd.read_csv(found.folder / "tables" / "states.csv")["state"].tolist()
    assert states == list(kept["states"])
    runs = kept["runs"].merge(found.runs(), on=["point", "institution", "seed", "replication"])
    assert len(runs) == 12
    assert np.allclose((kept["status"] > 0).sum(axis=(1, 2)) / 4, runs["conflict_years"])
    money = runs[["programme_money", "thematic_money", "top_up_money"]].sum(axis=1)
    assert np.allclose(kept["money"].sum(axis=(1, 2), dtype=float), money, rtol=1e-5)
    other = small(tmp_path, "design=grid", "axes={effect:[0.01,0.05]}", "replications=3", study="without")
    assert (rows(found)[list(OUTCOMES)] == rows(other)[list(OUTCOMES)]).all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("axes=[]", "axes=[]: must be swept, a list"),
        ("axes={}", "must be swept, a list"),
        ("axes=effect", "axes=effect: must be swept, a list"),
        ("axes.effect=[0,1]", "axes has no parts, must be axes=value"),
        ("axes=[efect]", "axes: unknown parameter 'efect': did you mean 'effect'?"),
        ("axes=[veto,veto]", "veto stands there twice"),
        ("axes={veto:[0,1],veto:null}", "veto stands there twice"),
        ("axes={veto:[1,0]}", "must be [low,high] with low below high"),
        ("axes={veto:[0,3]}", "veto=3: outside its range, 0 to 1 share"),
        ("axes=[veto] veto=0.3", "veto=0.3: is an axis of the sweep as well"),
        ("axes=[uk_pools.veto] institutions=[three_ds]", "'uk_pools' must be an institution that is run here"),
        ("design=sobl", "did you mean 'sobol'?"),
        ("design=points", "design.path=null: must be a CSV or Parquet file"),
        ("design=points design.path=missing.csv", "no such file"),
        ("design=grid", f"grid over {len(SWEPT)} axes: has"),
        ("design.pionts=5", "unknown key 'pionts': did you mean 'points'?"),
        ("design.points=0", "design.points=0: must be a whole number, 1 or more"),
        ("design.points=20000", "2,000,000 runs, must be 1,000,000 or fewer without large=true"),
        ("precision=0.1 max_replications=9000", "3,600,000 runs at most, must be"),
        ("precision=0", "precision=0: must be a number above 0, or null"),
        ("precision=0.5 replications=20", "replications=20: must be 50 or more with precision="),
        ("precision=0.5 max_replications=40", "max_replications=40: must not be below replications=50"),
        ("institutions=[siload]", "did you mean 'siloed'?"),
        ("trajectories=maybe", "trajectories=maybe: must be true or false"),
        ("seed=1,2", "several values need -m"),
        ("-m seed=1,-2", "seed=-2: must be a whole number"),
        ("-m veto=0.1,2", "veto=2: outside its range, 0 to 1 share"),
        ("-m axes=[effect],[efect]", "unknown parameter 'efect'"),
    ],
)
def test_a_mistake_costs_one_line(refusal: Refusal, arguments: str, said: str) -> None:
    assert said in refusal("sweep", *arguments.split())


def test_hundreds_of_seeds_are_composed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[Sequence[str]] = []
    once = compose.asked

    def counted(command: str, job: Sequence[str]) -> Any:
        composed.append(job)
        return once(command, job)

    monkeypatch.setattr(compose, "asked", counted)
    compose.check_several("sweep", ["seed=range(0,200)", "veto=0.1,0.2", "world=stylised,africa", "axes=[effect]"])
    assert len(composed) == 2


def test_m_sweeps_studies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["-m", "world.size=4,5", "world=stylised", "quarters=4", "design=sobol", "axes=[effect]"]
    arguments += ["design.points=2", "replications=2", f"results={tmp_path}", "output=json"]
    assert main(["sweep", *arguments]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len({one["study"] for one in told}) == 2 == len(list((tmp_path / "sweep").iterdir()))
