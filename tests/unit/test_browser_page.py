"""The page as Solara renders it, without a browser: quarters, choices, views, and what a closed page leaves."""

import html
import re
import shlex
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import solara
from ipywidgets import Widget

from experiments import run
from experiments.browser import app
from experiments.browser.agents import Followed
from experiments.browser.selection import open_with
from experiments.browser.whole_run import WholeRun
from experiments.settings.compose import asked
from tests.living import Living

RUNS, MODELS = Living(WholeRun), Living(Followed)
SMALL = ("world=stylised", "world.size=6", "quarters=8", "seed=3")


@solara.component
def window() -> None:
    """The page in Solara's frame, as the server shows it."""
    with solara.AppLayout():
        app.Page()


def inside(widget: Widget) -> Iterator[Any]:
    """A widget and everything in it."""
    yield widget
    for name in {"children", "v_slots"} & set(widget.trait_names()):
        for child in getattr(widget, name):
            held = child["children"] if isinstance(child, dict) else child
            for one in held if isinstance(held, list) else [held]:
                if isinstance(one, Widget):
                    yield from inside(one)


class Visit:
    """One visitor's page."""

    def __init__(self) -> None:
        self.box, self.page = solara.render(window(), handle_error=False)

    def part(self, trait: str) -> Any:
        """The component of ours that has a trait of this name."""
        return next(widget for widget in inside(self.box) if trait in widget.trait_names())

    def go(self, quarter: int) -> None:
        """Go there, and wait for it: while other threads draw, what is chosen is shown a little later."""
        self.part("told").vue_go(quarter)
        assert self.tells("quarter", min(max(quarter, 0), self.told["quarters"]))

    def tells(self, name: str, value: Any) -> bool:
        """Whether this is told, soon."""
        return soon(lambda: self.told[name] == value)

    def answers(self, said: str) -> bool:
        """Whether it is said what is wrong, soon."""
        return soon(lambda: self.told["said"].startswith(said))

    def takes_back(self, stamp: int) -> bool:
        """Whether what was typed is taken back, soon."""
        return soon(lambda: self.part("declared").chosen["stamp"] > stamp)

    def close(self) -> None:
        page: Any = self.page
        page.close()

    def html(self, name: str) -> str:
        """What stands in the element of this id; nothing if there is none."""
        found = (w for w in inside(self.box) if "unsafe_innerHTML" in w.trait_names())
        return str(next((w.unsafe_innerHTML for w in found if w.attributes.get("id") == name), ""))

    @property
    def told(self) -> dict[str, Any]:
        return dict(self.part("told").told)

    def show(self, view: str) -> None:
        self.part("told").vue_show(view)


