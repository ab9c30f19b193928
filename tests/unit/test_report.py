"""A study's page: made from its folder alone, complete in itself, and honest about how to make the study again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from experiments.reporting.page import Section, answer_in, page, readme_as_html
from experiments.runs.identity import digest
from experiments.runs.store import Store
from experiments.settings.compose import asked
from experiments.studies.finished import command_of, finished_studies, section
from model.errors import InvalidInput

README = """\
# Do pools help?

Some runs.

## What came out

They do <not>.

| a | b |
|---|---|
| 1 | 2 |

![Pools +1; silos 0](figures/one.png)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    study = tmp_path / "compare" / "x"
    (study / "figures").mkdir(parents=True)
    (study / "figures" / "one.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (study / "figures" / "one.csv").write_text("name,value\npools,1.25\n")
    (study / "README.md").write_text(README)
    described(study, asked=["institutions=[siloed]"])
    return study


def described(study: Path, **more: Any) -> Store:
    """Write a manifest."""
    study.mkdir(parents=True, exist_ok=True)
    known = {"command": study.parent.name, "study": study.name, "status": "finished", **more}
    known = {"design": {}, "design_digest": digest({})} | known
    (study / "manifest.json").write_text(json.dumps(known))
    return Store(study)


def named(results: Path, *names: str) -> list[Store]:
    return finished_studies(asked("report", [f"studies=[{','.join(names)}]", f"results={results}"]))


def test_a_figure_lies_inside_the_page_with_its_text_and_its_table(folder: Path) -> None:
    found = readme_as_html(README, folder)
    assert 'src="data:image/svg+xml;base64,' in found and 'alt="Pools +1; silos 0"' in found
    assert "<td>pools</td>" in found and "<td>1.25</td>" in found and '<th scope="col">value</th>' in found
    assert "figures/one.png" not in found


def test_headings_move_down_and_the_first_is_the_sections_title(folder: Path) -> None:
    found = readme_as_html(README, folder)
    assert "<h3>What came out</h3>" in found and "Do pools help?" not in found and "<h1>" not in found


def test_the_answer_is_what_came_out_first() -> None:
    assert answer_in(README) == "They do <not>."
    assert (
        answer_in("# Title\n\n## What came out\n\nUp to **here**\nby `this`.\n\nMore.\n\nStill.\n\nNot this.")
        == "Up to here by this. More. Still."
    )
    assert answer_in("# Title\n\n## What came out\n\n| a |\n|---|\n\nMore.\n") == ""
    assert answer_in("# Title\n\nNothing.\n") == ""


def test_a_page_needs_no_network_and_escapes_what_it_is_given() -> None:
    one = Section("One & all", "a > b", Markup("<p>x</p>"), {"Values": [("veto < 1", "<b>0.5</b>")]}, "concord x '<'")
    two = Section("Two", "", Markup(""), {}, "concord y")
    written = page("A < B", [one, two])
    assert "<title>A &lt; B</title>" in written and 'href="#part-2"' in written and "One &amp; all" in written
    assert written.index("<p>a &gt; b</p>") < written.index("<main")
    assert "veto &lt; 1" in written and "&lt;b&gt;0.5&lt;/b&gt;" in written and "concord x &#39;&lt;&#39;" in written
    assert not re.findall(r"https?://", written)
    assert "<nav" not in page("A", [one])


@pytest.mark.parametrize("name", ["x", "compare/x"])
def test_a_finished_study_is_found_by_its_name(folder: Path, name: str) -> None:
    [found] = named(folder.parents[1], name)
    assert found.folder == folder
    assert section(found).title == "Do pools help?"


def test_studies_that_cannot_be_told_are_refused(folder: Path) -> None:
    results = folder.parents[1]
    with pytest.raises(InvalidInput, match=r"there is none in .*did you mean 'compare/x'"):
        named(results, "compare/y")
    described(results / "sweep" / "x", status="running")
    with pytest.raises(InvalidInput, match="several commands have one, must be one of compare/x, sweep/x"):
        named(results, "x")
    with pytest.raises(InvalidInput, match="'sweep/x' is running, must be finished"):
        named(results, "sweep/x")
    described(results / "sweep" / "x", design_digest="of another design")
    with pytest.raises(InvalidInput, match="'sweep/x' is damaged, must be finished"):
        named(results, "sweep/x")
    (folder / "README.md").unlink()
    [found] = named(results, "compare/x")
    with pytest.raises(InvalidInput, match=r"README\.md: cannot be read; give the study's command again"):
        section(found)


def test_the_command_is_what_was_typed_but_for_what_changes_no_number(tmp_path: Path) -> None:
    typed = ["institutions=[siloed,uk_pools]", "runner=dask", "runner.scheduler=tcp://here:1", "workers=3", "study=y"]
    odd = 'condition="trust(none) > 0.2"'
    store = described(
        tmp_path / "compare" / "x", asked=[*typed, odd, "large=true", "output=json", "results=/elsewhere"]
    )
    # Consent to a large study has to be given again.
    assert command_of(store) == f"concord compare 'institutions=[siloed,uk_pools]' '{odd}' large=true study=x"


def test_a_study_without_its_command_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="study 'compare/x': its manifest does not keep the command line"):
        command_of(described(tmp_path / "compare" / "x"))
