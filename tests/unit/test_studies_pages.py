"""The studies pages without a browser: the list in any order, a sweep's map of any two factors, two studies at once."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.browser.factor_map import factor_map
from experiments.browser.listing import in_order
from experiments.reporting.page import STYLE_SOURCE, page
from experiments.runs.identity import digest
from tests.unit.test_guard import answer, served

ANSWER = "## What came out\n\nIt is 1.5 lower. More follows.\n"


def made(folder: Path, **told: Any) -> None:
    """Write a finished study."""
    folder.mkdir(parents=True)
    design = {"institutions": {}, "world": {"name": "africa", "states_sha256": "0" * 64}, "seed": told.pop("seed", 1)}
    design |= {"axes": told.pop("axes", {})}
    known = {"status": "finished", "design": design, "design_digest": digest(design), "asked": [], **told}
    (folder / "manifest.json").write_text(json.dumps(known))
    (folder / "README.md").write_text(f"# Title of {folder.name}\n\n{ANSWER}")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    made(tmp_path / "compare/a", begun="2002", runs=30)
    made(tmp_path / "sweep/b", begun="2001", runs=200, seed=2)
    made(tmp_path / "attribute/c", begun="2003")
    return tmp_path


def listed(text: str) -> list[list[str]]:
    """Cells of the list, as text."""
    body = text.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall("<tr.*?</tr>", body, re.DOTALL)
    return [
        [re.sub("<.*?>", "", cell) for cell in re.findall("<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
    ]


@pytest.mark.parametrize(
    ("asked", "order"),
    [("", "cab"), ("?by=begun", "bac"), ("?by=-runs", "bac"), ("?by=runs", "abc"), ("?by=command", "cab"),
     ("?by=-study", "cba"), ("?by=nothing", "cab")],
)  # fmt: skip
def test_the_list_is_sorted_by_any_column(results: Path, asked: str, order: str) -> None:
    text = answer(served(results), f"/studies{asked}")[2]
    assert "".join(row[0] for row in listed(text)) == order
    assert text.count("aria-sort") == 1


def test_the_list_tells_world_and_finding(results: Path) -> None:
    row = listed(answer(served(results), "/studies")[2])[1]
    assert row[:3] + row[5:7] == ["a", "It is 1.5 lower.", "compare", "30", "africa"]


def test_a_question_is_no_finding(results: Path) -> None:
    said = "What drives it (3 points)? Size does. More follows."
    (results / "attribute/c/README.md").write_text(f"# T\n\n## What came out\n\n{said}\n")
    assert listed(answer(served(results), "/studies")[2])[0][:2] == ["c", "Size does."]


def test_what_a_manifest_says_that_was_handed_on_may_be_of_any_kind() -> None:
    begun: list[Any] = [{"a": 1}, [1], 3, None, "x", 2.5]
    facts = [{"begun": value, "command": "c", "study": str(i)} for i, value in enumerate(begun)]
    found, column, down = in_order(facts, "begun")
    assert [one["study"] for one in found][-1] == "3" and (column, down) == ("begun", False)


def test_a_study_that_runs_tells_how_far_it_is(results: Path) -> None:
    told = json.loads(answer(served(results), "/studies/standing.json")[2])
    assert told["compare/a"] == {"status": "finished", "done": None, "planned": None, "finding": "It is 1.5 lower."}


def test_two_studies_stand_side_by_side_with_what_was_asked_otherwise(results: Path) -> None:
    app = served(results)
    status, _, text = answer(app, "/studies/beside?of=compare/a&of=sweep/b")
    assert status == 200 and '<body class="beside">' in text
    assert re.findall('<h2 id="part-.">(.*?)</h2>', text) == ["compare/a: Title of a", "sweep/b: Title of b"]
    asked = text.partition('<table id="otherwise">')[2].partition("</table>")[0]
    rows = dict(re.findall('<th scope="row">(.*?)</th><td>(.*?)</td>', asked))
    assert rows["seed"] == "1" and "world africa" not in rows and "begun" not in rows
    assert answer(app, "/studies/beside?of=compare/a")[0] == 400
    assert answer(app, "/studies/beside?of=compare/a&of=compare/../../etc")[0] == 404


def points(folder: Path, **columns: list[float]) -> None:
    """Write a table of points."""
    (folder / "tables").mkdir(parents=True)
    count = len(next(iter(columns.values())))
    table = pd.DataFrame({"point": range(count), "institution": "uk_pools", **columns})
    silent = table.assign(institution="siloed", difference=float("nan"))
    pd.concat([table, silent]).to_csv(folder / "tables/by_point.csv", index=False)


FACTORS = {"effect": 0, "veto": 0, "size": 0}


def test_a_map_has_the_mean_of_the_points_in_each_field(tmp_path: Path) -> None:
    points(
        tmp_path,
        difference=[-1.0, -2.0, 4.0, 0.5],
        effect=[0.1, 0.1, 0.2, 0.2],
        veto=[0.0, 0.0, 0.0, 1.0],
        size=[1, 2, 3, 4],
    )
    told = factor_map(tmp_path, FACTORS, {})
    assert told is not None and (told["across"].name, told["up"].name, told["under"]) == ("effect", "veto", "uk_pools")
    assert [(one["x"], one["y"], one["mean"], one["points"]) for one in told["fields"]] == [
        (0, 0, -1.5, 2), (1, 0, 4.0, 1), (1, 1, 0.5, 1),
    ]  # fmt: skip
    assert (told["fields"][0]["low"], told["fields"][0]["high"]) == (-2.0, -1.0)
    assert told["fields"][1]["colour"] == "#cc3311", "the largest has the full colour"
    other = factor_map(tmp_path, FACTORS, {"across": "size", "up": "size", "under": "nobody"})
    assert other is not None and (other["across"].name, other["up"].name) == ("size", "effect")


def luminance(colour: str) -> float:
    """What WCAG calls relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_number_of_every_field_can_be_read(tmp_path: Path, sign: int) -> None:
    for share in range(1, 51):
        folder = tmp_path / str(share)
        points(folder, difference=[sign * share / 50.0, float(sign)], effect=[1.0, 2.0], veto=[1.0, 2.0])
        told = factor_map(folder, FACTORS, {})
        assert told is not None
        ground, word = luminance(told["fields"][0]["colour"]) + 0.05, 1.05 if told["fields"][0]["dark"] else 0.05
        assert max(ground, word) / min(ground, word) >= 4.5


