"""What would change an answer is told from what would not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from experiments.statistics.intervals import Interval
from experiments.studies.channels import SideBySide
from experiments.studies.compare import turning_points
from experiments.studies.comparison import Comparison, Judgement
from experiments.studies.hypotheses import Arm, Hypothesis

CLAIM = Hypothesis("headline", "Pools do better", "conflict_years", Arm("pools"), Arm("siloed"), 1.0, "a test")
LABELS = {"pools": "Pools", "siloed": "Silos"}
HERDING = replace(CLAIM, id="herding", statement="Gains need few", given={"herding": 0.0}, rather_than={"herding": 1.0})


OWN = Judgement(CLAIM, Interval(0.0, -2.0, 2.0), 100)
Told = list[tuple[str, Sequence[str]]]
"""Headings, each with its lines."""


def from_judgements(*judgements: Judgement, beside: SideBySide | None = None) -> Told:
    return turning_points(Comparison(50, 0, {}, {}, {}, judgements, {}), beside, LABELS)


def told(hypothesis: Hypothesis, low: float, high: float) -> Told:
    return from_judgements(OWN, Judgement(hypothesis, Interval((low + high) / 2.0, low, high), 100))


@pytest.mark.parametrize(
    ("low", "high", "words", "heading"),
    [
        (1.5, 2.5, "worse by at least 1", "Conditions that make a difference as large as what counts:"),
        (-2.5, -1.5, "better by at least 1", "Conditions that make a difference as large as what counts:"),
        (0.5, 1.5, "worse, size open", "Conditions that make a difference of open size:"),
        (-1.5, -0.5, "better, size open", "Conditions that make a difference of open size:"),
        (-0.5, 1.5, "open", "Conditions of which these runs establish nothing:"),
        (0.2, 0.4, "worse by less than 1", "Conditions that make no difference as large as what counts:"),
    ],
)
def test_a_condition_is_told_by_what_is_known_of_it(low: float, high: float, words: str, heading: str) -> None:
    found, (last, nothing) = told(HERDING, low, high)
    line = f"Gains need few: **{words}**, {(low + high) / 2.0:+.2f} [{low:+.2f}, {high:+.2f}]."
    assert found == (heading, [line])
    assert last.startswith("Conditions that were not varied") and not nothing


def test_another_rival_is_no_condition() -> None:
    rival = replace(CLAIM, id="rival", than=Arm("siloed_best"))
    assert told(rival, -0.4, 0.4)[0][0] == "Against another:"


def test_a_claim_about_some_draws_is_a_condition() -> None:
    some = replace(CLAIM, id="some", than=Arm("siloed_best"), where="veto > 0.5")
    assert told(some, 1.5, 2.5)[0][0] == "Conditions that make a difference as large as what counts:"


@pytest.mark.parametrize(
    "other",
    [replace(HERDING, metric="trust"), replace(HERDING, better=Arm("fund")), CLAIM],
    ids=["another metric", "another institution", "the claim itself"],
)
def test_other_claims_are_left_out(other: Hypothesis) -> None:
    assert len(told(other, 1.5, 2.5)) == 1


def test_channels_stand_beside() -> None:
    found = {"all": {"pools": Interval(-0.5, -0.75, -0.25)}, "for_only": {"pools": Interval(-3.0, -4.0, -2.0)}}
    channels = SideBySide(400, {"all": "all channels", "for_only": "only help"}, found)
    (heading, lines), _ = from_judgements(OWN, beside=channels)
    assert heading == "With other channels open:"
    assert lines == [
        "all channels: 'Pools' differs from 'Silos' by -0.50 [-0.75, -0.25] conflict-years.",
        "only help: 'Pools' differs from 'Silos' by -3.00 [-4.00, -2.00] conflict-years.",
    ]
