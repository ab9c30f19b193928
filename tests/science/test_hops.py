"""A reader is never far from the rule, nor from what is printed."""

import pytest

from tests.hops import COMMANDS, hops


@pytest.mark.parametrize("command", COMMANDS)
def test_the_rule_is_ten_hops_away_or_fewer_and_so_is_the_table(command: str) -> None:
    into, back = hops(command)
    assert into[0].endswith("application.py:run")
    assert 3 <= len(into) <= 10, into
    assert 3 <= len(back) <= 10, back
    assert command != "run" or len(into) + len(back) <= 10, (into, back)
