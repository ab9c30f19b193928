"""How fast the page is here, and whether minutes of Play grow memory: run by hand, nothing is asserted about either.

Beside the time on the wall stands the server's processor time, which other programs on the machine lengthen less.

python -m pytest -q -s tests/benchmarks/test_view.py
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.support import Served, Visit, browser_path, launched, serving

STATES = 54
STEPS_TIMED = 20
QUARTERS = 80
ROUNDS = 10
"""Of Play to the end and Reset."""


def resident(process: int) -> float:
    """Memory of a process, MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1e3


def shown(page: Page, quarter: int) -> None:
    """Wait until so many quarters are shown, or more."""
    page.wait_for_function(f"document.querySelector('#headline')?.dataset.quarter >= {quarter}", timeout=600_000)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heap(page: Page) -> float:
    """Memory of the page's scripts after collecting garbage, MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


def test_speed_and_memory_of_the_page(tmp_path: Path) -> None:
    path = browser_path()
    if path is None:
        pytest.skip("there is no browser here")
    asked = ("world=stylised", f"world.size={STATES}", f"quarters={QUARTERS}", f"results={tmp_path}")
    begun = time.perf_counter()
    with serving(tmp_path, *asked) as server, launched(path) as browser:
        print(f"\nfrom the command to its address   {time.perf_counter() - begun:8.2f} s")
        for which in ("first view, nothing cached", "first view of the next visitor"):
            visit = Visit(browser, server)
            begun = time.perf_counter()
            page = visit.go("/")
            shown(page, 0)
            print(f"{which:33} {time.perf_counter() - begun:8.2f} s")
            if which.startswith("first view,"):
                visit.context.close()
        seconds = []
        for quarter in range(1, STEPS_TIMED + 1):
            begun = time.perf_counter()
            press(page, "Step")
            shown(page, quarter)
            seconds.append(time.perf_counter() - begun)
        print(f"a step of {STATES} states, until drawn    {1e3 * statistics.median(seconds):8.0f} ms (median)")
        print("quarters played      server      page's scripts")
        for round_ in range(ROUNDS):
            press(page, "Play")
            shown(page, QUARTERS)
            played = (round_ + 1) * QUARTERS
            print(f"{played:15} {resident(server.process):8.1f} MB {heap(page):12.1f} MB", flush=True)
            press(page, "Reset")
            page.wait_for_function("document.querySelector('#headline')?.dataset.quarter == 0")
        visit.context.close()
        visit.check()


CHANGES = 9
"""Of each that is timed."""
_TICKS = os.sysconf("SC_CLK_TCK")


def processor_time(process: int) -> float:
    """Seconds that a process has computed, in all its threads."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / _TICKS


def timed(server: Served, name: str, limit: float, act: Callable[[int], None]) -> None:
    """Print the median of how long an act takes, and the most."""
    wall, computed = [], []
    for i in range(CHANGES):
        begun, used = time.perf_counter(), processor_time(server.process)
        act(i)
        wall.append(time.perf_counter() - begun)
        computed.append(processor_time(server.process) - used)
        time.sleep(1.0)
    waited = f"{statistics.median(wall):8.2f} s, most {max(wall):5.2f}"
    print(f"{name:45} {waited} (server {statistics.median(computed):5.2f} s), aim {limit} s", flush=True)


def test_how_soon_the_page_answers(tmp_path: Path) -> None:
    path = browser_path()
    if path is None:
        pytest.skip("there is no browser here")
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f}; the African world over {QUARTERS} quarters")
    with serving(tmp_path, f"quarters={QUARTERS}", f"results={tmp_path}") as server, launched(path) as browser:
        visit = Visit(browser, server)
        page = visit.go("/")
        strip = "(document.querySelector('#strip') || document.body).dataset"
        page.wait_for_function(f"{strip}.count === '200'")

        def change(i: int) -> None:
            page.locator("#value-effect").fill(f"{i / 1000:g}")
            page.keyboard.press("Enter")
            there = "document.querySelector('#copy-link').dataset.link"
            page.wait_for_function(f"{there}.includes('effect={i / 1000:g}&')")

        def dots(count: int, begin: int) -> Callable[[int], None]:
            def act(i: int) -> None:
                before = page.locator("#strip").get_attribute("data-interval")
                change(i + begin)
                page.wait_for_function(f"old => {strip}.count >= {count} && {strip}.interval !== old", arg=before)

            return act

        def to_the_end(i: int) -> None:
            page.locator("#first").click()
            page.wait_for_function("document.querySelector('#headline').dataset.quarter === '0'")
            press(page, "To the end")
            shown(page, QUARTERS)

        def agents(i: int) -> None:
            change(i + 30)
            page.wait_for_function("document.querySelector('#balance-b') === null")
            page.wait_for_function("document.querySelector('#balance-b') !== null")

        page.locator("#quarter").fill("40")
        page.locator("#find").fill("effect")
        timed(server, "a changed number, at quarter 40", 0.3, change)
        page.wait_for_function(f"{strip}.count === '200'")
        timed(server, "... its strip's first dots", 1.0, dots(10, 10))
        page.wait_for_function(f"{strip}.count === '200'")
        timed(server, "... all 200", 3.0, dots(200, 20))
        timed(server, "to the start and to the end", 0.6, to_the_end)
        page.locator("#tab-money").click()
        timed(server, f"a change, with the agents at quarter {QUARTERS}", 2.0, agents)
        visit.context.close()
        visit.check()
