"""Sensitivity indices against functions whose indices are known exactly, and boxes where there is nothing to find.

Ishigami & Homma (1990) and Sobol's G (Saltelli & Sobol 1995): analytic values as in Saltelli et al. (2008), *Global
Sensitivity Analysis: The Primer*. Seeds are fixed. Bounds on shares of intervals that hold the truth allow three
standard errors to what independent intervals of 95% would have; 200 resamples place a bound within a tenth of its
interval's width, and enough.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from experiments.runs.designs import Morris
from experiments.statistics.boxes import find_box
from experiments.statistics.sensitivity import LEVELS, Indices, elementary_effects, saltelli_design, sobol_indices
from experiments.statistics.tree import grow_tree

pytestmark = pytest.mark.slow

Function = Callable[[np.ndarray], np.ndarray]
Truth = tuple[dict[str, float], dict[str, float], dict[tuple[str, str], float]]
A, B = 7.0, 0.1
RESAMPLES = 200


def ishigami(shares: np.ndarray) -> np.ndarray:
    x = math.pi * (2.0 * shares - 1.0)
    return np.asarray(np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))


def ishigami_truth() -> Truth:
    first = {"x1": 0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2, "x2": A**2 / 8.0, "x3": 0.0, "idle": 0.0}
    both = B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = sum(first.values()) + both
    total = {"x1": first["x1"] + both, "x2": first["x2"], "x3": both, "idle": 0.0}
    pairs = dict.fromkeys(itertools.combinations(first, 2), 0.0) | {("x1", "x3"): both / variance}
    return {k: v / variance for k, v in first.items()}, {k: v / variance for k, v in total.items()}, pairs


WEIGHTS = {"g0": 0.0, "g1": 1.0, "g2": 4.5, "g3": 9.0, "g4": 99.0}


def sobol_g(shares: np.ndarray) -> np.ndarray:
    a = np.array(list(WEIGHTS.values()))
    return np.asarray(np.prod((np.abs(4.0 * shares - 2.0) + a) / (1.0 + a), axis=1))


def sobol_g_truth() -> Truth:
    part = {name: 1.0 / (3.0 * (1.0 + a) ** 2) for name, a in WEIGHTS.items()}
    whole = math.prod(1.0 + v for v in part.values())
    variance = whole - 1.0
    first = {name: v / variance for name, v in part.items()}
    total = {name: v * whole / (1.0 + v) / variance for name, v in part.items()}
    pairs = {(i, j): part[i] * part[j] / variance for i, j in itertools.combinations(part, 2)}
    return first, total, pairs


CASES = pytest.mark.parametrize(
    ("function", "truth"), [(ishigami, ishigami_truth()), (sobol_g, sobol_g_truth())], ids=["ishigami", "sobol_g"]
)


def estimated(function: Function, names: list[str], base: int, seed: int, noise: float = 0.0) -> Indices:
    """Indices through the code of the command, with replications that are noisy if asked."""
    factors = {name: (name,) for name in names}
    outputs = function(saltelli_design(factors, base, seed))
    if not noise:
        return sobol_indices(outputs, names, seed, resamples=RESAMPLES)
    generator = np.random.default_rng(seed)
    common = 3.0 * generator.standard_normal((1, 10))
    table = outputs[:, np.newaxis] + common + noise * generator.standard_normal((len(outputs), 10))
    return sobol_indices(table, names, seed, resamples=RESAMPLES)


@CASES
def test_indices_are_the_analytic_ones(function: Function, truth: Truth) -> None:
    first, total, pairs = truth
    found = estimated(function, list(first), 4096, seed=1)
    for name in first:
        assert found.first[name].mean == pytest.approx(first[name], abs=0.03)
        assert found.total[name].mean == pytest.approx(total[name], abs=0.03)
    for pair in pairs:
        assert found.second[pair].mean == pytest.approx(pairs[pair], abs=0.05)
    assert found.converged


@CASES
def test_intervals_cover_the_truth(function: Function, truth: Truth) -> None:
    """A bootstrap of a Sobol sequence is on the safe side: it does not know how evenly the sequence fills the space."""
    first, total, _ = truth
    covered = [
        interval.low <= true <= interval.high
        for seed in range(30)
        for found in [estimated(function, list(first), 256, seed)]
        for intervals, truths in ((found.first, first), (found.total, total))
        for interval, true in ((intervals[name], truths[name]) for name in first)
    ]
    assert np.mean(covered) >= 0.93


@CASES
def test_replication_noise_is_taken_out(function: Function, truth: Truth) -> None:
    """Noise of three standard deviations in ten replications nearly doubles the variance; the indices hardly notice."""
    first, total, _ = truth
    deviation = float(function(saltelli_design({n: (n,) for n in first}, 512, 0)).std())
    runs = [estimated(function, list(first), 512, seed, noise=3.0 * deviation) for seed in range(20)]
    for name in first:
        assert np.mean([run.total[name].mean for run in runs]) == pytest.approx(total[name], abs=0.05)
        assert np.mean([run.first[name].mean for run in runs]) == pytest.approx(first[name], abs=0.05)
        # What SALib would give counts noise as effect, even of what has none.
        assert np.mean([run.with_noise[name] for run in runs]) == pytest.approx((total[name] + 0.9) / 1.9, abs=0.06)
    assert np.mean([run.noise for run in runs]) == pytest.approx(0.9 / 1.9, abs=0.03)
    covered = [run.total[name].low <= total[name] <= run.total[name].high for run in runs for name in first]
    assert np.mean(covered) >= 0.87  # some 100 intervals, those of one run dependent: 80% would rarely get there


def test_an_assumption_without_effect_is_found_to_have_none() -> None:
    """With noise, the null's total index covers zero as often as it should, and is not called large."""
    first, *_ = ishigami_truth()
    runs = [estimated(ishigami, list(first), 128, seed, noise=8.0) for seed in range(60)]
    assert np.mean([run.total["idle"].low <= 0.0 <= run.total["idle"].high for run in runs]) >= 0.9
    assert all(run.total["idle"].mean < 0.3 for run in runs)


