"""How outcomes move over a design."""

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.runs.designs import design_from
from experiments.runs.executors import usable_cores
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import DEFAULTS, Plan, level_plan
from experiments.runs.precision import FIRST_STAGE, Tallies, reached, stages
from experiments.runs.recorders import Trajectories
from experiments.runs.store import FINISHED, Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.findings import HEADLINE
from experiments.studies.hypotheses import load_hypotheses
from experiments.studies.question import Question, Table
from experiments.studies.study import POINTS
from experiments.studies.swept import FIGURE, QUANTILES, Swept
from model.errors import InvalidInput

CONSENT = 1_000_000
"""Runs beyond which a sweep asks first."""

_RUNS = "runs"
_FACTORS_SHOWN = 5


class Sweep(Question):
    """Every point of a design in the same replications, under several institutions and the baseline."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked, list(dict.fromkeys([BASELINE, *asked.institutions])))
        self.labels = {name: self.setting.institutions[name].label for name in self.institutions}
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
        """Every point in every replication."""
        return [Table(_RUNS, "sweep", self.plan)]

    def further(self) -> Mapping[str, Any]:
        """Say what the points are, and which differences count."""
        design = self.design
        found: dict[str, Any] = {
            "design": {
                "method": design.method,
                **design.asked,
                "points": design.points,
                "points_sha256": design.digest(),
            },
            "axes": {factor.name: list(factor.levels or (factor.low, factor.high)) for factor in design.factors},
            "axes_give_way": design.yields,
            "smallest_effect": self.smallest_effect,
        }
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

    def run(self, work: Work) -> None:
        """Run everything, or stage after stage the points that are not known precisely enough."""
        precision = self.asked.precision
        if precision is None:
            return super().run(work)
        tallies = self._tallies()
        wanted: npt.NDArray[np.bool_] = np.ones(self.design.points, bool)
        for block, (first, last) in enumerate(self.plan.blocks):
            if not wanted.any():
                break
            count = int(wanted.sum())
            title = f"round {block + 1}, {count:,} point{'' if count == 1 else 's'}"
            work.run(_RUNS, title, self.plan, [block], wanted)
            self._add(tallies, work.store, block, (first, last))
            # A point goes on until it is done for every institution; rows alone decide: a resumed sweep decides alike.
            wanted = np.logical_not(np.all(reached(*tallies.spread(), precision), axis=1))
        return None

    def _tallies(self) -> Tallies:
        return Tallies(self.design.points, self.institutions, MAIN_METRIC, self.plan.blocks)

    def _add(self, tallies: Tallies, store: Store, block: int, replications: tuple[int, int]) -> None:
        """Add the runs of one block."""
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
        sample = self._sample(found)
        states = self.setting.world.codes
        tables = {
            "by_point": found.by_point(),
            "spread_over_points": pd.DataFrame(found.spread(name) for name in found.others),
            "screening": found.screening,
        }
        if self.asked.trajectories:
            tables["states"] = pd.DataFrame({"place": range(len(states)), "state": states})
        return Result(
            template="sweep",
            question="How do outcomes move over a design?",
            facts=facts,
            answer=[],
            data=self._data(found, facts),
            tables=tables,
            figures={FIGURE: found.drawing(self.labels, sample)},
            context={
                "design": self.design,
                "sample": sample,
                "labels": self.labels,
                "baseline": self.labels[BASELINE],
                "least": f"{self.smallest_effect:g}",
                "quarters": self.setting.quarters,
                "precision": self.asked.precision,
                "trajectories": self.asked.trajectories,
                **self._cells(found),
            },
        )

    def _sample(self, found: Swept) -> str:
        """Say how many replications a point has."""
        if found.precision is None:
            return f"{self.asked.replications:,} futures each"
        count = found.tallies.futures
        short = f", not reached at {found.short:,} points" if found.short else ""
        return f"{count.min():,} to {count.max():,} futures each for ±{found.precision:g}{short}"

    def _cells(self, found: Swept) -> dict[str, list[list[str]]]:
        """Cells of the terminal's tables: counts of points, quantiles over them, and what goes with the difference."""
        least = f"{self.smallest_effect:g}"
        counts = [["points with a mean difference of", f"−{least} or beyond", "between", f"+{least} or beyond"]]
        quantiles = [["mean difference over points", *(f"{q:.0%}" for q in QUANTILES)]]
        strongest = []
        for name in found.others:
            spread = found.spread(name)
            better, worse = (f"{spread[side]:,} ({spread[f'{side}_whole_interval']:,})" for side in ("better", "worse"))
            counts.append([f"{self.labels[name]} to {self.labels[BASELINE]}", better, f"{spread['between']:,}", worse])
            quantiles.append([self.labels[name], *(f"{spread[f'q{round(100 * q):02d}']:+.2f}" for q in QUANTILES)])
            ranked = found.strongest(name, _FACTORS_SHOWN)
            said = ", ".join(f"{factor} {value:+.2f}" for factor, value in ranked if math.isfinite(value))
            strongest.append([self.labels[name], said or "no axis moves it"])
        return {"counts": counts, "quantiles": quantiles, "strongest": strongest}

    def _data(self, found: Swept, facts: Facts) -> dict[str, Any]:
        """Everything but the rows, in plain data."""
        design = self.design
        return {
            "design": {"method": design.method, **design.asked, "digest": design.digest()},
            "axes": self.further()["axes"],
            "notes": list(design.notes),
            "points": design.points,
            "runs": facts.runs,
            "failed": facts.failed,
            "futures_left_out": found.tallies.left_out,
            "smallest_effect": found.smallest_effect,
            "institutions": {
                name: as_json({**found.spread(name), "rank_correlation": dict(found.correlations(name))})
                for name in found.others
            },
            "precision": found.precision,
            "points_short_of_precision": found.short,
            "estimate": facts.estimate,
        }
