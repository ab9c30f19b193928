"""``concord compare`` as users run it, on small studies."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from experiments import compare, plot, report
from experiments.cli import main
from experiments.reporting.drawing import Drawing
from experiments.runs import simulate as futures
from experiments.runs.plan import FIRST_DRAW, SWEPT
from experiments.studies.study import Study
from model.ensemble import simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.randomness import draw_chance
from tests.support import setting

CLAIMS = "hypothesis=[joint_beats_siloed,joint_beats_siloed_best]"
MODEL = ("world=stylised", "world.size=6", "quarters=8", "seed=7", "workers=2")
SMALL = (*MODEL, "replications=20", "draws=18", "futures=2", CLAIMS)
FITTED = tuple(setting().draws)
"""What the calibration is unsure of."""
INSTITUTIONS_ASKED = ["none", "siloed", "uk_pools", "full_information"]
INSTITUTIONS = f"institutions=[{','.join(INSTITUTIONS_ASKED)}]"
BARE = "channel_draws=0"
"""Without what is switched off in turn, six runs of seven: where both levels alone are looked at."""


def small(results: Path, *overrides: str, study: str = "small") -> Study:
    return compare(*SMALL, INSTITUTIONS, *overrides, study=study, results=str(results))


def rows(study: Study, level: str) -> pd.DataFrame:
    """Runs of a level in an order of their own, whatever part they came from."""
    return study.runs(level).sort_values(["replication", "institution"], ignore_index=True)


def assert_same_rows(one: Study, other: Study) -> None:
    for level in ("defaults", "across_ranges"):
        pd.testing.assert_frame_equal(rows(one, level), rows(other, level), check_exact=True)


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figures for studies whose rows alone are looked at: they take most of the time."""
    monkeypatch.setattr(Drawing, "files", lambda self: {})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("results"))


def test_rows_are_one_per_institution_and_replication(study: Study) -> None:
    names = ["none", "siloed", "uk_pools", "full_information"]
    at_defaults, across = study.runs("defaults"), study.runs("across_ranges")
    assert list(at_defaults.columns) == ["institution", "seed", "replication", *OUTCOMES]
    assert list(across.columns) == ["institution", "seed", "replication", *OUTCOMES, *SWEPT, *FITTED, "draw"]
    assert len(at_defaults) == 80 and len(across) == 144
    assert sorted(at_defaults["replication"].unique()) == list(range(20))
    firsts = [FIRST_DRAW * (1 + future) for future in range(2)]
    assert sorted(across["replication"].unique()) == [first + draw for first in firsts for draw in range(18)]
    assert (across["draw"] == across["replication"] % FIRST_DRAW).all()
    assert set(at_defaults["institution"]) == set(across["institution"]) == set(names)
    assert not at_defaults.duplicated(["institution", "replication"]).any()
    assert np.isfinite(at_defaults[list(OUTCOMES)].to_numpy()).all()


def test_the_json_has_what_others_rely_on(study: Study) -> None:
    result = json.loads(json.dumps(study.result(), allow_nan=False))
    assert result["study"] == str(study.folder) and result["runs"] == 280 and result["seconds"] > 0
    assert result["failed"] == 0 and result["futures_left_out"] == 0
    for level in (result, result["across_ranges"]):
        assert set(level["institutions"]) == {"none", "siloed", "uk_pools", "full_information"}
        assert set(level["differences_vs_siloed"]) == {"none", "uk_pools", "full_information"}
        for found in level["institutions"].values():
            assert set(found) >= {*OUTCOMES, "averted", "averted_per_100m", "share_of_reference"}
            assert set(found["conflict_years"]) == {"mean", "low", "high"}
        for found in level["differences_vs_siloed"].values():
            mean, low, high = (found["conflict_years"][key] for key in ("mean", "low", "high"))
            # Where hardly a replication differs, nothing is bounded.
            assert (low is None and high is None) or low <= mean <= high
    assert 0.0 <= result["across_ranges"]["share_of_worlds_better"]["uk_pools"]["mean"] <= 1.0
    fields = {"id", "statement", "level", "metric", "estimate", "low", "high", "smallest_effect"}
    fields |= {"direction", "size", "draws_to_settle"}
    assert (
        all(fields <= set(row) for row in result["verdicts"])
        and result["hypotheses"] == result["verdicts"] + result["checks"]
    )
    judged = {(row["id"], row["level"]) for row in result["verdicts"]}
    levels, claims = ("defaults", "across_ranges"), ("joint_beats_siloed", "joint_beats_siloed_best")
    assert judged == {(claim, level) for claim in claims for level in levels}
    assert result["headline"].startswith("At history's money 'Siloed departments' avert")
    assert set(result["share_of_scenarios"]) == {"better", "worse", "less"}


