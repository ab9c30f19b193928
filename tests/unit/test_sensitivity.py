"""Luck, elementary effects and Sobol indices on numbers whose answers are known."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris

from experiments.reporting.result import Facts
from experiments.runs.designs import Morris
from experiments.settings.compose import asked
from experiments.statistics.intervals import Interval
from experiments.statistics.sensitivity import LEVELS, Effect, by_replication, elementary_effects, noise_variance
from experiments.statistics.sobol import PARTS, Indices, parted_design, sobol_indices
from experiments.studies.sensitivity import DIFFERENCE, OTHERS, Found, Sensitivity
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from tests.made import Made, terminal

FACTORS = {"b": ("b",), "a": ("a",), "rest": ("c", "d")}
"""Not in alphabetical order, and one of two parameters."""
SHARES = parted_design(4, 64, seed=5)


def smooth(x: np.ndarray) -> np.ndarray:
    """b alone, a together with c, d without effect."""
    return np.asarray(3.0 * x[:, 0] + 2.0 * x[:, 1] * x[:, 2])


def indices_of(outputs: np.ndarray, shares: np.ndarray = SHARES) -> Indices:
    return sobol_indices(shares, outputs, FACTORS)


def test_noise_is_the_interaction_of_points_and_futures_by_hand() -> None:
    """Rows 1, 3 and 5, 3: grand mean 3, residuals -1, 1, 1, -1, so 4 / (1 × 1) / 2 futures."""
    assert noise_variance(np.array([[1.0, 3.0], [5.0, 3.0]])) == pytest.approx(2.0)
    # What moves all points alike is no noise between them.
    table = np.arange(5.0)[:, np.newaxis] + np.array([0.0, 10.0, -3.0])
    assert noise_variance(table) == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(noise_variance(table[:, :1]))


def test_luck_is_all_there_is_where_points_do_not_matter() -> None:
    found = indices_of(np.random.default_rng(3).standard_normal((1024, 6)))
    assert 0.8 < found.noise <= 1.0 and not found.defined


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    outputs = smooth(SHARES)
    outputs[17] = bad
    with pytest.raises(InvalidInput, match="1 of 1,024 outputs are not finite"):
        indices_of(outputs)
    shares = Morris().shares(3, 1, trajectories=4, levels=LEVELS)
    with pytest.raises(InvalidInput, match="conflict_years: 1 of 16"):
        elementary_effects(shares, np.r_[bad, np.ones(15)], ["a", "b", "c"], what="conflict_years")
    with pytest.raises(InvalidInput, match="are not finite"):
        by_replication([[1.0, bad]], "it")


def test_indices_are_those_worked_out_by_hand() -> None:
    """b: 9/12. a and c alone: 4 × 1/4 × 1/12 each; together 4/144. In all 33/36 + 1/36."""
    found, variance = indices_of(smooth(SHARES)), 34.0 / 36.0
    assert found.variance == pytest.approx(variance, rel=0.04)
    expected = {"b": 0.75, "a": 1.0 / 12.0, "rest": 1.0 / 12.0}
    for name, share in expected.items():
        assert found.first[name].mean == pytest.approx(share / variance, abs=0.03)
        together = 0.0 if name == "b" else 1.0 / 36.0
        assert found.total[name].mean == pytest.approx((share + together) / variance, abs=0.03)
    assert list(found.second) == [("b", "a"), ("b", "rest"), ("a", "rest")]
    pairs = [index.mean for index in found.second.values()]
    assert pairs == pytest.approx([0.0, 0.0, 1.0 / 36.0 / variance], abs=0.02)
    assert found.converged and math.isnan(found.noise)


def test_columns_are_those_of_their_factors() -> None:
    """Only one column drives: only its factor has an index, and it has all."""
    for column, factor in ((0, "b"), (1, "a"), (2, "rest"), (3, "rest")):
        found = indices_of(SHARES[:, column])
        for name in FACTORS:
            assert found.first[name].mean == pytest.approx(float(name == factor), abs=0.02)
            assert found.total[name].mean == pytest.approx(float(name == factor), abs=0.04)


def test_without_any_luck_futures_change_nothing_but_the_level() -> None:
    outputs = smooth(SHARES)
    one, many = indices_of(outputs), indices_of(outputs[:, None] + np.arange(4.0))
    for name in FACTORS:
        assert many.total[name] == pytest.approx(one.total[name])
        assert many.first[name] == pytest.approx(one.first[name])
    assert many.noise == pytest.approx(0.0, abs=1e-9)
    assert many.replications == 4 and one.replications == 1


def test_a_constant_has_no_indices_and_says_so() -> None:
    found = indices_of(np.full((len(SHARES), 3), 7.0))
    assert not found.defined
    assert not found.converged
    assert math.isnan(found.first["a"].mean)


def test_what_is_wide_or_moves_is_not_called_converged() -> None:
    few = parted_design(4, 4, seed=1)
    assert not indices_of(smooth(few), few).converged
    found = indices_of(smooth(SHARES))
    wide = {**found.total, "a": Interval(0.4, 0.25, 0.55)}
    assert not replace(found, total=wide).converged
    assert not replace(found, moved=math.nan).converged
    # In the second half another parameter drives.
    half = len(SHARES) // 2
    found = indices_of(np.r_[SHARES[:half, 0], SHARES[half:, 1]])
    assert found.moved > 0.3 and not found.converged
    # In the second half another pair acts together; by themselves none does in either, so first-order indices stay.
    away = SHARES - 0.5
    found = indices_of(away[:, 0] * np.r_[away[:half, 1], away[half:, 2]])
    assert found.moved > 0.3 and max(index.mean for index in found.first.values()) < 0.05


def test_elementary_effects_of_a_plane_are_its_slopes() -> None:
    names = ["small", "none", "large"]
    shares = Morris().shares(3, 2, trajectories=6, levels=LEVELS)
    found = elementary_effects(shares, 0.5 * shares[:, 0] - 4.0 * shares[:, 2], names)
    assert list(found) == ["large", "small", "none"]
    assert found["large"].mu == pytest.approx(-4.0)
    assert found["large"].mu_star.mean == pytest.approx(4.0)
    assert found["small"].sigma == pytest.approx(0.0, abs=1e-9)
    assert found["none"].mu_star == pytest.approx((0.0, 0.0, 0.0))
    assert found["large"].beyond_noise and not found["none"].beyond_noise


def test_elementary_effects_are_salibs_own() -> None:
    shares = Morris().shares(4, 2, trajectories=10, levels=LEVELS)
    outputs = np.sin(5.0 * shares[:, 0]) + shares[:, 1] * shares[:, 2]
    names = list("wxyz")
    problem = {"num_vars": 4, "names": names, "bounds": [[0.0, 1.0]] * 4}
    theirs = salib_morris.analyze(problem, shares, outputs, num_levels=LEVELS, seed=0)
    found = elementary_effects(shares, outputs, names)
    for place, name in enumerate(names):
        assert found[name].mu_star.mean == pytest.approx(theirs["mu_star"][place])
        assert found[name].sigma == pytest.approx(theirs["sigma"][place])


def test_the_floor_is_what_luck_gives_a_parameter_without_effect() -> None:
    """Noise of 2 in 8 futures: an effect over 2/3 of the range has sd 2 × √2 / √8 × 3/2, and mean size √(2/π) of it."""
    names = ["drives", "idle"]
    shares = Morris().shares(2, 4, trajectories=400, levels=LEVELS)
    noise = 2.0 * np.random.default_rng(1).standard_normal((len(shares), 8))
    found = elementary_effects(shares, 10.0 * shares[:, :1] + noise, names)
    expected = math.sqrt(2.0 / math.pi) * 1.5
    assert found["idle"].floor == pytest.approx(expected, rel=0.05)
    assert found["idle"].mu_star.mean == pytest.approx(expected, rel=0.1)
    assert found["drives"].beyond_noise


SLOPES = {"crowding": 1.0, "herding": 5.0, "veto": 0.0, "complementarity": 3.0}


def study(keep: int = 2) -> Sensitivity:
    axes = f"axes=[{','.join(SLOPES)}]"
    few = [axes, f"keep={keep}", "morris=6", "base=64", "replications=2"]
    return Sensitivity(asked("sensitivity", ["world=stylised", "world.size=4", *few]))


def planted(who: str, values: Mapping[str, float], replication: int) -> float:
    """Pools have more conflict-years than silos by each slope, over the whole range of its parameter."""
    shares = {name: (x - PARAMETERS[name].low) / (PARAMETERS[name].high - PARAMETERS[name].low)
              for name, x in values.items()}  # fmt: skip
    return 50.0 + replication + (who == "uk_pools") * sum(SLOPES[name] * share for name, share in shares.items())


def ran(question: Sensitivity, made: Made) -> Found:
    made.done(question)
    return question.analyse(made)  # type: ignore[arg-type]


def test_the_largest_effects_become_factors_and_the_rest_one_more() -> None:
    question, made = study(), Made(planted)
    found = ran(question, made)
    assert list(found.effects) == ["herding", "complementarity", "crowding", "veto"]
    assert found.factors == {
        "herding": ("herding",),
        "complementarity": ("complementarity",),
        OTHERS: ("crowding", "veto"),
    }
    design = made.plans["runs"].design
    assert design is not None and design.names == ("herding", "complementarity", "crowding", "veto")
    assert design.points == 64 * PARTS and made.plans["runs_screening"].points == 6 * 5
    assert question.later() == 64 * PARTS * 2 * 2 == made.plans["runs"].runs // PARTS
    alone = ran(study(4), Made(planted))
    assert list(alone.factors) == ["herding", "complementarity", "crowding", "veto"]


def test_every_outcome_and_its_difference_is_looked_at_in_common_replications() -> None:
    found = ran(study(), Made(planted))
    assert len(found.indices) == 3 * len(OUTCOMES) and found.main is found.indices[DIFFERENCE, "conflict_years"]
    # Slopes of 5 and 3, and all others 1, on uniform shares: squares over their sum. Silos depend on nothing.
    assert [index.mean for index in found.main.total.values()] == pytest.approx([25 / 35, 9 / 35, 1 / 35], abs=0.06)
    assert found.main.noise == pytest.approx(0.0, abs=1e-9)
    assert not found.indices["siloed", "harm"].defined and found.indices["uk_pools", "harm"].defined


@pytest.mark.parametrize("lost", ["a run", "a point"])
def test_a_missing_run_is_refused(lost: str) -> None:
    """Also where all runs of a point failed, so that no row of it is left."""
    question = study()
    design = question.plans()[0].plan.design
    assert design is not None
    point = dict(zip(design.names, design.values[11].tolist(), strict=True))

    def broken(who: str, values: Mapping[str, float], replication: int) -> float:
        alone = who == "uk_pools" and replication == 1
        return math.nan if values == point and (alone or lost == "a point") else 50.0

    said = "2 of 60 runs of siloed" if lost == "a point" else "1 of 60 runs of uk_pools"
    with pytest.raises(InvalidInput, match=f"^{said} failed or are missing: .*failures/"):
        ran(question, Made(broken))


def told(pairs: dict[tuple[str, str], Interval]) -> list[str]:
    """Lines on the terminal about indices with these pairs."""
    indices = replace(indices_of(smooth(SHARES)), second=pairs)
    effects = {"a": Effect(1.0, Interval(1.0, 0.5, 1.5), 0.1, 0.2)}
    found = Found({"harm": effects}, dict(FACTORS), {(DIFFERENCE, metric): indices for metric in OUTCOMES}, "harm")
    return terminal(study().tell(found, Facts("here", "africa", 48, 20.0, 1, 100, 0))).splitlines()


def test_a_share_of_variance_below_zero_is_no_interaction() -> None:
    negative, zero, small, large = (Interval(m, m - 0.1, m + 0.1) for m in (-0.3, 0.05, 0.11, 0.4))
    lines = told({("b", "a"): negative, ("b", "rest"): zero, ("a", "rest"): small, ("c", "d"): large})
    at = lines.index("Pairs told apart from no interaction: 2 of 4 (fewer than 1 by chance alone)")
    assert [line.split("  ")[1] for line in lines[at + 1 : at + 3]] == ["c × d", "a × rest"] and not lines[at + 3]
    many = {(str(i), "a"): negative for i in range(78)}
    assert "Pairs told apart from no interaction: 0 of 78 (about 2 by chance alone)" in told(many)
    assert not any(line.startswith("Pairs") for line in told({}))
