"""``concord robustness`` as users run it, on small studies."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import compare, robustness
from experiments.cli import main
from experiments.runs.plan import FIRST_DRAW, draw_parameters
from experiments.settings.compose import asked
from experiments.studies.study import Study
from model.errors import InvalidInput
from model.parameters import PARAMETERS

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("world=stylised", "world.size=6", "quarters=8", "seed=7", "workers=2")
INSTITUTIONS = "institutions=[uk_pools,military_first]"
NAMES = ["siloed", "uk_pools", "military_first"]


def small(results: Path, *overrides: str, study: str = "small") -> Study:
    return robustness(*SMALL, INSTITUTIONS, "draws=24", "futures=2", *overrides, study=study, results=str(results))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("results"))


def test_every_future_of_a_world_has_the_worlds_parameters(study: Study) -> None:
    runs = study.runs()
    assert len(runs) == 24 * 2 * 3
    assert sorted(runs["draw"].unique()) == list(range(24))
    assert sorted(runs["replication"] // FIRST_DRAW) == sorted([1, 2] * 24 * 3)
    assert (runs["draw"] == runs["replication"] % FIRST_DRAW).all()
    siloed = runs[runs["institution"] == "siloed"]
    drawn = [name for name in runs if name in PARAMETERS]
    assert (siloed.groupby("draw")[drawn].nunique() == 1).all(axis=None)
    assert siloed.groupby("draw")["effect"].first().nunique() == 24
    assert siloed.groupby("draw")["conflict_years"].nunique().max() == 2  # luck is not the same
    expected = [draw_parameters(7, FIRST_DRAW + draw, ("herding",))["herding"] for draw in range(24)]
    np.testing.assert_array_equal(siloed.groupby("draw")["herding"].first(), expected)
    # Calibrated values are drawn once for a world, too, and an institution's own budgets are its own.
    plain = asked("robustness", [*SMALL]).setting(["siloed"])
    assert siloed.groupby("draw")["onset_base"].first()[5] == plain.drawn(7, FIRST_DRAW + 5).shared["onset_base"]
    assert set(runs.loc[runs["institution"] == "military_first", "budget_defence"]) == {0.8}


def test_with_one_future_per_world_rows_are_those_of_a_comparison(tmp_path: Path) -> None:
    mine = small(tmp_path, "futures=1", study="single").runs()
    other = compare(
        *SMALL, INSTITUTIONS, "draws=24", "futures=1", "replications=1", "channel_draws=0", "hypothesis=none",
        study="same", results=str(tmp_path),
    ).runs("across_ranges")  # fmt: skip
    kept = other[other["institution"].isin(NAMES)]
    one, two = (x.sort_values(["replication", "institution"], ignore_index=True) for x in (mine, kept))
    pd.testing.assert_frame_equal(one[list(two)], two, check_exact=True)


def test_numbers_follow_from_the_runs_alone(study: Study) -> None:
    by_world = study.runs().groupby(["draw", "institution"])["conflict_years"].mean().unstack()[NAMES]
    regret = by_world.sub(by_world.min(axis=1), axis=0)
    result = study.result()
    for name in NAMES:
        found = {key: interval["mean"] for key, interval in result["institutions"][name].items()}
        assert found["regret"] == pytest.approx(regret[name].mean())
        assert found["regret_p90"] == pytest.approx(regret[name].quantile(0.9))
        assert found["regret_worst_tenth"] == pytest.approx(regret[name].nlargest(2).mean())
        assert found["good_enough"] == pytest.approx((regret[name] < 1.0).mean())
        assert found["better"] == pytest.approx((by_world[name] - by_world["siloed"] <= -1.0).mean())
    ranks = by_world.mean().rank(method="min").astype(int).to_dict()
    assert {name: found["rank"] for name, found in result["rankings"]["difference"].items()} == ranks
    assert result["information"]["best"] == by_world.mean().idxmin()
    table = pd.read_csv(study.folder / "tables" / "information.csv")
    assert len(table) == len(result["information"]["parameters"]) == len(set(table["parameter"]))
    assert (table["evppi"].diff().dropna() <= 0).all()


def test_what_is_set_for_all_is_nothing_to_be_known(tmp_path: Path) -> None:
    found = small(tmp_path, "herding=0.3", "onset_base=-6").result()["information"]["parameters"]
    assert "veto" in found and not {"herding", "onset_base"} & set(found)


def test_few_worlds_still_give_regrets(tmp_path: Path) -> None:
    found = small(tmp_path, "draws=3", "quarters=40", "world.size=12")
    assert found.result()["information"] is None
    assert "Too few worlds" in found.text() and "Too few worlds" in (found.folder / "README.md").read_text()
    assert not (found.folder / "tables" / "information.csv").exists()


def test_lost_parts_are_made_again_with_the_same_rows(study: Study, tmp_path: Path) -> None:
    folder = shutil.copytree(study.folder, tmp_path / "robustness" / "small")
    parts = sorted((folder / "runs").iterdir())
    for part in parts[:2]:
        part.unlink()
    again = small(tmp_path)
    assert len(parts) > 4
    assert {**again.result(), "study": "", "seconds": 0} == {**study.result(), "study": "", "seconds": 0}


def test_the_command_prints_tables_or_one_json_object(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert [path.stem for path in study.figures] == [
        name for name in ("information", "ranks", "regret", "regret_map") for _ in ("png", "svg")
    ]
    asked = [*SMALL, INSTITUTIONS, "draws=24", "futures=2", "study=small", f"results={study.folder.parents[1]}"]
    assert main(["robustness", *asked]) == 0
    table = capsys.readouterr().out
    assert "worst tenth" in table and "worth knowing first" in table
    assert main(["robustness", *asked, "output=json"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1 and json.loads(printed) == study.result()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["institutions=[siloed]"], "must name another one"),
        (["margin=0"], "margin=0: must be a number above 0"),
        (["futures=0"], "futures=0: must be a whole number, 1 or more"),
    ],
)
def test_bad_input_costs_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        small(tmp_path, *overrides)
    assert not any(tmp_path.iterdir())
