"""The page as Solara renders it, without a browser: Mesa's buttons, choices, views, and what a closed page leaves."""

import gc
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
from experiments.browser.selection import open_with
from experiments.browser.two_runs import Side
from experiments.settings.compose import asked

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

    def button(self, *labels: str) -> Any:
        return next(w for w in inside(self.box) if type(w).__name__ == "Btn" and w.children[0] in labels)

    def close(self) -> None:
        page: Any = self.page
        page.close()

    def html(self, name: str) -> str:
        """What stands in the element of this id."""
        found = (w for w in inside(self.box) if "unsafe_innerHTML" in w.trait_names())
        return str(next(w.unsafe_innerHTML for w in found if w.attributes.get("id") == name))

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


def alive() -> int:
    gc.collect()
    return sum(isinstance(found, Side) for found in gc.get_objects())


def conflict_years(institution: str, *overrides: str) -> float:
    return run(f"institution={institution}", *SMALL[:2], "seed=3", *overrides).outcomes["conflict_years"]


def test_step_drives_both_runs_and_reset_starts_the_same_future_again(visit: Visit) -> None:
    for _ in range(4):
        visit.button("Step").click()
    told = visit.told
    assert told["quarter"] == 4
    for side, name in zip(told["sides"], ("siloed", "uk_pools"), strict=True):
        assert side["conflict_years"] == conflict_years(name, "quarters=4")
    visit.button("Reset").click()
    assert visit.told["quarter"] == 0
    for _ in range(4):
        visit.button("Step").click()
    assert visit.told == told


def test_play_lives_through_the_whole_run_and_stops(visit: Visit) -> None:
    visit.button("▶").click()
    assert soon(lambda: visit.told["quarter"] == 8 and visit.button("▶", "❚❚").disabled)
    assert visit.told["difference"] == conflict_years("uk_pools", "quarters=8") - conflict_years("siloed", "quarters=8")


def test_after_the_end_another_future_can_be_played(visit: Visit) -> None:
    for _ in range(8):
        visit.button("Step").click()
    assert visit.button("Step").disabled
    visit.part("declared").vue_option({"name": "seed", "text": "9"})
    assert visit.told["quarter"] == 0
    assert not visit.button("Step").disabled
    visit.button("Step").click()
    assert visit.told["quarter"] == 1


def test_changes_start_again_with_what_the_command_would_run(visit: Visit) -> None:
    visit.button("Step").click()
    visit.part("told").vue_institution({"side": 0, "name": "three_ds"})
    visit.part("declared").vue_value({"scope": "B", "name": "pooling", "text": "0.25"})
    assert visit.told["quarter"] == 0
    assert visit.part("declared").chosen["values"]["pooling"]["changed"] == [False, True]
    for _ in range(4):
        visit.button("Step").click()
    a, b = visit.told["sides"]
    assert a["conflict_years"] == conflict_years("three_ds", "quarters=4")
    assert b["conflict_years"] == conflict_years("uk_pools", "quarters=4", "pooling=0.25")
    visit.part("declared").vue_preset(None)
    assert visit.part("declared").chosen["values"]["pooling"]["changed"] == [False, False]


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("value", {"scope": "both", "name": "pooling", "text": "7"}, "pooling=7: outside its range, 0 to 1 share"),
    ("option", {"name": "seed", "text": "x"}, "seed=x: must be a whole number, 0 to 4294967295"),
    ("option", {"name": "quarters", "text": "6"}, "quarters=6: must be a whole number of years"),
]


def test_a_wrong_value_says_so_and_changes_nothing(visit: Visit) -> None:
    visit.button("Step").click()
    for event, told, said in WRONG:
        before, stamp = visit.part("declared").chosen["values"], visit.part("declared").chosen["stamp"]
        getattr(visit.part("declared"), f"vue_{event}")(told)
        assert visit.told["said"].startswith(said) and "\n" not in visit.told["said"]
        assert visit.told["quarter"] == 1
        assert visit.part("declared").chosen["values"] == before
        assert visit.part("declared").chosen["stamp"] > stamp
    visit.part("declared").vue_option({"name": "seed", "text": "4"})
    assert visit.told["said"] == ""


def test_a_state_opens_its_card(visit: Visit) -> None:
    visit.button("Step").click()
    visit.part("map").vue_pick("S003")
    assert visit.html("drawn").count("State 3 (S003)") == visit.html("drawn").count("The whole account") == 2
    visit.part("told").vue_pick("S004")
    assert visit.html("drawn").count("State 4 (S004)") == 2


def test_views_are_there(visit: Visit) -> None:
    visit.button("Step").click()
    assert any("no forecast" in str(w.unsafe_innerHTML) for w in inside(visit.box) if hasattr(w, "unsafe_innerHTML"))
    visit.show("money")
    assert visit.html("drawn").count("balanced to the penny") == visit.html("drawn").count("<svg") == 2
    assert "Africa Pool" in visit.html("drawn")
    visit.show("institutions")
    assert visit.html("drawn").count("<figure") == 8
    visit.show("why")
    assert "Why B − A is 0.00 conflict-years so far" in visit.html("drawn")
    visit.show("export")
    commands = [
        shlex.split(html.unescape(one)) for one in re.findall("<textarea.*>(.*)</textarea>", visit.html("drawn"))
    ]
    assert [words[2] for words in commands] == ["institution=siloed", "institution=uk_pools"]
    assert "conflict-years" in visit.told["spoken"] or visit.told["quarter"] % 4


def test_visitors_do_not_share_state(visit: Visit) -> None:
    other = Visit()
    try:
        visit.button("Step").click()
        visit.part("declared").vue_value({"scope": "both", "name": "veto", "text": "0.5"})
        visit.button("Step").click()
        other.button("Step").click()
        other.button("Step").click()
        assert (visit.told["quarter"], other.told["quarter"]) == (1, 2)
        assert other.part("declared").chosen["values"]["veto"]["changed"] == [False, False]
    finally:
        other.close()


def test_a_closed_page_leaves_no_run_even_while_it_plays() -> None:
    open_with(asked("view", [*SMALL[:2], "quarters=400"]))
    before, visit = alive(), Visit()
    visit.button("▶").click()
    assert soon(lambda: visit.told["quarter"] > 1)
    assert alive() == before + 2
    visit.close()
    assert soon(lambda: alive() == before)


def test_runs_that_were_replaced_are_freed(visit: Visit) -> None:
    before = alive()
    for seed in range(2):
        visit.button("Step").click()
        visit.button("Reset").click()
        visit.part("declared").vue_option({"name": "seed", "text": str(20 + seed)})
    assert alive() == before
