import dataclasses
import math
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from experiments.reporting.drawing import colours
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import bracketed
from experiments.runs.cube import Cube
from experiments.settings.compose import asked
from experiments.statistics.intervals import Interval, Verdict
from experiments.studies.compare import Compare, Compared
from experiments.studies.comparison import Better, Comparison, Judgement, analyse
from experiments.studies.hypotheses import Arm, Hypothesis
from model.institution import Institution
from model.outcomes import OUTCOMES
from tests.made import readme, terminal

NAMES = ("none", "siloed", "a_rather_long_institution", "pools", "full_information")
LABELS = {name: name.replace("_", " ").capitalize() for name in NAMES}
CLAIM = Hypothesis(
    "joint_beats_siloed", "Pools do better", "conflict_years", Arm("pools"), Arm("siloed"), 1.0, "a test"
)


@cache
def question() -> Compare:
    """A comparison of institutions that no file describes."""
    made = Compare(asked("compare", ["world=stylised", "world.size=4", "institutions=[uk_pools]"]))
    institutions = {name: Institution(name=name, label=label) for name, label in LABELS.items()}
    made.labels, made.setting = LABELS, dataclasses.replace(made.setting, institutions=institutions)
    return made


@cache
def cube(scale: float = 1.0) -> Cube:
    generator = np.random.default_rng(5)
    base = generator.normal(300.0, 20.0, 50)
    outcomes = [
        [base * scale + generator.normal(-shift * scale, 1.0, 50) for _ in OUTCOMES] for shift, _ in enumerate(NAMES)
    ]
    by_outcome = dict(zip(OUTCOMES, np.array(outcomes).swapaxes(0, 1)[:, :, np.newaxis], strict=True))
    return Cube(NAMES, np.zeros(1, np.int64), np.arange(50), by_outcome)


@cache
def comparison(scale: float = 1.0) -> Comparison:
    absent = dataclasses.replace(CLAIM, id="elsewhere", better=Arm("somewhere"))
    return analyse(cube(scale), NAMES, (CLAIM, absent), seed=1)


def paths() -> pd.DataFrame:
    series = dict.fromkeys(("in_conflict", "participation", "belief", "yield"), 0.5)
    return pd.DataFrame(
        {"institution": name, "replication": replication, "quarter": quarter, **series}
        for name in NAMES
        for replication in range(3)
        for quarter in range(2)
    )


def told(level: Comparison, failed: int = 0) -> Result:
    """What a study says whose two levels came out alike."""
    facts = Facts("results/compare/x", "africa", 48, 20.0, 1, 500, failed)
    found = Compared({"defaults": level, "across_ranges": level}, None, cube(), paths())
    return question().tell(found, facts)


def judged(low: float, mean: float, high: float, verdict: Verdict) -> Comparison:
    level = comparison()
    judgement = Judgement(CLAIM, Interval(mean, low, high), verdict)
    shares = level.better | {"pools": Better(Interval(0.54, 0.5, 0.58), 0.06, 0.40)}
    return dataclasses.replace(level, judgements=(judgement,), better=shares)


def said(level: Comparison) -> list[str]:
    return list(told(level).answer)


@pytest.mark.parametrize(
    ("low", "mean", "high", "verdict", "words"),
    [
        (1.5, 2.0, 2.5, "supported", "2.00 lower than under 'Siloed' (95% interval: 1.50 lower to 2.50 lower): supp"),
        (-2.5, -2.0, -1.5, "refuted", "2.00 higher than under 'Siloed' (95% interval: 2.50 higher to 1.50 higher)"),
        (-0.5, 0.1, 0.7, "equivalent", "(95% interval: 0.50 higher to 0.70 lower): equivalent"),
        (-0.5, 0.8, 2.1, "inconclusive", "inconclusive, since the interval has effects below and beyond"),
        (0.5, 1.2, 1.9, "inconclusive", "the direction is established, the size is not"),
        (math.nan, 1.2, math.nan, "inconclusive", "(no interval): inconclusive, since so few futures bound nothing"),
    ],
)
def test_the_headline_says_what_the_numbers_say(
    low: float, mean: float, high: float, verdict: Verdict, words: str
) -> None:
    first, second, third = said(judged(low, mean, high, verdict))
    assert first.startswith("Across the declared ranges") and words in first
    assert "fewer conflict-years in 54%" in second and "more in 40% and exactly as many in 6%" in second
    assert third.startswith("At the default values (50 futures)") and words in third
    if low < 0.0 < high:
        assert "direction" not in first