def test_a_reader_with_pyarrow_alone_finds_the_numbers(study: Study) -> None:
    for level, folder in ((study.result(), "runs"), (study.result()["across_ranges"], "runs_across_ranges")):
        table = pq.read_table(study.folder / folder)
        means = {}
        for name in ("none", "siloed", "uk_pools"):
            chosen = table.filter(pc.equal(table["institution"], name))
            means[name] = pc.mean(chosen["conflict_years"]).as_py()
            assert level["institutions"][name]["conflict_years"]["mean"] == pytest.approx(means[name], rel=1e-12)
        difference = level["differences_vs_siloed"]["uk_pools"]["conflict_years"]["mean"]
        assert difference == pytest.approx(means["uk_pools"] - means["siloed"], abs=1e-9)


@pytest.mark.usefixtures("undrawn")
def test_sets_of_channels_stand_side_by_side_on_the_same_draws(study: Study) -> None:
    told = study.result()["channels"]
    assert list(told) == ["all", "for_only", "against_only"]
    own, other = rows(study, "across_ranges"), rows(study, "for_only")
    own = own[own["replication"] < 2 * FIRST_DRAW].reset_index(drop=True)
    assert own["replication"].tolist() == other["replication"].tolist()
    assert (own[own["institution"] == "uk_pools"]["veto"] > 0.0).all()
    assert (other["veto"] == 0.0).all()
    assert told["all"]["uk_pools"]["mean"] == pytest.approx(
        study.result()["across_ranges"]["differences_vs_siloed"]["uk_pools"]["conflict_years"]["mean"]
    )
    assert "only what can help jointness" in study.text()
    without = small(study.folder.parent.parent, BARE, study="without")
    assert without.result()["channels"] is None
    assert_same_rows(study, without)


@pytest.mark.usefixtures("undrawn")
def test_a_claim_about_a_condition_runs_its_own_arms_on_the_same_futures(study: Study) -> None:
    asked = "hypothesis=[joint_beats_siloed,individuals_before_interests,delay_erodes_the_gain]"
    conditional = small(study.folder.parent.parent, asked, BARE, study="conditional")
    assert set(rows(conditional, "across_ranges")["institution"]) == {"none", "siloed", "uk_pools", "full_information"}
    everything = conditional.runs("across_ranges", everything=True)
    assert "national_interest=0" in set(everything["condition"])
    assert set(everything["institution"]) == {*INSTITUTIONS_ASKED, "siloed_best"}
    found = pd.read_parquet(conditional.folder / "runs_across_ranges")
    arms = {f"uk_pools (national_interest={value})" for value in (0, 1)}
    assert arms < set(found["institution"]) and len(set(found["institution"])) == 5 + 2 + 4
    years = found.pivot(index="replication", columns="institution", values="conflict_years")
    paired = years["uk_pools (national_interest=0)"] - years["uk_pools (national_interest=1)"]
    told = {(row["id"], row["level"]): row for row in conditional.result()["hypotheses"]}
    assert told["individuals_before_interests", "across_ranges"]["estimate"] == pytest.approx(paired.mean())
    assert {row["id"] for row in conditional.result()["checks"]} == {"individuals_before_interests"}
    assert "Checks (what holds by construction" in conditional.text()
    delays = ("(approval_delay=0, analysis_delay=0)", "(approval_delay=1.8, analysis_delay=2)")
    gains = [years[f"uk_pools {each}"] - years[f"siloed {each}"] for each in delays]
    estimate = told["delay_erodes_the_gain", "across_ranges"]["estimate"]
    assert estimate == pytest.approx((gains[0] - gains[1]).mean())
    # What was asked for is reported as ever, and arms are no institutions of the study.
    assert list(conditional.table("comparison")["institution"]) == 2 * INSTITUTIONS_ASKED
    means = ["level", "institution", "conflict_years", "averted", "difference_vs_siloed", "share_better"]
    pd.testing.assert_frame_equal(conditional.table("comparison")[means], study.table("comparison")[means])


