"""What a sweep says: differences to siloed by point, how they are spread, and which axes go with them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.runs.designs import Design
from experiments.runs.tallies import Tallies, as_kept
from experiments.settings.options import BASELINE
from experiments.settings.text import aligned
from experiments.statistics.intervals import CONFIDENCE
from experiments.statistics.precision import reached
from model.world import Floats

METRIC = "conflict_years"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_AXES_SHOWN = 5


@dataclass(frozen=True)
class Report:
    """A sweep's results with what is needed to tell them.

    Attributes
    ----------
    study : str
        Its folder, as users see it.
    world : str
        The world's name.
    states : tuple of str
        Codes of its states.
    quarters : int
        Length of a run.
    labels : mapping of str to str
        Institutions as users see them.
    design : Design
        The points.
    tallies : Tallies
        What the runs add up to.
    replications : int
        Per point; with a precision, those of the first stage.
    precision : float or None
        Half-width that was asked for.
    smallest_effect : float
        In the outcome's unit: differences below it do not count.
    runs, failed : int
        In all, and how many of them failed.
    estimate : mapping or None
        What the pilot said.
    trajectories : bool
        Whether they were kept.
    yields : bool
        Whether axes gave way to what else sets their parameters.
    """

    study: str
    world: str
    states: tuple[str, ...]
    quarters: int
    labels: Mapping[str, str]
    design: Design
    tallies: Tallies
    replications: int
    precision: float | None
    smallest_effect: float
    runs: int
    failed: int
    estimate: Mapping[str, Any] | None
    trajectories: bool
    yields: bool

    @property
    def others(self) -> list[str]:
        """Institutions that are held against the baseline."""
        return self.tallies.others

    @cached_property
    def reached(self) -> npt.NDArray[np.bool_]:
        """Whether a point is known as precisely as was asked, by point and institution (points, others)."""
        if self.precision is None:
            return np.zeros((self.design.points, len(self.others)), bool)
        return reached(*self.tallies.spread(), self.precision)

    def difference(self, institution: str) -> Floats:
        """Mean difference to the baseline by point (points,)."""
        return self.tallies.difference(institution)[0]

    def interval(self, institution: str) -> tuple[Floats, Floats]:
        """95% interval of the difference by point: estimate ± precision where that was reached, else Student's t."""
        from scipy import stats

        mean, error = self.tallies.difference(institution)
        with np.errstate(invalid="ignore"):
            half = stats.t.isf((1.0 - CONFIDENCE) / 2.0, self.tallies.futures - 1.0) * error
        half = np.where(self.reached[:, self.others.index(institution)], self.precision or 0.0, half)
        return mean - half, mean + half

    def table(self) -> pd.DataFrame:
        """Lay out means and paired differences, a row per point and institution."""
        frames = []
        for name in self.tallies.institutions:
            mean, error = self.tallies.mean(name)
            columns: dict[str, Any] = {
                "point": np.arange(self.design.points), "institution": name, "futures": self.tallies.futures,
                "mean": mean, "standard_error": error,
            }  # fmt: skip
            if name != BASELINE:
                difference, spread = self.tallies.difference(name)
                low, high = self.interval(name)
                columns |= {"difference": difference, "difference_standard_error": spread, "low": low, "high": high}
                if self.precision is not None:
                    columns["reached"] = self.reached[:, self.others.index(name)]
            frames.append(pd.DataFrame(columns))
        table = pd.concat(frames).sort_values("point", kind="stable", ignore_index=True)
        values = pd.DataFrame(self.design.values, columns=list(self.design.names))
        return table.join(values, on="point")

    @cached_property
    def screening(self) -> pd.DataFrame:
        """Rank correlation of each axis with the difference over points, a row per institution and axis.

        Spearman's (1904): a screening only. It misses what goes up and down, and what two axes do together.
        """
        rows = []
        for name in self.others:
            difference = self.difference(name)
            for place, axis in enumerate(self.design.names):
                rows.append((name, axis, _rank_correlation(self.design.values[:, place], difference)))
        return pd.DataFrame(rows, columns=["institution", "axis", "rank_correlation"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the folder by name."""
        states = pd.DataFrame({"place": range(len(self.states)), "state": self.states})
        return {
            "by_point": self.table(),
            "spread_over_points": pd.DataFrame(self.spread(name) for name in self.others),
            "screening": self.screening,
            **({"states": states} if self.trajectories else {}),
        }

    def spread(self, institution: str) -> dict[str, Any]:
        """Count points by their difference, and say how it is spread over them."""
        difference, least = self.difference(institution), self.smallest_effect
        low, high = self.interval(institution)
        known = difference[np.isfinite(difference)]
        quantiles = np.quantile(known, QUANTILES) if known.size else np.full(len(QUANTILES), np.nan)
        return {
            "institution": institution,
            "points": int(known.size),
            "better": int((known < -least).sum()),
            "better_whole_interval": int((high < -least).sum()),
            "worse": int((known > least).sum()),
            "worse_whole_interval": int((low > least).sum()),
            "between": int((np.abs(known) <= least).sum()),
            **{f"q{round(100 * q):02d}": float(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
        }

    def result(self) -> dict[str, Any]:
        """Everything but the rows, in plain data."""
        screening = self.screening
        return {
            "design": {"method": self.design.method, **self.design.asked, "digest": self.design.digest()},
            "axes": {axis.name: list(axis.levels or (axis.low, axis.high)) for axis in self.design.axes},
            "notes": list(self.design.notes),
            "points": self.design.points,
            "runs": self.runs,
            "failed": self.failed,
            "futures_left_out": self.tallies.left_out,
            "smallest_effect": self.smallest_effect,
            "institutions": {
                name: {key: as_kept(value) if isinstance(value, float) else value for key, value in found.items()}
                | {"rank_correlation": {axis: as_kept(value) for axis, value in _of(screening, name)}}
                for name in self.others
                for found in [self.spread(name)]
            },
            "precision": self.precision,
            "points_short_of_precision": self.short,
            "estimate": self.estimate,
        }

    @property
    def short(self) -> int:
        """Points whose precision was not reached with all replications; none where none was asked for."""
        return 0 if self.precision is None else int((~self.reached.all(axis=1)).sum())

    def terminal(self) -> str:
        """Write what the command prints."""
        head = (
            f"{self.design.points:,} points ({self.design.method}, {len(self.design.axes)} axes), "
            f"{self.replication_text()}, {self.runs:,} runs of {self.quarters / 4:g} years, world {self.world}"
            + (f"; {self.failed:,} runs failed, see failures/" if self.failed else "")
        )
        parts = [head, self._counts(), self._quantiles(), self._correlations(), self.study]
        return "\n\n".join(parts)

    def replication_text(self) -> str:
        """Say how many futures a point has."""
        if self.precision is None:
            return f"{self.replications:,} futures each"
        futures = self.tallies.futures
        short = f", not reached at {self.short:,} points" if self.short else ""
        return f"{futures.min():,} to {futures.max():,} futures each for ±{self.precision:g}{short}"

    def _counts(self) -> str:
        """Count points that are better and worse."""
        least = f"{self.smallest_effect:g}"
        head = ("points with a mean difference of", f"−{least} or beyond", "between", f"+{least} or beyond")
        rows = [
            (
                f"{self.labels[name]} to {self.labels[BASELINE]}",
                f"{found['better']:,} ({found['better_whole_interval']:,})",
                f"{found['between']:,}",
                f"{found['worse']:,} ({found['worse_whole_interval']:,})",
            )
            for name in self.others
            for found in [self.spread(name)]
        ]
        return (
            f"Conflict-years against '{self.labels[BASELINE]}' on the same futures, by point (fewer is better)\n"
            f"{aligned([head, *rows], right=(1, 2, 3))}\nin brackets: points whose whole 95% interval lies there"
        )

    def _quantiles(self) -> str:
        """Say how the difference is spread over points."""
        head = ("mean difference over points", *(f"{q:.0%}" for q in QUANTILES))
        rows = []
        for name in self.others:
            found = self.spread(name)
            rows.append((self.labels[name], *(f"{found[f'q{round(100 * q):02d}']:+.2f}" for q in QUANTILES)))
        return aligned([head, *rows], right=range(1, len(head)))

    def _correlations(self) -> str:
        """Name the axes that go with the difference most."""
        screening = self.screening
        rows = []
        for name in self.others:
            found = [(axis, value) for axis, value in _of(screening, name) if math.isfinite(value)]
            strongest = sorted(found, key=lambda pair: -abs(pair[1]))[:_AXES_SHOWN]
            said = ", ".join(f"{axis} {value:+.2f}" for axis, value in strongest) or "no axis moves it"
            rows.append((self.labels[name], said))
        return (
            "axes that go with the difference most, by rank correlation over points: a screening only, blind to\n"
            f"what goes up and down or works in pairs\n{aligned(rows)}"
        )


def strongest(report: Report, institution: str, count: int) -> list[str]:
    """Name the axes that go with an institution's difference most, those that cannot be ranked last."""
    found = [(axis, abs(value)) for axis, value in _of(report.screening, institution)]
    return [axis for axis, _ in sorted(found, key=lambda pair: -np.nan_to_num(pair[1], nan=-1.0))[:count]]


def _of(screening: pd.DataFrame, institution: str) -> list[tuple[str, float]]:
    chosen = screening[screening["institution"] == institution]
    return list(zip(chosen["axis"], chosen["rank_correlation"], strict=True))


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation over finite pairs; no number where one of the two does not move."""
    from scipy import stats

    known = np.isfinite(one) & np.isfinite(other)
    one, other = one[known], other[known]
    if one.size < 3 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    return float(stats.spearmanr(one, other).statistic)
