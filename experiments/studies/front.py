"""What a search for institutions found, and what is said of it beside the named ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import le
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.reporting.wording import as_json, bracketed
from experiments.statistics.arrays import Floats, Integers
from experiments.statistics.intervals import Interval
from experiments.statistics.pareto import undominated
from experiments.studies.degrees import Degrees
from experiments.studies.objectives import CHANGES, Objective

MOST = 24
"""Institutions of the front that are judged; more are thinned out evenly along the first objective."""
FAILED = 1e12
"""Value of a candidate with a failed run: worse than any."""
_ALIKE, _LITTLE = 0.5, 0.1
"""A degree is shared by all good institutions from half of its bounds on, and none has it below a tenth."""


class Searched(NamedTuple):
    """Every candidate: its degrees, its values by objective, and how many of the draws it was run in."""

    degrees: Floats
    values: Floats
    draws: Integers

    def front(self, draws: int) -> Integers:
        """Places of those that nothing beats, among candidates that were run in every draw; each once, thinned out."""
        whole = np.flatnonzero((self.draws == draws) & (self.values < FAILED).all(axis=1))
        _, first = np.unique(self.degrees[whole], axis=0, return_index=True)
        whole = whole[np.sort(first)]
        best = whole[undominated(self.values[whole])]
        best = best[np.argsort(self.values[best, 0], kind="stable")]
        kept = np.unique(np.linspace(0, len(best) - 1, min(MOST, len(best))).round().astype(int))
        return np.asarray(best[kept])


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes
    ----------
    degrees : ndarray (front, degrees)
        Of institutions that no other beat, best in the first objective of the search first; idle ones are today's.
    values : ndarray (front, objectives)
        As the search saw them.
    evaluations : int
        Candidates that were tried.
    judged : mapping of str to mapping of str to Interval
        On fresh draws, by institution (``front_1``, … and the named) and objective.
    beats : mapping of (str, str) to Interval
        First objective of an outcome of one institution less that of a named one, on fresh draws; joint over all pairs.
    volumes : sequence of float
        Part of the box that the search's front beats, after each generation.
    volume : Interval
        The same of the front as judged.
    """

    degrees: Floats
    values: Floats
    evaluations: int
    judged: Mapping[str, Mapping[str, Interval]]
    beats: Mapping[tuple[str, str], Interval]
    volumes: Sequence[float]
    volume: Interval


