"""How outcomes move over a design: differences to siloed by point, how they are spread, and what goes with them."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import sweep as figures
from experiments.reporting.render import counted
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.runs.designs import design_from
from experiments.runs.executors import usable_cores
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import DEFAULTS, Design, Plan, level_plan
from experiments.runs.precision import CONFIDENCE, FIRST_STAGE, Tallies, reached, stages
from experiments.runs.recorders import Trajectories
from experiments.runs.store import FINISHED, Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.statistics.feature_scores import feature_score
from experiments.studies.comparison import HEADLINE, MAIN_METRIC
from experiments.studies.hypotheses import load_hypotheses
from experiments.studies.question import Question, Table
from experiments.studies.study import POINTS
from model.errors import InvalidInput
from model.world import Floats

CONSENT = 1_000_000
"""Runs beyond which a sweep asks first."""

_RUNS = "runs"
_QUANTILES = {f"q{round(100 * share):02d}": share for share in (0.05, 0.25, 0.5, 0.75, 0.95)}
_FACTORS_SHOWN, _PANELS = 5, 9
_DOTS, _LINES = 2_000, 400
"""Points drawn at most: more make a figure heavier, not clearer."""
_FEWEST_POINTS, _FEWEST_FACTORS = 20, 3
"""From which on points are drawn over all factors at once, and factors are scored."""


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

    @cached_property
    def reached(self) -> npt.NDArray[np.bool_]:
        """Whether a point is known as precisely as was asked, by point and institution (points, others)."""
        if self.precision is None:
            return np.zeros((self.design.points, len(self.tallies.others)), bool)
        return reached(*self.tallies.spread(), self.precision)

    @property
    def short(self) -> int:
        """Points whose precision was not reached with all replications; none where none was asked for."""
        return 0 if self.precision is None else int((~self.reached.all(axis=1)).sum())

    @cached_property
    def by_point(self) -> pd.DataFrame:
        """Means and paired differences, a row per point and institution, with the point's values.

        ``low`` to ``high`` is a 95% interval: estimate ± precision where that was reached, else Student's t.
        """
        tallies, frames = self.tallies, []
        with np.errstate(invalid="ignore"):
            t = stats.t.isf((1.0 - CONFIDENCE) / 2.0, tallies.futures - 1.0)
        for name in tallies.institutions:
            mean, error = tallies.mean(name)
            columns: dict[str, Any] = {
                "point": np.arange(self.design.points), "institution": name, "futures": tallies.futures,
                "mean": mean, "standard_error": error,
            }  # fmt: skip
            if name != BASELINE:
                known = self.reached[:, tallies.others.index(name)]
                difference, spread = tallies.difference(name)
                half = np.where(known, self.precision or 0.0, t * spread)
                columns |= {"difference": difference, "difference_standard_error": spread}
                columns |= {"low": difference - half, "high": difference + half}
                if self.precision is not None:
                    columns["reached"] = known
            frames.append(pd.DataFrame(columns))
        table = pd.concat(frames).sort_values("point", kind="stable", ignore_index=True)
        return table.join(pd.DataFrame(self.design.values, columns=list(self.design.names)), on="point")

    def of(self, institution: str) -> pd.DataFrame:
        """One institution's rows, a point each."""
        return self.by_point[self.by_point["institution"] == institution]

    @cached_property
    def screening(self) -> pd.DataFrame:
        """Rank correlation of each factor with the difference over points, a row per institution and factor.

        Spearman's (1904): a screening only. It misses what goes up and down, and what two factors do together.
        """
        rows = [
            (name, factor, _rank_correlation(self.design.values[:, place], self.of(name)["difference"].to_numpy()))
            for name in self.tallies.others
            for place, factor in enumerate(self.design.names)
        ]
        return pd.DataFrame(rows, columns=["institution", "axis", "rank_correlation"])

    @cached_property
    def scores(self) -> pd.DataFrame:
        """What each factor alone accounts for, of every institution's mean and difference: a row each.

        ``share`` is of the variance over points, without what chance gives; ``told`` from nothing, at 5% for all rows.
        """
        outcomes = [("mean", name) for name in self.tallies.institutions]
        outcomes += [("difference", name) for name in self.tallies.others]
        rows = [
            (factor, name, of, *feature_score(self.design.values[:, place], self.of(name)[of].to_numpy()))
            for of, name in outcomes
            for place, factor in enumerate(self.design.names)
        ]
        table = pd.DataFrame(rows, columns=["axis", "institution", "of", "share", "p"])
        return table.assign(told=table["p"] < (1.0 - CONFIDENCE) / max(1, table["p"].notna().sum()))

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Points by their difference, and how it is spread over them, a row per institution."""
        return pd.DataFrame(map(self._spread, self.tallies.others))

    def _spread(self, name: str) -> dict[str, Any]:
        own, least = self.of(name), self.smallest_effect
        known = own["difference"][np.isfinite(own["difference"])]
        return {
            "institution": name,
            "points": len(known),
            "better": int((known < -least).sum()),
            "better_whole_interval": int((own["high"] < -least).sum()),
            "worse": int((known > least).sum()),
            "worse_whole_interval": int((own["low"] > least).sum()),
            "between": int((known.abs() <= least).sum()),
            **{name: float(known.quantile(share)) for name, share in _QUANTILES.items()},
        }

    def strongest(self, institution: str) -> pd.DataFrame:
        """Order the factors by how much they go with an institution's difference; those without a rank are last."""
        own = self.screening[self.screening["institution"] == institution]
        return own.sort_values("rank_correlation", key=lambda found: -found.abs(), kind="stable")


