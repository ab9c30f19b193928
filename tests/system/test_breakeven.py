"""``concord breakeven`` as users run it, on small studies."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import breakeven, compare
from experiments.cli import main
from experiments.runs.store import Store
from experiments.studies.study import Study
from model.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("world=stylised", "world.size=12", "quarters=40", "seed=7", "replications=10", "workers=2", "steps=3")
ASSUMPTIONS = "assumptions=[approval_delay,interest_spread]"


def small(results: Path, *overrides: str, study: str = "small") -> Study:
    return breakeven(*SMALL, ASSUMPTIONS, *overrides, study=study, results=str(results))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("results"))


def runs_of(study: Study, table: str = "runs") -> pd.DataFrame:
    """Runs with the assumption that is varied in each, and its value."""
    points = study.table("points")
    return study.runs(table).merge(points[points["table"] == table], on="point")


def all_runs(study: Study) -> pd.DataFrame:
    return pd.concat([runs_of(study, table) for table in ("runs", "runs_between") if (study.folder / table).is_dir()])


def test_curves_follow_from_the_runs_alone(study: Study) -> None:
    runs = all_runs(study)
    means = runs.groupby(["assumption", "value", "institution"])["conflict_years"].mean().unstack()
    difference = means["uk_pools"] - means["siloed"]
    table = pd.read_csv(study.folder / "tables" / "curves.csv").set_index(["assumption", "value"])["mean"]
    assert set(table.index) == set(difference.index)
    np.testing.assert_allclose(table.loc[list(difference.index)], difference, atol=1e-9)
    for name, found in study.result()["assumptions"].items():
        curve = difference[name]
        changes = int((np.diff(np.sign(curve[curve != 0.0])) != 0).sum())
        assert len(found["crossings"]) == changes
        values = [point["value"] for point in found["curve"]]
        assert values == sorted(values) and {found["range"][0], found["range"][1]} <= set(values)
        # Where the sign changed on the even values, three more lie between.
        assert len(values) == 3 + 3 * sum(_changed(curve, found["range"]))


def _changed(curve: "pd.Series[float]", ends: list[float]) -> list[bool]:
    even = [curve[value] for value in np.linspace(ends[0], ends[1], 3)]
    return [bool(one * other < 0.0) for one, other in pairwise(even)]


def test_at_each_value_runs_are_those_of_a_comparison_with_that_value(study: Study, tmp_path: Path) -> None:
    other = compare(
        *SMALL[:4], "approval_delay=1.8", "institutions=[uk_pools]", "draws=10", "replications=1",
        "futures=1", "hypothesis=none", "channel_draws=0", study="same", results=str(tmp_path),
    ).runs("across_ranges")  # fmt: skip
    mine = runs_of(study)
    mine = mine[(mine["assumption"] == "approval_delay") & (mine["value"] == 1.8)]
    for name in ("siloed", "uk_pools"):
        one, two = (
            x[x["institution"] == name].sort_values("replication", ignore_index=True)[
                ["conflict_years", "approval_delay"]
            ]
            for x in (mine, other)
        )
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_what_is_varied_for_one_institution_is_set_for_it_alone(tmp_path: Path) -> None:
    here = f"results={tmp_path}"
    study = breakeven(*SMALL, "assumptions=[uk_pools.top_up]", "metric=participation", "margin=0.1", here, "study=top")
    mine = runs_of(study)
    assert set(mine["value"]) == {0.0, 0.5, 1.0}
    other = compare(
        *SMALL[:4], "override.uk_pools.top_up=0.5", "institutions=[uk_pools]", "draws=10", "replications=1",
        "futures=1", "hypothesis=none", "channel_draws=0", "study=same", here,
    ).runs("across_ranges")  # fmt: skip
    own = other.columns.intersection(mine.columns)
    for name in ("siloed", "uk_pools"):
        one, two = (
            rows[rows["institution"] == name].sort_values("replication", ignore_index=True)[own]
            for rows in (mine[mine["value"] == 0.5], other)
        )
        assert one["participation"].nunique() > 1 or name == "siloed"
        pd.testing.assert_frame_equal(one, two, check_exact=True)
    found = study.result()
    assert (found["metric"], found["unit"], found["margin"]) == ("participation", "share", 0.1)
    runs = all_runs(study)
    means = runs.groupby(["value", "institution"])["participation"].mean().unstack()
    curve = found["assumptions"]["uk_pools.top_up"]["curve"]
    np.testing.assert_allclose([point["mean"] for point in curve], means["uk_pools"] - means["siloed"], atol=1e-9)
    assert found["assumptions"]["uk_pools.top_up"]["default"] == 0.43
    assert [path.name for path in study.figures] == ["uk_pools.top_up.png", "uk_pools.top_up.svg"]


def test_what_leads_is_found_where_nobody_names_it(tmp_path: Path) -> None:
    asked = ("replications=6", "screening_draws=4", "keep=2", f"results={tmp_path}", "study=lead")
    study = breakeven(*SMALL[:4], *asked, "workers=2", "steps=3")
    found, table = study.result(), study.table("screening").set_index("assumption")
    runs = study.runs("runs_screening")
    assert runs["point"].nunique() == 256 and runs["replication"].nunique() == 4
    wide = runs.pivot(index=["point", "replication"], columns="institution", values="conflict_years")
    gap = (wide["uk_pools"] - wide["siloed"]).to_numpy()
    own = runs[runs["institution"] == "siloed"].sort_values(["point", "replication"])
    for name in ("veto", "dose", "remit_gap", "literature"):
        is_high = own[name].to_numpy() > own[name].mean()
        assert set(own[name]) == {table.loc[name, "low"], table.loc[name, "high"]} and is_high.sum() == is_high.size / 2
        assert table.loc[name, "moves_gap"] == pytest.approx(gap[is_high].mean() - gap[~is_high].mean(), abs=1e-9)
    assert list(found["assumptions"]) == [each["assumption"] for each in found["hinges_on"][:2]]
    assert "moves most with" in (study.folder / "README.md").read_text()
    for table in ("runs_screening", "runs"):
        next(iter((study.folder / table).glob("*.parquet"))).unlink()
    again = breakeven(*SMALL[:4], *asked, "workers=2", "steps=3")
    assert {**again.result(), "seconds": 0} == {**found, "seconds": 0}


def test_lost_parts_are_made_again_with_the_same_rows(study: Study, tmp_path: Path) -> None:
    folder = shutil.copytree(study.folder, tmp_path / "breakeven" / "small")
    parts = sorted((folder / "runs").iterdir())
    assert len(parts) > 4
    for part in parts[:2]:
        part.unlink()
    again = small(tmp_path)
    assert {**again.result(), "study": "", "seconds": 0} == {**study.result(), "study": "", "seconds": 0}
    keys = ["assumption", "value", "replication", "institution"]
    one, two = (runs_of(x).sort_values(keys, ignore_index=True) for x in (again, study))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_one_line_and_one_figure_per_assumption(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert [path.name for path in study.figures] == [
        "approval_delay.png", "approval_delay.svg", "interest_spread.png", "interest_spread.svg",
    ]  # fmt: skip
    asked = [*SMALL, ASSUMPTIONS, "study=small", f"results={study.folder.parents[1]}"]
    assert main(["breakeven", *asked]) == 0
    printed = capsys.readouterr().out.splitlines()
    for name in ("approval_delay", "interest_spread"):
        assert sum(line.startswith(f"{name} ") for line in printed) == 1
        assert sum(line.startswith(f"  {name}: '") for line in printed) == 1
    assert main(["breakeven", *asked, "output=json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and json.loads(out) == study.result()
    manifest = Store(study.folder).manifest
    assert manifest["status"] == "finished" and manifest["runs"] == len(all_runs(study))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["than=uk_pools"], "institution=uk_pools: is compared with itself; must be another one than than=uk_pools"),
        (["than=sileod"], "than=sileod: must be the name of a file .* did you mean 'siloed'"),
        (["assumptions=[herdng]"], "did you mean 'herding'"),
        (["assumptions=[uk_pols.top_up]"], "assumptions: uk_pols.top_up: 'uk_pols' must be .* did you mean 'uk_pools'"),
        (["assumptions=[stability_fund.top_up]"], "'stability_fund' must be an institution that is run here"),
        (["assumptions=[uk_pools.topup]"], "assumptions: unknown parameter 'topup': did you mean 'top_up'"),
        (["assumptions=[veto,veto]"], "must be leading, or a list, .* of different parameters"),
        (["assumptions=[uk_pools.veto]", "override.uk_pools.veto=0.1"], "override.uk_pools.veto=0.1: is varied here"),
        (["metric=participaton"], "metric=participaton: must be an outcome .* did you mean 'participation'"),
        (["margin=-1"], "margin=-1: must be a number, 0 or more"),
        (["margin=inf"], "margin=inf: must be a number, 0 or more"),
        (["steps=2"], "steps=2: must be a whole number, 3 or more"),
        (["approval_delay=1"], "approval_delay=1: is varied here"),
        (["override.uk_pools.approval_delay=1"], "override.uk_pools.approval_delay=1: is varied here"),
    ],
)
def test_bad_input_costs_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        small(tmp_path, *overrides)
    assert not any(tmp_path.iterdir())