def test_nothing_but_noise_gives_no_index() -> None:
    """Where all differences between points are replication noise, hardly any study shares a variance out."""
    factors = {"a": ("a",), "b": ("b",)}
    shape = (len(saltelli_design(factors, 64, 0)), 6)
    runs = [
        sobol_indices(np.random.default_rng(seed).standard_normal(shape), ["a", "b"], seed, resamples=RESAMPLES)
        for seed in range(40)
    ]
    assert np.mean([run.noise for run in runs]) > 0.9
    assert sum(run.defined for run in runs) <= 4
    assert not any(run.converged for run in runs)


def test_screening_finds_what_drives_ishigami() -> None:
    names = ["x1", "x2", "x3", "idle"]
    shares = Morris().shares(4, 3, trajectories=200, levels=LEVELS)
    outputs = ishigami(shares)[:, np.newaxis] + 0.5 * np.random.default_rng(2).standard_normal((len(shares), 8))
    found = elementary_effects(shares, outputs, names)
    assert list(found)[-1] == "idle"
    assert not found["idle"].beyond_noise
    assert all(found[name].beyond_noise for name in names[:3])


def test_where_there_is_nothing_a_box_or_a_tree_is_rarely_established() -> None:
    """A nominal 5% test: at most one box in twenty, at most one tree in twenty with its first question."""
    boxes = trees = 0
    for seed in range(120):
        generator = np.random.default_rng(seed)
        x, y = generator.random((400, 12)), generator.random(400) < 0.25
        boxes += find_box(x, y, seed).established
        trees += bool(grow_tree(x, y, seed).branches)
    assert boxes <= 0.07 * 120
    assert trees <= 0.07 * 120 + 4


def test_a_planted_box_is_found_among_seventy_assumptions() -> None:
    """0.8 inside, 0.1 outside; one side is of a parameter of whole numbers."""
    found = []
    for seed in range(5):
        generator = np.random.default_rng(seed)
        x = generator.random((2000, 70))
        x[:, 5] = np.floor(4.0 + 21.0 * x[:, 5])
        inside = (x[:, 3] > 0.6) & (x[:, 5] <= 10.0)
        found.append(find_box(x, generator.random(2000) < np.where(inside, 0.8, 0.1), seed))
    assert all(box.established for box in found)
    assert all({3, 5} <= set(box.box.restricted) for box in found)
    assert np.mean([len(box.box.restricted) for box in found]) <= 3.0
    assert np.mean([box.box.low[3] for box in found]) == pytest.approx(0.6, abs=0.05)
    assert all(9.0 <= box.box.high[5] <= 11.0 for box in found)
    # Of all hits, 0.8 × 0.133 of 0.8 × 0.133 + 0.1 × 0.867 lie inside.
    assert np.mean([box.held_out.density for box in found]) == pytest.approx(0.8, abs=0.08)
    assert np.mean([box.held_out.coverage for box in found]) == pytest.approx(0.55, abs=0.1)
