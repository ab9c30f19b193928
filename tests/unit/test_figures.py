"""Figures: one function each of the table behind it, drawn alike and to the same bytes."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import experiments.reporting.drawing as drawing
from experiments.reporting.drawing import FEWER, Drawing, beside, listed, note, number
from experiments.reporting.figures import (
    attribution,
    breakeven,
    comparison,
    discovery,
    forecast,
    patterns,
    robustness,
    sensitivity,
    sweep,
)
from experiments.statistics.intervals import Interval
from experiments.statistics.scenarios import Shares

MODULES = (attribution, breakeven, comparison, discovery, forecast, patterns, robustness, sensitivity, sweep)
NAN = float("nan")


def written(axes: Axes) -> dict[str, Text]:
    """Texts that stand in a panel, by what they say."""
    return {text.get_text(): text for text in axes.texts}


def toy(table: pd.DataFrame, *, unit: str) -> Figure:
    figure, axes = listed(table["label"].tolist(), 0.4)
    for place, value in enumerate(table["value"]):
        axes.plot(value, place, "o", label="a mark" if place == 0 else None)
        beside(axes, number(value), (value, place), "#000000")
    axes.set_xlabel(unit)
    note(figure, "a note")
    return figure


def test_a_figure_is_one_function_and_one_line() -> None:
    table = pd.DataFrame({"label": ["one", "other"], "value": [1.0, -2.0]})
    found = {"toy": Drawing(toy, table, "One and other", {"unit": "metres"})}
    files = found["toy"].files()
    assert files == found["toy"].files()
    assert files["csv"] == b"label,value\none,1.0\nother,-2.0\n"
    assert files["png"].startswith(b"\x89PNG")
    assert all(said.encode() in files["svg"] for said in ("metres", "a note", "a mark", "other"))


def test_every_figure_is_a_function_of_a_table_and_keywords_and_says_which_columns() -> None:
    for module in MODULES:
        own = [f for name, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
        figures = [f for f in own if not f.__name__.startswith("_")]
        assert figures
        for figure in figures:
            first, *others = inspect.signature(figure).parameters.values()
            assert first.name == "table" and all(other.kind is other.KEYWORD_ONLY for other in others), figure
            assert "table : DataFrame\n" in str(figure.__doc__), figure


def test_figures_know_no_study_no_record_and_no_run() -> None:
    files = [Path(str(module.__file__)) for module in (*MODULES, drawing)]
    imported = {
        node.module
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    rooms = {name.split(".")[1] for name in imported if name.startswith("experiments.")}
    assert rooms <= {"reporting", "settings", "statistics"}


@pytest.mark.parametrize(
    ("value", "digits", "sign", "said"),
    [(1.25, 1, "+", "+1.2"), (-1.25, 2, "+", "−1.25"), (-0.04, 1, "+", "0.0"), (0.0, 1, "+", "0.0"), (7, 0, "", "7")],
)
def test_numbers_have_a_sign_unless_they_round_to_zero(value: float, digits: int, sign: str, said: str) -> None:
    assert number(value, digits, sign) == said


def test_an_estimate_without_bounds_has_no_bar_and_without_a_value_no_mark() -> None:
    rows = [("uk_pools", "across_ranges", 2.0, 1.0, 3.0), ("uk_pools", "defaults", 0.5, NAN, NAN)]
    rows += [("three_ds", "across_ranges", NAN, NAN, NAN), ("three_ds", "defaults", NAN, NAN, NAN)]
    table = pd.DataFrame(rows, columns=["institution", "level", "mean", "low", "high"])
    figure = comparison.share_of_reference(table.assign(label=table["institution"]), reference="Everything")
    (axes,) = figure.axes
    drawn = [line for line in axes.lines if np.size(line.get_xdata()) and str(line.get_label()).startswith("_")]
    # No change and the reference; the one interval; two estimates.
    assert len(drawn) == 5
    assert set(written(axes)) == {"Everything", "200", "50"}


def test_shares_of_scenarios_stand_beside_their_distribution() -> None:
    table = pd.DataFrame({"institution": "uk_pools", "label": "Pools", "draw": range(4)})
    shares = Shares(*(Interval(share, 0.0, 1.0) for share in (0.5, 0.2, 0.3)))
    table = table.assign(difference=[-1.0, -2.0, 0.0, 3.0])
    figure = comparison.worlds_better(
        table, than="Silos", unit="years", futures=8, shares={"uk_pools": shares}, smallest_effect=1.0
    )
    assert "50% / 30% / 20%" in written(figure.axes[0])


def test_lines_of_one_grey_differ_in_their_dashes() -> None:
    names = ("none", "siloed", "full_information")
    rows = [(name, "in_conflict", quarter, 1.0, 0.0, 2.0) for name in names for quarter in (1, 2)]
    rows += [(name, series, 1, 0.0, 0.0, 0.0) for name in names for series in comparison._PANELS]
    table = pd.DataFrame(rows, columns=["institution", "series", "quarter", "mean", "low", "high"])
    figure = comparison.over_time(table, labels={name: name for name in names}, replications=3)
    lines = figure.axes[0].lines
    assert len({line.get_linestyle() for line in lines}) == 3 == len(lines)
    assert len({line.get_color() for line in lines}) == 1


def test_what_is_told_from_zero_is_bold_on_every_heat_map() -> None:
    columns = ["veto", "effect", "difference", "low", "high"]
    points = [(0, 0, -2.0, -3.0, -1.0), (0, 1, 1.0, -1.0, 3.0), (1, 0, 3.0, 2.0, 4.0), (1, 1, NAN, NAN, NAN)]
    table = pd.DataFrame(points, columns=columns).assign(institution="uk_pools")
    figure = sweep.difference_map(
        table, labels={"uk_pools": "Pools"}, than="Silos", units={"veto": "share", "effect": "1/quarter"},
        words={"veto": {0.0: "no", 1.0: "yes"}}, smallest_effect=1.0,
    )  # fmt: skip
    cells = written(figure.axes[0])
    assert {said: text.get_fontweight() for said, text in cells.items()} == {
        "−2.0": "bold", "+1.0": "normal", "+3.0": "bold", "–": "normal"
    }  # fmt: skip
    assert cells["+3.0"].get_position() == (1, 0)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["no", "yes"]
    pairs = [("a", "b", -1.0, -2.0, -0.5), ("a", "c", 0.5, -1.0, 2.0), ("b", "c", 0.25, 0.1, 0.4)]
    pairs_table = pd.DataFrame(pairs, columns=["one_label", "other_label", "mean", "low", "high"])
    drawn = attribution.interactions(pairs_table, sample="3 futures").axes[0]
    told = {said: text.get_fontweight() for said, text in written(drawn).items() if said}
    assert told == {"−1.00": "bold", "+0.50": "normal", "+0.25": "bold"}
    assert written(drawn)["+0.50"].get_position() == (0, 1)


def test_where_numbers_find_no_room_a_dot_marks_what_is_not_told_from_zero() -> None:
    points = [(x, y, 1.0, 0.5 if x < 5 else -1.0, 3.0) for x in range(11) for y in range(11)]
    table = pd.DataFrame(points, columns=["veto", "effect", "difference", "low", "high"]).assign(institution="uk_pools")
    units = {"veto": "share", "effect": "1/quarter"}
    figure = sweep.difference_map(
        table, labels={"uk_pools": "P"}, than="S", units=units, words={}, smallest_effect=1.0
    )  # fmt: skip
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert {text.get_text() for text in texts} == {"•"}
    assert {text.get_position() for text in texts} == {(x, y) for x in range(5, 11) for y in range(11)}
    # Better is blue on this map and on that of ingredients, as wherever better has a colour.
    pairs = pd.DataFrame([("a", "b", -1.0, -2.0, -0.5)], columns=["one_label", "other_label", "mean", "low", "high"])
    for axes in (figure.axes[0], attribution.interactions(pairs, sample="3 futures").axes[0]):
        assert to_hex(axes.images[0].cmap(0.0)).upper() == FEWER.upper()


def test_names_of_parameters_are_words_on_the_map_of_signs() -> None:
    names = ("complementarity", "crowding", "national_interest", "desks")
    rows = [
        dict(zip(names, cell, strict=True))
        | {f"{name}_{end}": at + (end == "to") for name, at in zip(names, cell, strict=True) for end in ("from", "to")}
        | {"mean": 1.0, "conclusive": True}
        for cell in [(i, j, k, m) for i in range(2) for j in range(2) for k in range(3) for m in range(3)]
    ]
    figure = discovery.sign_map(pd.DataFrame(rows), institution="Pools", than="Silos", unit="years", replications=1)
    said = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert any(text.startswith("national interest\n") for text in said)
    assert not any("_" in text for text in said)
    assert figure.axes[-2].get_xlabel() == "complementarity (share)"
    assert figure.axes[0].get_title("center") == "desks 0.0–1.0 programmes"
