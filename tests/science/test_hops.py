"""A reader is never far from the rule, nor from what is printed."""

import pytest

from tests.hops import COMMANDS, hops


@pytest.mark.usefixtures("quick_pictures")
@pytest.mark.parametrize("command", COMMANDS)
def test_to_the_rule_and_back_to_the_table_are_ten_hops_or_fewer(command: str) -> None:
    into, back = hops(command)
    assert into[0].endswith("application.py:run")
    assert len(into) >= 3 and len(back) >= 3, "nothing is overlooked"
    assert len(into) + len(back) <= 10, (into, back)
