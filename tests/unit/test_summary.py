import dataclasses
import math
import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest

from experiments.reporting.drawing import colours
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import bracketed
from experiments.runs.cube import Cube
from experiments.settings.compose import asked
from experiments.statistics.hinges import Hinge
from experiments.statistics.intervals import Interval
from experiments.statistics.scenarios import Shares
from experiments.studies.compare import Compare, Compared
from experiments.studies.comparison import Comparison, Judgement, analyse
from experiments.studies.hypotheses import Arm, Hypothesis
from experiments.studies.switched_off import Switch, Without
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
    made.known, made.first, made.asks = {**LABELS, "siloed_best": "Siloed at its best"}, "pools", CLAIM
    return made


@cache
def cube(scale: float = 1.0) -> Cube:
    generator = np.random.default_rng(5)
    base = generator.normal(300.0, 20.0, 50)
    outcomes = [
        [base * scale + generator.normal(-shift * scale, 1.0, 50) for _ in OUTCOMES] for shift, _ in enumerate(NAMES)
    ]
    by_outcome = dict(zip(OUTCOMES, np.array(outcomes).swapaxes(0, 1)[..., np.newaxis], strict=True))
    return Cube(NAMES, np.arange(50), np.zeros(1, np.int64), by_outcome)


@cache
def comparison(scale: float = 1.0) -> Comparison:
    absent = dataclasses.replace(CLAIM, id="elsewhere", better=Arm("somewhere"))
    return analyse(cube(scale), NAMES, (CLAIM, absent), seed=1, least=1.0)


def paths() -> pd.DataFrame:
    series = dict.fromkeys(("in_conflict", "participation", "belief", "yield"), 0.5)
    return pd.DataFrame(
        {"institution": name, "replication": replication, "quarter": quarter, **series}
        for name in NAMES
        for replication in range(3)
        for quarter in range(2)
    )


def told(level: Comparison, failed: int = 0, without: Sequence[Without] = (), advised: int | None = None) -> Result:
    """What a study says whose two levels came out alike."""
    facts = Facts("results/compare/x", "africa", 48, 20.0, 1, 500, failed, seconds=60.0)
    moved = Hinge("effect", Interval(-2.0, -3.0, -1.0), 0.03)
    shares = Shares(Interval(0.1, 0.0, 0.2), Interval(0.7, 0.6, 0.8), Interval(0.2, 0.1, 0.3))
    found = Compared(
        {"defaults": level, "across_ranges": level}, None, shares, advised, without, cube(), [moved], paths()
    )
    return question().tell(found, facts)


def judged(low: float, mean: float, high: float) -> Comparison:
    level = comparison()
    judgement = Judgement(CLAIM, Interval(mean, low, high), 50)
    shares = Shares(Interval(0.54, 0.5, 0.58), Interval(0.06, 0.02, 0.1), Interval(0.40, 0.35, 0.45))
    return dataclasses.replace(level, judgements=(judgement,), scenarios=dict.fromkeys(level.scenarios, shares))


def said(level: Comparison) -> list[str]:
    return list(told(level).answer)


@pytest.mark.parametrize(
    ("low", "mean", "high", "words"),
    [
        (
            -2.5,
            -2.0,
            -1.5,
            "'Siloed' (95% interval: 2.50 fewer to 1.50 fewer): better by at least 1.",
        ),
        (
            1.5,
            2.0,
            2.5,
            "sees 2.00 more conflict-years than 'Siloed' (95% interval: 1.50 more to 2.50 more): worse by",
        ),
        (-0.7, -0.1, 0.5, "(95% interval: 0.70 fewer to 0.50 more): no difference as large as 1."),
        (
            -0.2,
            0.0,
            0.2,
            "sees as many conflict-years as 'Siloed' (95% interval: 0.20 fewer to 0.20 more): no difference",
        ),
        (-2.1, -0.8, 0.5, "which of them does better is open (about 340 draws would settle it)."),
        (-1.9, -1.2, -0.5, "better, size open (about 98 draws would settle it)."),
        (math.nan, -1.2, math.nan, "(no interval): too few to say."),
    ],
)
def test_the_headline_says_what_the_numbers_say(low: float, mean: float, high: float, words: str) -> None:
    dose, first, shares, caution = said(judged(low, mean, high))
    assert dose.startswith("At history's money 'Siloed' averts 1.1 conf") and "48 states over 20 years" in dose
    assert first.startswith("Across 50 draws of what nobody has measured, 'Pools' sees") and words in first
    assert shares.startswith("In 54% [50%, 58%] of these plausible scenarios") and "in 6% [2%, 10%] worse" in shares
    assert shares.endswith("against 'Siloed at its best' better in 10% [0%, 20%], worse in 70% [60%, 80%].")
    assert "no forecast" in caution


def test_what_would_settle_it_is_a_command_with_its_time_that_no_file_keeps() -> None:
    level = judged(-2.1, -0.8, 0.5)
    text = terminal(told(level, advised=12))
    [line] = [line for line in text.splitlines() if line.strip().startswith("concord compare") and "draws" in line]
    assert line == "  concord compare world=stylised world.size=4 'institutions=[uk_pools]' draws=340"
    # 250 draws of 8 futures and 400 replications took a minute, with much beside them.
    assert "a study of about 340 draws, 1 min" in text.replace("\n", " ")
    assert "  concord compare world=stylised world.size=4 'institutions=[uk_pools]' futures=12" in text.splitlines()
    kept = readme(told(level, advised=12))
    assert "draws=340`" in kept and "`futures=12`" in kept and " min " not in kept
    assert "concord compare" not in terminal(told(judged(-2.5, -2.0, -1.5)))


def test_what_decides_the_sign_stands_in_the_answer() -> None:
    effects = [Switch(name, f"what {name} is", {}) for name in ("decisive", "aid_on_onset")]
    gaps = {"siloed": Interval(0.8, 0.3, 1.3), "siloed_best": Interval(1.0, 0.5, 1.5)}
    without = [Without(effects[0], gaps, ("siloed",)), Without(effects[1], gaps, ())]
    level = judged(-2.5, -2.0, -1.5)
    result = told(level, without=without)
    sign = "Its sign rests on decisive (what decisive is): without that, 'Pools' sees 0.80 more conflict-years than"
    assert any(line.startswith(sign) for line in result.answer) and "aid_on" not in " ".join(result.answer)
    assert "| `decisive` | what decisive is | **+0.80 [+0.30, +1.30]** | +1.00 [+0.50, +1.50] |" in readme(result)
    assert "\ndecisive " in terminal(result) and "\naid_on_onset " not in terminal(result)
    assert result.data["without"][0]["vs_siloed_best_high"] == 1.5


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
    # One future a draw tells no luck from scenarios.
    assert rows[3][-1] == "not told"


def test_the_page_for_a_colleague_says_what_came_out() -> None:
    found = told(comparison(), failed=2)
    page = readme(found)
    assert page.startswith("# Do joint responses outperform siloed ones?\n")
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
