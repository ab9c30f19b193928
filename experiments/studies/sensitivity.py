"""Which assumptions drive the difference between two institutions."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import bracketed, in_words
from experiments.runs.cube import cube_of
from experiments.runs.designs import Morris, values_at
from experiments.runs.plan import DEFAULTS, Design, Plan, level_plan
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.text import readable
from experiments.statistics.sensitivity import (
    LEVELS,
    MOVED,
    WIDEST,
    Effect,
    Indices,
    elementary_effects,
    saltelli_design,
    sobol_indices,
)
from experiments.studies import sensitivity_tables as tables
from experiments.studies.compared import compared, factors_of
from experiments.studies.question import Question, Table
from experiments.studies.sensitivity_tables import DIFFERENCE, OTHERS, Found, Quantity
from model.outcomes import OUTCOMES
from model.world import Floats

_SCREENING, _RUNS = "runs_screening", "runs"
_LEFT_OUT = 0.1
"""Total index of all others above which it is said that screening left out what matters."""
_PAIRS_SHOWN = 6
_ABOVE_BY_CHANCE = 0.025
"""Share of 95% intervals, each by itself, that lie wholly above a true value of zero."""
_SCREENED_SHOWN = 5
"""Parameters shown beyond those that became factors."""


class Sensitivity(Question):
    """Morris to screen, then Sobol indices of what has the largest effects, of all others together.

    Screening looks at every parameter with few points. Those of the largest mean effects on the difference become
    factors of their own in a Saltelli design; all others together are one more factor, so that its total index says
    how much was left out. Every point is run in the same replications.
    """

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)
        super().__init__(asked, self.pair)
        self.factors, self.yields = factors_of(asked, self.setting)
        self.names = [factor.name for factor in self.factors]
        self.labels = tuple(self.setting.institutions[name].label for name in self.pair)
        self.base = 1 << (asked.base - 1).bit_length()
        self.shares = Morris().shares(len(self.factors), asked.seed, trajectories=asked.morris, levels=LEVELS)

    def plans(self) -> Sequence[Table]:
        """The screening; which points come after it is decided by what it finds."""
        return [Table(_SCREENING, "screening", self._plan(self.names, self.shares))]

    def later(self) -> int:
        """Count the runs of the Saltelli design."""
        groups = min(self.asked.keep, len(self.names)) + (len(self.names) > self.asked.keep)
        return int(self.base * (2 * groups + 2) * self.asked.replications * len(self.pair))

    def run(self, work: Work) -> None:
        """Screen, choose, and run the Saltelli design of what was chosen."""
        super().run(work)
        chosen = self._chosen(work.store)
        points = saltelli_design(chosen, self.base, self.asked.seed)
        work.run(_RUNS, "Sobol indices", self._plan(list(chain(*chosen.values())), points))

    def tables(self) -> Sequence[str]:
        """Name both tables of runs."""
        return [_SCREENING, _RUNS]

    def analyse(self, rows: Store) -> Found:
        """Estimate effects and indices."""
        chosen, seed = self._chosen(rows), self.asked.seed
        outputs = self._quantities(rows, _RUNS, self.base * (2 * len(chosen) + 2))
        indices = {
            (which, metric): sobol_indices(values, list(chosen), seed, f"{metric}, {which}")
            for (which, metric), values in outputs.items()
        }
        return Found(self._screened(rows), chosen, indices, self.asked.metric)

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say what drives the difference."""
        main = found.main
        asked = (
            f"What drives the difference in {in_words(found.metric)} between '{self.labels[1]}' and "
            f"'{self.labels[0]}' across the ranges ({len(self.names)} assumptions; {facts.world}, {facts.states} "
            f"states, {facts.years:g} years)?"
        )
        drivers = [_drivers(found)] if main.defined else []
        return Result(
            template="sensitivity",
            question="Which assumptions drive the difference?",
            facts=facts,
            answer=[asked, *drivers, _noise(main), _convergence(main)],
            data=self._data(found, facts),
            tables=tables.all_tables(found),
            figures=tables.drawings(found, self._texts(facts), _drivers(found)),
            context={
                "metric": in_words(found.metric),
                "unit": OUTCOMES[found.metric].unit,
                "base": main.base,
                "trajectories": self.asked.morris,
                "futures": self.asked.replications,
                "cells": _factor_cells(found),
                "screened": _screened_cells(found),
                "beyond": sum(effect.beyond_noise for effect in found.effects.values()),
                "parameters": len(found.effects),
                **_pairs(main),
                "indices": tables.readme_cells(found),
                "others": OTHERS,
                "widest": WIDEST,
                "moved": MOVED,
            },
        )

    def _texts(self, facts: Facts) -> dict[str, Any]:
        return {
            "scale": f"in {facts.years:g} years, {facts.world}",
            "trajectories": self.asked.morris,
            "replications": self.asked.replications,
            "labels": self.labels,
        }

    def _plan(self, names: Sequence[str], shares: Floats) -> Plan:
        """Plan points of some of the factors, given as shares of their ranges."""
        by_name = {factor.name: factor for factor in self.factors}
        factors = tuple(by_name[name] for name in names)
        design = Design(factors, values_at(factors, shares), self.yields)
        asked = self.asked
        return level_plan(self.setting, self.pair, asked.seed, DEFAULTS, asked.replications, design=design)

    def _screened(self, rows: Store) -> dict[str, dict[str, Effect]]:
        """Estimate elementary effects on the difference in every outcome."""
        outputs = self._quantities(rows, _SCREENING, len(self.shares))
        return {
            metric: elementary_effects(self.shares, values, self.names, self.asked.seed, f"{metric}, {which}")
            for (which, metric), values in outputs.items()
            if which == DIFFERENCE
        }

    def _chosen(self, rows: Store) -> dict[str, tuple[str, ...]]:
        """Make a factor of each parameter with a large effect, and one of all others; stored with the rows."""

        def choose() -> list[tuple[str, Sequence[str]]]:
            names, keep = list(self._screened(rows)[self.asked.metric]), self.asked.keep
            alone: list[tuple[str, Sequence[str]]] = [(name, [name]) for name in names[:keep]]
            return [*alone, *([(OTHERS, sorted(names[keep:]))] if names[keep:] else [])]

        return {name: tuple(members) for name, members in rows.decided("factors", choose)}

    def _quantities(self, rows: Store, table: str, points: int) -> dict[Quantity, Floats]:
        """Lay out all that is looked at (points, replications): the difference in each outcome, and each outcome."""
        cube = cube_of(rows.read(table), self.pair).whole(points, self.asked.replications)
        baseline, name = self.pair
        found = {(DIFFERENCE, metric): cube[metric, name] - cube[metric, baseline] for metric in OUTCOMES}
        return found | {(who, metric): cube[metric, who] for who in self.pair for metric in OUTCOMES}

    def _data(self, found: Found, facts: Facts) -> dict[str, Any]:
        """Everything in plain data."""
        return {
            "institution": self.pair[1],
            "than": self.pair[0],
            "metric": found.metric,
            "world": facts.world,
            "runs": facts.runs,
            "futures": self.asked.replications,
            "factors": {name: list(members) for name, members in found.factors.items()},
            **tables.data(found),
        }


