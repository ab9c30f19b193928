"""All chance of a run, drawn before it starts: two institutions with one name of a run live through the same future.

A run is named by (seed, replication). Each purpose has its own stream, keyed by both and by the purpose's name, so
that adding a purpose, an institution, a worker or a quarter changes no number already drawn. Only whole-number
generator steps and plain arithmetic are used: every machine draws the same bits.
"""

import zlib
from typing import NamedTuple

import numpy as np

from model.generator import draw, words
from model.lenses import NAMES
from model.rules.compiled import kernel_with_memory
from model.rules.elementary import CENTRAL, TAIL, central_quantile, far_tail_quantile, tail_quantile
from model.world import Floats

SHOCK_KINDS = ("environmental", "pandemic", "crime", "rivalry")
_PANDEMIC = SHOCK_KINDS.index("pandemic")


class Chance(NamedTuple):
    """The exogenous chance of one run; uniforms lie strictly between 0 and 1, normals are standard.

    ``drift`` (quarters, 3, n) normal; ``shocks`` (quarters, 4, n) uniform, a pandemic's the same for all states;
    ``private_error`` (quarters, 3 departments, 2, n) and ``common_error`` (quarters, 2, n) normal, of pictures of
    beginnings and of ends; ``lens`` (16,), ``works`` (3, n) and ``lessons`` (years, 3, n) normal: errors of lenses,
    what works where, and what a year's results mislead by;
    ``transition`` and ``deaths`` (quarters, n) uniform; ``interests`` (4, n) normal, the last row common to all
    departments; ``tie`` (n,) uniform, breaks ties; ``reports`` (quarters,) normal, errors of reports to the Treasury;
    ``funding`` and ``stall`` (quarters, 3 departments) uniform: whether a budget line is cut, a spender stalls;
    ``start`` (n,) uniform: whether the fighting of the year before still goes on at the start.
    """

    drift: Floats
    shocks: Floats
    private_error: Floats
    common_error: Floats
    transition: Floats
    deaths: Floats
    interests: Floats
    tie: Floats
    reports: Floats
    funding: Floats
    stall: Floats
    start: Floats
    lens: Floats
    works: Floats
    lessons: Floats


@kernel_with_memory
def _to_normal(uniforms: Floats) -> None:
    """Turn uniforms (any number,) into standard normals, in place: few are in the tails, where it takes longer."""
    far, count = np.empty(uniforms.shape[0], np.int64), 0
    for position in range(uniforms.shape[0]):
        far[count] = position
        count += 1 if abs(uniforms[position] - 0.5) > CENTRAL else 0
    drawn, tails = uniforms[far[:count]], np.empty(count)
    for position in range(uniforms.shape[0]):
        uniforms[position] = central_quantile(uniforms[position])
    # Four at a time, as if all were near; hardly ever is one far.
    for place in range(count):
        tails[place] = tail_quantile(drawn[place])
    for place in range(count):
        near = abs(drawn[place] - 0.5) <= TAIL
        uniforms[far[place]] = tails[place] if near else far_tail_quantile(drawn[place])


def stream(seed: int, replication: int, purpose: str) -> np.random.Generator:
    """Open NumPy's own generator of one purpose in one run: runs draw its numbers, a drawn zero excepted."""
    return np.random.Generator(np.random.SFC64([seed, replication, zlib.crc32(purpose.encode())]))


def draw_chance(seed: int, replication: int, states: int, quarters: int) -> Chance:
    """Draw all chance of one run.

    Parameters
    ----------
    seed, replication : int
        The run's name, both 0 or more.
    states, quarters : int
        Size of the world and length of the run.

    Returns
    -------
    Chance
        The first quarters of a longer run are the same numbers.
    """

    def uniforms(purpose: str, *shape: int) -> Floats:
        drawn = np.empty(shape)
        draw(words(seed, replication, zlib.crc32(purpose.encode())), drawn.reshape(-1))
        return drawn

    def normals(purpose: str, *shape: int) -> Floats:
        drawn = uniforms(purpose, *shape)
        _to_normal(drawn.reshape(-1))
        return drawn

    shocks = uniforms("shocks", quarters, len(SHOCK_KINDS), states)
    shocks[:, _PANDEMIC, :] = shocks[:, _PANDEMIC, :1]
    return Chance(
        drift=normals("drift", quarters, 3, states),
        shocks=shocks,
        private_error=normals("private error", quarters, 3, 2, states),
        common_error=normals("common error", quarters, 2, states),
        transition=uniforms("transition", quarters, states),
        deaths=uniforms("deaths", quarters, states),
        interests=normals("interests", 4, states),
        tie=uniforms("tie", states),
        reports=normals("reports", quarters),
        funding=uniforms("funding", quarters, 3),
        stall=uniforms("stall", quarters, 3),
        start=uniforms("start", states),
        lens=normals("lens", len(NAMES)),
        works=normals("works", 3, states),
        lessons=normals("lessons", (quarters + 3) // 4, 3, states),
    )