@dataclass(frozen=True)
class Told:
    """What is said of a front and of the named institutions.

    Attributes
    ----------
    found : Found
        What came out.
    objectives : sequence of Objective
        In the order of the search.
    degrees : Degrees
        What was free.
    named : mapping of str to ndarray (degrees,)
        Degrees of the named institutions.
    labels : mapping of str to str
        As users see them.
    than : str
        From which one changes are counted.
    """

    found: Found
    objectives: Sequence[Objective]
    degrees: Degrees
    named: Mapping[str, Floats]
    labels: Mapping[str, str]
    than: str

    @cached_property
    def built(self) -> dict[str, Floats]:
        """Degrees of every institution: those of the front, then the named."""
        ours = {front_name(i): degrees for i, degrees in enumerate(self.found.degrees)}
        return {**ours, **self.named}

    @property
    def ours(self) -> list[str]:
        """Names of the front's institutions."""
        return [name for name in self.built if name not in self.named]

    @property
    def alt(self) -> str:
        """What figures are of."""
        return f"{len(self.ours)} institutions that no other beat, and of {len(self.named)} named ones"

    def label(self, name: str) -> str:
        """Name an institution as users see it."""
        return self.labels.get(name, name.replace("_", " "))

    def plain(self, name: str) -> dict[str, Any]:
        """Give objectives of an institution in plain data."""
        judged = self.found.judged[name].items()
        return {each: {"estimate": x.mean, "low": as_json(x.low), "high": as_json(x.high)} for each, x in judged}

    def front(self) -> list[dict[str, Any]]:
        """Give the front in plain data."""
        return [
            {
                "degrees": dict(zip(self.degrees.names, self.built[name].tolist(), strict=True)),
                "searched": {each.name: each.sign * float(x) for each, x in zip(self.objectives, values, strict=True)},
                "judged": self.plain(name),
            }
            for name, values in zip(self.ours, self.found.values, strict=True)
        ]

    def differences(self) -> list[dict[str, Any]]:
        """Give differences in the first objective of an outcome in plain data."""
        return [
            {"institution": one, "than": other, "estimate": x.mean, "low": as_json(x.low), "high": as_json(x.high)}
            for (one, other), x in self.found.beats.items()
        ]

    def difference(self, name: str) -> Interval:
        """Give the difference of an institution to what changes are counted from."""
        return self.found.beats.get((name, self.than), Interval(0.0, 0.0, 0.0))

    def beating(self, other: str) -> list[str]:
        """The front's that are told to do better than a named one in the first objective of an outcome."""
        return [name for name in self.ours if self.found.beats[name, other].high < 0.0]

    @property
    def outcomes(self) -> list[str]:
        """Names of the objectives that are of an outcome."""
        return [each.name for each in self.objectives if each.outcome]

    def covering(self, other: str) -> list[str]:
        """The front's that by estimate are as good as a named one, or better, in every objective of an outcome."""
        own = [each for each in self.objectives if each.outcome]

        def values(name: str) -> list[float]:
            return [each.sign * self.found.judged[name][each.name].mean for each in own]

        return [name for name in self.ours if all(map(le, values(name), values(other)))]

    @cached_property
    def shared(self) -> tuple[list[str], list[str]]:
        """Degrees that all institutions that do better have, and those that none of them has; of all if none does."""
        good = self.beating(self.than) or self.ours
        shares = self.degrees.shares(np.array([self.built[name] for name in good]))
        names = np.array(self.degrees.names)
        return names[shares.min(axis=0) >= _ALIKE].tolist(), names[shares.max(axis=0) <= _LITTLE].tolist()

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every number of the front and the named, a row each."""
        rows = []
        for name, degrees in self.built.items():
            row = {"institution": name, "label": self.label(name), "named": name in self.named}
            x = self.difference(name)
            row |= {"difference": x.mean, "difference_low": x.low, "difference_high": x.high}
            for objective, x in self.found.judged[name].items():
                row |= {objective: x.mean, f"{objective}_low": x.low, f"{objective}_high": x.high}
            rows.append({**row, **dict(zip(self.degrees.names, degrees.tolist(), strict=True))})
        return pd.DataFrame(rows)

    @property
    def shares(self) -> pd.DataFrame:
        """Degrees as parts of their bounds, a row per institution and degree, with the first objective."""
        return pd.DataFrame(
            {
                "institution": name, "label": self.label(name), "named": name in self.named,
                "value": self.difference(name).mean, "degree": degree, "share": share,
            }
            for name, degrees in self.built.items()
            for degree, share in zip(self.degrees.names, self.degrees.shares(degrees), strict=True)
        )  # fmt: skip

    @property
    def progress(self) -> pd.DataFrame:
        """Hypervolume by generation."""
        volumes = self.found.volumes
        return pd.DataFrame({"generation": range(1, len(volumes) + 1), "hypervolume": volumes})

    @property
    def cells(self) -> list[list[str]]:
        """Objectives of the named institutions, then of the front, the heading first."""
        rows = [["institution", *(each.heading for each in self.objectives)]]
        for name in [*self.named, *self.ours]:
            values = self.found.judged[name]
            said = [
                f"{values[each.name].mean:.1f}" if each.statistic == CHANGES else bracketed(values[each.name], 1)
                for each in self.objectives
            ]
            rows.append([self.label(name), *said])
        return rows

    @property
    def degree_cells(self) -> list[list[str]]:
        """Degrees, a line each, by institution of the front, the heading first."""
        rows = [["degree", *(name.removeprefix(_OURS) for name in self.ours)]]
        for place, degree in enumerate(self.degrees.names):
            rows.append([degree, *(f"{self.built[name][place]:.2g}" for name in self.ours)])
        return rows


_OURS = "front_"


def front_name(place: int) -> str:
    """Name an institution of the front."""
    return f"{_OURS}{place + 1}"
