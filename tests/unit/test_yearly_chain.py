"""The yearly chain: what was known by hand, coefficients recovered, and runs that follow from them."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from experiments.records.known import Known, known_before
from experiments.records.yearly_chain import Chain, fitted, simulated
from tests.official_files import Files, write_files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return write_files(tmp_path)


def test_what_was_known_by_hand(files: Files) -> None:
    known = known_before(files.read(), 1993)
    columns = ["before", "income", "population", "neighbour", "quiet", "spell", "level"]
    rows = known.cases[columns].round(6).to_dict("split")["data"]
    cases = dict(zip(zip(known.cases["state"], known.cases["year"], strict=True), rows, strict=True))
    # Six states from 1990 to 1992: the panel begins in 1989, and Eritrea in 1993.
    assert len(cases) == 6 * 3 and max(year for _, year in cases) == 1992
    # Level before, income, population, neighbour, years quiet, spell; level. Morocco never was in conflict.
    assert cases[600, 1990] == [0, 4500.0, 25.2, 0.0, np.inf, 0, 0]
    assert cases[615, 1991] == [0, 8100.0, 26.1, 0.0, 5.0, 0, 1]
    # Algeria in 1992: active since 1991, with Tunisia and Libya next door; at war now.
    assert cases[615, 1992] == [1, 8200.0, 26.1, 1.0, 1.0, 1, 2]
    # Sudan in 1992: active in 1989, 1990 and 1991, Libya next door; quiet now.
    assert cases[625, 1992] == [1, 1900.0, 20.5, 1.0, 1.0, 3, 0]
    start = known.start.set_index("state")
    assert start.index.tolist() == [20, 600, 615, 616, 620, 625] and (start["year"] == 1993).all()
    assert start["before"].tolist() == [0, 0, 2, 0, 0, 0] and start["spell"].tolist() == [0, 0, 2, 0, 0, 0]
    assert known.borders[2].tolist() == [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]
    assert known.borders.tolist() == known.borders.T.tolist()


def test_nothing_of_the_year_or_later_is_looked_at(files: Files) -> None:
    before = known_before(files.read(), 1993)
    files.panel.write_text(files.panel.read_text().replace("615,Algeria,1993,1,0,8400", "615,Algeria,1993,1,0,9999"))
    files.acd.write_text("".join(line for line in files.acd.open() if ",1994," not in line))
    after = known_before(files.read(), 1993)
    pd.testing.assert_frame_equal(before.cases, after.cases)
    pd.testing.assert_frame_equal(before.start, after.start)


def test_missing_figures_are_carried_forward_or_said(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    text = files.panel.read_text().replace("615,Algeria,1992,1,0,8300", "615,Algeria,1992,1,0,")
    for year in range(1989, 1996):
        text = text.replace(f"600,Morocco,{year},1,0,{4500 + 100 * (year - 1989)}", f"600,Morocco,{year},1,0,")
    files.panel.write_text(text)
    known = known_before(files.read(), 1993)
    start = known.start.set_index("state")["income"]
    assert start[615] == pytest.approx(8200.0) and start[600] == start.drop(600).median()
    assert 600 not in set(known.cases["state"])
    assert "no income is known of 600" in capsys.readouterr().err


def test_a_panel_that_ends_before_is_carried_on(files: Files) -> None:
    whole = known_before(files.read(), 1996)
    lines = files.panel.read_text().splitlines(keepends=True)
    files.panel.write_text("".join(line for line in lines if line.split(",")[2] not in ("1994", "1995")))
    known = known_before(files.read(), 1996)
    assert known.start["state"].tolist() == whole.start["state"].tolist() and (known.start["year"] == 1996).all()
    # Figures of 1993 stand for 1995; history goes on: Algeria was active again in 1994.
    assert known.start["income"].tolist() == pytest.approx((whole.start["income"] - 200).tolist())
    assert known.start["quiet"].tolist() == whole.start["quiet"].tolist()


def made(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Cases whose onsets and ends follow known coefficients."""
    cases = pd.DataFrame(
        {
            "state": np.arange(rows) // 20,
            "year": 1990 + np.arange(rows) % 20,
            "before": rng.integers(0, 3, rows),
            "income": np.exp(rng.normal(7.5, 1.0, rows)),
            "population": np.exp(rng.normal(2.0, 1.0, rows)),
            "neighbour": rng.integers(0, 2, rows).astype(float),
            "quiet": rng.integers(2, 20, rows).astype(float),
        }
    )
    cases["spell"] = np.where(cases["before"] > 0, rng.integers(1, 15, rows), 0)
    recency = 2.0 ** ((1.0 - cases["quiet"]) / 2.5)
    onset = 1.0 - 0.5 * np.log(cases["income"]) + 0.25 * np.log(cases["population"]) + 2.0 * recency
    end = 0.5 - 0.3 * np.log(cases["population"]) - 0.6 * np.log1p(cases["spell"])
    logit = np.where(cases["before"] == 0, onset + 0.8 * cases["neighbour"], end)
    moves = rng.random(rows) < 1.0 / (1.0 + np.exp(-logit))
    active = moves == (cases["before"] == 0)
    return cases.assign(level=np.where(active, 1 + (rng.random(rows) < 0.3), 0))


