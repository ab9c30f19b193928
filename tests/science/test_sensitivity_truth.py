"""Sensitivity indices against functions whose indices are known exactly, and boxes where there is nothing to find.

Sobol's G (Saltelli & Sobol 1995): analytic values as in Saltelli et al. (2008), *Global Sensitivity Analysis: The
Primer*. A polynomial of a hundred parameters, most of which do a little, with luck as large beside it as in the model.
Seeds are fixed. Bounds on shares of intervals that hold the truth allow three standard errors to what independent
intervals of 95% would have.
"""

import math

import numpy as np
import pytest

from experiments.runs.designs import Morris
from experiments.statistics.boxes import find_box
from experiments.statistics.sensitivity import LEVELS, elementary_effects
from experiments.statistics.sobol import PARTS, Indices, parted_design, sobol_indices
from experiments.statistics.tree import grow_tree

pytestmark = pytest.mark.slow

Truth = tuple[dict[str, float], dict[str, float]]
A, B = 7.0, 0.1


def ishigami(shares: np.ndarray) -> np.ndarray:
    x = math.pi * (2.0 * shares - 1.0)
    return np.asarray(np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))


WEIGHTS = {"g0": 0.0, "g1": 1.0, "g2": 4.5, "g3": 9.0, "g4": 99.0}


def sobol_g(shares: np.ndarray) -> np.ndarray:
    a = np.array(list(WEIGHTS.values()))
    return np.asarray(np.prod((np.abs(4.0 * shares - 2.0) + a) / (1.0 + a), axis=1))


def sobol_g_truth() -> Truth:
    part = {name: 1.0 / (3.0 * (1.0 + a) ** 2) for name, a in WEIGHTS.items()}
    whole = math.prod(1.0 + v for v in part.values())
    variance = whole - 1.0
    first = {name: v / variance for name, v in part.items()}
    return first, {name: v * whole / (1.0 + v) / variance for name, v in part.items()}


REST = [f"rest{place}" for place in range(89)]
LEADING = [f"lead{place}" for place in range(6)]


def many(shares: np.ndarray) -> np.ndarray:
    """Squares of the weights are shares of the variance; every term has a variance of its own."""
    line = math.sqrt(3.0) * (2.0 * shares - 1.0)
    bent = math.sqrt(5.0) * (6.0 * shares[:, 1] ** 2 - 6.0 * shares[:, 1] + 1.0)
    alone = math.sqrt(0.25) * line[:, 0] + math.sqrt(0.15) * bent + math.sqrt(0.08) * line[:, 2]
    pairs = math.sqrt(0.12) * line[:, 0] * line[:, 1] + math.sqrt(0.08) * line[:, 3] * line[:, 40]
    rest = math.sqrt(0.22 / 89) * line[:, 6:].sum(axis=1) + math.sqrt(0.1) * line[:, 50] * line[:, 51]
    return np.asarray(alone + pairs + rest)


def many_truth() -> Truth:
    first = dict(zip(LEADING, [0.25, 0.15, 0.08, 0.0, 0.0, 0.0], strict=True))
    total = dict(zip(LEADING, [0.37, 0.27, 0.08, 0.08, 0.0, 0.0], strict=True))
    return {**first, "others": 0.22}, {**total, "others": 0.4}


def estimated(seed: int, base: int, luck: float = 0.77) -> Indices:
    """Indices of `many`, where so much of the variance between means over eight futures is luck.

    A third of it goes along with the parameters, another way in every future; and futures move all points alike.
    """
    shares, generator = parted_design(len(LEADING + REST), base, seed), np.random.default_rng(seed)
    spread = math.sqrt(8.0 * luck / (1.0 - luck))
    ways = np.repeat(generator.standard_normal((PARTS, 95, 8)) / math.sqrt(95.0), base, axis=0)
    along = np.einsum("pk,pkr->pr", math.sqrt(3.0) * (2.0 * shares - 1.0), ways)
    noise = math.sqrt(1 / 3) * along + math.sqrt(2 / 3) * generator.standard_normal((len(shares), 8))
    alike = np.repeat(5.0 * generator.standard_normal((PARTS, 8)), base, axis=0)
    factors = {**{name: [name] for name in LEADING}, "others": REST}
    return sobol_indices(shares, many(shares)[:, np.newaxis] + alike + spread * noise, factors)


def test_indices_are_the_analytic_ones() -> None:
    """Of Sobol's G, which has kinks and interactions of three: some of its variance lies beyond polynomials."""
    first, total = sobol_g_truth()
    shares = parted_design(len(first), 512, seed=1)
    found = sobol_indices(shares, sobol_g(shares), {name: [name] for name in first})
    for name in first:
        assert found.first[name].mean == pytest.approx(first[name], abs=0.03)
        assert found.total[name].mean == pytest.approx(total[name], abs=0.05)
    assert found.converged


def test_luck_of_three_quarters_of_the_variance_is_taken_out() -> None:
    first, total = many_truth()
    runs = [estimated(seed, 128) for seed in range(12)]
    for name in first:
        assert np.mean([run.first[name].mean for run in runs]) == pytest.approx(first[name], abs=0.04)
        assert np.mean([run.total[name].mean for run in runs]) == pytest.approx(total[name], abs=0.06)
    assert np.mean([run.noise for run in runs]) == pytest.approx(0.77, abs=0.03)
    covered = [
        intervals[name].low <= truth[name] <= intervals[name].high
        for run in runs
        for intervals, truth in ((run.first, first), (run.total, total))
        for name in truth
    ]
    assert np.mean(covered) >= 0.92


def test_with_points_enough_the_indices_converge() -> None:
    """As many as the reference has: no share lies below zero by more than its error."""
    found = estimated(1, 1024)
    assert found.converged
    assert all(index.high > 0.0 and index.mean > -0.02 for index in [*found.first.values(), *found.total.values()])


def test_nothing_but_noise_gives_no_index() -> None:
    """Where all differences between points are replication noise, hardly any study shares a variance out."""
    shares = parted_design(2, 64, seed=0)
    runs = [
        sobol_indices(shares, np.random.default_rng(seed).standard_normal((len(shares), 6)), {"a": ["a"], "b": ["b"]})
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
