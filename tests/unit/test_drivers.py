"""The three drivers of conflict by themselves."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Drivers
from model.rules.drivers import healed, next_driver, scarred, shock, shocks_to_drivers

PART = st.floats(0.0, 1.0)
UNIFORM = st.floats(1e-12, 1.0 - 1e-12)
STATUS = st.sampled_from([0.0, 1.0, 2.0])
DRIVERS = st.builds(
    Drivers,
    reversion=st.floats(0.0, 0.15),
    volatility=st.floats(0.0, 0.05),
    war_damage=st.floats(0.0, 0.03),
)


def test_a_shock_by_hand() -> None:
    # Rate 0.2: none up to 0.8; at 0.9 half of the chance is left, -0.15 · ln(0.1 / 0.2).
    assert shock(0.8, 0.2, 0.15) == 0.0
    assert shock(0.1, 0.2, 0.15) == 0.0
    assert shock(0.9, 0.2, 0.15) == pytest.approx(0.15 * math.log(2.0))
    assert shock(0.98, 0.2, 0.15) == pytest.approx(0.15 * math.log(10.0))


def test_without_rate_or_size_there_is_no_shock() -> None:
    assert shock(1.0 - 1e-16, 0.0, 0.15) == 0.0
    assert shock(0.99, 0.2, 0.0) == 0.0


@settings(max_examples=80, deadline=None)
@given(uniforms=st.tuples(UNIFORM, UNIFORM), rate=st.floats(0.0, 0.04), more=st.floats(0.0, 0.04))
def test_shocks_grow_with_the_draw_and_with_the_rate(uniforms: tuple[float, float], rate: float, more: float) -> None:
    low, high = sorted(uniforms)
    assert 0.0 <= shock(low, rate, 0.15) <= shock(high, rate, 0.15) + 1e-12
    assert shock(high, rate + more, 0.15) >= shock(high, rate, 0.15) - 1e-12


def test_shocks_come_at_their_rate_and_with_their_mean() -> None:
    rate, size, draws = 0.04, 0.15, 200_000
    sizes = [shock((index + 0.5) / draws, rate, size) for index in range(draws)]
    hit = [one for one in sizes if one > 0.0]
    assert len(hit) / draws == pytest.approx(rate, rel=1e-3)
    assert sum(hit) / len(hit) == pytest.approx(size, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "rate", "spread"),
    [
        (0, "environmental_rate", (0.3, 0.7, 0.0)),
        (1, "pandemic_rate", (0.0, 0.6, 0.4)),
        (2, "crime_rate", (0.7, 0.0, 0.3)),
        (3, "rivalry_rate", (0.8, 0.0, 0.2)),
    ],
)
def test_each_kind_of_shock_hits_the_drivers_it_is_said_to(
    kind: int, rate: str, spread: tuple[float, float, float]
) -> None:
    p = Drivers(shock_size=0.1)._replace(**{rate: 0.02})
    draws = [0.5, 0.5, 0.5, 0.5]
    draws[kind] = 0.99
    size = 0.1 * math.log(2.0)
    assert shocks_to_drivers(draws[0], draws[1], draws[2], draws[3], p) == pytest.approx(
        tuple(part * size for part in spread)
    )


def test_shocks_of_several_kinds_add_up() -> None:
    p = Drivers(shock_size=0.1, environmental_rate=0.02, pandemic_rate=0.02, crime_rate=0.02, rivalry_rate=0.02)
    size = 0.1 * math.log(2.0)
    together = shocks_to_drivers(0.99, 0.99, 0.99, 0.99, p)
    assert together == pytest.approx((1.8 * size, 1.3 * size, 0.9 * size))
    assert shocks_to_drivers(0.9, 0.9, 0.9, 0.9, p) == (0.0, 0.0, 0.0)


def test_a_driver_by_hand() -> None:
    p = Drivers(reversion=0.1, volatility=0.02, war_damage=0.01)
    # 0.4 + 0.1 · (0.6 - 0.4) + 0.02 · 1.5 + 0.05 + 0.01 · 2 · 0.6.
    assert next_driver(0.4, 0.6, 2.0, 1.5, 0.05, p) == pytest.approx(0.4 + 0.02 + 0.03 + 0.05 + 0.012)
    assert next_driver(0.4, 0.6, 0.0, 0.0, 0.0, p) == pytest.approx(0.42)
    assert next_driver(0.6, 0.4, 0.0, 0.0, 0.0, p) == pytest.approx(0.58)


@settings(max_examples=80, deadline=None)
@given(level=PART, structural=PART, status=STATUS, normal=st.floats(-8.0, 8.0), hit=st.floats(0.0, 5.0), p=DRIVERS)
def test_a_driver_stays_a_level_and_rises_with_war_and_shocks(
    level: float, structural: float, status: float, normal: float, hit: float, p: Drivers
) -> None:
    here = next_driver(level, structural, status, normal, hit, p)
    assert 0.0 <= here <= 1.0
    assert next_driver(level, structural, 2.0, normal, hit, p) >= here
    assert next_driver(level, structural, status, normal, hit + 0.1, p) >= here
    assert next_driver(level, min(1.0, structural + 0.1), status, normal, hit, p) >= here - 1e-12


def test_a_driver_that_is_no_number_is_not_hidden() -> None:
    assert math.isnan(next_driver(math.nan, 0.5, 0.0, 0.0, 0.0, Drivers()))


def test_scars_heal_and_reforms_fade_alike() -> None:
    assert healed(0.6, 0.4, 0.25) == pytest.approx(0.55)
    assert healed(0.2, 0.4, 0.25) == pytest.approx(0.25)
    assert healed(0.4, 0.4, 0.25) == 0.4


def test_only_an_onset_scars() -> None:
    # Half of the room of 0.4 left above 0.6.
    assert scarred(0.6, 0.0, 1.0, 0.5) == pytest.approx(0.8)
    assert scarred(0.6, 0.0, 2.0, 0.5) == pytest.approx(0.8)
    for before, after in ((0.0, 0.0), (1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (2.0, 0.0)):
        assert scarred(0.6, before, after, 0.5) == 0.6
    assert scarred(1.0, 0.0, 1.0, 0.5) == 1.0
