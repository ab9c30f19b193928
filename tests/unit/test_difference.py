"""B minus A taken apart: every conflict-year in one state and one year, and what had been decided there before."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from experiments.accounts.account import account
from experiments.accounts.difference import Lived, decided_there, difference, lived, other_decisions, paid_before
from experiments.browser.agents import Followed
from experiments.browser.selection import first_selection, prepared
from experiments.browser.two_runs import TwoRuns
from experiments.browser.views import drawn
from experiments.settings.compose import asked
from model.rules import table

WITH_CONFLICT = ("world=stylised", "world.size=12", "quarters=22", "onset_base=-5.5", "effect=0.05")
"""Many conflicts, so that the runs part often; it ends within a year."""


def made(*rows: str) -> Lived:
    """A run from a text per state, a quarter a character."""
    fought = np.array([[mark == "x" for mark in row] for row in rows]).T
    return Lived(fought, np.ones((len(fought), 3, len(rows))))


def both(a: str, b: str, seed: int) -> TwoRuns:
    options = [*WITH_CONFLICT[:2], "quarters=24", *WITH_CONFLICT[3:], f"seed={seed}"]
    return TwoRuns(prepared(first_selection(asked("view", options, {"institutions": [a, b]}))))


@cache
def pair(a: str, b: str, quarters: int, seed: int) -> tuple[Followed, ...]:
    return both(a, b, seed).agents.at(quarters)


def test_quarters_are_counted_by_state_and_by_year() -> None:
    told = difference(made("xx....", "..xxx.", "......", "x....."), made("x.....", "..xxxx", "......", ".x...."))
    assert [(one["position"], one["a"], one["b"], one["quarters"], one["parted"]) for one in told["by_state"]] == [
        (0, 2, 1, -1, 2), (1, 3, 4, 1, 6), (3, 1, 1, 0, 1),
    ]  # fmt: skip
    assert told["by_year"] == [{"year": 1, "a": 5, "b": 4, "quarters": -1}, {"year": 2, "a": 1, "b": 2, "quarters": 1}]
    assert (told["quarters"], told["parted"]) == (0, 1)
    assert (told["less"], told["more"]) == ({"states": 1, "quarters": 1}, {"states": 1, "quarters": 1})


def test_nothing_parts_two_runs_that_are_one() -> None:
    told = difference(made("x.x."), made("x.x."))
    assert (told["by_state"], told["parted"], told["quarters"]) == ([], None, 0)


@pytest.mark.parametrize("quarters", [1, 13, 24])
@pytest.mark.parametrize(("a", "b"), [("siloed", "uk_pools"), ("none", "siloed")])
@pytest.mark.parametrize("seed", [2, 5])
def test_states_and_years_add_up_to_the_headline(a: str, b: str, quarters: int, seed: int) -> None:
    found = pair(a, b, quarters, seed)
    told = difference(*(lived(side.trajectory(), 12) for side in found))
    first, second = (side.outcomes()["conflict_years"] for side in found)
    for parts in (told["by_state"], told["by_year"]):
        assert sum(one["quarters"] for one in parts) / 4 == second - first
    assert (told["more"]["quarters"] - told["less"]["quarters"]) / 4 == second - first
    assert sum(one["a"] for one in told["by_year"]) / 4 == first
    assert sum(one["b"] for one in told["by_year"]) / 4 == second


def test_money_before_a_quarter_is_what_the_books_say() -> None:
    for side in pair("siloed", "uk_pools", 13, 5):
        paid = paid_before(lived(side.trajectory(), 12), 14, 5)
        books = side.trajectory()[:, table.ROWS * 12 : -table.ACCOUNT].reshape(13, -1, table.BOOK_ROWS, 12)
        assert sum(paid.values()) == pytest.approx(float(books[:, :, table.MONEY : table.MONEY + 3, 5].sum()))
        assert paid_before(lived(side.trajectory(), 12), 1, 5) == dict.fromkeys(paid, 0.0)


def test_what_was_decided_is_what_explain_said_when_it_was() -> None:
    then, later = pair("siloed", "uk_pools", 13, 5), pair("siloed", "uk_pools", 24, 5)
    for one, other in zip(then, later, strict=True):
        for position in range(12):
            said: list[dict[str, Any]] = account(one, position)["spenders"]
            known = {spender["name"]: spender for spender in said}
            for found in decided_there(other, 3, position):
                told = known[found["name"]]
                assert (found["decided"], found["desks"]) == (told["decided"], told["desks"])
                for instrument, programme in found["programmes"].items():
                    assert programme.items() <= told["programmes"][instrument].items()


def test_years_with_other_decisions_are_those_with_other_instruments() -> None:
    a, b = pair("siloed", "uk_pools", 24, 5)
    for position in range(12):
        ran = [
            [
                [any(book[table.PROGRAMME + k, position] > 0.0 for book in year.after) for k in range(3)]
                for year in side.years
            ]
            for side in (a, b)
        ]
        other = [place for place in range(6) if ran[0][place] != ran[1][place]]
        assert other_decisions(a, b, 24, position) == other
        assert other_decisions(a, b, 9, position) == [place for place in other if place < 3]


def test_the_panel_shows_sums_that_are_the_headlines() -> None:
    found = both("siloed", "uk_pools", 5).at(24)
    first, second = (side.last("conflict_years") for side in found.sides)
    shown = drawn(found, "why", "S000")
    assert second != first
    for name in ("by-state", "by-year"):
        table_of = shown.partition(f'<table id="{name}">')[2].partition("</table>")[0]
        rows = [re.findall("<t[dh].*?>(.*?)</t[dh]>", row) for row in table_of.split("<tr>")[2:]]
        cells = [[float(re.sub("<.*?>", "", cell).replace("−", "-")) for cell in row[1:4]] for row in rows]
        assert [sum(column) for column in zip(*cells[:-1], strict=True)] == cells[-1] == [first, second, second - first]