def test_coefficients_are_recovered_with_their_errors() -> None:
    rng = np.random.default_rng(3)
    cases = made(40_000, rng)
    chain = fitted(cases, rng, 4000)
    for drawn, true in ((chain.onset, [1.0, -0.5, 0.25, 2.0, 0.8]), (chain.end, [0.5, -0.3, -0.6])):
        assert np.all(np.abs(drawn.mean(axis=0) - true) < 4.0 * drawn.std(axis=0))
    fought = cases[cases["before"] > 0]
    told = sm.add_constant(np.column_stack([np.log(fought["population"]), np.log1p(fought["spell"])]))
    fit = sm.Logit((fought["level"] == 0).astype(float), told).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": fought["state"]}
    )
    assert chain.end.mean(axis=0) == pytest.approx(np.asarray(fit.params), abs=0.02)
    assert chain.end.std(axis=0) == pytest.approx(np.asarray(fit.bse), rel=0.08)
    assert chain.war.mean(axis=0) == pytest.approx([0.3] * 3, abs=0.02)


def test_few_cases_leave_a_rate_alone(files: Files) -> None:
    known = known_before(files.read(), 1993)
    chain = fitted(known.cases, np.random.default_rng(1), 20_000)
    assert not chain.onset[:, 1:].any() and not chain.end[:, 1:].any()
    # Onsets: Algeria, Tunisia and Libya in 1991, of 12 state-years at peace; Jeffreys' mean is 3.5 of 13.
    quiet = known.cases[known.cases["before"] == 0]
    events = int((quiet["level"] > 0).sum())
    assert (events, len(quiet)) == (3, 12)
    assert np.mean(1.0 / (1.0 + np.exp(-chain.onset[:, 0]))) == pytest.approx(3.5 / 13.0, abs=0.01)


def test_runs_by_hand() -> None:
    start = pd.DataFrame(
        {
            "before": [0, 1, 0], "income": [math.e, 1.0, 1.0], "population": [1.0, 1.0, 1.0],
            "quiet": [np.inf, 1.0, np.inf], "spell": [0, 1, 0],
        }
    )  # fmt: skip
    borders = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    runs, sure = 20_000, 500.0
    war = np.tile([0.0, 1.0, 1.0], (runs, 1))
    # Onset needs a neighbour; a conflict ends for sure in its second year, when ln(1 + years) passes ln 2.5.
    onset = np.tile([-sure, 0.0, 0.0, 0.0, sure], (runs, 1))
    end = np.tile([-sure * np.log(2.5), 0.0, sure], (runs, 1))
    found = simulated(Chain(onset, end, war), Known(start, start, borders), 3, np.random.default_rng(1))
    first, second, third = found.mean(axis=0)
    assert first.tolist() == pytest.approx([0.5, 2.0, 0.0], abs=0.02)
    assert second[1] == pytest.approx(0.0, abs=0.02) and second[2] == third[2] == 0.0
    # Who began in the first year is at war in the second, as the rates by level say, and over in the third.
    began = found[:, 0, 0] == 1
    assert (found[began, 1, 0] == 2).all() and (found[began, 2, 0] == 0).all()
