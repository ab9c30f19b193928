"""One rule, two engines: the same run is the same to the bit."""

import numpy as np
import pytest

from model.institution import Institution, Pool
from model.parameters import build_parameters
from model.rules import compiled
from model.runs import Run, simulate
from model.trajectory import names, sha256
from model.world import stylised
from tests.support import INSTITUTIONS, institution, parameters_of, random_values, setting

POOLS = (
    (Pool("one", "all", "foreign"),),
    (Pool("south", "sub_saharan", "development", 2.0), Pool("north", "rest", "defence")),
)


def assert_same(first: Run, second: Run, labels: list[str]) -> None:
    different = np.argwhere(first.trajectory != second.trajectory)
    where = [(int(quarter), labels[column]) for quarter, column in different[:3]]
    assert not where, f"engines part at {where}"
    assert np.all(np.isfinite(first.trajectory[:, :-1]))
    assert sha256(first.trajectory) == sha256(second.trajectory)
    assert first.outcomes == second.outcomes


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_same_trajectory_over_twenty_years_of_africa(name: str) -> None:
    world, who, p = setting().world, institution(name), parameters_of(name)
    runs = [simulate(who, world, p, 7, 3, 80, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


@pytest.mark.parametrize("size", [2, 7, 60])
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_same_trajectory_in_stylised_worlds(name: str, size: int) -> None:
    world = stylised(size)
    who = institution(name)
    runs = [simulate(who, world, parameters_of(name), 5, size, 12, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


@pytest.mark.parametrize("point", range(60))
def test_same_trajectory_at_random_parameter_points(point: int) -> None:
    rng = np.random.default_rng(point)
    world = stylised(9)
    who = Institution("random", pools=POOLS[point % 2], values=random_values(rng))
    p = build_parameters(who.values)
    runs = [simulate(who, world, p, 3, point, 20, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


def test_every_rule_is_compiled_for_one_signature_only() -> None:
    # An int passed for a float would silently compile, and could compute, something else.
    from model.rules import conflict, delivery, drivers, partners, peacekeeping, priorities, treasury, trust

    modules = (conflict, delivery, drivers, partners, peacekeeping, priorities, treasury, trust)
    rules = [
        function
        for module in modules
        for function in vars(module).values()
        if getattr(function, "targetoptions", {}).get("forceinline") and function.py_func.__module__ == module.__name__
    ]
    assert len(rules) > 30
    for function in rules:
        assert len(function.signatures) <= 1, f"{function.py_func.__qualname__}: {function.signatures}"


def test_digest_names_the_sources() -> None:
    assert len(compiled.source_digest()) == 16
