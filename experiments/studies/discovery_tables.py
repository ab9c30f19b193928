"""What a discovery found, in tables and plain data."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import discovery as figures
from experiments.reporting.tree import tree_lines
from experiments.reporting.wording import as_json, ends, records
from experiments.studies.discovery import Discovery, restrictions, tree_as_data


def box_table(found: Discovery) -> pd.DataFrame:
    """List the restrictions of the box."""
    box = found.box
    rows = [
        (name, low, high, *found.ends[name], box.quasi_p[column], box.held_out_p[column])
        for column, (name, low, high) in zip(box.box.restricted, restrictions(found), strict=True)
    ]
    return pd.DataFrame(rows, columns=["parameter", "low", "high", "range_low", "range_high", "quasi_p", "held_out_p"])


def all_tables(found: Discovery) -> dict[str, pd.DataFrame]:
    """Every number, by the name of its CSV file."""
    cells = {} if found.cells is None else {"map": found.cells}
    tree = pd.DataFrame({"tree": tree_lines(found.tree, found.names)})
    return {"box": box_table(found), "tradeoff": _path(found), "tree": tree, **cells}


def data(found: Discovery) -> dict[str, Any]:
    """What JSON says beside what was asked."""
    box = found.box
    return {
        "points": len(found.holds),
        "futures": found.replications,
        "holds_at": int(found.holds.sum()),
        "same_label_again": as_json(found.same_again),
        "box": {
            "established": box.established,
            "restrictions": as_json(records(box_table(found))),
            "made_on": _measured(box.made),
            "held_out": _measured(box.held_out) | {"p": box.held_out.p()},
        },
        "tree": tree_as_data(found.tree, found.names),
        "map": None if found.cells is None else as_json(records(found.cells)),
    }


def box_cells(found: Discovery) -> list[list[str]]:
    """Cells of the box, the heading first; nothing where there is none."""
    rows = []
    for row in box_table(found).to_dict("records"):
        whole = row["range_high"] - row["range_low"]
        inside, span = (ends(row[f"{part}low"], row[f"{part}high"], whole) for part in ("", "range_"))
        rows.append([row["parameter"], *inside, " to ".join(span), *(p(row[x]) for x in ("quasi_p", "held_out_p"))])
    return [["assumption", "from", "to", "range", "quasi-p", "p, other half"], *rows] if rows else []


def drawings(found: Discovery, said: Mapping[str, str], labels: Mapping[str, Any], unit: str) -> dict[str, Drawing]:
    """Every figure.

    Parameters
    ----------
    found : Discovery
        What came out.
    said : mapping of str to str
        What box and map say, in words.
    labels : mapping
        ``than`` and ``institution``, as users see them.
    unit : str
        Of the map, with years and world.
    """
    box, condition = found.box, found.condition.text
    texts: dict[str, Any] = {"condition": condition, "base": box.held_out.base}
    if box.box.restricted:
        texts["made"] = (box.made.coverage, box.made.density)
        held_out = (box.held_out.coverage, *box.held_out.density_interval())
        texts["held_out"] = held_out if all(map(math.isfinite, held_out[:2])) else None
    alt = f"Coverage against density of every box that was peeled. {said['box']}"
    drawn = {"tradeoff": Drawing(figures.tradeoff, _path(found), alt, texts)}
    if box.box.restricted:
        listed = "; ".join(f"{name} {low:.3g} to {high:.3g}" for name, low, high in restrictions(found))
        texts = {"condition": condition, "established": box.established}
        drawn["box"] = Drawing(figures.box, box_table(found), f"The box's restrictions: {listed}.", texts)
    if found.cells is not None:
        texts = {**labels, "replications": found.replications, "unit": unit}
        drawn["map"] = Drawing(figures.sign_map, found.cells, said["map"], texts)
    return drawn


def _path(found: Discovery) -> pd.DataFrame:
    """List every box of the peeling path, on the half it was made on."""
    return pd.DataFrame(
        {
            "box": place,
            "restrictions": len(box.restricted),
            "coverage": measured.coverage,
            "density": measured.density,
            "mass": measured.mass,
        }
        for place, (box, measured) in enumerate(found.box.path)
    )


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


def p(value: float) -> str:
    """Write a p-value."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