class Sweep(Question):
    """Every point of a design in the same replications, under several institutions and the baseline."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked, list(dict.fromkeys([BASELINE, *asked.institutions])))
        self.design = design_from(asked.chosen["design"], asked.design, asked.axes, self.setting, asked.seed)
        self.plan = self._plan()
        if self.plan.runs > CONSENT and not asked.large:
            most = " at most" if asked.precision is not None else ""
            raise InvalidInput(
                f"{self.design.points:,} points: {self.plan.runs:,} runs{most}, must be {CONSENT:,} or fewer without "
                "large=true; dry_run=true large=true says what they take"
            )
        self.smallest_effect = load_hypotheses([HEADLINE])[0].smallest_effect

    def _plan(self) -> Plan:
        """Plan every point in every block of replications, or in every stage where a precision is asked for."""
        asked = self.asked
        more: dict[str, Any] = {"design": self.design, "recorder": Trajectories() if asked.trajectories else None}
        if asked.precision is None:
            return level_plan(self.setting, self.institutions, asked.seed, DEFAULTS, asked.replications, **more)
        if asked.replications < FIRST_STAGE:
            raise InvalidInput(
                f"replications={asked.replications}: must be {FIRST_STAGE} or more with precision=, as the first stage"
            )
        if asked.max_replications < asked.replications:
            raise InvalidInput(
                f"max_replications={asked.max_replications}: must not be below replications={asked.replications}"
            )
        blocks = stages(asked.replications, asked.max_replications)
        return Plan(self.setting, self.institutions, asked.seed, blocks, **more)

    def plans(self) -> Sequence[Table]:
        """Every point in every replication, or in those of the first stage."""
        if self.asked.precision is None:
            return [Table(_RUNS, "sweep", self.plan)]
        return [Table(_RUNS, f"round 1, {counted(self.design.points, 'point')}", self.plan, [0])]

    def further(self) -> Mapping[str, Any]:
        """Say what the points are, and which differences count."""
        design = self.design
        found: dict[str, Any] = {
            "design": {
                "method": design.method, **design.asked, "points": design.points, "points_sha256": design.digest()
            },
            "axes": {factor.name: list(factor.levels or (factor.low, factor.high)) for factor in design.factors},
            "axes_give_way": design.yields,
            "smallest_effect": self.smallest_effect,
        }  # fmt: skip
        return found if self.asked.precision is not None else {**found, "max_replications": None}

    def estimate(self, workers: int) -> Estimate:
        """Say what the sweep will take; fewer runs where a precision is reached at once."""
        for note in self.design.notes:
            print(note, file=sys.stderr)
        stage = self.plan.blocks[0][1] if self.asked.precision is not None else None
        return estimate([self.plan], workers, first_stage=stage)

    def begin(self, store: Store) -> Mapping[str, Any]:
        """Write the design, a row per point, and say what the sweep will take, unless it has been done."""
        self._write_points(store)
        if store.manifest.get("status") == FINISHED:
            return {}
        stored = sum(part.rows for part in store.parts(_RUNS))
        found = self.estimate(self.asked.runner.workers or usable_cores())
        print(found.text() + (f"; {stored:,} runs are stored already" if stored else ""), file=sys.stderr)
        return {"estimate": found.result()}

    def _write_points(self, store: Store) -> None:
        frame = pd.DataFrame(self.design.values, columns=list(self.design.names))
        frame.insert(0, "point", np.arange(self.design.points, dtype=np.int32))
        store.write_output("points.csv", frame.to_csv(index=False).encode())
        store.write_output(POINTS, frame.to_parquet(index=False, compression="zstd"))

    def go_on(self, work: Work) -> None:
        """Run, stage after stage, the points that are not known precisely enough."""
        tallies, later = self._tallies(), range(1, len(self.plan.blocks)) if self.asked.precision is not None else ()
        for block in later:
            self._add(tallies, work.store, block - 1)
            # A point goes on until it is done for every institution; rows alone decide: a resumed sweep decides alike.
            wanted = np.logical_not(np.all(reached(*tallies.spread(), self.asked.precision), axis=1))
            if not wanted.any():
                break
            title = f"round {block + 1}, {counted(int(wanted.sum()), 'point')}"
            work.run(_RUNS, title, self.plan, [block], wanted)

    def _tallies(self) -> Tallies:
        return Tallies(self.design.points, self.institutions, MAIN_METRIC, self.plan.blocks)

    def _add(self, tallies: Tallies, store: Store, block: int) -> None:
        """Add the runs of one block."""
        replications = self.plan.blocks[block]
        first, last = block * self.design.points, (block + 1) * self.design.points
        for part in store.parts(_RUNS):
            if part.first < last and part.last > first:
                rows = part.read(tallies.columns)
                replication = rows["replication"].to_numpy()
                tallies.add(rows.filter((replication >= replications[0]) & (replication < replications[1])))

    def analyse(self, rows: Store) -> Swept:
        """Add everything up, part by part."""
        tallies = self._tallies()
        for part in rows.parts(_RUNS):
            tallies.add(part.read(tallies.columns))
        return Swept(self.design, tallies, self.asked.precision, self.smallest_effect)

    def tell(self, found: Swept, facts: Facts) -> Result:
        """Say how differences to siloed are spread over the points."""
        design, states = self.design, self.setting.world.codes
        tables = {"by_point": found.by_point, "spread_over_points": found.spread, "screening": found.screening}
        if many := design.points >= _FEWEST_POINTS and len(design.names) >= _FEWEST_FACTORS:
            tables["scores"] = found.scores
        if self.asked.trajectories:
            tables["states"] = pd.DataFrame({"place": range(len(states)), "state": states})
        spread: dict[str, Any] = {row.pop("institution"): row for row in found.spread.to_dict("records")}
        context = {
            "found": found, "baseline": self.labels[BASELINE], "least": f"{self.smallest_effect:g}",
            "sample": self._sample(found), "spread": spread, **self._cells(found, spread),
        }  # fmt: skip
        return self.result(
            facts,
            context,
            data={
                "design": {"method": design.method, **design.asked, "digest": design.digest()},
                "axes": self.further()["axes"], "notes": list(design.notes), "points": design.points,
                "runs": facts.runs, "failed": facts.failed, "futures_left_out": found.tallies.left_out,
                "smallest_effect": found.smallest_effect,
                "institutions": {
                    name: as_json({"institution": name, **row, "rank_correlation": _ranked(found, name)})
                    for name, row in spread.items()
                },
                "precision": found.precision, "points_short_of_precision": found.short, "estimate": facts.estimate,
            },
            tables=tables,
            figures={"difference_by_axis": self._drawing(found), **(self._of_many(found) if many else {})},
        )  # fmt: skip

    def _sample(self, found: Swept) -> str:
        """Say how many replications a point has."""
        if found.precision is None:
            return f"{self.asked.replications:,} futures each"
        count = found.tallies.futures
        short = f", not reached at {found.short:,} points" if found.short else ""
        return f"{count.min():,} to {count.max():,} futures each for ±{found.precision:g}{short}"

    def _cells(self, found: Swept, spread: Mapping[str, Mapping[str, Any]]) -> dict[str, list[list[str]]]:
        """Cells of the terminal's tables: counts of points, quantiles over them, and what goes with the difference."""
        least = f"{self.smallest_effect:g}"
        counts = [["points with a mean difference of", f"−{least} or beyond", "between", f"+{least} or beyond"]]
        quantiles = [["mean difference over points", *(f"{share:.0%}" for share in _QUANTILES.values())]]
        strongest = []
        for name, row in spread.items():
            better, worse = (f"{row[side]:,} ({row[f'{side}_whole_interval']:,})" for side in ("better", "worse"))
            counts.append([f"{self.labels[name]} to {self.labels[BASELINE]}", better, f"{row['between']:,}", worse])
            quantiles.append([self.labels[name], *(f"{row[quantile]:+.2f}" for quantile in _QUANTILES)])
            ranked = found.strongest(name).dropna().head(_FACTORS_SHOWN)
            said = (f"{row.axis} {row.rank_correlation:+.2f}" for row in ranked.itertuples())
            strongest.append([self.labels[name], ", ".join(said) or "no axis moves it"])
        return {"counts": counts, "quantiles": quantiles, "strongest": strongest}

    def _drawing(self, found: Swept) -> Drawing:
        """Draw the differences: a map if the points are every combination of two factors' values, else panels."""
        design, labels, others = self.design, self.labels, found.tallies.others
        medians = "; ".join(f"{labels[name]} {found.of(name)['difference'].median():+.1f}" for name in others)
        alt = f"Difference in conflict-years to siloed over the axes. Median over points: {medians}."
        words = {factor.name: factor.parameter for factor in design.factors if factor.parameter.words}
        texts: dict[str, Any] = {
            "labels": labels,
            "than": labels[BASELINE],
            "units": {factor.name: factor.parameter.unit for factor in design.factors},
            "words": {
                name: {parameter.low + i: word.replace("_", " ") for i, word in enumerate(parameter.words)}
                for name, parameter in words.items()
            },
            "smallest_effect": self.smallest_effect,
        }
        table, names = pd.concat(map(found.of, others)), list(design.names)
        if design.method == "grid" and len(names) == 2:
            shown = table[[*names, "institution", "difference", "low", "high"]]
            return Drawing(figures.difference_map, shown, alt, texts)
        ranked = found.strongest(others[0])["axis"].tolist()[:_PANELS] if len(names) > _PANELS else names
        drawn = table[table["point"] % -(-design.points // _DOTS) == 0]
        panels = drawn.melt(["institution", "point", "difference"], ranked, "axis", "value")
        panels = panels[["institution", "axis", "point", "value", "difference"]]
        more = {"sample": self._sample(found), "points": design.points}
        return Drawing(figures.difference_by_axis, panels, alt, texts | more)

    def _of_many(self, found: Swept) -> dict[str, Drawing]:
        """Draw points over all factors at once, and what each factor accounts for."""
        design, labels, others = self.design, self.labels, found.tallies.others
        names = found.strongest(others[0])["axis"].tolist()[:_PANELS]
        table = pd.concat(map(found.of, others))
        lines = table[table["point"] % -(-design.points // _LINES) == 0]
        best = found.scores.sort_values("share", ascending=False, kind="stable").iloc[0]
        largest = f"; the largest is {best['share']:.0%}, of {best['axis']}" if np.isfinite(best["share"]) else ""
        texts = {"labels": labels, "than": labels[BASELINE]}
        drawn = f"{lines['point'].nunique():,} of {design.points:,} points, mean over {self._sample(found)}"
        units = {factor.name: factor.parameter.unit for factor in design.factors}
        more = {"units": units, "smallest_effect": self.smallest_effect, "sample": drawn}
        return {
            "parallel": Drawing(
                figures.parallel, lines[["institution", "difference", *names]].dropna(),
                "Points as lines over the axes, coloured by the difference in conflict-years to siloed.",
                texts | more,
            ),
            "scores": Drawing(
                figures.scores, found.scores,
                f"Share of variance over points by axis{largest}.",
                {**texts, "sample": f"{design.points:,} points"},
            ),
        }  # fmt: skip


def _ranked(found: Swept, institution: str) -> dict[str, float]:
    """Rank correlation of every factor with an institution's difference."""
    own = found.screening[found.screening["institution"] == institution]
    return dict(zip(own["axis"], own["rank_correlation"], strict=True))


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation over finite pairs; no number where one of the two does not move."""
    known = np.isfinite(one) & np.isfinite(other)
    one, other = one[known], other[known]
    if one.size < 3 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    return float(stats.spearmanr(one, other).statistic)