@pytest.fixture
def visit() -> Iterator[Visit]:
    open_with(asked("view", SMALL))
    visit = Visit()
    yield visit
    visit.close()


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, at most for a while."""
    until = time.monotonic() + 300.0
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def alive() -> tuple[int, int]:
    """How many runs there are, and how many models of agents."""
    return len(RUNS), len(MODELS)


def conflict_years(institution: str, *overrides: str) -> float:
    return run(f"institution={institution}", *SMALL, *overrides).outcomes["conflict_years"]


def test_any_quarter_shows_what_the_command_gives(visit: Visit) -> None:
    for quarter in (4, 8, 4):
        visit.go(quarter)
        told = visit.told
        assert told["quarter"] == quarter
        for side, name in zip(told["sides"], ("siloed", "uk_pools"), strict=True):
            assert side["conflict_years"] == conflict_years(name, f"quarters={quarter}")
    for beyond, end in ((99, 8), (-3, 0)):
        visit.part("told").vue_go(beyond)
        assert visit.tells("quarter", end)


def test_maps_and_headline_come_in_one_message(visit: Visit) -> None:
    sent: list[set[str]] = []
    stage = visit.part("told")
    stage.observe(lambda change: sent.append(set(change["new"])), "told")
    visit.go(5)
    assert soon(lambda: len(sent) == 1)
    assert {"quarter", "difference", "maps", "quarters"} <= sent[0]
    assert [each["side"] for each in stage.told["maps"]] == ["a", "b"]


def test_changes_keep_the_quarter_and_give_what_the_command_would(visit: Visit) -> None:
    visit.go(4)
    visit.part("told").vue_institution({"side": 0, "name": "three_ds"})
    visit.part("declared").vue_value({"scope": "B", "name": "pooling", "text": "0.25"})
    visit.part("declared").vue_option({"name": "seed", "text": "9"})
    assert soon(lambda: visit.part("declared").chosen["values"]["pooling"]["changed"] == [False, True])
    assert visit.told["quarter"] == 4
    wanted = [
        conflict_years("three_ds", "quarters=4", "seed=9"),
        conflict_years("uk_pools", "quarters=4", "pooling=0.25", "seed=9"),
    ]
    assert soon(lambda: [side["conflict_years"] for side in visit.told["sides"]] == wanted)
    visit.part("declared").vue_preset(None)
    assert soon(lambda: visit.part("declared").chosen["values"]["pooling"]["changed"] == [False, False])
    visit.go(8)
    visit.part("declared").vue_option({"name": "quarters", "text": "4"})
    assert soon(lambda: (visit.told["quarter"], visit.told["quarters"]) == (4, 4))


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("value", {"scope": "both", "name": "pooling", "text": "7"}, "pooling=7: outside its range, 0 to 1 share"),
    ("option", {"name": "seed", "text": "x"}, "seed=x: must be a whole number, 0 to 4294967295"),
    ("option", {"name": "quarters", "text": "6"}, "quarters=6: must be a whole number of years"),
]


def test_a_wrong_value_says_so_and_changes_nothing(visit: Visit) -> None:
    visit.go(1)
    for event, told, said in WRONG:
        before, stamp = visit.part("declared").chosen["values"], visit.part("declared").chosen["stamp"]
        getattr(visit.part("declared"), f"vue_{event}")(told)
        assert visit.answers(said)
        assert "\n" not in visit.told["said"]
        assert visit.told["quarter"] == 1
        assert visit.takes_back(stamp)
        assert visit.part("declared").chosen["values"] == before
    visit.part("declared").vue_option({"name": "seed", "text": "4"})
    assert soon(lambda: visit.told["said"] == "")


def test_a_state_opens_its_card(visit: Visit) -> None:
    visit.go(1)
    visit.part("told").vue_pick("S003")
    assert soon(lambda: visit.html("drawn").count("State 3 (S003)") == 2)
    assert soon(lambda: visit.html("drawn").count("The whole account") == 2)
    visit.part("told").vue_pick("S004")
    assert soon(lambda: visit.html("drawn").count("State 4 (S004)") == 2)


def test_agents_that_are_far_behind_are_brought_to_the_quarter(visit: Visit) -> None:
    visit.show("state")
    visit.go(8)
    assert soon(lambda: "Why it got" in visit.html("drawn"))
    assert soon(lambda: visit.html("drawn").count("as seen in quarter 5") == 2)
    visit.go(3)
    assert soon(lambda: visit.html("drawn").count("as seen in quarter 1") == 2)


def test_views_are_there(visit: Visit) -> None:
    visit.go(1)
    assert any("no forecast" in str(w.unsafe_innerHTML) for w in inside(visit.box) if hasattr(w, "unsafe_innerHTML"))
    visit.show("money")
    assert soon(lambda: visit.html("drawn").count("balanced to the penny") == visit.html("drawn").count("<svg") == 2)
    assert "Africa Pool" in visit.html("drawn")
    visit.show("institutions")
    assert soon(lambda: visit.html("drawn").count("<figure") == 8)
    visit.show("why")
    assert soon(lambda: "Why B − A is 0.00 conflict-years so far" in visit.html("drawn"))
    visit.show("export")
    assert soon(lambda: "<textarea" in visit.html("drawn"))
    commands = [
        shlex.split(html.unescape(one)) for one in re.findall("<textarea.*>(.*)</textarea>", visit.html("drawn"))
    ]
    assert [words[2] for words in commands[:2]] == ["institution=siloed", "institution=uk_pools"]
    assert "conflict-years" in visit.told["spoken"] or visit.told["quarter"] % 4


def test_visitors_do_not_share_state(visit: Visit) -> None:
    other = Visit()
    try:
        visit.part("declared").vue_value({"scope": "both", "name": "veto", "text": "0.5"})
        visit.go(1)
        other.go(2)
        assert (visit.told["quarter"], other.told["quarter"]) == (1, 2)
        assert other.part("declared").chosen["values"]["veto"]["changed"] == [False, False]
    finally:
        other.close()


def test_a_closed_page_leaves_no_run_even_while_agents_are_on_their_way() -> None:
    open_with(asked("view", [*SMALL[:2], "quarters=400"]))
    before, visit = alive(), Visit()
    visit.show("money")
    visit.go(400)
    visit.close()
    assert soon(lambda: all(now <= then for now, then in zip(alive(), before, strict=True)))


def test_runs_that_were_replaced_are_freed(visit: Visit) -> None:
    visit.go(1)
    before = alive()
    assert before[0] >= 2
    for seed in range(3):
        visit.show("state")
        visit.part("declared").vue_option({"name": "seed", "text": str(20 + seed)})
        visit.show("map")
    assert soon(lambda: len(RUNS) <= before[0] + 2 and len(MODELS) <= before[1] + 2)
