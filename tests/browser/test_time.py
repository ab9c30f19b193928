"""Moving through the quarters of a run, in a real browser."""

from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Page, expect

from experiments import run
from tests.browser.support import Visit

expect.set_options(timeout=120_000)

WORLD = ("world=stylised", "world.size=12", "seed=5", "quarters=40")
ASKED = (*WORLD, "institutions=[siloed,uk_pools]")


def opened(visit: Visit) -> Page:
    page = visit.go("/")
    at(page, 0)
    expect(page.locator("[id^=tile-b-]")).to_have_count(12)
    return page


def at(page: Page, quarter: int) -> None:
    """Wait until the page shows a quarter."""
    expect(page.locator("#headline")).to_have_attribute("data-quarter", str(quarter))


def differs_by(quarter: int) -> float:
    """B - A after a quarter at the end of a year, as the command has it."""
    a, b = (run(*WORLD[:3], f"quarters={quarter}", f"institution={name}") for name in ("siloed", "uk_pools"))
    return b.outcomes["conflict_years"] - a.outcomes["conflict_years"]


def test_to_the_end_and_back_with_the_slider_shows_what_the_command_gives(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#last").click()
    at(page, 40)
    assert page.locator("#difference").get_attribute("data-value") == f"{differs_by(40):g}"
    page.locator("#quarter").fill("12")
    at(page, 12)
    assert page.locator("#difference").get_attribute("data-value") == f"{differs_by(12):g}"
    page.locator("#first").click()
    at(page, 0)


def test_space_plays_and_pauses_and_arrows_step(visit: Visit) -> None:
    page = opened(visit)
    page.keyboard.press("ArrowRight")
    at(page, 1)
    page.keyboard.press("ArrowRight")
    at(page, 2)
    page.keyboard.press("ArrowLeft")
    at(page, 1)
    page.locator("#speed").select_option("16")
    page.locator("#tab-map").focus()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('#headline').dataset.quarter >= 3")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    at(page, 40)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_keys_that_mean_something_where_they_are_pressed_move_no_quarter(visit: Visit) -> None:
    page = opened(visit)
    for place, key in (
        ("#find", "Space"),
        ("#seed", "ArrowLeft"),
        ("#tile-a-S003", "ArrowRight"),
        ("#tab-map", "ArrowRight"),
    ):
        page.locator(place).focus()
        page.keyboard.press(key)
    page.locator("#tab-map").click()
    assert page.locator("#find").input_value() == " "
    at(page, 0)


def test_headline_and_both_maps_change_in_one_frame(visit: Visit) -> None:
    """In every frame that is painted all three are of one quarter: what states' statuses add up to says which."""
    page = opened(visit)
    page.evaluate(
        """() => {
            window.seen = [];
            const look = () => {
                const all = side => [...document.querySelectorAll(`[id^=tile-${side}-]`)].map(x => x.ariaLabel).join();
                window.seen.push([document.querySelector('#headline').dataset.quarter, all('a'), all('b')]);
                requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        }"""
    )
    page.locator("#speed").select_option("16")
    page.locator("#play").click()
    at(page, 40)
    shown: dict[str, set[tuple[str, str]]] = {}
    for quarter, a, b in page.evaluate("window.seen"):
        shown.setdefault(quarter, set()).add((a, b))
    assert len(shown) > 10
    assert {len(maps) for maps in shown.values()} == {1}


def test_each_view_is_saved_as_svg_and_png(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit)
    page.locator("#step").click()
    at(page, 1)
    for view, within in (("map", "S003"), ("institutions", "Participation"), ("money", "Treasury")):
        page.locator(f"#tab-{view}").click()
        expect(page.locator(f"#view-{view} #drawn")).to_be_visible()
        for kind in ("svg", "png"):
            with page.expect_download() as download:
                page.locator(f"#save-{kind}").click()
            file = tmp_path / download.value.suggested_filename
            download.value.save_as(file)
            assert file.name == f"concord_{view}.{kind}"
            if kind == "png":
                assert file.read_bytes().startswith(b"\x89PNG") and file.stat().st_size > 5_000
            else:
                told = "".join(ElementTree.fromstring(file.read_text(encoding="utf-8")).itertext())
                assert "A: Siloed departments | B: UK conflict pools" in told and within in told
