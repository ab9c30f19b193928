"""What can be pointed at in a figure: every mark where it is drawn, with its value; read back with no trust in it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.marks import marks
from experiments.reporting.page import readme_as_html


def found(figure: Figure) -> list[tuple[float, float, str]]:
    """Middle and words of every mark of a figure that is drawn now."""
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    told = marks(figure)
    assert all(0 <= one["x"] <= told["width"] and 0 <= one["y"] <= told["height"] for one in told["marks"])
    return [(one["x"], one["y"], one["said"]) for one in told["marks"]]


def test_a_point_says_its_series_line_value_and_interval() -> None:
    table = pd.DataFrame(
        {"institution": ["siloed", "none"], "at": "d", "mean": [-1.5, 2.0], "low": [-2.0, 1.0], "high": [-1.0, 3.0]}
    )
    figure, axes = drawing.listed(["Silos", "Nothing"], 0.4)
    drawing.forest(axes, table, "at", {"d": ("defaults", "o", True), "r": ("ranges", "s", False)}, 0.2)
    axes.set_xlabel("conflict-years")
    (x0, y0, one), (x1, y1, other) = found(figure)
    assert one == "defaults; Silos; conflict-years: −1.5; from −2 to −1"
    assert other == "defaults; Nothing; conflict-years: 2; from 1 to 3"
    assert x0 < x1 and y0 < y1, "from the upper left corner"


def test_bars_and_cells_are_pointed_at_as_wide_as_they_are() -> None:
    figure, axes = drawing.listed(["a", "b"], 0.4)
    axes.set_xlabel("years")
    drawing.bar(axes, 0, 3.0, drawing.INK, True)
    assert [said for *_, said in found(figure)] == ["a; years: 3"]
    [mark] = marks(figure)["marks"]
    assert mark["width"] > mark["height"] > 10
    figure, axes = drawing.single(2.0)
    drawing.cells(axes, np.array([[1.0, np.nan], [0.5, -2.0]]))
    axes.set_xticks([0, 1], ["0.01", "0.05"])
    axes.set_yticks([0, 1], ["up", "down"])
    axes.set_xlabel("effect")
    assert [said for *_, said in found(figure)] == [
        "up; effect: 0.01; value: 1", "down; effect: 0.01; value: 0.5", "down; effect: 0.05; value: −2",
    ]  # fmt: skip


def test_lines_are_named_by_their_key_or_their_own_name_and_panels_by_their_title() -> None:
    figure = Figure()
    for axes, name in zip(figure.subplots(1, 2), ("left", "right"), strict=True):
        axes.set_title(name, loc="left")
        axes.plot([0, 1, 2], [1.0, 2.0, 4.0], gid="UK pools")
        axes.axhline(0)
        axes.set(xlabel="year", ylabel="states")
    said = [said for *_, said in found(figure)]
    assert len(said) == 6
    assert (said[0], said[-1]) == ("left; UK pools; states: 1; year: 0", "right; UK pools; states: 4; year: 2")


SOUND = {"width": 100, "height": 50, "marks": [{"x": 1, "y": 2, "width": 3, "height": 0, "said": "<b>a & b</b>"}]}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (json.dumps(SOUND), 1),
        ("", 0),
        ("[]", 0),
        ('{"width": 1}', 0),
        (json.dumps(SOUND | {"marks": [{"x": "0\" onload=\"1", "y": 0, "width": 1, "height": 1, "said": ""}]}), 0),
        (json.dumps(SOUND).replace("100", "1e999"), 0),
    ],
)  # fmt: skip
def test_marks_that_were_handed_on_are_numbers_and_text_or_nothing(text: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/f.json").write_text(text)
    (tmp_path / "figures/f.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    shown = readme_as_html("# x\n\n![f](figures/f.png)\n", tmp_path)
    assert shown.count("<img") == 1
    assert shown.count("<rect") == shown.count("<title>&lt;b&gt;a &amp; b&lt;/b&gt;</title>") == count
