"""What a discovery says: on the terminal, as tables and figures, and for a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reporting.evidence_wording import ends, records
from experiments.reporting.tree import tree_lines
from experiments.reporting.wording import wrapped
from experiments.settings.text import aligned
from experiments.statistics.intervals import proportion_interval
from experiments.studies.comparison import as_json
from experiments.studies.discovery import Discovery, restrictions, tree_as_data
from experiments.studies.evidence import Drawing

_HOW_TO_READ = """\
## How to read this

- A *point* is one set of values of everything that is varied; the condition is held against means over its {futures}
  futures, the same at every point. Given other futures, some points would be classed otherwise: about {alike} would be
  classed alike. Wrong labels make a box look less dense than it is; they do not make one up.
- The *box* was made on one half of the points (PRIM: Friedman & Fisher 1999). Density (share of points inside in which
  the condition holds), coverage (share of all such points that lie inside) and p-values of the other half, which had no
  say in the box, are what counts. *Quasi-p* (Bryant & Lempert 2010) is the same test on the half that the box was made
  on: too small, because each restriction was chosen among many.
- The *tree* asks a question only if the half that had no say bears it out; its shares are of that half.
- On the *map*, whatever is not on it varies within the cells. White cells are inconclusive: after Benjamini &
  Hochberg (5%), zero cannot be told from their mean. A cell is a mean over many worlds: single ones may differ in sign.
- All values in the declared ranges are taken to be equally likely: shares of points are no probabilities."""

_FILES = """\
## What is in this folder

- `runs/`: Parquet, a row per run: point, institution, replication, outcomes, and the value of every parameter that is
  varied. Absent if the points are those of an earlier study (`source` in `config.yaml`).
