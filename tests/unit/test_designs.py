"""Designs: shapes, ranges and order of points; what each method promises; bad axes and files."""

import resource
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.test_functions import Ishigami

from experiments.runs import designs
from experiments.runs.designs import (
    METHODS,
    LatinHypercube,
    Morris,
    Saltelli,
    Sobol,
    design_from,
    one_at_a_time,
    values_at,
)
from experiments.runs.factors import Factor, declared, factors_from
from experiments.runs.plan import SWEPT, Design
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.places import names_in
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.priors import StudentT
from model.world import Floats

ISHIGAMI = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}


def setting(*overrides: str) -> Setting:
    return asked("sweep", ["world=stylised", *overrides]).setting(["siloed", "uk_pools"])


@pytest.fixture(scope="module")
def plain() -> Setting:
    return setting()


def design(method: str, axes: Any, here: Setting, seed: int = 1, **told: Any) -> Design:
    defaults: dict[str, Any] = {
        "grid": {"levels": 5},
        "latin_hypercube": {"points": 20},
        "sobol": {"points": 16},
        "morris": {"trajectories": 4, "levels": 4},
        "saltelli": {"base": 8, "second_order": False},
        "points": {},
    }[method]
    return design_from(method, {"method": method, **defaults, **told}, axes, here, seed)


def ishigami(shares: Floats) -> Floats:
    """The function on the cube from -π to π, its parameters a = 7 and b = 0.1."""
    values: Floats = Ishigami.evaluate(np.pi * (2.0 * shares - 1.0), A=7.0, B=0.1)
    return values


def test_every_method_has_a_file_and_every_file_a_method() -> None:
    assert set(names_in("design")) == set(METHODS)


def test_a_grid_is_every_combination_once(plain: Setting) -> None:
    made = design("grid", {"effect": [0.01, 0.05], "veto": None, "uk_pools.herding": [0.1]}, plain, levels=3)
    assert made.names == ("effect", "veto", "uk_pools.herding")
    assert made.values.tolist() == [[e, v, 0.1] for e in (0.01, 0.05) for v in (0.0, 0.5, 1.0)]


def test_a_grid_takes_named_choices_and_whole_numbers_as_they_are(plain: Setting) -> None:
    assert design("grid", ["budget_rule"], plain, levels=2).values.ravel().tolist() == [0.0, 1.0, 2.0]
    assert design("grid", {"budget_rule": ["endogenous", "neutral"]}, plain).values.ravel().tolist() == [2.0, 0.0]
    assert design("grid", ["planner"], plain, levels=9).values.ravel().tolist() == [0.0, 1.0]
    desks = design("grid", ["desks"], plain, levels=4).values.ravel()
    assert desks.tolist() == [4.0, 11.0, 17.0, 24.0]


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_axis() -> None:
    shares = LatinHypercube().shares(3, 5, points=40)
    assert shares.shape == (40, 3)
    for axis in shares.T:
        assert sorted(np.floor(40 * axis).tolist()) == list(range(40))


def test_a_sobol_sequence_fills_every_box_of_its_size_once() -> None:
    shares = Sobol().shares(2, 5, points=64)
    boxes = {(int(8 * x), int(8 * y)) for x, y in shares}
    assert len(boxes) == 64


@pytest.mark.parametrize(("method", "told"), [("sobol", {"points": 100}), ("saltelli", {"base": 5})])
def test_powers_of_two_are_made_and_said(plain: Setting, method: str, told: dict[str, int]) -> None:
    made = design(method, ["effect", "veto"], plain, **told)
    (key, given), rounded = next(iter(told.items())), 128 if method == "sobol" else 8
    assert made.asked[key] == rounded
    assert made.notes == (f"design.{key}={given}: rounded up to {rounded}, a power of two",)
    assert made.points == (128 if method == "sobol" else 8 * 4)


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol", "morris", "saltelli"])
def test_points_lie_in_their_ranges_and_follow_from_the_seed(plain: Setting, method: str) -> None:
    axes = {"effect": [0.02, 0.03], "desks": [5, 7], "budget_rule": None, "veto": None}
    made, again, other = (design(method, axes, plain, seed=seed) for seed in (1, 1, 2))
    assert made.digest() == again.digest() != other.digest()
    effect, desks, rule, veto = made.values.T
    assert effect.min() >= 0.02 and effect.max() <= 0.03 and np.ptp(effect) > 0.005
    assert set(desks) == {5.0, 6.0, 7.0} and set(rule) == {0.0, 1.0, 2.0}
    assert veto.min() >= 0.0 and veto.max() <= 1.0 and np.ptp(veto) > 0.5
    assert "desks, budget_rule" in made.notes[-1]


