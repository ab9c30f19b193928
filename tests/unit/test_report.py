"""A study's page: made from its folder alone, complete in itself, and honest about how to make the study again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from experiments.reporting.page import Section, answer_in, from_markdown, page
from experiments.reporting.reproduce import command_of
from experiments.reporting.studies import finished_study
from experiments.settings.configuration import composed, institution_names, resolved, setting_from
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
    (study / "manifest.json").write_text(json.dumps({"command": "compare", "study": "x", "status": "finished"}))
    return study


def test_a_figure_lies_inside_the_page_with_its_text_and_its_table(folder: Path) -> None:
    found = from_markdown(README, folder)
    assert 'src="data:image/svg+xml;base64,' in found and 'alt="Pools +1; silos 0"' in found
    assert "<td>pools</td>" in found and "<td>1.25</td>" in found and '<th scope="col">value</th>' in found
    assert "figures/one.png" not in found


def test_headings_move_down_and_the_first_is_the_sections_title(folder: Path) -> None:
    found = from_markdown(README, folder)
    assert "<h3>What came out</h3>" in found and "Do pools help?" not in found and "<h1>" not in found


def test_the_answer_is_what_came_out_first() -> None:
    assert answer_in(README) == "They do <not>."
    assert answer_in("# Title\n\n## What came out\n\nUp to **here**\nby `this`.\n\nMore.\n") == "Up to here by this."
    assert answer_in("# Title\n\n## What came out\n\n| a |\n|---|\n\nMore.\n") == ""
    assert answer_in("# Title\n\nNothing.\n") == ""


def test_a_page_needs_no_network_and_escapes_what_it_is_given() -> None:
    written = page("A < B", "<p>hello</p>", [Section("One & all", "a > b", "<p>x</p>"), Section("Two", "", "")])
    assert "<title>A &lt; B</title>" in written and 'href="#part-2"' in written and "One &amp; all" in written
    assert written.index("<p>a &gt; b</p>") < written.index("<main")
    assert not re.findall(r"https?://", written)


@pytest.mark.parametrize("name", ["x", "compare/x"])
def test_a_finished_study_is_found_by_its_name(folder: Path, name: str) -> None:
    assert finished_study(folder.parents[1], name).folder == folder


def test_studies_that_cannot_be_told_are_refused(folder: Path) -> None:
    results = folder.parents[1]
    with pytest.raises(InvalidInput, match=r"there is none in .*did you mean 'compare/x'"):
        finished_study(results, "compare/y")
    other = results / "sweep" / "x"
    other.mkdir(parents=True)
    (other / "manifest.json").write_text(json.dumps({"status": "running"}))
    with pytest.raises(InvalidInput, match="several commands have one, must be one of compare/x, sweep/x"):
        finished_study(results, "x")
    with pytest.raises(InvalidInput, match="'sweep/x' is running, must be finished"):
        finished_study(results, "sweep/x")
    (folder / "README.md").unlink()
    with pytest.raises(InvalidInput, match=r"README\.md is missing"):
        finished_study(results, "compare/x")


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["world=stylised", "world.size=7", "seed=9", "quarters=8"],
        ["institutions=[siloed,uk_pools]", "veto=0.25", "override.uk_pools.approval_delay=0", "channels=for_only"],
        ["calibration=none", "hypothesis=[joint_beats_siloed]", "draws=12"],
    ],
)
def test_the_command_of_a_design_makes_the_same_design(asked: list[str]) -> None:
    def design(overrides: list[str]) -> dict[str, Any]:
        cfg = composed("compare", overrides)
        found: dict[str, Any] = json.loads(json.dumps(resolved(cfg, setting_from(cfg, institution_names(cfg)))))
        return {key: value for key, value in found.items() if key not in ("study", "results", "workers", "output")}

    command = command_of("compare", "x", design(asked))
    words = [word.strip("'") for word in command.split(" ")]
    assert words[:2] == ["concord", "compare"] and words[-1] == "study=x"
    assert design(words[2:-1]) == design(asked)
