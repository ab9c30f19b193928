"""The replications behind the one that is watched, against ``concord compare``."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from experiments import compare
from experiments.browser.replications import NUMBER
from tests.browser.support import Visit

expect.set_options(timeout=120_000)

WORLD = ("world=africa", "seed=5", "quarters=40")
ASKED = (*WORLD, "institutions=[siloed,uk_pools]")


def opened(visit: Visit) -> Page:
    """Open the page and wait until all replications are there."""
    page = visit.go("/")
    expect(page.locator("#strip")).to_have_attribute("data-count", str(NUMBER))
    return page


def interval(page: Page) -> list[float]:
    """Mean, and both ends."""
    found: list[float] = json.loads(page.locator("#strip").get_attribute("data-interval") or "[]")
    return found


@pytest.mark.usefixtures("quick_pictures")
def test_the_strip_says_what_compare_says_of_the_same_replications(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit)
    study = compare(
        *WORLD, "institutions=[siloed,uk_pools]", "hypothesis=none", results=str(tmp_path), study="same",
        replications=NUMBER, draws=2, futures=1, channel_draws=0, workers=1,
    )  # fmt: skip
    tables = study.folder / "tables"
    with (tables / "hypotheses.csv").open(newline="") as file:
        judged = next(row for row in csv.DictReader(file) if row["level"] == "defaults")
    assert judged["id"] == "joint_beats_siloed"
    assert interval(page) == [float(judged[end]) for end in ("estimate", "low", "high")]
    assert page.locator("#verdict").inner_text() == judged["verdict"]
    runs = pd.read_parquet(study.folder / "runs")
    years = runs.pivot(index="replication", columns="institution", values="conflict_years")
    gap = years["uk_pools"] - years["siloed"]
    shown = page.eval_on_selector_all(".dot", "all => all.map(x => x.getAttribute('aria-label'))")
    assert sorted(shown) == sorted(
        f"Replication {name}: {'+' if value > 0 else '−' if value < 0 else ''}{abs(value):g} conflict-years"
        for name, value in gap.items()
    )
    better = pd.read_csv(tables / "worlds_better.csv").query("level == 'defaults' and institution == 'uk_pools'")
    assert f"fewer in {better['share_better'].iloc[0]:.0%}" in page.locator("#shares").inner_text()


def test_a_dot_opens_its_replication_and_begins_nothing_anew(visit: Visit) -> None:
    page = opened(visit)
    dot = page.locator("#dot-17")
    page.locator("#last").click()
    dot.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#replication")).to_have_value("17")
    expect(dot).to_have_class("dot own")
    assert page.locator("#strip").get_attribute("data-count") == str(NUMBER)
    value = float(page.locator("#difference").get_attribute("data-value") or "nan")
    assert f"{abs(value):g} conflict-years" in (dot.get_attribute("aria-label") or "")


def test_another_setting_begins_anew(visit: Visit) -> None:
    page = opened(visit)
    before = interval(page)
    page.locator("#institution-b").select_option("full_information")
    page.wait_for_function(
        "old => JSON.parse(document.querySelector('#strip').dataset.interval)[0] !== old", arg=before[0]
    )
    expect(page.locator("#strip")).to_have_attribute("data-count", str(NUMBER))
    assert interval(page) != before


def test_what_is_one_and_the_same_differs_in_no_future(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#institution-a").select_option("uk_pools")
    expect(page.locator("#verdict")).to_contain_text("no difference in any of 200")
    assert interval(page) == [0.0, 0.0, 0.0]
