"""A link to what the page shows: written and read, and what it refuses."""

import shlex
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest

from experiments.browser import export, link
from experiments.browser.app import Shown
from experiments.browser.selection import BOTH, Selection, first_selection, open_with, opened
from experiments.browser.two_runs import TwoRuns
from experiments.browser.views import NAMES
from experiments.settings.commands import question
from experiments.settings.compose import asked
from experiments.settings.places import CONF
from model.errors import InvalidInput
from tests.hostile import HOSTILE

SMALL = ("world=stylised", "world.size=6", "quarters=8", "seed=3", "veto=0.5")


@pytest.fixture(scope="module")
def first() -> Selection:
    return first_selection(asked("view", SMALL))


def changed(first: Selection) -> Selection:
    chosen = first.with_institution(1, "three_ds").with_option("seed", "9").with_option("replication", "4")
    chosen = chosen.with_value(BOTH, "effect", "0.04").with_value("B", "veto", "0.25").with_value("A", "veto", "1e-7")
    chosen = chosen.with_option("calibration", "none").with_option("channels", "for_only")
    return chosen.with_value(BOTH, "budget_rule", "endogenous")


def test_what_is_written_is_read_again(first: Selection) -> None:
    for place in (link.Place(first, 0, "map"), link.Place(changed(first), 5, "state", "S003")):
        found = link.read("?" + link.written(place), first, NAMES)
        assert found == place


def test_a_link_says_all_that_was_asked_wherever_it_is_opened(first: Selection) -> None:
    within = ("world.size=7", "world.per_state.settlement=3", "calibration.values.onset_memory=2.5")
    asked_there = asked(
        "view", ["world=stylised", "channels=for_only", *within, "quarters=12", "override.siloed.veto=0.2"]
    )
    place = link.Place(first_selection(asked_there), 3, "why")
    assert set(place.selection.rest) == set(within)
    for here in (first, first_selection(asked("view", ["world.values.settlement=60"]))):
        assert link.read(link.written(place), here, NAMES) == place


def test_a_file_is_opened_from_a_link_only_where_the_server_was_started_with_it(tmp_path: Path) -> None:
    table = tmp_path / "states.csv"
    shutil.copy(CONF / "world" / "africa.csv", table)
    there = first_selection(asked("view", ["world=csv", f"world.path={table}"]))
    written = link.written(link.Place(there, 0, "map"))
    assert link.read(written, there, NAMES).selection == there
    for here in (there, first_selection(asked("view", SMALL))):
        with pytest.raises(InvalidInput, match=r"world\.path=/etc/passwd: not opened from a link"):
            link.read("world=csv&world.path=/etc/passwd", here, NAMES)


def test_what_a_page_has_no_room_for_is_refused_in_one_line() -> None:
    open_with(asked("view", SMALL))
    before = Shown(TwoRuns(opened()))
    after = before.opened_by("world.size=2000&quarters=400")
    assert after.said.startswith("2,000 states over 400 quarters: too much for a page") and after.pair is before.pair
    assert before.opened_by("world.size=300&quarters=8").said == ""


def test_a_link_without_words_leads_to_where_a_session_opens(first: Selection) -> None:
    assert link.read("", first, NAMES) == link.read("?", first, NAMES) == link.Place(first, 0, "map")


def test_what_a_link_does_not_set_is_not_set(first: Selection) -> None:
    found = link.read("?seed=4", first, NAMES).selection
    assert (found.options["seed"], found.options["world"], found.values(0)) == ("4", "stylised", {})
    assert found.rest == first.rest


WRONG = [
    ("a=nobody", "institution"), ("world=atlantis", "world"), ("seed=x", "seed"), ("quarters=7", "quarters"),
    ("quarter=9", "quarter"), ("quarter=-1", "quarter"), ("quarter=%C2%B2", "quarter"), ("view=nothing", "view"),
    ("state=XXX", "state"), ("veto=7", "veto"), ("A.veto=nan", "veto"), ("C.veto=0.5", "C.veto"),
    ("world.path=/etc/passwd", "world.path"), ("veto=%0A", "read"),
    ("results=/tmp", "results"), ("world.size=1", "world.size"), ("world.size=x", "world.size"),
    ("calibration=../x", "calibration"), ("channels.values.veto=${oc.env:HOME}", "channels.values.veto"),
    ("world.values.veto=1e9", "veto"), ("world.nothing=3", "world.nothing"),
    ("__class__=1", "__class__"), ("veto", "veto"), ("x" * 4_001, "too long"),
    ("replication=" + "9" * 3_000, "replication"),
]  # fmt: skip


@pytest.fixture(scope="module")
def before() -> Shown:
    """A page that is looked at; whatever is done to it makes another."""
    open_with(asked("view", SMALL))
    return Shown(TwoRuns(opened()), 3, "money")


@pytest.mark.parametrize(
    ("query", "named"), [*WRONG, *((urlencode({text: text}), "") for text in HOSTILE), ("veto=%0A", "read")]
)
def test_a_wrong_link_is_refused_in_one_line_and_changes_nothing(before: Shown, query: str, named: str) -> None:
    after = before.opened_by("?" + query)
    assert after.said and "\n" not in after.said and named in after.said
    assert (after.pair, after.quarter, after.view, after.links) == (before.pair, 3, "money", 1)


def test_the_commands_of_studies_are_ones_that_the_commands_take(first: Selection) -> None:
    open_with(asked("view", SMALL))
    for selection in (first.as_preset(), first, changed(first)):
        shown = Shown(TwoRuns(opened()))._changed(selection)
        told = dict(export.study_commands(shown.pair.at(8)))
        assert set(told) == {"compare", "sweep"}
        for name, command in told.items():
            words = shlex.split(command)
            assert words[:2] == ["concord", name]
            kind = question(name)
            assert kind is not None
            kind(asked(name, words[2:]))
    alone = Shown(TwoRuns(opened()))._changed(first.with_institution(1, "siloed"))
    assert export.study_commands(alone.pair.at(8)) == []
