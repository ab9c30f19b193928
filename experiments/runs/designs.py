"""Sampling designs: which points of the factors are looked at. The same seed gives the same points.

A design is a class here and a file in ``conf/design`` that names its `method` and what it is told.
"""

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.linalg import hadamard

from experiments.runs.factors import SWEPT, Factor, factors_from, read_points
from experiments.runs.plan import Design
from experiments.settings.configuration import Setting
from experiments.settings.kinds import Kind, Text, Whole, YesNo, shown
from experiments.settings.nodes import checked_keys
from model.errors import InvalidInput, nearest
from model.priors import UNIFORM
from model.world import Floats

LARGEST = 10_000_000
"""Points that no design may have more of: they are held in memory."""


def _at_least(low: int) -> Kind:
    return Whole(low, at_most=LARGEST)


_EVEN = Whole(2, of="an even whole number", multiple_of=2, at_most=LARGEST)
_FILE = Text(said="a CSV or Parquet file, as in design=points design.path=points.csv")

METHODS: "dict[str, SamplingDesign]" = {}
"""Every sampling design by its method, in the order in which they stand here."""


class SamplingDesign:
    """A way to choose points."""

    method: ClassVar[str]
    """How files in ``conf/design`` name it."""
    told: ClassVar[Mapping[str, Kind]]
    """What it is told beside the factors."""
    sampled: ClassVar[bool] = True
    """Whether two values of a factor are the ends of a range, or levels."""
    doubled: ClassVar[str | None] = None
    """Which of the numbers it is told is rounded up to a power of two."""

    def __init_subclass__(cls) -> None:
        """Make the method known."""
        METHODS[cls.method] = cls()

    def count(self, factors: Sequence[Factor], asked: Mapping[str, Any]) -> int:
        """Count the points before they are made; powers of two not rounded up yet."""
        raise NotImplementedError

    def shares(self, factors: int, seed: int, **asked: Any) -> Floats:
        """Make the points (points, factors) as shares of each factor's prior, 0 to 1."""
        raise NotImplementedError

    def values(self, factors: Sequence[Factor], seed: int, **asked: Any) -> Floats:
        """Make the points (points, factors) in the factors' units."""
        return values_at(factors, self.shares(len(factors), seed, **asked))

    def make(self, axes: Any, setting: Setting, seed: int, asked: dict[str, Any]) -> Design:
        """Make the points.

        Parameters
        ----------
        axes : str, list or mapping
            The option ``axes``.
        setting : Setting
            World, institutions and values.
        seed : int
            Of the study.
        asked : dict
            What the method is told.

        Raises
        ------
        InvalidInput
            For factors that are not as they must be, and for more points than fit in memory.
        """
        factors = factors_from(axes, setting, self.sampled)
        if (count := self.count(factors, asked)) > LARGEST:
            said = f"{count:.3g}" if count > 10**9 else f"{count:,}"
            raise InvalidInput(
                f"{self.method} over {len(factors)} axes: has {said} points, must have {LARGEST:,} at most; "
                "name fewer axes, as in 'axes=[effect,veto]', or ask for fewer points"
            )
        notes = []
        if key := self.doubled:
            rounded = 2 ** math.ceil(math.log2(asked[key]))
            if rounded != asked[key]:
                notes.append(f"design.{key}={asked[key]}: rounded up to {rounded}, a power of two")
            asked = asked | {key: rounded}
        whole = [factor.name for factor in factors if factor.parameter.whole or factor.levels]
        if whole and self.sampled:
            notes.append(f"rounded to whole numbers or named choices, each equally likely: {', '.join(whole)}")
        told = [f"{factor.name} {factor.prior}" for factor in factors if factor.prior != UNIFORM]
        if told and self.sampled:
            notes.append(f"not evenly over the range but by the declared prior: {'; '.join(told)}")
        return Design(factors, self.values(factors, seed, **asked), axes == SWEPT, self.method, asked, tuple(notes))


class Grid(SamplingDesign):
    """Every combination of every value of every factor; the last factor moves fastest."""

    method = "grid"
    told: ClassVar = {"levels": _at_least(2)}
    sampled = False

    def count(self, factors: Sequence[Factor], asked: Mapping[str, Any]) -> int:
        """Multiply the numbers of steps."""
        return math.prod(len(factor.steps(asked["levels"])) for factor in factors)

    def values(self, factors: Sequence[Factor], seed: int, **asked: Any) -> Floats:
        """Combine the factors' own steps."""
        mesh = np.meshgrid(*(factor.steps(asked["levels"]) for factor in factors), indexing="ij")
        return np.column_stack([side.ravel() for side in mesh])


class LatinHypercube(SamplingDesign):
    """Every factor cut into as many slices as points, one point in each.

    Source: McKay, Beckman & Conover (1979), Technometrics 21(2), 239-245.
    """

    method = "latin_hypercube"
    told: ClassVar = {"points": _at_least(1)}

    def count(self, factors: Sequence[Factor], asked: Mapping[str, Any]) -> int:
        """As many as asked for."""
        return int(asked["points"])

    def shares(self, factors: int, seed: int, **asked: Any) -> Floats:
        """Draw by SciPy."""
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(factors, rng=_generator(seed)).random(asked["points"]))


class Sobol(LatinHypercube):
    """A scrambled Sobol sequence, a power of two long.

    Source: Sobol' (1967); Owen (1998), Journal of Complexity 14(4), 466-489 (scrambling).
    """

    method = "sobol"
    doubled = "points"

    def shares(self, factors: int, seed: int, **asked: Any) -> Floats:
        """Draw by SciPy."""
        from scipy.stats import qmc

        length = round(math.log2(asked["points"]))
        return np.asarray(qmc.Sobol(factors, scramble=True, rng=_generator(seed)).random_base2(length))


