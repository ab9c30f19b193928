"""Designs: which points of the axes a sweep looks at. The same seed gives the same points."""

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from experiments.runs.factors import Axis, axes_from
from experiments.runs.points import read_points
from experiments.settings.configuration import Setting
from experiments.settings.kinds import Kind, Text, Whole, YesNo, shown
from experiments.settings.nodes import checked_keys
from model.errors import InvalidInput, nearest
from model.world import Floats

LARGEST = 10_000_000
"""Points that no design may have more of: they are held in memory."""


@dataclass(frozen=True)
class Design:
    """The points of a sweep.

    Attributes
    ----------
    method : str
        A key of `METHODS`.
    axes : tuple of Axis
        In the order of columns.
    values : ndarray (points, axes)
        In the parameters' units.
    asked : mapping
        What the method was told: numbers of points, levels, trajectories.
    notes : tuple of str
        What the user should know of how the points came about.
    """

    method: str
    axes: tuple[Axis, ...]
    values: Floats
    asked: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """How many there are."""
        return int(self.values.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(axis.name for axis in self.axes)

    def digest(self) -> str:
        """Hash names and values (SHA-256 of little-endian float64 in C order)."""
        content = ",".join(self.names).encode() + b"\n" + np.ascontiguousarray(self.values + 0.0, "<f8").tobytes()
        return sha256(content).hexdigest()


def design_from(name: str, node: Any, axes: Any, setting: Setting, seed: int) -> Design:
    """Make the points of a design.

    Parameters
    ----------
    name : str
        Its file's name in ``conf/design``.
    node : mapping
        What the file holds: ``method``, and what that method is told.
    axes : str, list or mapping
        The option ``axes``.
    setting : Setting
        World, institutions and values.
    seed : int
        Of the study.

    Returns
    -------
    Design

    Raises
    ------
    InvalidInput
        For anything that is not as it must be, in one line.
    """
    where = f"design '{name}'"
    method = node.get("method") if isinstance(node, Mapping) else None
    if method not in METHODS:
        raise InvalidInput(f"{where}: method must be one of {', '.join(METHODS)}; {nearest(str(method), METHODS)}")
    options = METHODS[method]
    given = checked_keys(where, node, ("method", *options))
    for option, admitted in options.items():
        if option not in given or not admitted.admits(given[option]):
            raise InvalidInput(f"design.{option}={shown(given.get(option))}: must be {admitted.rule}")
    asked = {option: given[option] for option in options}
    if method == "points":
        found, values = read_points(asked["path"], axes, setting)
        return Design(method, found, values, {})
    axes = axes_from(axes, setting, sampled=method != "grid")
    return _made(method, axes, asked, seed)


def _made(method: str, axes: tuple[Axis, ...], asked: dict[str, Any], seed: int) -> Design:
    """Make the points of every design but a user's own."""
    _refuse_too_many(method, axes, asked)
    if method == "grid":
        return Design(method, axes, _grid(axes, asked["levels"]), asked, ())
    notes = []
    if method in ("sobol", "saltelli"):
        key = "points" if method == "sobol" else "base"
        rounded = 2 ** math.ceil(math.log2(asked[key]))
        if rounded != asked[key]:
            notes.append(f"design.{key}={asked[key]}: rounded up to {rounded}, a power of two")
            asked = asked | {key: rounded}
    shares = _SHARES[method](len(axes), seed, **asked)
    values = np.column_stack([axis.at(shares[:, place]) for place, axis in enumerate(axes)])
    whole = [axis.name for axis in axes if axis.parameter.whole or axis.levels]
    if whole:
        notes.append(f"rounded to whole numbers or named choices, each equally likely: {', '.join(whole)}")
    return Design(method, axes, values, asked, tuple(notes))


def _refuse_too_many(method: str, axes: Sequence[Axis], asked: Mapping[str, Any]) -> None:
    """Refuse a design that would fill the memory before anybody could be asked."""
    count = count_points(method, axes, asked)
    if count > LARGEST:
        said = f"{count:.3g}" if count > 10**9 else f"{count:,}"
        raise InvalidInput(
            f"{method} over {len(axes)} axes: has {said} points, must have {LARGEST:,} at most; "
            "name fewer axes, as in 'axes=[effect,veto]', or ask for fewer points"
        )


def count_points(method: str, axes: Sequence[Axis], asked: Mapping[str, Any]) -> int:
    """Count the points of a design before it is made; powers of two not rounded up yet."""
    if method == "grid":
        return math.prod(len(axis.steps(asked["levels"])) for axis in axes)
    if method == "morris":
        return int(asked["trajectories"]) * (len(axes) + 1)
    if method == "saltelli":
        return int(asked["base"]) * ((2 * len(axes) if asked["second_order"] else len(axes)) + 2)
    return int(asked["points"])


def _grid(axes: Sequence[Axis], levels: int) -> Floats:
    """Combine every value of every axis; the last axis moves fastest."""
    mesh = np.meshgrid(*(axis.steps(levels) for axis in axes), indexing="ij")
    return np.column_stack([side.ravel() for side in mesh])


def _generator(seed: int) -> np.random.Generator:
    """Open a stream that no future has."""
    return np.random.default_rng([seed, zlib.crc32(b"design")])


def latin_hypercube(axes: int, seed: int, points: int) -> Floats:
    """Draw a Latin hypercube: every axis cut into as many slices as points, one point in each.

    Source: McKay, Beckman & Conover (1979), Technometrics 21(2), 239-245.

    Returns
    -------
    ndarray (points, axes)
        Shares, 0 to 1.
    """
    from scipy.stats import qmc

    drawn: Floats = qmc.LatinHypercube(axes, rng=_generator(seed)).random(points)
    return drawn


def sobol(axes: int, seed: int, points: int) -> Floats:
    """Draw a scrambled Sobol sequence.

    Source: Sobol' (1967); Owen (1998), Journal of Complexity 14(4), 466-489 (scrambling).

    Parameters
    ----------
    axes, seed : int
        Columns; of the study.
    points : int
        A power of two.

    Returns
    -------
    ndarray (points, axes)
        Shares, 0 to 1.
    """
    from scipy.stats import qmc

    drawn: Floats = qmc.Sobol(axes, scramble=True, rng=_generator(seed)).random_base2(round(math.log2(points)))
    return drawn


def morris(axes: int, seed: int, trajectories: int, levels: int) -> Floats:
    """Draw trajectories of one step per axis, for elementary effects.

    Rows 0 to axes are the first trajectory, in the order of its steps, and so on: what ``SALib.analyze.morris`` takes,
    with these shares as its X and bounds 0 to 1.
    Source: Morris (1991), Technometrics 33(2), 161-174.

    Returns
    -------
    ndarray (trajectories × (axes + 1), axes)
        Shares, on so many levels from 0 to 1.
    """
    from SALib.sample import morris as sampler

    drawn: Floats = sampler.sample(_problem(axes), trajectories, num_levels=levels, seed=_generator(seed))
    return drawn


def saltelli(axes: int, seed: int, base: int, second_order: bool) -> Floats:
    """Draw the matrices from which Sobol indices are estimated.

    Each of the base points gives a block of rows: A; A with column 1 of B, with column 2 of B, …; with `second_order`
    B with column 1 of A, …; B: what ``SALib.analyze.sobol`` takes with the same ``calc_second_order``.
    Source: Saltelli et al. (2010), Computer Physics Communications 181(2), 259-270.

    Parameters
    ----------
    axes, seed : int
        Columns; of the study.
    base : int
        A power of two.
    second_order : bool
        Whether rows for interactions of pairs are drawn as well.

    Returns
    -------
    ndarray (base × (axes + 2), axes), or (base × (2 axes + 2), axes)
        Shares, 0 to 1.
    """
    from SALib.sample import sobol as sampler

    drawn: Floats = sampler.sample(_problem(axes), base, calc_second_order=second_order, seed=_generator(seed))
    return drawn


def _problem(axes: int) -> dict[str, Any]:
    """Describe the unit cube to SALib."""
    return {"num_vars": axes, "names": [f"x{place}" for place in range(axes)], "bounds": [[0.0, 1.0]] * axes}


_SHARES: dict[str, Callable[..., Floats]] = {
    "latin_hypercube": latin_hypercube,
    "sobol": sobol,
    "morris": morris,
    "saltelli": saltelli,
}


def _at_least(low: int) -> Kind:
    return Whole(low, at_most=LARGEST)


_EVEN = Whole(2, of="an even whole number", multiple_of=2, at_most=LARGEST)
_FILE = Text(said="a CSV or Parquet file, as in design=points design.path=points.csv")

METHODS: dict[str, dict[str, Kind]] = {
    "grid": {"levels": _at_least(2)},
    "latin_hypercube": {"points": _at_least(1)},
    "sobol": {"points": _at_least(1)},
    "morris": {"trajectories": _at_least(2), "levels": _EVEN},
    "saltelli": {"base": _at_least(2), "second_order": YesNo()},
    "points": {"path": _FILE},
}
"""What each method is told, beside the axes."""
