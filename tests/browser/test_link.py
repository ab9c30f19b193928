"""A link is the state of the page: reload, Back, and another visitor, in a real browser."""

import json
import shlex
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from experiments.cli import main
from tests.browser.support import Visit, serving
from tests.hostile import HOSTILE
from tests.support import wait_until

expect.set_options(timeout=120_000)

ASKED = ("world=stylised", "world.size=8", "seed=5", "quarters=16")


def at(page: Page, quarter: int) -> None:
    """Wait until the page shows a quarter."""
    expect(page.locator("#headline")).to_have_attribute("data-quarter", str(quarter))


def shown(page: Page) -> list[str]:
    """What a visitor sees of it."""
    boxes = ("#seed", "#replication", "#institution-a", "#institution-b", "#value-veto")
    page.locator("#find").fill("veto")
    numbers = [page.locator(f"#{name}").get_attribute("data-value") or "" for name in ("difference", "cost-difference")]
    tab = page.locator("[role=tab][aria-selected=true]").inner_text()
    return [*numbers, tab, *(page.locator(box).input_value() for box in boxes)]


def come_to(page: Page, expected: list[str]) -> None:
    """Wait until a visitor sees it: what a page shows comes in several messages."""
    wait_until(lambda: shown(page) == expected)


def chosen(page: Page) -> None:
    """Choose another institution, seed and number, a quarter and a tab."""
    page.locator("#institution-b").select_option("three_ds")
    page.wait_for_url("**b=three_ds**")
    page.locator("#seed").fill("11")
    page.keyboard.press("Enter")
    page.wait_for_url("**seed=11**")
    page.locator("#find").fill("veto")
    page.locator("#value-veto").fill("0.4")
    page.keyboard.press("Enter")
    page.wait_for_url("**veto=0.4**")
    page.locator("#last").click()
    at(page, 16)
    page.locator("#back").click()
    at(page, 15)
    page.locator("#tab-institutions").click()
    page.wait_for_url("**quarter=15&view=institutions")


def test_reload_back_and_another_visitor_see_the_same(visit: Visit, other: Visit) -> None:
    page = visit.go("/")
    at(page, 0)
    chosen(page)
    before = shown(page)
    page.reload()
    at(page, 15)
    come_to(page, before)
    link = page.locator("#copy-link").get_attribute("data-link") or ""
    assert link == page.url
    another = other.go(link.removeprefix(visit.server.address))
    at(another, 15)
    come_to(another, before)
    page.go_back()
    expect(page.locator("#tab-map")).to_have_attribute("aria-selected", "true")
    assert shown(page)[0] == before[0]
    page.go_back()
    expect(page.locator("#value-veto")).to_have_value("0.3")
    page.go_forward()
    expect(page.locator("#value-veto")).to_have_value("0.4")


def test_a_link_shows_the_same_where_another_server_was_asked_something_else(
    visit: Visit, chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("world=stylised", "world.size=9", "calibration.values.onset_memory=2", "override.siloed.veto=0.2")
    with serving(tmp_path, *asked, "seed=3", "quarters=16", "results=none") as elsewhere:
        there = Visit(chromium, elsewhere)
        page = there.go("/")
        at(page, 0)
        for name, text in (("calibration", "none"), ("calibration", "world_1989_2008"), ("channels", "for_only")):
            page.locator(f"#{name}").select_option(text)
            page.wait_for_url(f"**{name}={text}**")
        page.locator("#last").click()
        at(page, 16)
        page.locator("#tab-export").click()
        page.wait_for_url("**quarter=16&view=export")
        command = shlex.split(page.locator("#command-b").input_value())
        before, link = shown(page), page.locator("#copy-link").get_attribute("data-link") or ""
        years = page.locator("#conflict-years-b").get_attribute("data-value")
        there.context.close()
        there.check()
    another = visit.go(link.removeprefix(elsewhere.address))
    at(another, 16)
    for name, text in (("calibration", "world_1989_2008"), ("channels", "for_only")):
        expect(another.locator(f"#{name}")).to_have_value(text)
    come_to(another, before)
    assert another.locator("#conflict-years-b").get_attribute("data-value") == years
    assert shlex.split(another.locator("#command-b").input_value()) == command
    capsys.readouterr()
    assert main([*command[1:], "output=json"]) == 0
    assert str(json.loads(capsys.readouterr().out)["outcomes"]["conflict_years"]) == str(float(years or "nan"))


def test_back_leads_to_the_quarter_that_was_left_at_once(visit: Visit) -> None:
    page = visit.go("/")
    at(page, 0)
    page.locator("#last").click()
    at(page, 16)
    page.locator("#tab-why").click()
    page.wait_for_url("**view=why")
    page.go_back()
    page.wait_for_url("**quarter=16&view=map")
    at(page, 16)


@pytest.mark.parametrize(
    ("query", "said"), [("veto=7", "veto=7: outside its range"), ("world.path=/etc/passwd", "not opened from a link"),
                        ("quarter=99", "quarter=99: must be a whole number, 0 to 16")],
)  # fmt: skip
def test_a_wrong_link_costs_one_line(visit: Visit, query: str, said: str) -> None:
    page = visit.go(f"/?{query}")
    expect(page.locator("#error")).to_contain_text(said)
    page.locator("#step").click()
    at(page, 1)


def test_hostile_links_run_nothing(visit: Visit) -> None:
    page = visit.go("/")
    at(page, 0)
    for text in HOSTILE:
        for name in ("a", "seed", "veto", "view", "state", text):
            page.evaluate(
                "query => { history.pushState(null, '', query); dispatchEvent(new PopStateEvent('popstate')) }",
                f"?{quote(name)}={quote(text)}",
            )
        expect(page.locator("#error")).not_to_be_empty()
    visit.go(f"/?state={quote(HOSTILE[0])}")
    expect(page.locator("#error")).to_contain_text(HOSTILE[0][:20])
    assert page.evaluate("window.ran") is None
