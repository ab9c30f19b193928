"""What is run: institutions, replications, points of a design and draws of scenarios; and one task of it.

A run is named by its seed, its replication and, in a design, its point. Replications come in blocks, each of which is
run together; a *unit* of the store is one point in one block: unit = block × points + point. A task is a range of
units: plain data that any worker can receive.

*Drawn* parameters make scenarios: each is drawn anew from its declared prior, by a stream of its own, so that another
draw or another parameter moves no number; the calibration's values are drawn together, as one of the sets it keeps.
Draw d is named ``FIRST_DRAW`` + d and so is its replication. Where a draw has R replications, they are either
``FIRST_DRAW`` + d·R, …, or, *apart*, ``FIRST_DRAW`` + d, 2 ``FIRST_DRAW`` + d, …: more of them then change no name.
Replications at the defaults and across the ranges are never the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.factors import Factor
from experiments.runs.identity import digest
from experiments.runs.recorders import ROWS_PER_PART, Recorder
from experiments.settings.configuration import Setting
from model.errors import InvalidInput
from model.parameters import PARAMETERS, Parameters
from model.randomness import stream
from model.world import Floats

DEFAULTS = "defaults"
ACROSS_RANGES = "across_ranges"
LEVELS = (DEFAULTS, ACROSS_RANGES)

FIRST_DRAW = 1_000_000
"""Replication of draw 0."""

MOST_FUTURES = 4_000
"""Replications of a draw whose names lie apart: all names are below 2**32."""

SWEPT = tuple(name for name, declared in PARAMETERS.items() if declared.swept)
"""What nobody has measured, and is drawn across the ranges."""

TOGETHER = 50
"""Replications of a point that are run together, at most."""

_PARTS_AT_LEAST = 16
_SHORT = 400
_MANY = 50_000

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Blocks(Sequence[tuple[int, int]]):
    """Replications first, …, first + number - 1, cut into blocks of one length (the last may be shorter)."""

    first: int
    number: int
    length: int = 1

    def __len__(self) -> int:
        """Count the blocks."""
        return math.ceil(self.number / self.length)

    def __getitem__(self, place: Any) -> Any:
        """Give block number `place`, as (first, last): replications first, …, last - 1."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        begin = self.first + place * self.length
        return begin, min(begin + self.length, self.first + self.number)


