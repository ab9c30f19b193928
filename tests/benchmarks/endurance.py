"""Minutes of Play with many changed settings, while other visitors come and leave: does the server's memory grow?

usage: python -m tests.browser.endurance [MINUTES [CHANGES]]

30 minutes and 200 changes, if nothing else is said. Prints a trace; ends with 1 where memory is more than a tenth above
what it was once everything had been done a first time, while somebody plays or after everybody has left.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.support import Served, Visit, alive, browser_path, launched, serving, wait_until

GROWTH = 1.1
FIRST_ROUND = 30
"""Changes until memory is looked at: every kind of them has been made, in every view, and libraries are loaded."""
VIEWS = ("map", "why", "institutions", "money", "state", "export")
PLACES = ("three_ds", "pooled_funding", "stability_fund", "full_information", "uk_pools")


def resident(server: Served) -> float:
    """Memory of the server, MB."""
    status = Path(f"/proc/{server.process}/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1e3


def typed(page: Page, field: str, text: str) -> None:
    """Type into a field of the controls."""
    page.locator(f"#{field}").fill(text)
    page.locator(f"#{field}").press("Enter")


def chosen(page: Page, field: str, name: str) -> None:
    page.locator(f"#{field}").select_option(name)


CHANGES: tuple[tuple[str, Callable[[Page, int], None]], ...] = (
    ("veto=", lambda page, i: typed(page, "value-veto", f"{i % 97 / 100 + 0.01:g}")),
    ("b=", lambda page, i: chosen(page, "institution-b", PLACES[i // 7 % len(PLACES)])),
    ("seed=", lambda page, i: typed(page, "seed", str(100 + i))),
    ("replication=", lambda page, i: typed(page, "replication", str(1 + i))),
    ("world=", lambda page, i: chosen(page, "world", ("global", "africa")[i // 7 % 2])),
    ("voting=", lambda page, i: typed(page, "value-voting", f"{i % 89 / 100 + 0.01:g}")),
    ("quarters=", lambda page, i: typed(page, "quarters", str((60, 80)[i // 7 % 2]))),
)
"""What each leaves in the link, and how it is made."""


def link(page: Page) -> str:
    """Where the page is, as its link says."""
    return page.locator("#copy-link").get_attribute("data-link") or ""


def change(page: Page, i: int) -> None:
    """Change one setting, and wait until it is shown; now and then look at another view, too."""
    name, make = CHANGES[i % len(CHANGES)]
    page.locator("#find").fill(name.removesuffix("="))
    before = [word for word in link(page).split("&") if word.startswith(name)]
    make(page, i)
    page.wait_for_function(
        "([name, before]) => document.querySelector('#copy-link').dataset.link.split('&')"
        ".some(word => word.startsWith(name) && !before.includes(word))",
        arg=[name, before],
    )
    if i % 5 == 0:
        page.locator(f"#tab-{VIEWS[i // 5 % len(VIEWS)]}").click()


def played(page: Page, until: float) -> None:
    """Play, over and over, until a time."""
    while time.monotonic() < until:
        if page.locator("#play").get_attribute("aria-label") == "Play":
            page.locator("#play").click()
        page.wait_for_timeout(500)


def passing_by(browser: Browser, server: Served) -> None:
    """Another visitor comes, looks at the end and why, and leaves."""
    visitor = Visit(browser, server)
    page = visitor.go("/")
    page.locator("#last").click()
    page.locator("#tab-money").click()
    page.locator("#balance-b").wait_for()
    visitor.context.close()
    visitor.check()


def watched(browser: Browser, server: Served, minutes: float, changes: int) -> Iterator[float]:
    """Play all the time, change settings at equal distances; yields the server's memory after each."""
    visitor, begun = Visit(browser, server), time.monotonic()
    page = visitor.go("/")
    page.locator("#headline[data-quarter='0']").wait_for()
    for i in count():
        if i == changes:
            break
        change(page, i)
        if i % 10 == 9:
            passing_by(browser, server)
        played(page, begun + 60 * minutes * (i + 1) / changes)
        yield resident(server)
    visitor.context.close()
    visitor.check()


def trace(browser: Browser, server: Served, minutes: float, changes: int) -> bool:
    """Print how memory goes; says whether it stayed."""
    found, begun = [], time.monotonic()
    print("minute  changes    server, MB  visitors  models", flush=True)
    for done, memory in enumerate(watched(browser, server, minutes, changes), 1):
        found.append(memory)
        if done % 10 == 0:
            now = alive(server)
            said = f"{(time.monotonic() - begun) / 60:6.1f}  {done:7}  {memory:12.1f}  {now['visitors']:8}"
            print(f"{said}  {now['models']:6}", flush=True)
    wait_until(server, visitors=0, models=0)
    left, first = resident(server), found[min(FIRST_ROUND, changes) - 1]
    print(
        f"after everybody left {left:.1f} MB; at change {min(FIRST_ROUND, changes)} {first:.1f}, most {max(found):.1f}"
    )
    return max(left, *found[min(FIRST_ROUND, changes) - 1 :]) <= GROWTH * first


def main(minutes: float = 30.0, changes: int = 200) -> int:
    path = browser_path()
    if path is None:
        sys.exit("there is no browser here")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), f"results={folder}") as server,
        launched(path) as browser,
    ):
        return 0 if trace(browser, server, minutes, changes) else 1


if __name__ == "__main__":
    sys.exit(main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False))))
