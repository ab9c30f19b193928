"""Types of options: bounds that are met before memory is, and values that survive being typed."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.settings.commands import options, questions
from experiments.settings.compose import asked
from experiments.settings.kinds import MANY, Choice, Kind, Number, Several, Text, Whole, Wholes, typed
from experiments.settings.options import MOST_WORKERS
from model.errors import InvalidInput

COUNTS = [
    (command, name)
    for command in questions()
    for name, option in options(command).items()
    if isinstance(option.kind, Whole) and option.kind.high is None
]


@pytest.mark.parametrize(("command", "name"), COUNTS)
def test_nothing_that_is_counted_is_without_end(command: str, name: str) -> None:
    option = options(command)[name]
    most = MOST_WORKERS if name == "workers" else MANY
    option.check(most)
    for much in (most + 1, 10**9, 10**900):
        with pytest.raises(InvalidInput, match=rf"or more.* \(at most {most:,}\)$"):
            option.check(much)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Whole(2, 10, multiple_of=4), [4, 8], [2, 3, 12, 4.0, "4", True, None]),
        (Whole(1, optional=True), [None, 1], [0]),
        (Wholes(Whole(1, 9), optional=True), [None, [1], [9, 1]], [[], 1, [0], [1, 1], [True], ["1"]]),
        (Number(0.0), [0, 0.5, 10**9], [-1, math.inf, math.nan, True, "1"]),
        (Number(0.0, 3600.0, above=True), [0.1, 3600], [0, 3601]),
        (Choice(lambda: ("a", "b")), ["a"], ["c", ["a"], None]),
        (Several(lambda: ("a", "b")), [["a"], ["b", "a"]], ["a", [], ["a", "a"], ["c"], [["a"]], None]),
        (Several(least=0), [[], ["x", 3]], ["x", [""], [True], ["3", 3]]),
        (Text(pattern="[a-z]+"), ["abc"], ["ABC", "", 3, None]),
    ],
)
def test_a_type_admits_what_it_says(kind: Kind, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        kind.check("x", value)
    for value in bad:
        with pytest.raises(InvalidInput, match=r"^x="):
            kind.check("x", value)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Whole(0, 9), "a whole number, 0 to 9"),
        (Wholes(Whole(0, 9)), "a list, none twice: a whole number, 0 to 9"),
        (Whole(1, optional=True, at_most=1024), "a whole number, 1 or more, or null (at most 1,024)"),
        (Number(0.0, above=True, optional=True), "a number above 0, or null"),
        (Number(0.5, 0.99), "a number between 0.5 and 0.99"),
        (Choice(lambda: ("a", "b", "c")), "a, b or c"),
    ],
)
def test_a_type_says_its_rule(kind: Kind, rule: str) -> None:
    assert kind.rule == rule


@pytest.mark.parametrize("name", ["--help", "-x", "x" * 101, "x" * 300, "a b", "ä", "a/../b", "x\n"])
def test_a_studys_name_is_a_plain_one(name: str) -> None:
    with pytest.raises(InvalidInput, match="must be letters, digits, _ and -"):
        asked("compare", options={"study": name})


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(lambda text: "${" not in text))
def test_a_text_given_from_python_is_taken_letter_by_letter(text: str) -> None:
    words = typed(text)
    from hydra.core.override_parser.overrides_parser import OverridesParser

    assert OverridesParser.create().parse_override(f"condition={words}").value() == text


def test_values_given_from_python_arrive_as_they_are(tmp_path: Path) -> None:
    one = asked(
        "sweep", options={"axes": {"effect": [0.01, 0.05], "veto": None}, "results": tmp_path, "seed": 2**32 - 1}
    )
    assert one.axes == {"effect": [0.01, 0.05], "veto": None}
    assert (one.results, one.seed) == (str(tmp_path), 2**32 - 1)
    assert (
        asked("discover", options={"condition": "gaps(uk_pools) > 1, or 'x'"}).condition == "gaps(uk_pools) > 1, or 'x'"
    )
    assert asked("compare", options={"study": "2024"}).study == "2024"
