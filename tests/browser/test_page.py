"""The page in a real browser, against the numbers of ``concord run``."""

import json
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from experiments import run
from experiments.cli import main
from tests.browser.support import Visit, wait_until

expect.set_options(timeout=120_000)

WORLD = ("world=africa", "seed=7", "replication=3", "quarters=4")
ASKED = (*WORLD, "institutions=[siloed,uk_pools]")
ENVIRONMENT = {"SOLARA_KERNEL_CULL_TIMEOUT": "1s"}
"""A browser that falls silent is waited for one second, not ten minutes."""

STATES = 48


def value(page: Page, name: str) -> float:
    """The number an element shows, to the bit."""
    return float(page.locator(f"#{name}").get_attribute("data-value") or "nan")


def quarter(page: Page) -> int:
    """How many quarters the page shows."""
    return int(page.locator("#headline").get_attribute("data-quarter") or -1)


def wait_for(page: Page, quarters: int) -> None:
    """Wait until the page shows so many quarters."""
    expect(page.locator("#headline")).to_have_attribute("data-quarter", str(quarters))


def press(page: Page, name: str) -> None:
    """Click one of the controls."""
    page.get_by_role("button", name=name, exact=True).click()


def opened(visit: Visit) -> Page:
    """Open the page and wait until it is there."""
    page = visit.go("/")
    wait_for(page, 0)
    return page


def conflict_years(*overrides: str) -> float:
    """What ``concord run`` says."""
    return run(*WORLD, *overrides).outcomes["conflict_years"]


def test_play_gives_what_concord_run_gives(visit: Visit) -> None:
    page = opened(visit)
    press(page, "Play")
    wait_for(page, 4)
    a, b = conflict_years("institution=siloed"), conflict_years("institution=uk_pools")
    assert (value(page, "conflict-years-a"), value(page, "conflict-years-b")) == (a, b)
    assert value(page, "difference") == b - a
    assert page.locator("#conflict-years-a").inner_text() == f"{a:,.2f}"


def test_another_institution_and_a_slider_reach_the_run(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#institution-b").select_option("stability_fund")
    wait_for(page, 0)
    show_slider(page, "effect")
    slider = page.locator("#slider-effect")
    before = slider.input_value()
    press(page, "To the end")
    wait_for(page, 4)
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    set_to = slider.input_value()
    assert set_to != before
    expect(page.locator("#parameter-effect")).to_contain_text("changed")
    assert quarter(page) == 4, "a change keeps the quarter"
    for side, institution in (("a", "siloed"), ("b", "stability_fund")):
        expected = conflict_years(f"institution={institution}", f"effect={float(set_to)!r}")
        assert value(page, f"conflict-years-{side}") == expected


def show_slider(page: Page, name: str) -> None:
    """Search for a parameter, which opens its group."""
    page.locator("#find").fill(name)


def test_the_exported_command_repeats_the_run(visit: Visit, capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(visit)
    press(page, "Play")
    wait_for(page, 4)
    page.locator("#tab-export").click()
    for side in ("a", "b"):
        words = shlex.split(page.locator(f"#command-{side}").input_value())
        assert words[:2] == ["concord", "run"]
        capsys.readouterr()
        assert main([*words[1:], "output=json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["outcomes"]["conflict_years"] == value(page, f"conflict-years-{side}")


def test_the_run_can_be_downloaded(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit)
    press(page, "Step")
    wait_for(page, 1)
    page.locator("#tab-export").click()
    buttons = page.get_by_role("button", name="Download")
    expect(buttons.first).to_be_visible()
    for position in range(buttons.count()):
        with page.expect_download() as download:
            buttons.nth(position).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.suffix == ".csv"
        assert len(file.read_text().splitlines()) > 1


def test_every_state_is_a_tile_that_opens_its_card(visit: Visit) -> None:
    page = opened(visit)
    press(page, "Step")
    wait_for(page, 1)
    for side in ("a", "b"):
        tiles = page.locator(f"[id^=tile-{side}-]")
        assert tiles.count() == STATES
        assert all(box is not None and box["width"] > 10.0 for box in (tile.bounding_box() for tile in tiles.all()))
    page.locator("#tile-a-KEN").click()
    expect(page.locator("#card")).to_contain_text("Kenya")


def test_a_tile_is_opened_by_keyboard(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#tile-b-KEN").focus()
    page.keyboard.press("ArrowRight")
    focused = str(page.evaluate("document.activeElement.id"))
    assert focused.startswith("tile-b-")
    assert focused != "tile-b-KEN"
    name = page.locator(f"#{focused}").get_attribute("aria-label") or ""
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_contain_text(name.split(":")[0])


def test_every_tab_shows_something(visit: Visit) -> None:
    page = opened(visit)
    press(page, "Step")
    wait_for(page, 1)
    for tab, shown in (("map", "#map-a svg"), ("money", "#flow-a"), ("institutions", "svg"), ("export", "#command-a")):
        page.locator(f"#tab-{tab}").click()
        expect(page.locator(shown).first).to_be_visible()


def test_nothing_is_wider_than_the_screen_and_everything_has_a_name(visit: Visit) -> None:
    page = opened(visit)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, a[href], [role=button], [role=tab]')]
            .filter(x => x.checkVisibility() && !x.closest('[aria-hidden=true]'))
            .filter(x => !(x.ariaLabel || x.innerText || x.labels?.length || x.title))
            .map(x => x.outerHTML)"""
    )
    assert nameless == []
    assert "no forecast" in page.inner_text("body").lower()


def test_a_wrong_number_costs_one_line(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#quarters").fill("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="a multiple of 4")).to_be_visible()
    press(page, "Step")
    wait_for(page, 1)


def test_two_visitors_share_nothing(visit: Visit, other: Visit) -> None:
    mine, theirs = opened(visit), opened(other)
    mine.locator("#institution-b").select_option("three_ds")
    press(mine, "Step")
    wait_for(mine, 1)
    press(theirs, "Step")
    wait_for(theirs, 1)
    press(theirs, "Step")
    wait_for(theirs, 2)
    assert quarter(mine) == 1
    assert mine.locator("#institution-b").input_value() == "three_ds"
    assert theirs.locator("#institution-b").input_value() == "uk_pools"
    wait_until(visit.server, visitors=2, models=0)


def test_agents_that_were_replaced_are_let_go(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#tab-money").click()
    for institution in ("three_ds", "pooled_funding"):
        page.locator("#institution-b").select_option(institution)
        press(page, "To the end")
        wait_for(page, 4)
        expect(page.locator("#balance-b")).to_contain_text("balanced to the penny")
        press(page, "To the start")
        wait_for(page, 0)
        expect(page.locator("#flow-b")).to_contain_text("No money has moved yet")
    wait_until(visit.server, visitors=1, models=2)


def test_a_browser_that_fell_silent_leaves_no_model_behind(other: Visit) -> None:
    page = opened(other)
    page.locator("#tab-money").click()
    expect(page.locator("#flow-a")).to_be_visible()
    press(page, "Play")
    page.wait_for_function("document.querySelector('#headline').dataset.quarter >= 1")
    page.evaluate("navigator.sendBeacon = () => true")
    other.context.close()
    wait_until(other.server, visitors=0, models=0)


def test_the_server_speaks_to_nobody_else(visit: Visit) -> None:
    opened(visit)
    assert set(visit.server.contacts.read_text().split()) <= {"127.0.0.1"}