- `tables/`: CSV. `box`: its restrictions; `tradeoff`: every box on the peeling path; `map`: cells; `tree`: as text.
- `figures/`: PNG and SVG, each with the table behind it as CSV.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status."""


@dataclass(frozen=True)
class DiscoveryReport:
    """A discovery with what is needed to tell it.

    Attributes
    ----------
    study : str
        Its folder, as users see it.
    world : str
        The world's name.
    states : int
        Partner states in it.
    years : float
        Length of a run.
    labels : (str, str)
        The same as users see them.
    pair : (str, str)
        The institution that is compared with, and the one that is compared.
    found : Discovery
        What came out.
    """

    study: str
    world: str
    states: int
    years: float
    labels: tuple[str, str]
    pair: tuple[str, str]
    found: Discovery

    def headline(self) -> list[str]:
        """Say what came out; no more than the numbers say."""
        found = self.found
        share = proportion_interval(int(found.holds.sum()), len(found.holds))
        said = [
            f"{found.condition.text}: holds at {_percent(*share)} of {len(found.holds):,} points across the ranges "
            f"({len(found.names)} assumptions; {self.world}, {self.states} states, {self.years:g} years; means over "
            f"{found.futures} common futures).",
            self.stability(),
            self.box_said(),
        ]
        return [*said, *([self.map_said()] if found.cells is not None else [])]

    def stability(self) -> str:
        """Say how far luck decides which points count."""
        if self.found.futures < 2:
            return "One future per point: luck decides many labels; more futures per point (replications=) are better."
        return (
            f"On other futures, as many, about {self.found.same_again:.0%} of the points would be classed alike "
            "(by resampling futures)."
        )

    def box_said(self) -> str:
        """Say what the box is worth on the half that had no say."""
        box = self.found.box
        if not box.box.restricted:
            return "No box: no ranges in which it holds more often than elsewhere were found."
        held = box.held_out
        facts = (
            f"on the half of the points that had no say it holds in {_percent(*held.density_interval())} of the "
            f"{held.inside:,} points inside, against {held.base:.0%} of all, and {_share(held.coverage)} of the "
            f"points in which it holds lie inside (p: {_p(held.p())})"
        )
        if not box.established:
            return f"No box is established: the best candidate ({len(box.box.restricted)} restrictions), {facts}."
        return f"Box of {len(box.box.restricted)} restrictions: {facts}."

    def map_said(self) -> str:
        """Count the cells of the map by sign."""
        cells = self.found.cells
        assert cells is not None
        fewer = int((cells["conclusive"] & (cells["mean"] < 0.0)).sum())
        more = int((cells["conclusive"] & (cells["mean"] > 0.0)).sum())
        return (
            f"Map over complementarity, crowding, interests and desks: of {len(cells)} cells, {fewer} with fewer "
            f"conflict-years under '{self.labels[1]}' than under '{self.labels[0]}', {more} with more, "
            f"{len(cells) - fewer - more} inconclusive."
        )

    def terminal(self) -> str:
        """Everything the terminal shows."""
        blocks = [wrapped(sentence) for sentence in self.headline()]
        table = self._box_table()
        if len(table):
            rows = [["assumption", "from", "to", "range", "quasi-p", "p, other half"]]
            rows += [self._box_cells(row) for row in table.to_dict("records")]
            blocks += ["", "Box", aligned(rows, right=(1, 2, 4, 5), indent="  ")]
        tree = tree_lines(self.found.tree, self.found.names, "  ")
        return "\n".join([*blocks, "", "Tree: share of points in which it holds", *tree, "",
                          f"Study: {self.study} (start with README.md)"])  # fmt: skip

    @staticmethod
    def _box_cells(row: Mapping[Any, Any]) -> list[str]:
        """Write a restriction as cells of the terminal's table."""
        whole = row["range_high"] - row["range_low"]
        inside, span = (ends(row[f"{part}low"], row[f"{part}high"], whole) for part in ("", "range_"))
        return [row["parameter"], *inside, " to ".join(span), *(_p(row[p]) for p in ("quasi_p", "held_out_p"))]

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        found = self.found
        box = found.box
        return {
            "condition": found.condition.text,
            "institution": self.pair[1],
            "than": self.pair[0],
            "world": self.world,
            "points": len(found.holds),
            "futures": found.futures,
            "holds_at": int(found.holds.sum()),
            "same_label_again": as_json(found.same_again),
            "box": {
                "established": box.established,
                "restrictions": as_json(records(self._box_table())),
                "made_on": _measured(box.made),
                "held_out": _measured(box.held_out) | {"p": box.held_out.p()},
            },
            "tree": tree_as_data(found.tree, found.names),
            "map": None if found.cells is None else as_json(records(found.cells)),
        }

    def _box_table(self) -> pd.DataFrame:
        """List the restrictions of the box."""
        box = self.found.box
        rows = [
            (name, low, high, *self.found.ends[name], box.quasi_p[column], box.held_out_p[column])
            for column, (name, low, high) in zip(box.box.restricted, restrictions(self.found), strict=True)
        ]
        columns = ["parameter", "low", "high", "range_low", "range_high", "quasi_p", "held_out_p"]
        return pd.DataFrame(rows, columns=columns)

    def _path_table(self) -> pd.DataFrame:
        """List every box of the peeling path, on the half it was made on."""
        return pd.DataFrame(
            {
                "box": place,
                "restrictions": len(box.restricted),
                "coverage": measured.coverage,
                "density": measured.density,
                "mass": measured.mass,
            }
            for place, (box, measured) in enumerate(self.found.box.path)
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number, by the name of its CSV file."""
        cells = {} if self.found.cells is None else {"map": self.found.cells}
        tree = pd.DataFrame({"tree": tree_lines(self.found.tree, self.found.names)})
        return {"box": self._box_table(), "tradeoff": self._path_table(), "tree": tree, **cells}

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it, by the name of its files."""
        from experiments.reporting.figures import discovery as figures

        path, box, cells = self._path_table(), self._box_table(), self.found.cells
        drawn: dict[str, tuple[Drawing, pd.DataFrame]] = {"tradeoff": (lambda: figures.draw_tradeoff(self, path), path)}
        if len(box):
            drawn["box"] = (lambda: figures.draw_box(self, box), box)
        if cells is not None:
            drawn["map"] = (lambda: figures.draw_map(self, cells), cells)
        return drawn

    def readme(self) -> str:
        """The page for a colleague, in Markdown."""
        alike = "an unknown share" if self.found.futures < 2 else f"{self.found.same_again:.0%}"
        text = {"tradeoff": f"Coverage against density of every box that was peeled. {self.box_said()}"}
        if self.found.box.box.restricted:
            listed = "; ".join(f"{name} {low:.3g} to {high:.3g}" for name, low, high in restrictions(self.found))
            text["box"] = f"The box's restrictions: {listed}."
        if self.found.cells is not None:
            text["map"] = self.map_said()
        tree = "\n".join(tree_lines(self.found.tree, self.found.names, "    "))
        sections = [
            "# Where does it hold?",
            "## What came out",
            *self.headline(),
            "## Tree",
            tree,
            "## Figures",
            *(f"![{said}](figures/{name}.png)" for name, said in text.items()),
            _HOW_TO_READ.format(futures=self.found.futures, alike=alike),
            _FILES,
        ]
        return "\n\n".join(sections) + "\n"


def _measured(measured: Any) -> dict[str, Any]:
    """Write what a box holds as plain data."""
    plain: dict[str, Any] = as_json(
        {
            "points": measured.points,
            "inside": measured.inside,
            "hits": measured.hits,
            "base": measured.base,
            "density": measured.density_interval(),
            "coverage": measured.coverage,
            "mass": measured.mass,
        }
    )
    return plain


def _percent(mean: float, low: float, high: float) -> str:
    """Write a share with its interval."""
    return f"{_share(mean)} [{_share(low)}, {_share(high)}]"


def _share(value: float) -> str:
    """Write a share; one that is small, with a decimal."""
    if value != value:
        return "–"
    return f"{value:.1%}" if 0.0 < value < 0.0995 else f"{value:.0%}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
