"""Frozen outcomes: a change that moves them is a change of the model, and must be meant."""

import json

import pytest

from tests.baselines.update import BASELINES, outcomes

# Arithmetic is the same on every machine; the tolerance is for compilers that order it differently.
TOLERANCE = 1e-9


def test_outcomes_are_those_frozen() -> None:
    frozen = json.loads(BASELINES.read_text(encoding="utf-8"))
    found = outcomes()
    assert found.keys() == frozen.keys(), "institutions changed: if that is meant, run 'make baselines' and commit"
    for run, expected in frozen.items():
        assert found[run] == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE), (
            f"{run} moved: if that is meant, run 'make baselines' and say why in the commit"
        )