def _drivers(found: Found) -> str:
    """Name the assumptions whose total index is told apart from zero."""
    total = found.main.total
    ordered = sorted(total.items(), key=lambda entry: -entry[1].mean)
    told = [f"{name} {bracketed(index, 2)}" for name, index in ordered if index.low > 0.0 and name != OTHERS]
    rest = total.get(OTHERS)
    left = "" if rest is None else f" The {len(found.factors[OTHERS])} others together: {bracketed(rest, 2)}."
    if rest is not None and rest.low > _LEFT_OUT:
        left += " What screening left out matters: give more of them indices of their own (keep=, morris=)."
    if not told:
        return f"No single assumption's total index is told apart from zero.{left}"
    return f"Share of the variance each has a part in (total index): {'; '.join(told)}.{left}"


def _noise(found: Indices) -> str:
    """Say how much of what differs between points is replication noise."""
    if found.replications < 2:
        return "One future per point: luck cannot be told from effect, and counts as effect in every index."
    said = (
        f"Luck: {found.noise:.0%} of the variance between points (means over {found.replications} common futures) "
        "would be other with other futures"
    )
    if not found.defined:
        return f"{said}: what remains cannot be shared out; add futures (replications=)."
    return f"{said}; the indices are free of it."


def _convergence(found: Indices) -> str:
    """Say whether more points would change much."""
    if not found.defined:
        return "Not converged: no index has bounds."
    moved = readable(found.moved)
    facts = f"widest interval {found.widest:.2f} (at most {WIDEST:g}), moved {moved} (at most {MOVED:g})"
    if found.converged:
        return f"Converged: {facts}."
    return f"Not converged: add points (base={2 * found.base}, or more futures): {facts}."


def _factor_cells(found: Found) -> list[list[str]]:
    """Cells of the indices, the heading first, the largest total before smaller ones."""
    main, rows = found.main, [["assumption", "first order", "total", "with luck"]]
    for name, total in sorted(main.total.items(), key=lambda entry: -tables.sortable(entry[1].mean)):
        cells = [bracketed(index, 2) for index in (main.first[name], total)]
        rows.append([found.named(name), *cells, readable(main.with_noise[name])])
    return rows


def _screened_cells(found: Found) -> list[list[str]]:
    """Cells of the screening, the heading first."""
    rows = [["assumption", "μ*", "floor", "μ", "σ"]]
    for name, effect in list(found.effects.items())[: len(found.factors) - 1 + _SCREENED_SHOWN]:
        numbers = [readable(x) for x in (effect.floor, effect.mu, effect.sigma)]
        rows.append([name, bracketed(effect.mu_star, 2), *numbers])
    return rows


def _pairs(main: Indices) -> Mapping[str, Any]:
    """Say which pairs do more together than alone: a share of variance below zero is estimation error."""
    found = {pair: index for pair, index in main.second.items() if index.low > 0.0}
    chance = _ABOVE_BY_CHANCE * len(main.second)
    ordered = sorted(found.items(), key=lambda entry: -entry[1].mean)[:_PAIRS_SHOWN]
    said = (
        f"Pairs told apart from no interaction: {len(found)} of {len(main.second)} "
        f"({f'about {chance:.0f}' if chance >= 1.0 else 'fewer than 1'} by chance alone)"
    )
    rows = [[f"{left} × {right}", bracketed(index, 2)] for (left, right), index in ordered]
    return {"pairs_said": said if main.second else "", "pairs": rows}
