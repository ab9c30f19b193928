"""Conditions as users write them, the map, and the points of earlier studies."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from experiments.reporting.render import sentences
from experiments.reporting.result import Facts
from experiments.runs.cube import Cube
from experiments.runs.store import Store
from experiments.settings.commands import options
from experiments.settings.compose import asked
from experiments.statistics.intervals import Interval
from experiments.statistics.sign_map import INNER, OUTER, PANELS, cells_for, mapped, sign_map
from experiments.studies.conditions import read_condition
from experiments.studies.discover import Discover, box_table, called_again, discovered, earlier_points, tree_as_data
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.world import Floats
from tests.made import Made

NAMES = ["siloed", "uk_pools", "three_ds"]
MEANS = {
    ("conflict_years", "siloed"): np.array([10.0, 10.0, 10.0]),
    ("conflict_years", "uk_pools"): np.array([8.0, 11.0, 14.0]),
    ("trust", "siloed"): np.array([0.2, 0.6, 0.6]),
}


def holds(text: str) -> list[bool]:
    condition = read_condition(text, NAMES)
    found: list[bool] = condition.holds({term: MEANS[term] for term in condition.terms}).tolist()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conflict_years(uk_pools) - conflict_years(siloed) > 1", [False, False, True]),
        ("conflict_years(uk_pools) - conflict_years(siloed) >= 1", [False, True, True]),
        ("conflict_years(uk_pools) < 0.9 * conflict_years(siloed)", [True, False, False]),
        ("9 < conflict_years(uk_pools) < 12", [False, True, False]),
        ("conflict_years(uk_pools) / conflict_years(siloed) <= 1.1", [True, True, False]),
        ("not (conflict_years(uk_pools) > 10 and trust(siloed) > 0.5)", [True, False, False]),
        ("conflict_years(uk_pools) < 9 or trust(siloed) > 0.5", [True, True, True]),
        ("-conflict_years(uk_pools) + 2 * (3 + 1) >= 0", [True, False, False]),
    ],
)
def test_conditions_mean_what_they_say(text: str, expected: list[bool]) -> None:
    assert holds(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conflict_yeers(siloed) > 1", "unknown outcome 'conflict_yeers': did you mean 'conflict_years'"),
        ("conflict_years(silod) > 1", "unknown institution 'silod': did you mean 'siloed'"),
        ("conflict_years(siloed)", "cannot stand here, must compare"),
        ("1 > 0", "speaks of no outcome"),
        ("conflict_years(siloed) >", "cannot be read"),
        ("conflict_years > 1", "speaks of no outcome"),
        ("conflict_years(siloed) > veto", "'veto' cannot stand here"),
        ("conflict_years(siloed) ** 2 > 1", "cannot stand here"),
        ("conflict_years(siloed) == 1", "cannot stand here"),
        ("conflict_years(siloed, uk_pools) > 1", "cannot stand here"),
        ("conflict_years('siloed') > 1", "cannot stand here"),
        ("conflict_years(siloed) > 'a'", "cannot stand here"),
        ("conflict_years(siloed) > True", "cannot stand here"),
        ("__import__('os').system('true') > 1", "cannot stand here"),
        ("(lambda: 1)() > conflict_years(siloed)", "cannot stand here"),
        ("conflict_years(siloed).__class__ > 1", "cannot stand here"),
        ("[x for x in (1,)] > conflict_years(siloed)", "cannot stand here"),
        ("(" * 400 + "1", "cannot be read"),
        ("9" * 2000 + " > conflict_years(siloed)", "cannot be read"),
    ],
)
def test_anything_else_is_refused_in_one_line_and_never_run(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match="condition=") as refused:
        read_condition(text, NAMES)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_division_by_zero_is_refused() -> None:
    condition = read_condition("conflict_years(siloed) / trust(siloed) > 1", NAMES)
    zeros = {("conflict_years", "siloed"): np.ones(3), ("trust", "siloed"): np.array([0.5, 0.0, 1.0])}
    with pytest.raises(InvalidInput, match=r"'conflict_years\(siloed\) / trust\(siloed\)' is not a finite number"):
        condition.holds(zeros)


def test_a_condition_names_what_it_needs_once() -> None:
    condition = read_condition("gaps(uk_pools) > gaps(three_ds) and gaps(uk_pools) > 0.1", NAMES)
    assert condition.terms == (("gaps", "uk_pools"), ("gaps", "three_ds"))
    assert condition.institutions == ("uk_pools", "three_ds")


def even_points(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    names = (*INNER, *OUTER)
    return {name: np.array([PARAMETERS[name].at(float(x)) for x in generator.random(count)]) for name in names}


def test_the_map_shows_the_sign_where_it_is_and_white_where_it_is_not() -> None:
    values = even_points(10_000)
    noise = np.random.default_rng(1).standard_normal(10_000)
    signal = np.where(values["complementarity"] > 0.5, -3.0, 0.0) + np.where(values["desks"] > 18.0, 6.0, 0.0)
    cells = sign_map(values, signal + noise)
    assert len(cells) == 4**2 * PANELS**2
    assert cells["points"].sum() == 10_000
    high = cells["complementarity"] >= 2
    many = cells["desks"] == PANELS - 1
    assert (cells[high & ~many]["conclusive"] & (cells[high & ~many]["mean"] < 0.0)).all()
    assert (cells[~high & many]["mean"] > 0.0).all()
    assert cells[~high & ~many]["conclusive"].mean() <= 0.1
    assert np.allclose(cells[high & ~many]["mean"], -3.0, atol=1.0)


def test_a_map_has_as_many_cells_as_its_points_can_fill() -> None:
    assert [cells_for(points) for points in (10, 2000, 6000, 10_000, 10**6)] == [2, 2, 3, 4, 6]


def test_the_map_of_nothing_is_white() -> None:
    shares = [
        sign_map(even_points(1000, seed), np.random.default_rng(seed).standard_normal(1000))["conclusive"].any()
        for seed in range(20)
    ]
    assert np.mean(shares) <= 0.2


def test_a_cell_of_hardly_any_points_is_white() -> None:
    values = even_points(60)
    cells = sign_map(values, np.full(60, -5.0) + 0.1 * np.arange(60.0) / 60)
    assert not cells[cells["points"] < 3]["conclusive"].any()
    assert mapped(values) and not mapped(["complementarity", "crowding"])


def cube(**years: Floats) -> Cube:
    """Conflict-years (points, replications) of some institutions."""
    values = np.array(list(years.values()))
    return Cube(tuple(years), np.arange(values.shape[1]), np.arange(values.shape[2]), {"conflict_years": values})


def test_what_is_called_again_is_what_fresh_futures_call() -> None:
    condition = read_condition("conflict_years(uk_pools) > 12", NAMES)
    generator = np.random.default_rng(0)
    sure = np.repeat([[5.0], [15.0]], 8, axis=1) + 0.1 * generator.standard_normal((2, 8))
    assert called_again(cube(uk_pools=sure), condition, 0) == (1.0, 0.5, 1.0, 1.0)
    expected = 10.0 + generator.standard_normal((3000, 1))
    luck = expected + 3.0 * generator.standard_normal((3000, 8))
    found = called_again(cube(uk_pools=luck), condition, 0)
    one, other = ((expected + 3.0 * generator.standard_normal((3000, 4))).mean(axis=1) > 12.0 for _ in range(2))
    assert found.same == pytest.approx(np.mean(one == other), abs=0.02)
    assert found.holds == pytest.approx(np.mean(other[one]), abs=0.06)
    table = [[np.sum(a & b) for b in (one, ~one)] for a in (other, ~other)]
    assert found.kappa == pytest.approx(cohens_kappa(table).kappa, abs=0.06)
    assert all(math.isnan(each) for each in called_again(cube(uk_pools=luck[:, :1]), condition, 0))
    # Where nothing is ever called, there is nothing to agree on.
    nothing = called_again(cube(uk_pools=np.zeros((5, 4))), condition, 0)
    assert nothing.same == 1.0 and math.isnan(nothing.kappa) and math.isnan(nothing.holds)


FACTS = Facts("here", "africa", 48, 20.0, 1, 100, 0)


def test_a_planted_condition_is_discovered() -> None:
    """Silos win where there are few desks and little complementarity."""
    values = even_points(2000)
    planted = (values["desks"] <= 8.0) & (values["complementarity"] < 0.4)
    generator = np.random.default_rng(4)
    siloed = 50.0 + generator.standard_normal((2000, 6))
    joint = siloed + np.where(planted, 4.0, -4.0)[:, np.newaxis] + generator.standard_normal((2000, 6))
    condition = read_condition("conflict_years(uk_pools) - conflict_years(siloed) > 1", NAMES)
    found = discovered(values, cube(siloed=siloed, uk_pools=joint), condition, ("siloed", "uk_pools"), seed=1)
    assert np.array_equal(found.holds, planted)
    assert found.again.same > 0.99
    limits = {name: (low, high) for name, low, high, *_ in box_table(found).itertuples(index=False)}
    assert set(limits) == {"desks", "complementarity"}
    assert limits["desks"][1] == 8.0 and limits["desks"][0] == 4.0
    assert limits["complementarity"][1] == pytest.approx(0.4, abs=0.03)
    assert found.box.established and found.box.held_out.density > 0.9
    assert tree_as_data(found.tree, found.names)["parameter"] in limits
    assert found.cells is not None and (found.cells["conclusive"] & (found.cells["mean"] > 0)).any()
    held, fewer = found.box.held_out, int((found.cells["conclusive"] & (found.cells["mean"] < 0)).sum())
    _, points, stable, box, cells = sentences(
        "discover.answer", FACTS, nowhere=False, found=found, box=found.box, holds=Interval(0.1234, 0.05, 0.2),
        labels={"siloed": "Silos", "uk_pools": "Pools"}, pair=("siloed", "uk_pools"),
    )  # fmt: skip
    assert "> 1: holds at 12% [5.0%, 20%] of 2,000 points across the ranges (" in points and "100% of" in stable
    assert box.startswith("Box of 2 restrictions: on the half of the points that had no say it holds in ")
    assert f"of the {held.inside:,} points inside, against {held.base:.0%} of all, and {held.coverage:.0%} of" in box
    assert f"{fewer} with fewer conflict-years under 'Pools' than under 'Silos'" in cells


def stored(folder: Path, command: str, status: str = "finished") -> Path:
    """A study of 3 points and 2 futures, or of 6 draws; one uk_pools run is missing at the second future of point 2."""
    rows = [(p, r, who) for p in range(3) for r in range(2) for who in ("siloed", "uk_pools")]
    rows.remove((2, 1, "uk_pools"))
    columns: dict[str, Any] = {
        "institution": [who for *_, who in rows],
        "replication": np.array([2 * p + r if command == "compare" else r for p, r, _ in rows]),
        **{metric: np.array([10.0 * p + r + (who == "siloed") for p, r, who in rows]) for metric in OUTCOMES},
        "effect": np.array([0.01 * (p + 1) for p, *_ in rows]),
        "veto": np.full(len(rows), 0.5),
    }
    if command == "sweep":
        columns["point"] = np.array([p for p, *_ in rows])
    store = Store(folder)
    with store.opened({}, {"command": command, "study": folder.name}, ""):
        store.write("runs" if command == "sweep" else "runs_across_ranges", 0, 6, columns)
        store.note({"status": status})
    return folder


def test_the_points_of_a_sweep_are_read_on_the_futures_all_have(tmp_path: Path) -> None:
    values, found = earlier_points(stored(tmp_path / "s", "sweep"), ("siloed", "uk_pools"))
    assert list(values) == ["effect"]
    assert values["effect"].tolist() == pytest.approx([0.01, 0.02, 0.03])
    assert found["harm", "siloed"].tolist() == [[1.0], [11.0], [21.0]] and found.left_out == 1


def test_the_draws_of_a_comparison_are_points_of_one_future(tmp_path: Path) -> None:
    values, found = earlier_points(stored(tmp_path / "c", "compare"), ("siloed", "uk_pools"))
    assert found["harm", "uk_pools"].tolist() == [[0.0], [1.0], [10.0], [11.0], [20.0]]
    assert len(values["effect"]) == 5


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="must be the folder of a study"):
        earlier_points(tmp_path, ("siloed",))
    with pytest.raises(InvalidInput, match="not finished"):
        earlier_points(stored(tmp_path / "a", "sweep", "stopped"), ("siloed",))
    with pytest.raises(InvalidInput, match="three_ds did not take part"):
        earlier_points(stored(tmp_path / "b", "sweep"), ("siloed", "three_ds"))


@pytest.mark.parametrize("lost", ["a run", "a point"])
def test_a_missing_run_is_refused(lost: str) -> None:
    """Also where all runs of a point failed, so that no row of it is left."""
    words = ["world=stylised", "world.size=4", "axes=[veto]", "points=20", "replications=2"]
    question = Discover(asked("discover", words))
    broken = question.design.values[7, 0]

    def outcome(who: str, values: Mapping[str, float], replication: int) -> float:
        alone = who == "uk_pools" and replication == 1
        return math.nan if values["veto"] == broken and (alone or lost == "a point") else 50.0

    made = Made(outcome)
    made.done(question)
    said = "2 of 40 runs of siloed" if lost == "a point" else "1 of 40 runs of uk_pools"
    with pytest.raises(InvalidInput, match=f"^{said} failed or are missing"):
        question.analyse(made)  # type: ignore[arg-type]


def test_options_admit_what_they_say() -> None:
    declared = {**options("discover"), **options("sensitivity")}
    declared["condition"].check(None)
    declared["metric"].check("war_years")
    for name, value in (("condition", " "), ("metric", "wars"), ("morris", 1), ("keep", 0), ("source", "/nowhere")):
        with pytest.raises(InvalidInput, match=f"{name}="):
            declared[name].check(value)
