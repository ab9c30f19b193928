"""Text that others wrote stays text: on the terminal, in a README, on a page and in a spreadsheet."""

import csv
import dataclasses
import io
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape
from matplotlib.figure import Figure

from experiments.reporting.drawing import Drawing
from experiments.reporting.page import STYLE_SOURCE, answer_in, as_html, page
from experiments.reporting.render import in_markdown, markdown_table
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_csv
from experiments.runs.identity import digest
from experiments.runs.store import Store
from experiments.settings.compose import asked
from experiments.studies.breakeven import Breakeven, Found, curve_of
from experiments.studies.finished import section
from experiments.studies.question import written
from tests.made import readme, terminal

HOSTILE = "<script>alert(1)</script> | =1+1"
SMALL = ("world=stylised", "world.size=4")
FACTS = Facts("here", "stylised", 4, 2.0, 1, 100, 0)


@cache
def result() -> Result:
    """What a study says of an institution that is called so."""
    real = asked("breakeven", [*SMALL, "assumptions=[herding]"])
    files = {**real.files, "uk_pools": {**real.files["uk_pools"], "label": HOSTILE}}
    question = Breakeven(dataclasses.replace(real, files=files))
    noisy = np.random.default_rng(1).normal(0.0, 0.5, 30)
    curve = curve_of("herding", {x: x - 0.6 + noisy for x in (0.0, 0.5, 1.0)})
    return question.tell(Found({"herding": curve}, pd.DataFrame({"point": [0]})), FACTS)


def test_the_terminal_shows_it_as_it_is() -> None:
    assert HOSTILE in " ".join(terminal(result()).split())


def test_a_readme_shows_it_as_text() -> None:
    text = readme(result())
    assert "<script" not in text and "&lt;script>alert(1)&lt;/script> | =1+1" in text
    # In a table, it ends no cell.
    [row] = [line for line in text.splitlines() if line.startswith("| `herding`")]
    assert len(re.split(r"(?<!\\)\|", row)) == 6
    assert "&lt;script>" in row
    shown = as_html(text)
    assert "<script" not in shown and shown.count("<td>&lt;code&gt;") == 0
    cells = re.findall(r"<td>(.*?)</td>", shown)
    assert any("&lt;script&gt;alert(1)&lt;/script&gt; | =1+1" in cell for cell in cells)


MARKS = ["a * b * c > 1", "**a** and `b`", "_a_ of uk_pools", r"a \* b \\ c", "x_ and _y"]


@pytest.mark.parametrize("text", MARKS)
def test_marks_of_markdown_in_a_value_are_text_on_the_page(text: str) -> None:
    found = dataclasses.replace(result(), answer=[text])
    shown = as_html(readme(found))
    assert f"<p>{escape(text)}</p>" in shown
    assert answer_in(readme(found)) == text, "and in the contents of a page"
    cells = re.findall(r"<td>(.*?)</td>", as_html(markdown_table([["x"], [f"{text} | b"]])))
    assert cells == [f"{escape(text)} | b"]


def test_a_name_in_code_is_left_as_it_is() -> None:
    assert in_markdown("uk_pools.veto") == "uk_pools.veto"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything that is made of a study, but its rows."""
    place = tmp_path / "breakeven" / "x"
    place.mkdir(parents=True)
    written(result(), Store(place))
    design = {"institutions": {"uk_pools": {"label": HOSTILE, "values": {}}}}
    known = {"command": "breakeven", "study": "x", "asked": [f"than={HOSTILE}"], "status": "finished", "design": design}
    known |= {"design_digest": digest(design)}
    (place / "manifest.json").write_text(json.dumps(known))
    return place


def test_a_page_shows_it_as_text_and_runs_no_script(folder: Path) -> None:
    shown = page(HOSTILE, [section(Store(folder))] * 2)
    assert "<script" not in shown and "javascript" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt; | =1+1") > 5
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', shown)
    assert policy == (
        f"default-src 'none'; img-src data:; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'"
    )
    assert shown.index("Content-Security-Policy") < shown.index("<title>")


def test_tables_and_figures_of_a_study_hold_it_defused(tmp_path: Path) -> None:
    table = pd.DataFrame({"label": ["=1+1", HOSTILE], "mean": [-1.5, 2.0]})
    drawing = Drawing(lambda table: Figure(), table, "", {})
    found = dataclasses.replace(result(), tables={"all": table}, figures={"one": drawing})
    written(found, Store(tmp_path / "x"))
    for file in ("tables/all.csv", "figures/one.csv"):
        content = (tmp_path / "x" / file).read_text()
        assert content == f"label,mean\n'=1+1,-1.5\n{HOSTILE},2.0\n"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=", "-1.5 -3", '=HYPERLINK("x","y")'])
def test_text_that_a_spreadsheet_would_compute_is_defused(text: str) -> None:
    _, (cell, number) = csv.reader(io.StringIO(as_csv(pd.DataFrame({"text": [text], "x": [-1.5]})).decode()))
    assert (cell, number) == (f"'{text}", "-1.5")


@pytest.mark.parametrize(
    "table",
    [
        {"x": [-1.5, np.nan, np.inf, -np.inf], "n": [-1, 2, 3, 4], "yes": [True, False, True, True]},
        {"text": ["a=1", "", None, "'=1"], "mixed": [-1, None, "b", -2.5]},
        {"numbers": ["-1.5", "+2", "-1e-5", "-inf"], "whole": [-1, None, 3, True]},
        {"kind": pd.Categorical(["b", "a", "b", None]), "day": pd.to_datetime(["2001-02-03"] * 4)},
        {"quoted": ['say "hi"', "two\nlines", "a, b", "–3"]},
        {},
    ],
)
def test_everything_else_is_written_as_before(table: dict[str, object]) -> None:
    frame = pd.DataFrame(table)
    assert as_csv(frame) == frame.to_csv(index=False).encode()


def test_a_table_stays_as_it_is_when_it_is_written() -> None:
    frame = pd.DataFrame({"mixed": ["=1", 2, None], "kind": pd.Categorical(["=b", "a", "=b"])})
    assert as_csv(frame) == b"mixed,kind\n'=1,'=b\n2,a\n,'=b\n"
    assert frame["mixed"].tolist() == ["=1", 2, None]
