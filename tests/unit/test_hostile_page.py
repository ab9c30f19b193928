"""Text that others wrote stays text on ``/``, whose policy admits inline scripts: escaping alone protects there."""

import dataclasses
import re
from functools import cache
from pathlib import Path

import pytest

from experiments import browser
from experiments.browser import views
from experiments.browser.selection import Ready, first_selection, prepared
from experiments.browser.two_runs import TwoRuns
from experiments.settings.compose import asked
from model.world import World
from tests.elements import Elements
from tests.hostile import HOSTILE

HERE = Path(browser.__file__).parent


def called(text: str) -> Ready:
    """Two runs in which whatever a person or a file can name is called so."""
    ready = prepared(first_selection(asked("view", ["world=stylised", "world.size=4", "quarters=4"])))
    states = tuple(dataclasses.replace(state, name=text) for state in ready.world.states)
    sides = []
    for start in ready.sides:
        institution = start.institution
        pools = tuple(dataclasses.replace(pool, name=f"{text} {i}") for i, pool in enumerate(institution.pools))
        names = dict.fromkeys(institution.actors(), text)
        named = dataclasses.replace(institution, label=text, names=names, pools=pools)
        sides.append(start._replace(institution=named))
    rest = ("world.path=" + text,)
    selection = dataclasses.replace(ready.selection, rest=rest)
    world = World(text, states)
    return dataclasses.replace(ready, selection=selection, world=world, sides=(sides[0], sides[1]))


@cache
def drawn(text: str) -> list[list[tuple[str, ...]]]:
    """Elements of every view that is drawn as HTML, before the first quarter and after it."""
    pair = TwoRuns(called(text))
    found = []
    for quarter in range(2):
        shown = [views.drawn(pair.at(quarter), name, pair.ready.world.codes[0]) for name in views.NAMES]
        found += [Elements.of(each).found for each in shown]
    pair.close()
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_add_no_element_and_no_attribute(text: str) -> None:
    assert drawn(text) == drawn("Harmless")


def test_templates_of_the_page_put_no_text_where_html_is_read() -> None:
    """What Vue is given as data it shows as text, unless a template says otherwise."""
    templates = [path.read_text(encoding="utf-8") for path in HERE.glob("*.vue")]
    assert len(templates) >= 4
    for text in templates:
        assert not re.search(r"v-html|innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", text)
        assert not re.search(r":(href|src|srcdoc|is)=|v-bind=", text)
    for path in (HERE / "templates").glob("*.jinja"):
        text = path.read_text(encoding="utf-8")
        # The one thing marked safe is a literal.
        assert len(re.findall(r"\|\s*safe", text)) == text.count("' | safe")
        assert "autoescape" not in text


def test_python_of_the_page_hands_html_only_what_templates_filled() -> None:
    """Solara reads as HTML what `solara.HTML` is given and as Markdown or a template what nobody here uses."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py"))
    assert not re.search(r"solara\.(Markdown|Error|Info|Warning|Success|Tooltip)|unsafe_innerHTML", code)
    given = re.findall(r"solara\.HTML\(\"\w+\", ([^,]*)", code)
    assert sorted(given) == ['"Handbook"', '"Studies"', "drawn(now", 'filled("bringing.html.jinja"', "scene.CAVEAT"]
