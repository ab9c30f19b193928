"""What would change an answer is told from what would not."""

from dataclasses import replace

import pytest
from experiments.reporting.turning_points import turning_points

from experiments.statistics.intervals import Interval, Verdict
from experiments.studies.channels import SideBySide
from experiments.studies.comparison import Judgement
from experiments.studies.hypotheses import Arm, Hypothesis

CLAIM = Hypothesis("headline", "Pools do better", "conflict_years", Arm("pools"), Arm("siloed"), 1.0, "a test")
LABELS = {"pools": "Pools", "siloed": "Silos"}
HERDING = replace(CLAIM, id="herding", statement="Gains need few", given={"herding": 0.0}, rather_than={"herding": 1.0})


def told(hypothesis: Hypothesis, low: float, high: float, verdict: Verdict) -> list[str]:
    judged = Judgement(hypothesis, Interval((low + high) / 2.0, low, high), verdict)
    own = Judgement(CLAIM, Interval(0.0, -2.0, 2.0), "inconclusive")
    return turning_points(CLAIM, [own, judged], None, LABELS)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "heading"),
    [
        (1.5, 2.5, "supported", "Conditions that make a difference as large as what counts:"),
        (-2.5, -1.5, "refuted", "Conditions that make a difference as large as what counts:"),
        (0.5, 1.5, "inconclusive", "Conditions that make a difference of open size:"),
        (-1.5, -0.5, "inconclusive", "Conditions that make a difference of open size:"),
        (-0.5, 1.5, "inconclusive", "Conditions of which these runs establish nothing:"),
        (0.2, 0.4, "equivalent", "Conditions that make no difference as large as what counts:"),
    ],
)
def test_a_condition_is_told_by_what_is_known_of_it(low: float, high: float, verdict: Verdict, heading: str) -> None:
    first, line, last = told(HERDING, low, high, verdict)
    assert first == heading
    assert line == f"- Gains need few: **{verdict}**, {(low + high) / 2.0:+.2f} [{low:+.2f}, {high:+.2f}]."
    assert last.startswith("Conditions that were not varied")


def test_another_rival_is_no_condition() -> None:
    rival = replace(CLAIM, id="rival", than=Arm("siloed_best"))
    assert told(rival, -0.4, 0.4, "equivalent")[0] == "Against another:"


@pytest.mark.parametrize(
    "other",
    [replace(HERDING, metric="trust"), replace(HERDING, better=Arm("fund")), CLAIM],
    ids=["another metric", "another institution", "the claim itself"],
)
def test_other_claims_are_left_out(other: Hypothesis) -> None:
    assert len(told(other, 1.5, 2.5, "supported")) == 1


def test_channels_stand_beside() -> None:
    found = {"all": {"pools": Interval(-0.5, -0.75, -0.25)}, "for_only": {"pools": Interval(-3.0, -4.0, -2.0)}}
    channels = SideBySide(400, {"all": "all channels", "for_only": "only help"}, found)
    heading, lines, _ = turning_points(CLAIM, [], channels, LABELS)
    assert heading == "With other channels open:"
    assert lines.splitlines() == [
        "- all channels: 'Pools' differs from 'Silos' by -0.50 [-0.75, -0.25] conflict-years (400 draws).",
        "- only help: 'Pools' differs from 'Silos' by -3.00 [-4.00, -2.00] conflict-years (400 draws).",
    ]
