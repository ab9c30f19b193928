"""Whether joint responses outperform siloed ones: institutions in the same replications, and hypotheses about them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from experiments.reporting.render import counted
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed
from experiments.runs.cube import cube_of
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS, FIRST_DRAW, LEVELS, SWEPT, level_plan
from experiments.runs.recorders import Paths
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import (
    BASELINE,
    NOTHING,
    REFERENCE,
    with_references,
)
from experiments.statistics.intervals import Interval
from experiments.studies.channels import other_plans, side_by_side
from experiments.studies.comparison import (
    AVERTED,
    COST,
    DERIVED,
    MAIN_METRIC,
    SHARE_OF_REFERENCE,
    Comparison,
    Judgement,
    analyse,
    judgement_rows,
)
from experiments.studies.comparison_tables import Compared, difference, drawings, tables
from experiments.studies.findings import headline, turning_points
from experiments.studies.hypotheses import load_hypotheses, with_arms
from experiments.studies.question import Question, Table
from model.outcomes import OUTCOMES

_FOLLOWED = 100
"""Replications at the defaults whose course over time is kept as well."""
_TABLES = {DEFAULTS: "runs", ACROSS_RANGES: "runs_across_ranges"}
"""Folders of the rows of each level; those under another set of mechanism switches lie beside them."""
_TITLES = {DEFAULTS: "at the defaults", ACROSS_RANGES: "across the ranges"}
_NAME_WIDTH = 18


class Compare(Question):
    """Institutions in the same replications, at the defaults and across the ranges, and hypotheses about them."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked, with_references(asked.institutions))
        self.hypotheses = load_hypotheses(asked.hypothesis)
        self.labels = {name: self.setting.institutions[name].label for name in self.institutions}
        setting, arms = with_arms(self.setting, self.hypotheses)
        self.everyone = (*self.institutions, *(arm.name for arm in arms))
        followed = Paths(self.institutions, min(asked.replications, _FOLLOWED))
        self.levels = {
            DEFAULTS: level_plan(setting, self.everyone, asked.seed, DEFAULTS, asked.replications, recorder=followed),
            ACROSS_RANGES: level_plan(setting, self.everyone, asked.seed, ACROSS_RANGES, asked.draws),
        }
        draws, chosen = min(asked.channel_draws, asked.draws), asked.chosen["channels"]
        self.others = other_plans(self.setting, chosen, self.institutions, asked.seed, draws)

    def plans(self) -> Sequence[Table]:
        """Both levels, then the first draws under every other set of mechanism switches."""
        levels = [Table(_TABLES[level], _TITLES[level], plan) for level, plan in self.levels.items()]
        return levels + [Table(_beside(name), f"with {name}", plan) for name, plan in self.others.items()]

    def further(self) -> Mapping[str, Any]:
        """Say which hypotheses are judged, and who was asked for by name."""
        return {
            "hypotheses": {hypothesis.id: asdict(hypothesis) for hypothesis in self.hypotheses},
            "shown": list(dict.fromkeys([*self.asked.institutions, BASELINE])),
        }

    def tables(self) -> Sequence[str]:
        """Name the tables of the two levels."""
        return list(_TABLES.values())

    def analyse(self, rows: Store) -> Compared:
        """Estimate everything at both levels."""
        seed = self.asked.seed
        cubes = {level: cube_of(rows.read(_TABLES[level]), self.everyone).paired() for level in self.levels}
        levels = {level: analyse(cube, self.institutions, self.hypotheses, seed) for level, cube in cubes.items()}
        beside = None
        if self.others:
            sets = {self.asked.chosen["channels"]: cube_of(rows.read(_TABLES[ACROSS_RANGES]), self.institutions)}
            sets |= {name: cube_of(rows.read(_beside(name)), self.institutions) for name in self.others}
            beside = side_by_side({name: cube.paired() for name, cube in sets.items()}, self.institutions, seed)
        return Compared(levels, beside, cubes[ACROSS_RANGES], rows.read(Paths.table).to_pandas())

    def tell(self, found: Compared, facts: Facts) -> Result:
        """Say which institution did better, and how sure that is."""
        institutions = [
            {"name": name, "label": label, "actors": ", ".join(self.setting.institutions[name].actors().values())}
            for name, label in self.labels.items()
        ]
        return Result(
            template="compare",
            question="Do joint responses outperform siloed ones?",
            facts=facts,
            answer=headline(found.levels, self.labels),
            data=_data(found, facts),
            tables=tables(found, self.labels),
            figures=drawings(found, self.labels, facts),
            context={
                "levels": [_shown(found.levels[level], level) for level in reversed(LEVELS)],
                "beside": _beside_cells(found),
                "verdicts": _verdicts(found.levels),
                "skipped": found.levels[ACROSS_RANGES].skipped,
                "turning_points": turning_points(found.levels[ACROSS_RANGES], found.beside, self.labels),
                "institutions": institutions,
                "reference": self.labels[REFERENCE],
                "outcomes": OUTCOMES,
                "derived": DERIVED,
                "swept": len(SWEPT),
                "first_draw": FIRST_DRAW,
            },
        )