def test_whole_numbers_and_choices_are_equally_likely() -> None:
    even = (np.arange(3000) + 0.5) / 3000
    for axis in (Factor("desks", 5.0, 7.0), Factor("budget_rule", 0.0, 2.0), Factor("veto", 0.0, 1.0, (0.0, 0.1, 1.0))):
        assert set(np.unique(axis.at(even), return_counts=True)[1]) == {1000}
    assert Factor("desks", 5.0, 7.0).at(np.array([1.0])) == 7.0


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol", "morris", "saltelli"])
def test_what_samples_follows_the_declared_prior(plain: Setting, method: str) -> None:
    made = design(method, ["veto", "onset_deprivation"], plain)
    even = design(method, {"veto": None, "onset_deprivation": [1.0, 5.0]}, plain)
    assert np.array_equal(made.values[:, 0], even.values[:, 0])
    # The same shares: even over a range that somebody wrote out, quantiles of the prior where nobody did.
    shares = (even.values[:, 1] - 1.0) / 4.0
    expected = [PARAMETERS["onset_deprivation"].at(share) for share in shares]
    assert made.values[:, 1] == pytest.approx(expected, abs=1e-8)
    assert made.notes == ("not evenly over the range but by the declared prior: onset_deprivation normal(2.86, 0.43)",)
    assert even.notes == ()


def test_a_latin_hypercube_of_a_prior_has_its_mean_and_spread(plain: Setting) -> None:
    drawn = design("latin_hypercube", ["onset_deprivation"], plain, points=2000).values
    assert (drawn.mean(), drawn.std()) == pytest.approx((2.86, 0.43), abs=1e-3)


def test_a_prior_with_nothing_leaves_a_share_of_points_at_nothing() -> None:
    axis = Factor("veto", -1.0, 1.0, prior=StudentT(0.2, 0.3, nothing=0.2))
    drawn = values_at([axis], LatinHypercube().shares(1, 5, points=1000))
    assert np.count_nonzero(drawn == 0.0) == pytest.approx(200, abs=2)


def test_a_grid_steps_evenly_whatever_the_prior(plain: Setting) -> None:
    made = design("grid", {"onset_deprivation": None, "veto": [0.1]}, plain, levels=5)
    assert made.values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert made.notes == ()


def test_morris_moves_one_axis_at_a_time() -> None:
    shares = Morris().shares(4, 1, trajectories=6, levels=4).reshape(6, 5, 4)
    steps = np.abs(np.diff(shares, axis=1))
    assert np.isclose(steps.max(axis=2), 2.0 / 3.0).all()
    assert (np.count_nonzero(steps, axis=2) == 1).all()
    assert (steps.sum(axis=1) > 0.0).all()


def test_saltelli_rows_are_a_then_mixed_then_b() -> None:
    for second in (False, True):
        blocks = Saltelli().shares(3, 1, base=8, second_order=second).reshape(8, -1, 3)
        first, last = blocks[:, 0], blocks[:, -1]
        assert blocks.shape[1] == (8 if second else 5)
        for axis in range(3):
            mixed = blocks[:, 1 + axis]
            assert (mixed[:, axis] == last[:, axis]).all()
            assert (np.delete(mixed, axis, 1) == np.delete(first, axis, 1)).all()
            if second:
                back = blocks[:, 4 + axis]
                assert (back[:, axis] == first[:, axis]).all()
                assert (np.delete(back, axis, 1) == np.delete(last, axis, 1)).all()