def test_its_page_needs_nothing_else(study: Study) -> None:
    results = str(study.folder.parents[1])
    path = report(studies="compare/small", results=results)
    assert path == study.folder / "report.html"
    page = path.read_text()
    assert page.count('src="data:image/svg+xml;base64,') == 5 == page.count("<img")
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert study.text().split("(")[0].replace("\n", " ").strip() in page
    assert "concord compare world=stylised" in page and "world.size=6" in page


def test_figures_are_drawn_anew_from_stored_rows_alone(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "compare" / "small"
    shutil.copytree(study.folder, folder)
    before = {path.name: path.read_bytes() for path in (folder / "figures").iterdir()}
    parts = snapshot(folder / "runs")
    for path in [*(folder / "figures").iterdir(), folder / "README.md"]:
        path.unlink()
    (folder / "README.md").write_text("# lost\n")
    drawn = plot(studies="small", results=str(tmp_path))
    assert {path.name for path in drawn} == {name for name in before if name.endswith((".png", ".svg"))}
    assert {path.name: path.read_bytes() for path in (folder / "figures").iterdir()} == before
    assert (folder / "README.md").read_text() != "# lost\n" and snapshot(folder / "runs") == parts
    assert json.loads((folder / "manifest.json").read_text())["status"] == "finished"


def test_the_folder_is_complete(study: Study) -> None:
    assert {"README.md", "config.yaml", "manifest.json", "runs", "runs_across_ranges", "tables", "figures"} <= {
        path.name for path in study.folder.iterdir()
    }
    manifest = json.loads((study.folder / "manifest.json").read_text())
    assert manifest["status"] == "finished" and manifest["runs"] == 280 and manifest["failed"] == 0
    assert {"numerics", "design_digest", "versions", "git_commit", "seconds"} <= set(manifest)
    assert manifest["design"]["seed"] == 7 and manifest["design"]["rows_code"]
    for name in ("difference_vs_siloed", "worlds_better", "share_of_reference", "channels", "over_time"):
        assert (study.folder / "figures" / f"{name}.csv").stat().st_size > 0
        assert (study.folder / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (study.folder / "figures" / f"{name}.svg").read_text()
    assert len(study.figures) == 10
    assert list(study.table("comparison")["institution"]) == 2 * INSTITUTIONS_ASKED


def test_a_finished_study_is_reported_again_and_not_touched(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(study.folder)
    arguments = [*SMALL, INSTITUTIONS, "study=small", f"results={study.folder.parents[1]}", "output=json"]
    assert main(["compare", *arguments]) == 0
    again = capsys.readouterr()
    assert json.loads(again.out) == study.result()
    assert again.out.count("\n") == 1 and again.err == ""
    assert snapshot(study.folder) == before


def test_workers_change_no_number_and_figures_are_the_same_bytes(study: Study, tmp_path: Path) -> None:
    other = small(tmp_path, "workers=3")
    assert_same_rows(study, other)
    for path in study.figures:
        assert (other.folder / "figures" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.usefixtures("undrawn")
def test_chunks_change_no_number(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.plan._PARTS_AT_LEAST", 3)
    other = small(tmp_path, BARE)
    assert len(list((other.folder / "runs").iterdir())) == 3 < len(list((study.folder / "runs").iterdir()))
    assert_same_rows(study, other)
    assert other.result()["across_ranges"] == study.result()["across_ranges"]


@pytest.mark.usefixtures("undrawn")
def test_adding_and_reordering_institutions_changes_no_row(study: Study, tmp_path: Path) -> None:
    more = small(tmp_path, BARE, "institutions=[pooled_funding,uk_pools,none,full_information,siloed_best,siloed]")
    for level in ("defaults", "across_ranges"):
        ours = rows(more, level)
        kept = ours[ours["institution"].isin(study.runs(level)["institution"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, rows(study, level), check_exact=True)
    one, other = more.result()["institutions"]["uk_pools"], study.result()["institutions"]["uk_pools"]
    assert one == other


@pytest.mark.usefixtures("undrawn")
def test_a_lost_part_is_done_again_alike(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "compare" / "small"
    shutil.copytree(study.folder, folder)
    next((folder / "runs").glob("part-0000004-0000005-*.parquet")).unlink()
    next((folder / "runs_across_ranges").iterdir()).unlink()
    again = small(tmp_path)
    assert_same_rows(study, again)
    assert json.loads((folder / "manifest.json").read_text())["status"] == "finished"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed=8", "seed is 7 there and 8 here"),
        ("replications=21", "replications is 20 there and 21 here"),
        ("veto=0.5", "values.command_line.veto is absent there and 0.5 here"),
        ("override.uk_pools.herding=0.1", "values.override.uk_pools"),
        ("world.size=7", "world.size is 6 there and 7 here"),
        ("institutions=[siloed]", "institutions.uk_pools is present there and absent here"),
    ],
)
def test_another_configuration_is_refused_and_nothing_changes(
    study: Study, capsys: pytest.CaptureFixture[str], change: str, said: str
) -> None:
    before = snapshot(study.folder)
    arguments = [*SMALL, INSTITUTIONS, "study=small", f"results={study.folder.parents[1]}"]
    arguments = [word for word in arguments if word.partition("=")[0] != change.partition("=")[0]]
    assert main(["compare", *arguments, change]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert said in captured.err and "study 'small'" in captured.err and "choose another study=" in captured.err
    assert snapshot(study.folder) == before


@pytest.mark.usefixtures("undrawn")
def test_without_a_name_a_study_is_named_after_what_it_is(tmp_path: Path) -> None:
    def folder(seed: int) -> Path:
        tiny = ("world=stylised", "world.size=6", "quarters=8", "institutions=[siloed]", "hypothesis=none", BARE)
        return compare(*tiny, seed=seed, replications=3, draws=3, study=None, results=str(tmp_path)).folder

    one = folder(1)
    assert one == folder(1) != folder(2)
    assert one.name.startswith("stylised-")


def test_other_sources_of_the_model_are_refused(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.studies.question.code_digest", lambda packages: "0123456789abcdef")
    with pytest.raises(InvalidInput, match="the code that makes its rows was another"):
        small(study.folder.parents[1])


def test_other_arithmetic_is_not_mixed_in(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "compare" / "small"
    shutil.copytree(study.folder, folder)
    next((folder / "runs").iterdir()).unlink()
    monkeypatch.setattr("experiments.runs.work.numerics_fingerprint", lambda: "another machine")
    with pytest.raises(InvalidInput, match="arithmetic gives other bits"):
        small(tmp_path)


def test_a_run_equals_its_row_to_the_bit(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    def outcomes(*overrides: str) -> dict[str, float]:
        base = ("world=stylised", "world.size=6", "quarters=8", "seed=7", "output=json")
        assert main(["run", *base, *overrides]) == 0
        found: dict[str, float] = json.loads(capsys.readouterr().out)["outcomes"]
        return found

    for name in ("siloed", "uk_pools", "full_information"):
        at_defaults = study.runs("defaults").query("institution == @name and replication == 3").iloc[0]
        assert outcomes(f"institution={name}", "replication=3") == at_defaults[list(OUTCOMES)].to_dict()
        row = study.runs("across_ranges").query("institution == @name and replication == 1000005").iloc[0]
        values = [f"{parameter}={float(row[parameter])!r}" for parameter in (*SWEPT, *FITTED)]
        found = outcomes(f"institution={name}", "replication=1000005", *values)
        assert found == row[list(OUTCOMES)].to_dict()


@pytest.mark.usefixtures("undrawn")
def test_failed_runs_are_recorded_said_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = draw_chance(7, 3, 6, 8).tie[0]

    def fragile(parameters: Any, layout: Any, terrain: Any, chance: Any, trace: Any) -> Any:
        found = simulate(parameters, layout, terrain, chance, trace)
        return found * np.nan if chance.tie[0] == broken and parameters.degrees.pooling else found

    monkeypatch.setattr(futures, "simulate", fragile)
    study = small(tmp_path, BARE)
    result = study.result()
    assert result["failed"] == 2 and result["futures_left_out"] == 1 and result["futures"] == 19
    failures = pq.read_table(study.folder / "failures").to_pylist()
    assert {row["institution"] for row in failures} == {"uk_pools", "full_information"}
    assert {row["replication"] for row in failures} == {3}
    assert json.loads(failures[0]["parameters"])["pooling"] == 1.0
    assert "2 of 280 runs failed" in study.text()
    assert "2 runs failed" in (study.folder / "README.md").read_text()
    assert len(study.runs("defaults")) == 78
