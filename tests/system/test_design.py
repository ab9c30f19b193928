"""``concord design`` as users run it, on small searches."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments import design, run
from experiments.cli import main
from experiments.settings.compose import asked as composed
from experiments.settings.places import CONF
from experiments.statistics.intervals import Interval
from experiments.studies.degrees import Degrees, degrees_from
from experiments.studies.design import FRESH, DesignStudy
from experiments.studies.front import Found, Searched, Told
from experiments.studies.objectives import objectives_from
from experiments.studies.study import Study
from model.errors import InvalidInput
from model.institution import Institution

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = (
    "world=stylised", "world.size=6", "quarters=20", "budget=24", "population=8", "draws=12", "replications=2",
    "judged=10",
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return design(*SMALL, "workers=2", study="s", results=str(tmp_path_factory.mktemp("results")))


def found_by(study: Study) -> dict[str, Any]:
    """What a study found, but for its name and how long it took."""
    return {name: value for name, value in study.result().items() if name not in ("study", "seconds")}


def test_the_front_is_judged_in_draws_that_the_search_never_saw(study: Study) -> None:
    searched = pd.concat(pd.read_parquet(folder) for folder in study.folder.glob("search_*"))
    judged, named = (pd.read_parquet(study.folder / name) for name in ("judged", "judged_named"))
    assert set(judged["replication"]) == set(named["replication"])
    assert searched["replication"].max() < judged["replication"].min()
    assert judged["draw"].min() == FRESH
    front = study.result()["front"]
    by_draw = judged.groupby(["institution", "draw"], observed=True)["conflict_years"].mean().unstack()
    for place, found in enumerate(front):
        assert found["judged"]["conflict_years"]["estimate"] == pytest.approx(by_draw.loc[f"front_{place:03d}"].mean())
    best = named.groupby(["institution", "draw"], observed=True)["conflict_years"].mean().unstack().min(axis=0)
    worst = (by_draw.loc["front_000"] - best).max()  # a tenth of ten draws is one
    assert front[0]["judged"]["regret"]["estimate"] == pytest.approx(worst)


def test_few_draws_for_all_candidates_and_more_for_the_best(study: Study) -> None:
    rungs = [pd.read_parquet(study.folder / f"search_000_{rung}") for rung in range(3)]
    assert [rung["institution"].nunique() for rung in rungs] == [8, 4, 2]
    assert [rung["draw"].nunique() for rung in rungs] == [2, 4, 6]
    for few, more in pairwise(rungs):
        assert set(more["institution"]) < set(few["institution"])
        assert few["replication"].max() < more["replication"].min()


def test_workers_change_no_bit_and_the_same_command_costs_no_run(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = design(*SMALL, "workers=1", study="s1", results=str(study.folder.parents[1]))
    assert found_by(alone) == found_by(study)
    capsys.readouterr()
    assert main(["design", *SMALL, "study=s", f"results={study.folder.parents[1]}", "output=json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["front"] == study.result()["front"]
    assert "runs" not in told.err


def test_a_search_goes_on_from_what_stands(study: Study, tmp_path: Path) -> None:
    part = design(*SMALL, "workers=2", study="s", results=str(tmp_path))
    for name in ("search_002_1", "judged"):
        for file in (part.folder / name).iterdir():
            file.unlink()
    again = design(*SMALL, "workers=2", study="s", results=str(tmp_path))
    assert found_by(again) == found_by(study)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_twice_the_budget_goes_on_where_half_of_it_stopped_and_beats_no_less(seed: int, tmp_path: Path) -> None:
    # From pools back to silos: the more is changed, the more money reaches programmes.
    asked = [word for word in SMALL if not word.startswith("budget")]
    asked += ["than=uk_pools", "institutions=[siloed_best]", "objectives=[conflict_years,programme_money,changes]"]
    half, twice = (
        design(*asked, f"budget={budget}", f"seed={seed}", study=f"b{budget}", results=str(tmp_path))
        for budget in (32, 64)
    )
    pd.testing.assert_frame_equal(twice.table("search").head(4), half.table("search"))
    assert twice.table("search")["hypervolume"].is_monotonic_increasing
    before, after = half.result(), twice.result()
    assert after["hypervolume_low"] <= after["hypervolume"] <= after["hypervolume_high"]
    # Both are judged in the same draws, which neither search has seen.
    assert after["hypervolume_high"] >= before["hypervolume"] > 0.0


def test_what_is_found_is_an_institution_that_every_command_takes(tmp_path: Path) -> None:
    target = CONF / "institution" / "zz_found_by_test.yaml"
    try:
        made = design(*SMALL, "save=zz_found_by_test", "fix={mix: 0.5}", "workers=2", study="s", results=str(tmp_path))
        values = yaml.safe_load(target.read_text())["values"]
        degrees = made.result()["front"][0]["degrees"]
        assert {name: values[name] for name in degrees} == degrees
        assert values["mix"] == 0.5
        assert "mix" not in degrees
        assert run("institution=zz_found_by_test", "world=stylised", "quarters=8") is not None
        with pytest.raises(InvalidInput, match="is there already"):
            design(*SMALL, "save=zz_found_by_test", study="t", results=str(tmp_path))
    finally:
        target.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("objectives=[conflict_years,peace]", "objectives: nothing measures 'peace'"),
        ("objectives=[conflict_years]", "objectives=[conflict_years]: must be a list of two or more"),
        ("free=[poolin]", "free: unknown parameter 'poolin': did you mean 'pooling'?"),
        ("free={pooling:[0.8,0.2]}", "free: pooling: [0.8,0.2]: the lower bound must come first"),
        ("free={pooling:[0,2]}", "free: pooling=2: outside its range, 0 to 1"),
        ("free={pooling:0.5}", "free: pooling: two bounds are needed, as in [0,1]"),
        ("free=[lead_3]", "free: lead_3: no such pool: did you mean 'lead_2'"),
        ("free={lead_1:[0,1]}", "free: lead_1: every department may lead; must have no bounds"),
        ("free={weight_1:[2,1]}", "free: weight_1: two bounds above 0 are needed, the lower one first"),
        ("free={pools:[1,2]}", "free: pools: from one to all that there are, and two are needed; must have no bounds"),
        ("fix={vetoo:1}", "fix: unknown parameter 'vetoo': did you mean 'veto'?"),
        ("budget=4", "budget=4: must be one generation at least (population=8)"),
        ("budget=0", "budget=0: must be"),
        ("save=uk_pools", "save=uk_pools: conf/institution/uk_pools.yaml is there already"),
    ],
)
def test_bad_input_is_one_line_and_makes_nothing(
    asked: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for word in SMALL if word.partition("=")[0] != asked.partition("=")[0]]
    assert main(["design", *words, asked, f"results={tmp_path}/r"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "r").exists()


def test_a_degree_both_free_and_fixed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="free: pooling is fixed too"):
        design(*SMALL, "free=[pooling]", "fix={pooling: 1}", results=str(tmp_path))


def test_changes_by_hand() -> None:
    low, high = np.array([0.0, 1.0]), np.array([1.0, 5.0])
    degrees = Degrees(("a", "b"), low, high, np.array([False, True]), low, Institution())
    values = degrees.at(np.array([[0.0, 0.0], [0.04, 0.1], [0.5, 1.0]]))
    assert values.tolist() == [[0.0, 1.0], [0.0, 1.0], [0.5, 5.0]]
    assert degrees.changes(values).tolist() == [0.0, 0.0, 0.75 + 1.0]
    assert degrees.shares(np.array([[0.5, 9.0]])).tolist() == [[0.5, 1.0]]


def test_leads_and_weights_of_pools_can_be_free() -> None:
    setting = composed("design", ["world=stylised"]).setting(["uk_pools", "siloed"])
    degrees = degrees_from(["lead_1", "weight_2", "pooling"], {"mix": 0.5}, setting, "uk_pools", "siloed")
    made = degrees.made("x", np.array([0.0, 2.5, 0.7]))
    assert [(pool.lead, pool.weight_per_state) for pool in made.pools] == [("defence", 1.16), ("foreign", 2.5)]
    own = setting.institutions["uk_pools"].values
    assert made.values == {**own, "mix": 0.5, "pooling": 0.7}
    # Siloed has one committee, led by foreign affairs; the second pool's weight is that of whom candidates follow.
    assert degrees.today.tolist() == [2.0, 0.6, 0.0]
    # Another lead is a whole change, however far apart.
    assert degrees.changes(np.array([1.0, 0.6, 0.0])) == degrees.changes(np.array([0.0, 0.6, 0.0])) == 1.0


def test_the_last_pool_covers_what_those_that_go_have_covered() -> None:
    setting = composed("design", ["world=stylised"]).setting(["uk_pools", "siloed"])
    degrees = degrees_from(["pools"], {}, setting, "uk_pools", "siloed")
    assert degrees.at(np.array([[0.0], [1.0]])).tolist() == [[1.0], [2.0]]
    assert degrees.made("x", np.array([2.0])).pools == setting.institutions["uk_pools"].pools
    (one,) = degrees.made("x", np.array([1.0])).pools
    assert (one.region, one.lead) == ("all", "development")
    # Siloed has one committee: as many as one pool.
    assert degrees.today.tolist() == [1.0]


def test_objectives_by_hand() -> None:
    regret, money = objectives_from(["regret", "programme_money"])
    named = {"conflict_years": np.array([[4.0, 9.0], [5.0, 6.0]]), "programme_money": np.array([[1.0, 1.0]])}
    means = {"conflict_years": np.array([[6.0, 7.0]]), "programme_money": np.array([[30.0, 50.0]])}
    assert regret.by_draw(means, named).tolist() == [[2.0, 1.0]]
    assert regret.value(regret.by_draw(means, named)).tolist() == [2.0]
    assert money.value(money.by_draw(means, named)).tolist() == [-40.0]
    assert money.interval(money.by_draw(means, named)[0], 1).mean == 40.0


def test_the_front_holds_each_institution_once_and_only_what_was_run_in_every_draw() -> None:
    degrees = np.array([[0.0], [0.0], [1.0], [2.0], [3.0]])
    values = np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0], [0.0, 0.0], [3.0, 3.0]])
    searched = Searched(degrees, values, np.array([12, 12, 12, 6, 12]))
    assert searched.front(12).tolist() == [0, 2]


def test_degrees_that_change_no_run_are_left_as_they_are_today(study: Study) -> None:
    # Without a pound in a pool no say in it and no mix of it counts.
    for found in study.result()["front"]:
        if found["degrees"]["pooling"] == 0.0 and found["degrees"]["persuasion"] == 0.0:
            assert (found["degrees"]["mix"], found["degrees"]["thematic"]) == (0.0, 0.0)


def test_every_free_degree_of_the_ingredients_is_within_its_range() -> None:
    question = DesignStudy(composed("design", ["world=stylised"]))
    assert {"shared_analysis", "pooling", "commitment", "top_up"} <= set(question.degrees.names)
    assert (question.degrees.low < question.degrees.high).all()


def test_the_front_covers_a_named_one_only_where_it_is_as_good_in_every_outcome() -> None:
    objectives = objectives_from(["conflict_years", "programme_money", "changes"])
    values = {
        "front_1": (3.0, 50.0, 9.0),
        "front_2": (2.0, 40.0, 0.0),
        "front_3": (4.0, 60.0, 1.0),
        "siloed": (3.0, 45.0, 0.0),
    }
    judged = {
        name: {each.name: Interval(x, x, x) for each, x in zip(objectives, row, strict=True)}
        for name, row in values.items()
    }
    found = Found(np.zeros((3, 1)), np.zeros((3, 3)), 3, judged, {}, [0.0], Interval(0.0, 0.0, 0.0))
    degrees = Degrees(("mix",), np.zeros(1), np.ones(1), np.array([False]), np.zeros(1), Institution())
    told = Told(found, objectives, degrees, {"siloed": np.zeros(1)}, {"siloed": "Siloed"}, "siloed")
    assert told.covering("siloed") == ["front_1"]


def test_objectives_are_told_in_words_with_their_units(study: Study) -> None:
    terminal = study.text()
    assert "conflict-years (state-years)  regret (state-years)  programme money (£m)  changes" in terminal
    assert "conflict_years" not in terminal