@pytest.mark.parametrize("second", [False, True])
def test_saltelli_points_give_the_known_indices_of_ishigami(second: bool) -> None:
    outcome = ishigami(Saltelli().shares(3, 1, base=2048, second_order=second))
    found = sobol_analysis.analyze(ISHIGAMI, outcome, calc_second_order=second, seed=1)
    # Ishigami & Homma (1990), a = 7, b = 0.1.
    assert found["S1"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert found["ST"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    if second:
        assert found["S2"][0, 2] == pytest.approx(0.2437, abs=0.05)
        assert found["S2"][0, 1] == pytest.approx(0.0, abs=0.05)


def test_morris_points_give_the_elementary_effects_of_a_plane() -> None:
    shares = Morris().shares(3, 1, trajectories=10, levels=4)
    outcome = shares @ np.array([3.0, -2.0, 0.0])
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    found = morris_analysis.analyze(problem, shares, outcome, num_levels=4, seed=1)
    assert np.allclose(found["mu"], [3.0, -2.0, 0.0])
    assert np.allclose(found["sigma"], 0.0)


def test_the_digest_sees_names_values_and_order(plain: Setting) -> None:
    base = design("grid", {"effect": [0.01, 0.05]}, plain)
    others = [{"effect": [0.05, 0.01]}, {"effect": [0.01, 0.04]}, {"uk_pools.effect": [0.01, 0.05]}]
    assert len({base.digest(), *(design("grid", axes, plain).digest() for axes in others)}) == 4


def test_swept_leaves_out_what_the_command_line_or_channels_set(plain: Setting) -> None:
    assert tuple(axis.name for axis in factors_from("swept", plain, True)) == SWEPT
    fewer = {axis.name for axis in factors_from("swept", setting("effect=0.03", "channels=for_only"), True)}
    assert fewer < set(SWEPT) and not {"effect", "veto"} & fewer


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (["vetto"], "axes: unknown parameter 'vetto': did you mean 'veto'?"),
        (["uk_pool.veto"], "'uk_pool' must be an institution that is run here; did you mean 'uk_pools'?"),
        (["uk_pools.vetto"], "unknown parameter 'vetto'"),
        (["veto", "veto"], "veto stands there twice"),
        ({"uk_pools": {"veto": None}, "uk_pools.veto": None}, "uk_pools.veto stands there twice"),
        ({"veto": [1, 0]}, "veto=[1,0]: must be [low,high] with low below high"),
        ({"veto": [0, 0.5, 1]}, "must be [low,high]"),
        ({"veto": [0, 2]}, "veto=2: outside its range, 0 to 1 share"),
        ({"veto": [0, "x"]}, "veto=x: a number is needed"),
        ({"veto": [0.5, 0.5]}, "a value stands there twice"),
        ({"veto": 0.5}, "veto=0.5: must be a list in brackets"),
        ({"veto": []}, "must be a list in brackets"),
        ({"reversion": [0, 0.1]}, "must begin at 0.02 or above"),
        ({"budget_rule": ["neutrall"]}, "did you mean 'neutral'?"),
    ],
)
def test_bad_axes_are_refused(plain: Setting, axes: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        factors_from(axes, plain, sampled=True)
    assert said in str(refused.value)


def test_an_axis_that_is_set_elsewhere_is_refused() -> None:
    here = setting("veto=0.2", "override.uk_pools.herding=0.1")
    for axis, said in (("veto", "veto=0.2: is an axis"), ("uk_pools.herding", "override.uk_pools.herding=0.1: is an")):
        with pytest.raises(InvalidInput, match=said):
            factors_from([axis], here, True)
    assert [axis.name for axis in factors_from(["herding", "uk_pools.veto"], here, True)] == [
        "herding",
        "uk_pools.veto",
    ]


def test_a_grid_that_fills_the_memory_is_refused_before_it_is_made(plain: Setting) -> None:
    with pytest.raises(InvalidInput, match=r"grid over 101 axes: has .* points, must have 10,000,000 at most"):
        design("grid", "swept", plain)


@pytest.mark.parametrize(
    ("method", "told", "said"),
    [
        ("grid", {"levels": 1}, "design.levels=1: must be a whole number, 2 or more"),
        ("sobol", {"points": 0}, "design.points=0: must be a whole number, 1 or more"),
        ("morris", {"trajectories": 1}, "design.trajectories=1"),
        ("morris", {"levels": 3}, "design.levels=3: must be an even whole number"),
        ("saltelli", {"second_order": 1}, "design.second_order=1: must be true or false"),
        ("sobol", {"pionts": 3}, "unknown key 'pionts': did you mean 'points'?"),
    ],
)
def test_bad_orders_to_a_method_are_refused(plain: Setting, method: str, told: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        design(method, ["effect"], plain, **told)
    assert said in str(refused.value)


def test_points_are_read_from_csv_and_parquet_alike(plain: Setting, tmp_path: Path) -> None:
    text = "point,effect,uk_pools.veto,budget_rule\n7,0.02,1,endogenous\n8,0.02,1,endogenous\n9,0.04,0,0\n"
    (tmp_path / "p.csv").write_text(text)
    frame = pd.read_csv(tmp_path / "p.csv").replace({"endogenous": "2"}).astype({"budget_rule": float})
    frame.to_parquet(tmp_path / "p.parquet")
    one, other = (design("points", "swept", plain, path=str(tmp_path / f"p.{end}")) for end in ("csv", "parquet"))
    assert one.values.tolist() == [[0.02, 1.0, 2.0], [0.02, 1.0, 2.0], [0.04, 0.0, 0.0]]
    assert one.names == ("effect", "uk_pools.veto", "budget_rule") and one.digest() == other.digest()
    assert design("points", ["effect", "uk_pools.veto", "budget_rule"], plain, path=str(tmp_path / "p.csv")).points == 3


@pytest.mark.parametrize(
    ("content", "axes", "said"),
    [
        ("veto\n0.5\n1.5\n", "swept", "row 3: veto=1.5: outside its range, 0 to 1 share"),
        ("veto\n0.5\nnan\n", "swept", "row 3: veto=nan: a number is needed"),
        ("veto\nmuch\n", "swept", "row 2: veto=much: a number is needed"),
        ("veto\n0.5\n0.0_1\n", "swept", "row 3: veto=0.0_1: must be a number in plain digits"),
        ("veto\n\u0660.\u0661\n", "swept", "row 2: veto=\u0660.\u0661: must be a number in plain digits"),
        ("veto\n0x1\n", "swept", "row 2: veto=0x1"),
        ("veto\n1e\u00b2\n", "swept", "row 2: veto=1e\u00b2"),
        ("veto,effect\n0.5,\n", "swept", "row 2: effect="),
        ("desks\n7.5\n", "swept", "row 2: desks=7.5: a whole number is needed"),
        ("vetto\n0.5\n", "swept", "unknown parameter 'vetto': did you mean 'veto'?"),
        ("veto,veto\n0.5,0.5\n", "swept", "veto stands there twice"),
        ("veto\n0.5\n", ["veto", "effect"], "has no column 'effect'"),
        ("veto,effect\n0.5,0.02\n", ["veto"], "column 'effect' is not among axes"),
        ("veto\n0.5\n", {"veto": [0, 1]}, "axes: must be a list of the file's columns"),
        ("veto\n", "swept", "must have a column per axis and a row per point"),
        ("point\n1\n", "swept", "must have a column per axis and a row per point"),
        ("", "swept", "must have a column per axis and a row per point; there are none"),
        ("veto\n0.5,1\n", "swept", "points.csv row 2: has 2 cells, must have 1"),
        ("veto\teffect\n0.5\t0.02\t1\n", "swept", "points.csv row 2: has 3 cells, must have 2"),
        (",veto\n0,0.5\n", "swept", "column 1 has no name, must be an axis; leave an index out"),
    ],
)
def test_bad_points_are_refused_with_their_row(
    plain: Setting, tmp_path: Path, content: str, axes: Any, said: str
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput) as refused:
        design("points", axes, plain, path=str(path))
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_points_that_are_no_text_are_refused(plain: Setting, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("veto\n0.5\né\n".encode("latin-1"))
    (tmp_path / "folder.csv").mkdir()
    for name, said in (("latin", "byte 10 is not UTF-8; must be a CSV file"), ("folder", "file: is a directory")):
        with pytest.raises(InvalidInput, match=rf"{name}\.csv: .*{said}"):
            design("points", "swept", plain, path=str(tmp_path / f"{name}.csv"))


def test_a_missing_file_of_points_is_refused(plain: Setting) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        design("points", "swept", plain, path="nowhere.csv")
    with pytest.raises(InvalidInput, match=r"design\.path=null: must be a CSV or Parquet file"):
        design("points", "swept", plain, path=None)


def test_off_is_a_level_of_a_grid(plain: Setting) -> None:
    assert PARAMETERS["reversion"].off == 0.0
    assert design("grid", {"reversion": [0, 0.1]}, plain).values.ravel().tolist() == [0.0, 0.1]


def test_a_small_file_of_very_many_rows_is_refused_before_it_is_read(plain: Setting, tmp_path: Path) -> None:
    """Sixty million equal rows: 100 kB on disk, gigabytes in memory."""
    path, rows = tmp_path / "points.parquet", 1_000_000
    chunk = pa.table({"veto": pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array([0.5]))})
    with pq.ParquetWriter(path, chunk.schema, compression="zstd") as writer:
        for _ in range(60):
            writer.write_table(chunk)
    assert path.stat().st_size < 300_000
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, hard))
    try:
        with pytest.raises(InvalidInput, match="has more than 10,000,000 rows, must have 10,000,000 at most"):
            design("points", "swept", plain, path=str(path))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_csv_file_that_is_too_long_is_not_read_to_its_end(
    plain: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(designs, "LARGEST", 3)
    (tmp_path / "p.csv").write_text("veto\n" + "0.5\n" * 3)
    assert design("points", "swept", plain, path=str(tmp_path / "p.csv")).points == 3
    (tmp_path / "p.csv").write_text("veto\n" + "0.5\n" * 4)
    with pytest.raises(InvalidInput, match="has more than 3 rows, must have 3 at most"):
        design("points", "swept", plain, path=str(tmp_path / "p.csv"))


def test_one_at_a_time_leaves_the_others_alone() -> None:
    made = one_at_a_time([declared("veto"), declared("effect")], [[0.0, 1.0], [0.02]])
    assert made.names == ("veto", "effect")
    np.testing.assert_array_equal(made.values, [[0.0, np.nan], [1.0, np.nan], [np.nan, 0.02]])