@dataclass(frozen=True)
class Design:
    """The points of a plan.

    Attributes
    ----------
    factors : tuple of Factor
        What is varied, in the order of columns.
    values : ndarray (points, factors)
        In the parameters' units; NaN where a point does not set a factor.
    yields : bool
        Whether a factor gives way to what a world, a calibration, an institution or the command line sets.
    method : str
        By which sampling design the points were made.
    asked : mapping
        What the method was told: numbers of points, levels, trajectories.
    notes : tuple of str
        What the user should know of how the points came about.
    """

    factors: tuple[Factor, ...]
    values: Floats
    yields: bool = False
    method: str = "points"
    asked: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """How many points there are."""
        return int(self.values.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.name for factor in self.factors)

    def digest(self) -> str:
        """Hash names and values (SHA-256 of little-endian float64 in C order)."""
        names = ",".join(self.names).encode()
        return sha256(names + b"\n" + np.ascontiguousarray(self.values + 0.0, "<f8").tobytes()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """The runs of one table of a study.

    Attributes
    ----------
    setting : Setting
        World, institutions, values and length of a run.
    institutions : tuple of str
        Who lives through each replication, at each point.
    seed : int
        Of the study.
    blocks : sequence of (first, last)
        Replications first, …, last - 1 of each block, ascending.
    design : Design or None
        The points; None where nothing is varied by design.
    drawn : tuple of str
        Parameters that are drawn for each scenario; none at the defaults.
    per_draw : int or None
        Replications of each draw, told by the column ``draw``; None: one, of the draw's own name.
    apart : bool
        Whether the names of a draw's replications lie `FIRST_DRAW` apart, the first being the draw's own. Blocks and
        scenarios count replications on; `name_of` gives their names.
    recorder : Recorder or None
        What is kept of runs beside their outcomes.
    repeated : bool
        Whether several tasks have the same replications at other points, so that a worker keeps their chances.
    """

    setting: Setting
    institutions: tuple[str, ...]
    seed: int
    blocks: Sequence[tuple[int, int]]
    design: Design | None = None
    drawn: tuple[str, ...] = ()
    per_draw: int | None = None
    apart: bool = False
    recorder: Recorder | None = None
    repeated: bool = False

    @property
    def points(self) -> int:
        """Number of points; 1 without a design."""
        return 1 if self.design is None else self.design.points

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.blocks) * self.points

    @property
    def replications(self) -> int:
        """Replications of a point that takes part in every block."""
        return int(self.blocks[len(self.blocks) - 1][1] - self.blocks[0][0]) if len(self.blocks) else 0

    @property
    def runs(self) -> int:
        """Number of runs if every point takes part in every block."""
        return self.points * self.replications * len(self.institutions)

    @property
    def short(self) -> bool:
        """Whether a run is so short that threads wait for one another.

        Python's lock is held for a hundred microseconds of any run, to draw its chance and to keep its row: a tenth of
        a run of 48 states and 20 years, nearly all of one of two states and a year.
        """
        return self.setting.world.size * self.setting.quarters < _SHORT

    @property
    def many(self) -> bool:
        """Whether there are so many runs that processes, which take some seconds to start, are worth while."""
        return self.runs >= _MANY

    def length(self, blocks: Sequence[int] | None = None, points: int | None = None) -> int:
        """Say how many units a task has: large parts in a big study, many parts in a small one.

        Parameters
        ----------
        blocks : sequence of int, optional
            The blocks that are run; all unless told.
        points : int, optional
            How many points take part in them; all unless told.
        """
        among = range(len(self.blocks)) if blocks is None else blocks
        first, last = self.blocks[among[0]]
        taking_part = self.points if points is None else points
        rows = len(among) * taking_part * (last - first) * len(self.institutions)
        most = ROWS_PER_PART if self.recorder is None else self.recorder.rows_per_part(self.setting)
        tasks = max(math.ceil(rows / most), min(_PARTS_AT_LEAST, len(among) * taking_part))
        return math.ceil(len(among) * self.points / tasks)

    def task(self, first: int, last: int, wanted: npt.NDArray[np.bool_] | None = None) -> "Task":
        """Make the task of units first, …, last - 1; of all points, or of those that are wanted (points,)."""
        points, pieces = self.points, []
        for block in range(first // points, math.ceil(last / points) if last > first else 0):
            chosen = np.arange(max(first - block * points, 0), min(last - block * points, points))
            if wanted is not None:
                chosen = chosen[wanted[chosen]]
            if chosen.size:
                values = np.empty((chosen.size, 0)) if self.design is None else self.design.values[chosen]
                pieces.append(Piece(*self.blocks[block], chosen, values))
        # What other tasks do stays behind: a worker gets no more than it needs.
        alone = None if self.design is None else replace(self.design, values=np.empty((0, len(self.design.factors))))
        return Task(first, last, replace(self, blocks=(), design=alone), tuple(pieces))

    def draw_of(self, replication: int) -> int | None:
        """Name the draw of a replication; None at the defaults."""
        if not self.drawn:
            return None
        return FIRST_DRAW + (replication - FIRST_DRAW) // (self.per_draw or 1)

    def name_of(self, replication: int) -> int:
        """Name a replication as its rows and its chance do."""
        if not self.apart:
            return replication
        draw, place = divmod(replication - FIRST_DRAW, self.per_draw or 1)
        return FIRST_DRAW * (1 + place) + draw

    def scenario(self, replication: int) -> "Scenario":
        """Draw the scenario that a replication belongs to."""
        name = self.draw_of(replication)
        if name is None:
            return Scenario(self.setting, {})
        swept = tuple(each for each in self.drawn if each in SWEPT)
        return Scenario(self.setting.drawn(self.seed, name), draw_parameters(self.seed, name, swept))

    def content(self) -> dict[str, Any]:
        """Everything that tells this plan's rows from another's, in plain data."""
        design = self.design
        return {
            "setting": _digest_of(self.setting, self.institutions),
            "institutions": list(self.institutions),
            "seed": self.seed,
            "blocks": repr(self.blocks),
            "design": None if design is None else [list(design.names), design.digest(), design.yields],
            "drawn": list(self.drawn),
            "per_draw": [self.per_draw, "apart"] if self.apart else self.per_draw,
            "recorder": None if self.recorder is None else repr(self.recorder),
        }


def _digest_of(setting: Setting, institutions: Sequence[str]) -> str:
    """Digest what the parameters and places of institutions' runs follow from."""
    return digest(
        {
            "states": repr(setting.world.states),
            "path": repr(setting.world.path),
            "quarters": setting.quarters,
            "institutions": {
                name: [repr(setting.institutions[name].pools), dict(setting.institutions[name].values)]
                for name in institutions
            },
            "shared": dict(setting.shared),
            "draws": {name: list(values) for name, values in setting.draws.items()},
            "channels": dict(setting.channels),
            "command_line": dict(setting.command_line),
            "overrides": {name: dict(setting.special(name)) for name in institutions},
        }
    )


@dataclass(frozen=True)
class Scenario:
    """One draw of what nobody has measured: the setting with a set of the calibration's values, and drawn values."""

    setting: Setting
    drawn: Mapping[str, float]

    def parameters(self, institution: str, design: Design | None, values: Sequence[float]) -> Parameters:
        """Build the parameters of an institution's runs at a point.

        Parameters
        ----------
        institution : str
            Whose.
        design : Design or None
            Says what `values` are of.
        values : sequence of float
            The point's.

        Raises
        ------
        InvalidInput
            When values do not go together.
        """
        if design is None:
            return self.setting.parameters(institution, self.drawn)
        here = {name: value for name, value in zip(design.names, values, strict=True) if not math.isnan(value)}
        shared = {name: value for name, value in here.items() if "." not in name}
        if design.yields:
            return self.setting.parameters(institution, {**self.drawn, **shared})
        own = {name.rpartition(".")[2]: value for name, value in here.items() if name.startswith(f"{institution}.")}
        return self.setting.parameters(institution, self.drawn, {**shared, **self.setting.special(institution), **own})


@lru_cache(maxsize=256)
def draw_parameters(seed: int, replication: int, names: tuple[str, ...]) -> Mapping[str, float]:
    """Draw parameters from their declared priors, each from its own stream; kept, since tasks share replications.

    Parameters
    ----------
    seed, replication : int
        The draw's name.
    names : tuple of str
        Which parameters.

    Returns
    -------
    mapping of str to float
        A name's value depends on no other name.
    """
    drawn = {name: float(stream(seed, replication, f"parameter {name}").random()) for name in names}
    return MappingProxyType({name: PARAMETERS[name].at(share) for name, share in drawn.items()})


def level_plan(setting: Setting, institutions: Sequence[str], seed: int, level: str, count: int, **more: Any) -> Plan:
    """Plan replications at the defaults, or draws across the ranges.

    Parameters
    ----------
    setting : Setting
        World, institutions, values and length of a run.
    institutions : sequence of str
        Names, in the order in which rows are written.
    seed : int
        Of the study.
    level : str
        `DEFAULTS` or `ACROSS_RANGES`.
    count : int
        Replications or draws.
    **more
        Further attributes of the plan.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        When so many replications are asked for that they would run into the draws.
    """
    length = more.get("per_draw") or (TOGETHER if "design" in more else 1)
    if level == ACROSS_RANGES:
        if more.get("apart"):
            _check_names(count, more["per_draw"])
        more["drawn"] = tuple(dict.fromkeys([*SWEPT, *setting.draws]))
        blocks = Blocks(FIRST_DRAW, count * (more.get("per_draw") or 1), length)
    elif count > FIRST_DRAW:
        raise InvalidInput(f"replications={count}: at most {FIRST_DRAW} in one study; use another seed for more")
    else:
        blocks = Blocks(0, count, length)
    return Plan(setting, tuple(institutions), seed, blocks, **more)


def _check_names(draws: int, futures: int) -> None:
    """Refuse what would give two replications of draws one name, or a name that no chance can have."""
    if draws > FIRST_DRAW:
        raise InvalidInput(f"draws={draws}: at most {FIRST_DRAW} in one study; use another seed for more")
    if futures > MOST_FUTURES:
        raise InvalidInput(f"futures={futures}: must be {MOST_FUTURES:,} or fewer; ask for more draws instead")


def _between(what: str, first: int, last: int) -> str:
    """Name the first and the last of several."""
    return f"{what} {first}" if first == last else f"{what}s {first} to {last}"


@dataclass(frozen=True)
class Piece:
    """Some points in replications first, …, last - 1: their numbers, and their values (points, factors)."""

    first: int
    last: int
    points: Whole
    values: Floats


@dataclass(frozen=True)
class Task:
    """Units first, …, last - 1 of a plan, as the points that take part in them.

    A task of no units makes no rows, but every column with its type.
    """

    first: int
    last: int
    plan: Plan
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        """Name what is run, of which there must be something: replications and, in a design, points."""
        said = _between("replication", self.pieces[0].first, self.pieces[-1].last - 1)
        points = np.concatenate([piece.points for piece in self.pieces])
        return said if self.plan.design is None else f"{_between('point', points.min(), points.max())} in {said}"

    @cached_property
    def runs(self) -> int:
        """Number of runs, failed ones included."""
        futures = sum((piece.last - piece.first) * len(piece.points) for piece in self.pieces)
        return futures * len(self.plan.institutions)
