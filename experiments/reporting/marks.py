"""What can be pointed at in a figure: where each mark stands, and the value that it shows.

Found from what was drawn, so that a new figure needs nothing: points, bars, cells, and the intervals around them. A
line whose name is no entry of a key has it as its ``gid``.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

_MOST = 2000
"""Marks of a figure that a page still draws at once."""


class Mark(NamedTuple):
    """A place in data coordinates, what it says, and half its width and height there; none where it is a point."""

    x: float
    y: float
    said: str
    half: tuple[float, float] = (0.0, 0.0)


def marks(figure: Figure) -> dict[str, Any]:
    """Find what can be pointed at in a figure.

    Parameters
    ----------
    figure : Figure
        That has been drawn.

    Returns
    -------
    dict
        ``width`` and ``height`` of the figure in points; ``marks``, each with ``x`` and ``y`` of its middle from the
        upper left corner, ``width`` and ``height`` (0 for a point) and ``said``.
    """
    width, height = (float(72.0 * side) for side in figure.get_size_inches())
    panels = [axes for axes in figure.axes if axes.get_visible() and axes.get_label() != "<colorbar>"]
    found = []
    for axes in panels:
        title = [" ".join(axes.get_title("left").split())] if len(panels) > 1 else []
        for mark in _of_axes(axes):
            place = _placed(axes, mark, height)
            if all(map(math.isfinite, place.values())):
                found.append({**place, "said": "; ".join(filter(None, [*title, mark.said]))})
    return {"width": width, "height": height, "marks": found[:: -(-len(found) // _MOST) or 1]}


def _placed(axes: Axes, mark: Mark, height: float) -> dict[str, float]:
    """Find a mark's place on a figure so many points high."""
    corners = [(mark.x + way * mark.half[0], mark.y + way * mark.half[1]) for way in (-1, 1)]
    assert axes.figure is not None
    (left, low), (right, high) = (72.0 / axes.figure.dpi * axes.transData.transform(corners)).tolist()
    place = {"x": (left + right) / 2, "y": height - (low + high) / 2}
    return {name: round(x, 1) for name, x in (place | {"width": abs(right - left), "height": abs(high - low)}).items()}


def _of_axes(axes: Axes) -> Iterator[Mark]:
    """Marks of one panel, large ones first, so that points stand above cells."""
    yield from _cells(axes)
    for patch in axes.patches:
        if isinstance(patch, Rectangle) and patch.get_data_transform() == axes.transData:
            yield from _bar(axes, patch)
    reaches, keys = list(_reaches(axes)), {_look(line): str(line.get_label()) for line in _keys(axes)}
    for line in axes.lines:
        points = np.asarray(line.get_xydata(), dtype=float).tolist()
        is_mark = line.get_marker() not in (None, "None", "", " ")
        if line.get_transform() == axes.transData and points and (is_mark or len(points) > 2):
            own = str(line.get_gid() or line.get_label())
            label = own if not own.startswith("_") else keys.get(_look(line), "") if is_mark else ""
            for x, y in points:
                yield Mark(x, y, _said(axes, x, y, label, reaches))


def _keys(axes: Axes) -> list[Line2D]:
    """Lines that show nothing but what a mark means."""
    return [
        line for line in axes.lines if np.size(line.get_xydata()) == 0 and not str(line.get_label()).startswith("_")
    ]


def _look(line: Line2D) -> tuple[str, bool]:
    """What tells a mark from others: its form, and whether it is filled."""
    return str(line.get_marker()), str(line.get_markerfacecolor()) != "white"


def _said(axes: Axes, x: float, y: float, label: str, reaches: Sequence[Sequence[tuple[float, float]]] = ()) -> str:
    """Say what a point shows: series, both values, and the interval that it lies in."""
    parts = [label, _valued(axes.yaxis, y), _valued(axes.xaxis, x)]
    for (x0, y0), (x1, y1) in reaches:
        if y0 == y1 and math.isclose(y, y0) and min(x0, x1) <= x <= max(x0, x1):
            parts.append(f"from {_number(min(x0, x1))} to {_number(max(x0, x1))}")
        elif x0 == x1 and math.isclose(x, x0) and min(y0, y1) <= y <= max(y0, y1):
            parts.append(f"from {_number(min(y0, y1))} to {_number(max(y0, y1))}")
    return "; ".join(" ".join(part.split()) for part in parts if part)