def test_a_factor_of_many_values_is_parted_into_ranges_that_hold_every_point(tmp_path: Path) -> None:
    values = [i / 40 for i in range(41)]
    points(tmp_path, difference=values, effect=values, veto=values[::-1])
    told = factor_map(tmp_path, FACTORS, {})
    assert told is not None and len(told["across"].labels) == len(told["up"].labels) == 8
    assert sum(one["points"] for one in told["fields"]) == 41
    assert told["across"].labels[0] == "0 to 0.125"


def test_there_is_no_map_of_what_is_no_sweep_of_two_factors(tmp_path: Path) -> None:
    assert factor_map(tmp_path, FACTORS, {}) is None
    points(tmp_path, difference=[1.0], effect=[1.0])
    assert factor_map(tmp_path, FACTORS, {}) is None


def test_a_sweeps_page_shows_the_map_that_was_asked_for(tmp_path: Path) -> None:
    made(tmp_path / "sweep/x", axes=FACTORS)
    points(tmp_path / "sweep/x", difference=[1.0, 2.0], effect=[1.0, 2.0], veto=[1.0, 2.0], size=[1.0, 2.0])
    text = answer(served(tmp_path), "/studies/sweep/x/?across=size&up=veto")[2]
    assert "size 1; veto 1: +1.00 conflict-years, 1 point" in text
    assert text.count("<option selected>") == 3


def test_pages_have_one_style_sheet_and_no_style_beside_it(results: Path) -> None:
    for text in (page("x", []), answer(served(results), "/studies")[2], answer(served(results), "/handbook")[2]):
        [sheet] = re.findall("<style>(.*?)</style>", text, re.DOTALL)
        assert f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" == STYLE_SOURCE
        assert not re.search(r"<[^>]* style=", text)
