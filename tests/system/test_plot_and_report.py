"""``concord plot``, ``report``, ``export`` and ``replay`` on a small study of every command that makes one."""

import html
import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import experiments
from experiments import export, open_study, plot, replay, report
from experiments.cli import main
from experiments.runs.store import Store
from experiments.settings.compose import asked
from experiments.studies.finished import study_named
from model.errors import InvalidInput

WORLD = ("world=stylised", "world.size=4", "quarters=8", "seed=7")
FIVE = "axes=[effect,complementarity,crowding,national_interest,desks]"
STUDIES = {
    "compare": ("institutions=[three_ds]", "replications=4", "draws=6", "channel_draws=0"),
    "sweep": ("design=latin_hypercube", "design.points=20", "axes=[effect,three_ds.commitment,desks]",
              "institutions=[siloed,three_ds]", "replications=3"),
    "attribute": ("institution=three_ds", "level=defaults", "replications=6"),
    "sensitivity": ("institution=three_ds", FIVE, "morris=4", "keep=2", "base=8", "replications=2"),
    "discover": ("institution=three_ds", 'condition="trust(none) > 0.2"', FIVE, "points=40", "replications=2"),
    "breakeven": ("institution=three_ds", "than=siloed_best", "assumptions=[desks]", "steps=3", "replications=5",
                  "effect=0.02"),
    "design": ("institutions=[siloed_best]", "budget=8", "population=8", "draws=6", "replications=1", "judged=4"),
    "mechanisms": ("axes=[effect]", "replications=3", "draws=3"),
    "knowledge": ("replications=3",),
    "robustness": ("institutions=[siloed,three_ds,uk_pools]", "draws=12", "futures=2", "override.three_ds.veto=0.5"),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def vector_alone() -> Iterator[None]:
    """Draw no PNG: it is the figure of the SVG, and takes most of the time."""
    save = Figure.savefig

    def saved(self: Figure, *place: Any, **told: Any) -> None:
        if told["format"] != "png":
            save(self, *place, **told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", saved)
        yield


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # As people call folders.
    folder = tmp_path_factory.mktemp("nos résultats été")
    for command, options in STUDIES.items():
        make = getattr(experiments, command)
        make(*WORLD, *options, study="small", results=str(folder))
    return folder


@pytest.mark.parametrize("command", STUDIES)
def test_plot_draws_the_same_again_from_rows_alone(results: Path, command: str) -> None:
    folder = results / command / "small"
    before = {
        path: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".svg", ".csv", ".md", ".parquet")
    }
    assert any(path.suffix == ".svg" for path in before)
    for path in folder.glob("figures/*"):
        path.unlink()
    (folder / "README.md").write_text("stale")
    drawn = plot(studies=f"{command}/small", results=str(results))
    assert {path for path in before if path.suffix == ".svg"} <= set(drawn)
    assert {path: path.read_bytes() for path in before} == before


def test_plot_names_the_figures_of_one_kind(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("parallel", "scores"):
        drawn = plot(studies="sweep/small", kind=kind, results=str(results))
        assert [path.name for path in drawn] == [f"{kind}.png", f"{kind}.svg"]
    capsys.readouterr()
    assert main(["plot", "studies=sweep/small", "kind=score", f"results={results}"]) == 2
    assert "kind=score: no such figure; did you mean 'scores'?" in capsys.readouterr().err


def test_the_report_tells_how_to_make_every_study_again(results: Path, tmp_path: Path) -> None:
    names = [f"{command}/small" for command in STUDIES]
    page = report(studies=names, results=str(results), to=str(tmp_path / "page.html")).read_text()
    told = [html.unescape(each.split("</code>")[0]) for each in page.split("<code>")[1:]]
    for command, options in STUDIES.items():
        # Some name other questions as well, which look more closely.
        again = [sorted(shlex.split(each)[2:]) for each in told if each.startswith(f"concord {command} ")]
        assert sorted([*WORLD, *options, "study=small"]) in again


def test_a_study_from_another_model_keeps_its_figures(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = results / "breakeven" / "small"
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(
        json.dumps({**manifest, "design": {**manifest["design"], "model_sources": "0" * 16}})
    )
    try:
        assert main(["plot", "studies=breakeven/small", f"results={results}"]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert list((folder / "figures").glob("*.svg"))
        assert json.loads((folder / "manifest.json").read_text())["status"] == "finished"
    finally:
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("command", STUDIES)
def test_rows_are_repeated_to_the_bit(results: Path, command: str) -> None:
    store = Store(results / command / "small")
    tables = [name for name in store.tables() if name not in ("paths", "trajectories")]
    # Of tables that differ in a number, such as a search's generations, one.
    for table in {name.rstrip("0123456789"): name for name in tables}.values():
        last = store.read(table).num_rows - 1
        told, future = replay(study=f"{command}/small", table=table, row=last, results=str(results))
        assert future.outcomes == told.outcomes
        assert shlex.split(told.command) == ["concord", "run", *told.words]


def test_rows_of_a_record_are_repeated_where_no_file_makes_their_world(tmp_path: Path) -> None:
    experiments.forecast(*WORLD[:2], years=2, replications=3, study="small", results=str(tmp_path))
    forecast = tmp_path / "forecast" / "small"
    rows = Store(forecast).read("runs")
    told, future = replay(study="forecast/small", row=2, results=str(tmp_path))
    assert future.outcomes == told.outcomes == {name: rows[name][2].as_py() for name in told.outcomes}
    # The calibration's draw of that future.
    assert "onset_base=" in told.command and "replication=2 " in told.command
    (file := tmp_path / "any.csv").touch()
    for command in ("calibrate", "patterns", "forecast"):
        folder = shutil.copytree(forecast, tmp_path / command / "made")
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["asked"] = [f"{each}={file}" for each in ("acd", "panel", "borders")]
        (folder / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(InvalidInput, match=rf"a row of concord {command} is not repeated.* repeats all$"):
            replay(study=f"{command}/made", row=0, results=str(tmp_path))


def test_rows_are_repeated_whatever_was_claimed_since(results: Path, conf: Path) -> None:
    claim = (conf / "hypotheses" / "joint_beats_siloed.yaml").read_text(encoding="utf-8")
    (conf / "hypotheses" / "claimed_since.yaml").write_text(claim, encoding="utf-8")
    small = {"study": "compare/small", "results": str(results)}
    told, future = replay(**small, row=1)
    assert future.outcomes == told.outcomes
    world = conf / "world" / "stylised.yaml"
    world.write_text(world.read_text(encoding="utf-8").replace("values: {}", "values: {veto: 0.4}"), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"compare/small': .* is .* there and .* here: nothing repeats its rows"):
        replay(**small, row=1)


def test_a_row_that_cannot_be_repeated_costs_one_line(results: Path) -> None:
    small = {"study": "compare/small", "results": str(results)}
    with pytest.raises(InvalidInput, match="row=9999: must be below"):
        replay(**small, row=9999)
    with pytest.raises(InvalidInput, match="table=paths: has no runs"):
        replay(**small, table="paths")
    with pytest.raises(InvalidInput, match=r"study 'comparr': there is none in .*; did you mean 'compare/small'"):
        replay(study="comparr", results=str(results))


def test_a_folder_without_studies_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"study 'x': there is none in .*, which holds no studies$"):
        study_named(tmp_path, "x")


def test_all_take_the_same_names(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("compact", "plot", "report", "export", "replay"):
        to = [f"to={tmp_path}/{{}}.csv"] if command == "export" else []
        assert main([command, "knowledge/small", *(word.format("a") for word in to), f"results={results}"]) == 0
        assert main([command, "small", *(word.format("b") for word in to), f"results={results}"]) == 2
        assert "several commands have one, must be one of attribute/small" in capsys.readouterr().err
    assert study_named(results, "sweep/small").name == "small"
    assert asked("plot", ["studies=[a/b]"]).studies == ["a/b"]


def test_exported_rows_are_numbered_as_replay_counts(results: Path, tmp_path: Path) -> None:
    files = export(study="robustness/small", to=str(tmp_path / "runs.csv"), results=str(results))
    assert [path.name for path in files] == ["runs.csv", "runs_units.csv"]
    rows, stored = pd.read_csv(files[0], float_precision="round_trip"), Store(results / "robustness/small").read("runs")
    assert rows["row"].tolist() == list(range(stored.num_rows))
    assert rows["conflict_years"].tolist() == stored["conflict_years"].to_pylist()
    assert rows.loc[rows["institution"] == "three_ds", "label"].nunique() == 1
    with pytest.raises(InvalidInput, match=r"has no rows 'run'"):
        export(study="robustness/small", table="run", to=str(tmp_path / "b.csv"), results=str(results))
    assert len(open_study(results / "robustness/small").runs(everything=True)) == len(rows)