def _reaches(axes: Axes) -> Iterator[list[tuple[float, float]]]:
    """Find upright and level lines of two ends: intervals."""
    drawn = [np.asarray(line.get_xydata()) for line in axes.lines if line.get_transform() == axes.transData]
    for collection in axes.collections:
        if isinstance(collection, LineCollection):
            drawn += [np.asarray(segment) for segment in collection.get_segments()]
    for ends in drawn:
        if len(ends) == 2 and (ends[0] == ends[1]).any() and (ends[0] != ends[1]).any():
            yield [(float(x), float(y)) for x, y in ends]


def _bar(axes: Axes, patch: Rectangle) -> Iterator[Mark]:
    """Mark a bar over its whole length; it shows how long it is."""
    (x, y), width, height = patch.get_xy(), patch.get_width(), patch.get_height()
    middle, half = (x + width / 2, y + height / 2), (abs(width) / 2, abs(height) / 2)
    level = bool(_names(axes.yaxis))
    value = f"{axes.get_xlabel()}: {_number(width)}" if level else f"{axes.get_ylabel()}: {_number(height)}"
    where = _valued(axes.yaxis, middle[1]) if level else _valued(axes.xaxis, middle[0])
    yield Mark(*middle, "; ".join(" ".join(part.split()) for part in (where, value)), half)


def _cells(axes: Axes) -> Iterator[Mark]:
    """Mark the cells of a table of colours."""
    for image in axes.images:
        values: Any = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), math.nan)
        left, right, bottom, top = image.get_extent()
        if values.ndim == 2:
            across, down = np.linspace(left, right, values.shape[1] + 1), np.linspace(top, bottom, values.shape[0] + 1)
            yield from _grid(axes, across, down, values)
    for mesh in axes.collections:
        if isinstance(mesh, QuadMesh):
            corners = np.asarray(mesh.get_coordinates())
            shades: Any = np.ma.filled(np.ma.asarray(mesh.get_array(), dtype=float), math.nan)
            yield from _grid(axes, corners[0, :, 0], corners[:, 0, 1], shades.reshape(len(corners) - 1, -1))


def _grid(axes: Axes, across: Any, down: Any, values: Any) -> Iterator[Mark]:
    """Mark every cell that has a value, between edges."""
    for row, column in product(*map(range, values.shape)):
        if not math.isnan(values[row, column]):
            (left, right), (low, high) = across[column : column + 2], down[row : row + 2]
            middle = (float(left + right) / 2, float(low + high) / 2)
            said = f"{_said(axes, *middle, '')}; value: {_number(float(values[row, column]))}"
            yield Mark(*middle, said, (abs(float(right - left)) / 2, abs(float(high - low)) / 2))


def _names(axis: Axis) -> list[str]:
    """What its ticks are called; nothing where they are called by the numbers at which they stand."""
    names = [label.get_text() for label in axis.get_majorticklabels()]
    named = isinstance(axis.get_major_locator(), FixedLocator) and any(names)
    places = zip(names, axis.get_majorticklocs(), strict=False)
    return names if named and any(name and _read(name) != place for name, place in places) else []


def _read(text: str) -> float:
    """Read a number as an axis writes it; no number where it is none."""
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return math.nan


def _valued(axis: Axis, value: float) -> str:
    """Name a value on an axis: by its nearest tick where ticks have names, else by the axis and the number."""
    names, places = _names(axis), np.asarray(axis.get_majorticklocs(), dtype=float)
    said = names[int(np.abs(places - value).argmin())] if names else _number(value)
    name = axis.get_label_text()
    return said if not name or (names and math.isnan(_read(said))) else f"{name}: {said}"


def _number(value: float) -> str:
    """Write a number with four digits."""
    return f"{value + 0.0:.4g}".replace("-", "−")
