"""Where in the space of assumptions a condition holds: a box, a tree, and a map.

The condition is held against means over replications, because in a single one chance decides more often than
assumptions.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import discovery as figures
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, ends, p_value
from experiments.runs.cube import Cube, cube_of
from experiments.runs.designs import LatinHypercube
from experiments.runs.plan import DEFAULTS, FIRST_DRAW, level_plan
from experiments.runs.store import FINISHED, Store
from experiments.settings.asked import Asked
from experiments.settings.places import names_in, path_of
from experiments.statistics.boxes import Found, find_box
from experiments.statistics.intervals import proportion_interval
from experiments.statistics.sign_map import mapped, sign_map
from experiments.statistics.tree import Node, grow_tree
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.conditions import Condition, read_condition
from experiments.studies.question import Question, Table, compared
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS
from model.world import Floats

_SPLITS = 50
_RUNS = "runs"
_SMALLEST_EFFECT = 1
"""Conflict-years that count, as the hypotheses of ``conf/hypotheses`` declare."""

_TABLES = {"sweep": "runs", "compare": "runs_across_ranges"}
"""Commands whose studies hold points, and their tables; in a comparison every draw is a point."""

Bools = npt.NDArray[np.bool_]


class Again(NamedTuple):
    """How far truly fresh replications would class points alike.

    Attributes
    ----------
    same : float
        Share of points that two halves of the replications class alike.
    by_chance : float
        Share that they would if they knew nothing of one another.
    kappa : float
        Agreement beyond chance: 0 for none, 1 for all there could be.
    holds : float
        Share of the points of which one half says that the condition holds, of which the other does, too.
    """

    same: float
    by_chance: float
    kappa: float
    holds: float


@dataclass(frozen=True)
class Discovery:
    """Where a condition holds.

    Attributes
    ----------
    condition : Condition
        What was asked.
    names : tuple of str
        Parameters, in the order of the columns of box and tree.
    ends : dict of str to (float, float)
        Of each parameter over all points.
    holds : ndarray of bool (points,)
        Where it holds.
    again : Again
        How far other replications would class the points alike.
    replications : int
        Per point.
    box : Found
        The box.
    tree : Node
        Root of the tree.
    cells : DataFrame or None
        The map; none where not all of its parameters were varied.
    """

    condition: Condition
    names: tuple[str, ...]
    ends: dict[str, tuple[float, float]]
    holds: Bools
    again: Again
    replications: int
    box: Found
    tree: Node
    cells: pd.DataFrame | None


def discovered(
    values: Mapping[str, Floats], cube: Cube, condition: Condition, pair: tuple[str, str], seed: int
) -> Discovery:
    """Find out where a condition holds.

    Parameters
    ----------
    values : mapping of str to ndarray (points,)
        By parameter, in its unit.
    cube : Cube
        The condition's outcomes, and conflict-years of the pair.
    condition : Condition
        What is asked.
    pair : (str, str)
        Institutions whose difference, the second less the first, the map shows.
    seed : int
        Of parting the points into halves, and of resampling replications.

    Returns
    -------
    Discovery

    Raises
    ------
    InvalidInput
        When the condition cannot be worked out at some point.
    """
    holds = condition.holds({term: cube[term].mean(axis=1) for term in condition.terms})
    names = tuple(values)
    x = np.column_stack(list(values.values()))
    difference = cube[MAIN_METRIC, pair[1]] - cube[MAIN_METRIC, pair[0]]
    return Discovery(
        condition=condition,
        names=names,
        ends={each: (float(v.min()), float(v.max())) for each, v in values.items()},
        holds=holds,
        again=called_again(cube, condition, seed),
        replications=cube.count,
        box=find_box(x, holds, seed),
        tree=grow_tree(x, holds, seed),
        cells=sign_map(values, difference.mean(axis=1)) if mapped(names) else None,
    )


def called_again(cube: Cube, condition: Condition, seed: int) -> Again:
    """Class points by either half of their replications, split at random many times.

    The halves have no replication in common, as fresh ones would not; they are half as many, so agreement between
    as many again would be somewhat better.

    Parameters
    ----------
    cube : Cube
        The condition's outcomes.
    condition : Condition
        By which points are classed.
    seed : int
        Of the splits.

    Returns
    -------
    Again
        NaN with one replication; `kappa` and `holds` also where no point or every point is called.

    References
    ----------
    Cohen (1960), "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20, 37-46.
    """
    if cube.count < 2:
        return Again(*[math.nan] * 4)
    generator, half = np.random.default_rng(seed), cube.count // 2
    counts = np.zeros(3)
    for _ in range(_SPLITS):
        order = generator.permutation(cube.count)
        one, other = (_classed(cube, condition, part) for part in (order[:half], order[half : 2 * half]))
        # Both ways round: neither half is the first.
        counts += [np.mean(one & other), np.mean(one ^ other), (np.mean(one) + np.mean(other)) / 2.0]
    both, differ, called = counts / _SPLITS
    by_chance = called**2 + (1.0 - called) ** 2
    known = 0.0 < called < 1.0
    kappa = 1.0 - differ / (1.0 - by_chance) if known else math.nan
    return Again(float(1.0 - differ), float(by_chance), float(kappa), float(both / called) if known else math.nan)


def _classed(cube: Cube, condition: Condition, replications: npt.NDArray[np.int64]) -> Bools:
    """Tell where a condition holds by some replications."""
    return condition.holds({term: cube[term][:, replications].mean(axis=1) for term in condition.terms})


def earlier_points(folder: Path, institutions: Sequence[str]) -> tuple[Mapping[str, Floats], Cube]:
    """Read the points of a finished study.

    Parameters
    ----------
    folder : Path
        Of a ``sweep`` or a ``compare``.
    institutions : sequence of str
        That must be in it.

    Returns
    -------
    values : dict of str to ndarray (points,)
        By parameter that varies, as the runs of the first institution used it.
    cube : Cube
        Of the replications that every point has.

    Raises
    ------
    InvalidInput
        When it is no such study, is not finished, lacks an institution or a run, or varies no parameter.
    """
    store = Store(folder)
    manifest = store.manifest
    command = manifest.get("command")
    if command not in _TABLES:
        raise InvalidInput(f"source={folder}: must be the folder of a study of {' or '.join(_TABLES)}")
    if manifest.get("status") != FINISHED:
        raise InvalidInput(f"source={folder}: is not finished; give its command again first")
    rows = store.read(_TABLES[command])
    there = set(rows["institution"].to_pylist())
    for name in institutions:
        if name not in there:
            raise InvalidInput(f"source={folder}: {name} did not take part; {nearest(name, there)}")
    if command == "compare":
        # Every draw is a point, the futures lived through in it are its replications.
        names = rows["replication"].to_numpy()
        rows = rows.drop_columns([each for each in ("draw", "replication") if each in rows.column_names])
        rows = rows.append_column("point", pa.array(FIRST_DRAW + names % FIRST_DRAW))
        rows = rows.append_column("replication", pa.array(names // FIRST_DRAW - 1))
    return _lined_up(rows, institutions, folder)


def _lined_up(rows: pa.Table, institutions: Sequence[str], folder: Path) -> tuple[Mapping[str, Floats], Cube]:
    """Keep the points and replications that every institution has."""
    cube = cube_of(rows, institutions).somewhere()
    try:
        cube = cube.paired()
    except InvalidInput:
        raise InvalidInput(f"source={folder}: no future that every point has; see failures/ there") from None
    frame = rows.to_pandas()
    own = frame[(frame["institution"] == institutions[0]) & frame["point"].isin(cube.points)]
    own = own.drop_duplicates("point").sort_values("point")
    varied = [name for name in own.columns if name.rpartition(".")[2] in PARAMETERS and own[name].nunique() > 1]
    if not varied:
        raise InvalidInput(f"source={folder}: varies no parameter")
    return {name: np.asarray(own[name], np.float64) for name in varied}, cube


def box_table(found: Discovery) -> pd.DataFrame:
    """List the restrictions of the box; an open side ends where the points end."""
    box, rows = found.box.box, []
    for column in box.restricted:
        name = found.names[column]
        least, most = found.ends[name]
        low, high = max(float(box.low[column]), least), min(float(box.high[column]), most)
        rows.append((name, low, high, least, most, found.box.quasi_p[column], found.box.held_out_p[column]))
    return pd.DataFrame(rows, columns=["parameter", "low", "high", "range_low", "range_high", "quasi_p", "held_out_p"])


def tree_as_data(node: Node, names: Sequence[str]) -> dict[str, object]:
    """Write a tree as plain data."""
    found: dict[str, object] = {"points": node.points, "hits": node.hits}
    if node.branches:
        below, above = (tree_as_data(branch, names) for branch in node.branches)
        found |= {"parameter": names[node.column], "threshold": node.threshold, "at_most": below, "above": above}
    return found


def tree_lines(node: Node, names: Sequence[str], indent: str = "") -> list[str]:
    """Write a tree as text, one line per question and leaf.

    Parameters
    ----------
    node : Node
        Its root.
    names : sequence of str
        Of the columns.
    indent : str
        Before every line.

    Returns
    -------
    list of str
    """
    if not node.branches:
        found = node.share()
        bounds = "" if math.isnan(found.low) else f" [{found.low:.0%}, {found.high:.0%}]"
        mean = "no points" if math.isnan(found.mean) else f"{found.mean:.0%}"
        return [f"{indent}{mean}{bounds} of {node.points:,} points"]
    lines = []
    for sign, branch in zip(("<=", "> "), node.branches, strict=True):
        below = tree_lines(branch, names, indent + "    ")
        asked = f"{indent}{names[node.column]} {sign} {node.threshold:.3g}"
        lines += [f"{asked}: {below[0].strip()}"] if not branch.branches else [asked, *below]
    return lines


class Discover(Question):
    """Points all over the ranges, each in the same replications; or those of a study that was run before."""

    def __init__(self, asked: Asked) -> None:
        than, name = self.pair = compared(asked)
        text = asked.condition or f"{MAIN_METRIC}({name}) - {MAIN_METRIC}({than}) > {_SMALLEST_EFFECT}"
        self.condition = read_condition(text, names_in("institution"))
        super().__init__(asked, tuple(dict.fromkeys([*self.pair, *self.condition.institutions])))
        self.earlier = None
        if asked.source is not None:
            self.earlier = earlier_points(path_of(asked.source), self.institutions)
        self.design = LatinHypercube().make(asked.axes, self.setting, asked.seed, {"points": asked.points})

    def plans(self) -> Sequence[Table]:
        """Every point, unless they were run before."""
        if self.earlier is not None:
            return []
        asked = self.asked
        plan = level_plan(self.setting, self.institutions, asked.seed, DEFAULTS, asked.replications, design=self.design)
        return [Table(_RUNS, "points", plan)]

    def further(self) -> Mapping[str, Any]:
        """Say which condition is asked for, also where nobody wrote one."""
        return {"condition_read": self.condition.text}

    def analyse(self, rows: Store) -> Discovery:
        """Find out where the condition holds."""
        if self.earlier is not None:
            values, cube = self.earlier
        else:
            values = dict(zip(self.design.names, self.design.values.T, strict=True))
            cube = cube_of(rows.read(_RUNS), self.institutions).whole(self.design.points, self.asked.replications)
        return discovered(values, cube, self.condition, self.pair, self.asked.seed)

    def tell(self, found: Discovery, facts: Facts) -> Result:
        """Say where it holds."""
        box, tree, table = found.box, tree_lines(found.tree, found.names), box_table(found)
        context = {
            "nowhere": len(set(found.holds.tolist())) == 1,
            "found": found, "box": box, "cells": _box_cells(table), "tree": tree,
            "holds": proportion_interval(int(found.holds.sum()), len(found.holds)),
        }  # fmt: skip
        path = pd.DataFrame(
            {"box": place, "restrictions": len(each.restricted), "coverage": measured.coverage,
             "density": measured.density, "mass": measured.mass}
            for place, (each, measured) in enumerate(box.path)
        )  # fmt: skip
        tables = {"box": table, "tradeoff": path, "tree": pd.DataFrame({"tree": tree})}
        result = self.result(
            facts,
            context,
            data={
                "condition": found.condition.text, "institution": self.pair[1], "than": self.pair[0],
                "world": facts.world, "points": len(found.holds), "futures": found.replications,
                "holds_at": int(found.holds.sum()), "same_label_again": as_json(found.again.same),
                "called_again": as_json(found.again._asdict()),
                "box": {
                    "established": box.established, "restrictions": as_json(table), "made_on": _measured(box.made),
                    "held_out": _measured(box.held_out) | {"p": box.held_out.p()},
                },
                "tree": tree_as_data(found.tree, found.names), "map": as_json(found.cells),
            },
            tables=tables if found.cells is None else {**tables, "map": found.cells},
        )  # fmt: skip
        return replace(result, figures=self._drawings(found, tables, result.answer, facts))

    def _drawings(
        self, found: Discovery, tables: Mapping[str, pd.DataFrame], answer: Sequence[str], facts: Facts
    ) -> dict[str, Drawing]:
        """Every figure."""
        box, condition, (than, institution) = found.box, found.condition.text, (self.labels[name] for name in self.pair)
        texts: dict[str, Any] = {"condition": condition, "base": box.held_out.base}
        if box.box.restricted:
            texts["made"] = (box.made.coverage, box.made.density)
            held_out = (box.held_out.coverage, *box.held_out.density_interval())
            texts["held_out"] = held_out if all(map(math.isfinite, held_out[:2])) else None
        alt = f"Coverage against density of every box that was peeled. {answer[2]}"
        drawn = {"tradeoff": Drawing(figures.tradeoff, tables["tradeoff"], alt, texts)}
        if box.box.restricted:
            rows = tables["box"].to_dict("records")
            listed = "; ".join(f"{row['parameter']} {row['low']:.3g} to {row['high']:.3g}" for row in rows)
            texts = {"condition": condition, "established": box.established}
            drawn["box"] = Drawing(figures.box, tables["box"], f"The box's restrictions: {listed}.", texts)
        if found.cells is not None:
            texts = {
                "than": than, "institution": institution, "replications": found.replications,
                "unit": f"conflict-years in {facts.years:g} years, {facts.world}",
            }  # fmt: skip
            drawn["map"] = Drawing(figures.sign_map, found.cells, answer[3], texts)
        return drawn


def _box_cells(table: pd.DataFrame) -> list[list[str]]:
    """Cells of the box, the heading first; nothing where there is none."""
    rows = []
    for row in table.to_dict("records"):
        whole = row["range_high"] - row["range_low"]
        inside, span = (ends(row[f"{part}low"], row[f"{part}high"], whole) for part in ("", "range_"))
        sure = (p_value(row[of]) for of in ("quasi_p", "held_out_p"))
        rows.append([row["parameter"], *inside, " to ".join(span), *sure])
    return [["assumption", "from", "to", "range", "quasi-p", "p, other half"], *rows] if rows else []


def _measured(measured: Any) -> dict[str, Any]:
    """Write what a box holds as plain data."""
    names = ("points", "inside", "hits", "base", "density", "coverage", "mass")
    plain = {name: getattr(measured, name) for name in names} | {"density": measured.density_interval()}
    return {name: as_json(value) for name, value in plain.items()}