class Morris(SamplingDesign):
    """Trajectories of one step per factor, for elementary effects.

    Rows 0 to factors are the first trajectory, in the order of its steps, and so on: what ``SALib.analyze.morris``
    takes, with the shares as its X and bounds 0 to 1; shares are on so many levels from 0 to 1.
    Source: Morris (1991), Technometrics 33(2), 161-174.
    """

    method = "morris"
    told: ClassVar = {"trajectories": _at_least(2), "levels": _EVEN}

    def count(self, factors: Sequence[Factor], asked: Mapping[str, Any]) -> int:
        """One point more than factors in each trajectory."""
        return int(asked["trajectories"]) * (len(factors) + 1)

    def shares(self, factors: int, seed: int, **asked: Any) -> Floats:
        """Draw by SALib."""
        from SALib.sample import morris

        found = morris.sample(_problem(factors), asked["trajectories"], asked["levels"], seed=_generator(seed))
        return np.asarray(found)


class Saltelli(SamplingDesign):
    """The matrices from which Sobol indices are estimated.

    Each of the base points (a power of two) gives a block of rows: A; A with column 1 of B, with column 2 of B, …;
    with ``second_order`` B with column 1 of A, …; B: what ``SALib.analyze.sobol`` takes with the same
    ``calc_second_order``.
    Source: Saltelli et al. (2010), Computer Physics Communications 181(2), 259-270.
    """

    method = "saltelli"
    told: ClassVar = {"base": _at_least(2), "second_order": YesNo()}
    doubled = "base"

    def count(self, factors: Sequence[Factor], asked: Mapping[str, Any]) -> int:
        """Two matrices, and each with every column of the other."""
        return int(asked["base"]) * ((2 * len(factors) if asked["second_order"] else len(factors)) + 2)

    def shares(self, factors: int, seed: int, **asked: Any) -> Floats:
        """Draw by SALib."""
        from SALib.sample import sobol

        second = asked["second_order"]
        found = sobol.sample(_problem(factors), asked["base"], calc_second_order=second, seed=_generator(seed))
        return np.asarray(found)


class UserPoints(SamplingDesign):
    """A user's own points, a file with a column per factor; they win over whatever is set."""

    method = "points"
    told: ClassVar = {"path": _FILE}

    def make(self, axes: Any, setting: Setting, seed: int, asked: dict[str, Any]) -> Design:
        """Read the file."""
        return Design(*read_points(asked["path"], axes, setting, LARGEST), method=self.method)


def design_from(name: str, node: Any, axes: Any, setting: Setting, seed: int) -> Design:
    """Make the points of a design as a file describes it.

    Parameters
    ----------
    name : str
        The file's name in ``conf/design``.
    node : mapping
        What it holds: ``method``, and what that method is told.
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
    where, known = f"design '{name}'", METHODS
    method = node.get("method") if isinstance(node, Mapping) else None
    if method not in known:
        raise InvalidInput(f"{where}: method must be one of {', '.join(known)}; {nearest(str(method), known)}")
    told = known[method].told
    given = checked_keys(where, node, ("method", *told))
    for option, admitted in told.items():
        if option not in given or not admitted.admits(given[option]):
            raise InvalidInput(f"design.{option}={shown(given.get(option))}: must be {admitted.rule}")
    return known[method].make(axes, setting, seed, {option: given[option] for option in told})


def one_at_a_time(factors: Sequence[Factor], values: Sequence[Sequence[float]]) -> Design:
    """Make points at which one factor is set and all others are left alone.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied, in turn.
    values : sequence of sequence of float
        Of each factor.
    """
    table = np.full((sum(map(len, values)), len(factors)), np.nan)
    places = np.repeat(np.arange(len(factors)), [len(steps) for steps in values])
    table[np.arange(len(table)), places] = [value for steps in values for value in steps]
    return Design(tuple(factors), table, method="one_at_a_time")


def two_levels(factors: Sequence[Factor], low: float, high: float) -> Design:
    """Make points at which every factor is low or high, so that what each does is told apart from what all others do.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied. They give way to what an institution or the command line sets.
    low, high : float
        Quantiles of their priors.

    Returns
    -------
    Design
        Twice as many points as the next power of two above the number of factors: rows of a Hadamard matrix, and their
        mirror images. Each factor is low at half of them; no interaction of two shows as an effect of one.

    References
    ----------
    Plackett and Burman (1946), "The design of optimum multifactorial experiments", Biometrika 33(4), 305-325.
    Box and Wilson (1951), "On the experimental attainment of optimum conditions", JRSS B 13(1), 1-45 (mirror images).
    """
    signs = hadamard(1 << len(factors).bit_length())[:, 1 : len(factors) + 1]
    shares = np.where(np.concatenate([signs, -signs]) > 0, high, low)
    return Design(tuple(factors), values_at(factors, shares), yields=True, method="two_levels")


def values_at(factors: Sequence[Factor], shares: Floats) -> Floats:
    """Turn shares (points, factors) of each factor's prior into values in its unit."""
    return np.column_stack([factor.at(shares[:, place]) for place, factor in enumerate(factors)])


def _generator(seed: int) -> np.random.Generator:
    """Open a stream that no replication has."""
    return np.random.default_rng([seed, zlib.crc32(b"design")])


def _problem(factors: int) -> dict[str, Any]:
    """Describe the unit cube to SALib."""
    return {"num_vars": factors, "names": [f"x{place}" for place in range(factors)], "bounds": [[0.0, 1.0]] * factors}