def test_without_hypotheses_no_verdict_is_claimed() -> None:
    found = told(dataclasses.replace(comparison(), judgements=()))
    assert found.answer == ["No hypothesis was tested; the differences below are estimates without a verdict."]
    assert "supported" not in terminal(found).lower()


@pytest.mark.parametrize("scale", [0.01, 1.0, 3.0])
def test_the_terminal_fits_110_columns(scale: float) -> None:
    text = terminal(told(comparison(scale), failed=3))
    assert max(map(len, text.splitlines())) <= 110
    assert "3 of 500 runs failed" in text and "elsewhere: not tested, somewhere did not take part" in text
    assert text.splitlines()[-1] == "Study: results/compare/x (start with README.md)"


def test_tables_hold_every_number_in_long_form() -> None:
    level = comparison()
    tables = told(level).tables
    assert len(tables["institutions"]) == 2 * len(NAMES) * (len(OUTCOMES) + 4)
    assert len(tables["differences_vs_siloed"]) == 2 * (len(NAMES) - 1) * len(OUTCOMES)
    row = tables["institutions"].query("level == 'defaults' and institution == 'pools' and metric == 'averted'")
    assert row[["mean", "low", "high"]].to_numpy()[0] == pytest.approx(level.institutions["pools"]["averted"])
    assert not tables["institutions"]["unit"].isna().any()
    verdicts = tables["hypotheses"].query("level == 'across_ranges'").set_index("id")["verdict"]
    assert verdicts["elsewhere"] == "not tested: somewhere did not take part"


def test_the_main_table_has_a_row_per_institution() -> None:
    text = terminal(told(comparison()))
    said = next(each for each in text.split("\n\n") if each.startswith("Across the declared ranges: 50 draws"))
    table = [re.split(r"  +", line.strip()) for line in said.splitlines() if "draws" not in line]
    _, heading, *rows = table
    assert heading[-2:] == ["to siloed", "%"]
    assert [row[0] for row in rows] == ["none", "siloed", "a_rather_long_ins…", "pools", "full_information"]
    # Nothing is held against itself.
    for column in (-2, -1):
        assert [row[column] == "–" for row in rows] == [name == "siloed" for name in NAMES]
    assert rows[3][-1] == "86/0/14"


def test_the_page_for_a_colleague_says_what_came_out() -> None:
    found = told(comparison(), failed=2)
    page = readme(found)
    assert all(sentence in page for sentence in found.answer)
    assert all(f"`{name}`" in page for name in (*NAMES, *OUTCOMES))
    assert set(found.figures) == {"difference_vs_siloed", "worlds_better", "share_of_reference", "over_time"}
    assert all(f"![{figure.alt}](figures/{name}.png)" in page for name, figure in found.figures.items())
    assert "2 runs failed" in page


def test_missing_numbers_are_said_not_printed() -> None:
    assert bracketed(Interval(math.nan, math.nan, math.nan), 1, absent="not established") == "not established"
    assert bracketed(Interval(1.25, math.nan, math.nan), 1) == "1.2 [no bounds]"
    assert bracketed(Interval(-0.01, -0.04, 0.02), 1) == "0.0 [0.0, 0.0]"
    assert bracketed(Interval(0.5, -1.0, 2.0), 1, sign="+") == "+0.5 [-1.0, +2.0]"


def test_an_institution_has_one_colour_whatever_it_stands_beside() -> None:
    shown = colours(["siloed", "siloed_best", "uk_pools", "pooled_funding"])
    assert colours(["uk_pools"])["uk_pools"] == shown["uk_pools"]
    assert len(set(map(str, shown.values()))) == 4


def test_a_claim_about_a_gain_is_told_as_one() -> None:
    gain = dataclasses.replace(CLAIM, given={"veto": 0.0}, rather_than={"veto": 1.0})
    level = dataclasses.replace(comparison(), judgements=(Judgement(gain, Interval(2.0, 1.5, 2.5), "supported"),))
    assert said(level)[-1].startswith(
        "At the default values (50 futures), the gain of 'Pools (veto=0)' over 'Siloed (veto=0)' in conflict-years "
        "is 2.00 larger than that of 'Pools (veto=1)' over 'Siloed (veto=1)' (95% interval: 1.50 larger to 2.50 "
        "larger): supported"
    )
