"""All chance of a run, drawn before it starts."""

import hashlib
import zlib

import numpy as np
import pytest
from scipy import stats

from model.generator import draw, inside, words
from model.randomness import SHOCK_KINDS, Chance, draw_chance, stream
from tests.support import normal_quantile

UNIFORMS = ("shocks", "transition", "deaths", "tie", "funding", "stall", "start")
NORMALS = ("drift", "private_error", "common_error", "interests", "reports", "lens", "works", "lessons")
ONCE = ("interests", "tie", "start", "lens", "works")
BY_QUARTER = tuple(name for name in Chance._fields if name not in (*ONCE, "lessons"))


@pytest.fixture(scope="module")
def long() -> Chance:
    return draw_chance(3, 5, 12, 80)


def test_shapes(long: Chance) -> None:
    assert {name: getattr(long, name).shape for name in Chance._fields} == {
        "drift": (80, 3, 12),
        "shocks": (80, 4, 12),
        "private_error": (80, 3, 2, 12),
        "common_error": (80, 2, 12),
        "transition": (80, 12),
        "deaths": (80, 12),
        "interests": (4, 12),
        "tie": (12,),
        "reports": (80,),
        "funding": (80, 3),
        "stall": (80, 3),
        "start": (12,),
        "lens": (16,),
        "works": (3, 12),
        "lessons": (20, 3, 12),
    }
    assert sorted(UNIFORMS + NORMALS) == sorted(Chance._fields)
    for name in Chance._fields:
        assert getattr(long, name).dtype == np.float64
        assert getattr(long, name).flags.c_contiguous


def test_a_longer_run_begins_with_the_same_numbers(long: Chance) -> None:
    short = draw_chance(3, 5, 12, 40)
    for name in BY_QUARTER:
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name)[:40])
    for name in ONCE:
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name))
    np.testing.assert_array_equal(short.lessons, long.lessons[:10])


def test_the_same_run_has_the_same_chance_and_others_have_others(long: Chance) -> None:
    again = draw_chance(3, 5, 12, 80)
    for name in Chance._fields:
        np.testing.assert_array_equal(getattr(again, name), getattr(long, name))
    for other in (draw_chance(4, 5, 12, 80), draw_chance(3, 6, 12, 80), draw_chance(5, 3, 12, 80)):
        for name in Chance._fields:
            if name != "shocks":
                assert not np.isin(getattr(other, name), getattr(long, name)).any()


def test_each_purpose_has_its_own_stream() -> None:
    one = stream(3, 5, "drift").random(50)
    np.testing.assert_array_equal(one, stream(3, 5, "drift").random(50))
    for other in (stream(3, 5, "shocks"), stream(3, 6, "drift"), stream(4, 5, "drift")):
        assert not np.isin(other.random(50), one).any()


def test_what_was_drawn_before_a_purpose_was_added_is_drawn_still() -> None:
    # Digests of the numbers as they were when each purpose was added: "funding" and "stall" joined nine others,
    # then "start"; errors of pictures are of two transitions now, of three drivers before.
    drawn = draw_chance(3, 5, 4, 8)
    assert {
        name: hashlib.sha256(getattr(drawn, name).astype("<f8").tobytes()).hexdigest()[:16] for name in Chance._fields
    } == {
        "drift": "f1d5866a31693b09",
        "shocks": "90ee55db4b8a1195",
        "private_error": "ac359b95f2e7e881",
        "common_error": "ead6e6822894091a",
        "transition": "ca27aaf3ebe39b64",
        "deaths": "35c3beba2840ffd6",
        "interests": "ae22cace0b0c32de",
        "tie": "214794bfd96b88bd",
        "reports": "68bcffa053f3f3a2",
        "funding": "1755cf26680ca1f5",
        "stall": "730e38b1689208e0",
        "start": "84f77eef3c6ba30c",
        "lens": "ebac4d6bce5b1dd8",
        "works": "f808ffdf406b605b",
        "lessons": "b53f7f71ffb464f7",
    }


def test_budget_lines_and_departments_draw_apart() -> None:
    drawn = draw_chance(1, 0, 2, 2000)
    columns = np.concatenate([drawn.funding, drawn.stall], axis=1).T
    assert len(np.unique(columns)) == columns.size
    correlations = np.asarray(np.corrcoef(columns))[np.triu_indices(6, 1)]
    assert abs(correlations).max() < 5.0 / 2000**0.5


def test_pandemics_are_common_to_all_states_and_other_shocks_are_not(long: Chance) -> None:
    pandemic = SHOCK_KINDS.index("pandemic")
    assert (long.shocks[:, pandemic] == long.shocks[:, pandemic, :1]).all()
    assert len(np.unique(long.shocks[:, pandemic])) == 80
    for kind in range(len(SHOCK_KINDS)):
        if kind != pandemic:
            assert len(np.unique(long.shocks[:, kind])) == 80 * 12


@pytest.mark.parametrize("name", UNIFORMS)
def test_uniforms_lie_strictly_between_zero_and_one(long: Chance, name: str) -> None:
    drawn = getattr(long, name)
    assert 0.0 < drawn.min() <= drawn.max() < 1.0


def test_a_drawn_zero_is_replaced() -> None:
    assert inside(np.uint64(2**11 - 1)) == 2.0**-54
    assert inside(np.uint64(2**11)) == 2.0**-53
    assert -10.0 < normal_quantile(2.0**-54) < -8.0


def test_streams_have_numpys_bits() -> None:
    rng, ours = np.random.default_rng(18), np.empty(3)
    keys = rng.integers(0, 2 ** rng.integers(1, 63, (100_000, 3)))
    for key in [[0, 0, 0], [2**32, 2**64 + 1, 2**32 - 1], [2**200, 1], *keys.tolist()]:
        draw(words(*key), ours)
        assert np.array_equal(ours, np.random.Generator(np.random.SFC64(key)).random(3)), key
    many = np.empty(10_000)
    draw(words(3, 5, zlib.crc32(b"drift")), many)
    np.testing.assert_array_equal(many, stream(3, 5, "drift").random(10_000))


@pytest.mark.parametrize("name", ["shocks", "transition", "deaths", "funding", "stall"])
def test_uniforms_are_uniform(name: str) -> None:
    drawn = getattr(draw_chance(1, 0, 30, 200), name)
    drawn = drawn[:, 0] if name == "shocks" else drawn
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-3


@pytest.mark.parametrize("name", ["drift", "private_error", "common_error"])
def test_normals_are_standard(name: str) -> None:
    drawn = getattr(draw_chance(1, 0, 30, 200), name).ravel()
    # Six standard errors of mean, variance and kurtosis.
    assert drawn.mean() == pytest.approx(0.0, abs=6.0 / len(drawn) ** 0.5)
    assert drawn.var() == pytest.approx(1.0, abs=6.0 * (2.0 / len(drawn)) ** 0.5)
    assert (drawn**4).mean() == pytest.approx(3.0, abs=6.0 * (96.0 / len(drawn)) ** 0.5)
    assert stats.kstest(drawn, "norm").pvalue > 1e-3


def test_purposes_are_uncorrelated(long: Chance) -> None:
    columns = [long.transition.ravel(), long.deaths.ravel(), long.shocks[:, 0].ravel(), long.drift[:, 0].ravel()]
    correlations = np.asarray(np.corrcoef(columns))[np.triu_indices(4, 1)]
    assert abs(correlations).max() < 5.0 / (80 * 12) ** 0.5