def _beside(name: str) -> str:
    """Name the table of another set of mechanism switches."""
    return f"{_TABLES[ACROSS_RANGES]}_{name}"


def _data(found: Compared, facts: Facts) -> dict[str, Any]:
    """Everything in plain data."""

    def level(comparison: Comparison) -> dict[str, Any]:
        return {
            "futures": comparison.futures,
            "futures_left_out": comparison.left_out,
            "institutions": as_json(comparison.institutions),
            "differences_vs_siloed": as_json(comparison.differences),
            "share_of_worlds_better": {key: as_json(better.fewer) for key, better in comparison.better.items()},
            "share_of_worlds_same": {key: better.same for key, better in comparison.better.items()},
        }

    judged = [row for name in LEVELS for row in judgement_rows(found.levels[name], name)]
    return {
        "runs": facts.runs,
        "failed": facts.failed,
        **level(found.levels[DEFAULTS]),
        "across_ranges": level(found.levels[ACROSS_RANGES]),
        "channels": None if found.beside is None else as_json(found.beside.differences),
        "hypotheses": as_json(judged),
        "hypotheses_not_tested": found.levels[ACROSS_RANGES].skipped,
    }


def _shown(comparison: Comparison, level: str) -> dict[str, Any]:
    """Heading and cells of a level's table, two heading rows first."""
    across = level == ACROSS_RANGES
    count = counted(comparison.futures, "draw" if across else "future")
    rows = [
        ["", "conflict", "averted against", "share of", "£m per", "difference", "worlds,"],
        ["institution", "years", "no programme", "reference", "year averted", f"to {BASELINE}", "%"],
    ]
    for name, found in comparison.institutions.items():
        share = Interval(*(100.0 * value for value in found[SHARE_OF_REFERENCE]))
        worlds = comparison.better.get(name)
        shares = () if worlds is None else (worlds.fewer.mean, worlds.same, worlds.more)
        rows.append(
            [
                _short(name),
                f"{found[MAIN_METRIC].mean:.1f}",
                "–" if name == NOTHING else bracketed(found[AVERTED], 1),
                "–" if name in (NOTHING, REFERENCE) else bracketed(share, 0, "%"),
                "–" if name == NOTHING else bracketed(found[COST], 0, absent="not established"),
                "–" if name == BASELINE else bracketed(difference(comparison, name), 1),
                "/".join(f"{100 * x:.0f}" for x in shares) or "–",
            ]
        )
    heading = f"Across the declared ranges: {count} of what is unmeasured, a future each"
    return {"heading": heading if across else f"At the default values: {count}", "cells": rows}


def _beside_cells(found: Compared) -> dict[str, Any] | None:
    """Set the difference to the baseline under every set of mechanism switches side by side."""
    beside = found.beside
    if beside is None:
        return None
    rows = [
        [_short(name), *(bracketed(by_name[name], 1) for by_name in beside.differences.values())]
        for name in found.levels[ACROSS_RANGES].institutions
        if name != BASELINE
    ]
    return {"draws": beside.draws, "cells": [["institution", *beside.labels.values()], *rows]}


def _verdicts(levels: Mapping[str, Comparison]) -> list[dict[str, Any]]:
    """Lay out every hypothesis with its judgement at both levels, the headline level first."""
    at_defaults = {judged.hypothesis.id: judged for judged in levels[DEFAULTS].judgements}
    return [
        {"hypothesis": judged.hypothesis, "judged": [_judged(judged), _judged(at_defaults[judged.hypothesis.id])]}
        for judged in levels[ACROSS_RANGES].judgements
    ]


def _judged(judgement: Judgement) -> dict[str, str]:
    """Effect with its interval, as the terminal and as a README write it, and verdict."""
    effect = judgement.effect
    bounds = "no bounds" if math.isnan(effect.low) else f"{effect.low:+.2f} to {effect.high:+.2f}"
    return {
        "verdict": judgement.verdict,
        "effect": f"{bracketed(effect, 2, sign='+')}  ±{judgement.hypothesis.smallest_effect:g}",
        "in_words": f"{effect.mean:+.2f} ({bounds})",
    }


def _short(name: str) -> str:
    """Cut a long name, so that a table fits a terminal."""
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
