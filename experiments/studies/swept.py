"""What a sweep says: differences to siloed by point, how they are spread, and which factors go with them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import sweep as figures
from experiments.runs.plan import Design
from experiments.runs.precision import CONFIDENCE, Tallies, reached
from experiments.settings.options import BASELINE
from model.world import Floats

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FIGURE = "difference_by_axis"
_PANELS = 9
_DOTS = 2_000
"""Points drawn at most: more make a figure heavier, not clearer."""


@dataclass(frozen=True)
class Swept:
    """What the runs of a design add up to.

    Attributes
    ----------
    design : Design
        The points.
    tallies : Tallies
        Moments of conflict-years by point.
    precision : float or None
        Half-width that was asked for.
    smallest_effect : float
        In the outcome's unit: differences below it do not count.
    """

    design: Design
    tallies: Tallies
    precision: float | None
    smallest_effect: float

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

    @property
    def short(self) -> int:
        """Points whose precision was not reached with all replications; none where none was asked for."""
        return 0 if self.precision is None else int((~self.reached.all(axis=1)).sum())

    def difference(self, institution: str) -> Floats:
        """Mean difference to the baseline by point (points,)."""
        return self.tallies.difference(institution)[0]

    def interval(self, institution: str) -> tuple[Floats, Floats]:
        """95% interval of the difference by point: estimate ± precision where that was reached, else Student's t."""
        mean, error = self.tallies.difference(institution)
        with np.errstate(invalid="ignore"):
            half = stats.t.isf((1.0 - CONFIDENCE) / 2.0, self.tallies.futures - 1.0) * error
        half = np.where(self.reached[:, self.others.index(institution)], self.precision or 0.0, half)
        return mean - half, mean + half

    def by_point(self) -> pd.DataFrame:
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
        return table.join(self._values, on="point")

    @cached_property
    def screening(self) -> pd.DataFrame:
        """Rank correlation of each factor with the difference over points, a row per institution and factor.

        Spearman's (1904): a screening only. It misses what goes up and down, and what two factors do together.
        """
        rows = [
            (name, factor, _rank_correlation(self.design.values[:, place], self.difference(name)))
            for name in self.others
            for place, factor in enumerate(self.design.names)
        ]
        return pd.DataFrame(rows, columns=["institution", "axis", "rank_correlation"])

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

    def correlations(self, institution: str) -> list[tuple[str, float]]:
        """Rank correlation of every factor with an institution's difference."""
        chosen = self.screening[self.screening["institution"] == institution]
        return list(zip(chosen["axis"], chosen["rank_correlation"], strict=True))

    def strongest(self, institution: str, count: int) -> list[tuple[str, float]]:
        """Choose the factors that go with an institution's difference most; those that cannot be ranked are last."""
        ranked = sorted(self.correlations(institution), key=lambda pair: -np.nan_to_num(abs(pair[1]), nan=-1.0))
        return ranked[:count]

    def drawing(self, labels: Mapping[str, str], sample: str) -> Drawing:
        """Draw the differences: a map if the points are every combination of two factors' values, else panels."""
        design, median = self.design, {name: np.nanmedian(self.difference(name)) for name in self.others}
        medians = "; ".join(f"{labels[name]} {value:+.1f}" for name, value in median.items())
        alt = f"Difference in conflict-years to siloed over the axes. Median over points: {medians}."
        texts: dict[str, Any] = {
            "labels": dict(labels),
            "than": labels[BASELINE],
            "units": {factor.name: factor.parameter.unit for factor in design.factors},
            "words": {
                factor.name: {
                    factor.parameter.low + i: w.replace("_", " ") for i, w in enumerate(factor.parameter.words)
                }
                for factor in design.factors
                if factor.parameter.words
            },
            "smallest_effect": self.smallest_effect,
        }
        if design.method == "grid" and len(design.factors) == 2:
            return Drawing(figures.difference_map, self._map(), alt, texts)
        return Drawing(
            figures.difference_by_axis, self._panels(), alt, texts | {"sample": sample, "points": design.points}
        )

    @cached_property
    def _values(self) -> pd.DataFrame:
        return pd.DataFrame(self.design.values, columns=list(self.design.names))

    def _map(self) -> pd.DataFrame:
        """Difference by institution and point with its interval, with the point's values."""
        frames = [
            self._values.assign(institution=name, difference=self.difference(name), low=low, high=high)
            for name in self.others
            for low, high in [self.interval(name)]
        ]
        return pd.concat(frames, ignore_index=True)

    def _panels(self) -> pd.DataFrame:
        """Difference by institution, factor and point, of the factors shown and the points drawn."""
        names = list(self.design.names)
        shown = [name for name, _ in self.strongest(self.others[0], _PANELS)] if len(names) > _PANELS else names
        drawn = np.arange(0, self.design.points, -(-self.design.points // _DOTS))
        frames = [
            pd.DataFrame(
                {
                    "institution": name,
                    "axis": factor,
                    "point": drawn,
                    "value": self.design.values[drawn, names.index(factor)],
                    "difference": self.difference(name)[drawn],
                }
            )
            for name in self.others
            for factor in shown
        ]
        return pd.concat(frames, ignore_index=True)


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation over finite pairs; no number where one of the two does not move."""
    known = np.isfinite(one) & np.isfinite(other)
    one, other = one[known], other[known]
    if one.size < 3 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    return float(stats.spearmanr(one, other).statistic)
