"""Counted patterns against hand-worked panels, and against a slow second implementation by the definitions."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.records.files.panel import Panel
from experiments.records.pattern_values import ENDING, HALF_LIFE, KEYS, MATRIX
from experiments.records.patterns import (
    flattened,
    patterns,
)
from tests.panels import COUNTED, FIRST, NAMES, panel_from, risk_set, states_of

# Three states, eight years, 1989–1996: (a) begins in 1990 after ten years of peace, a lull in 1992, ends in 1993;
# (b) is at war since before; (c) enters in 1991, is never active.
SMALL = panel_from(["01201000", "22100010", "..000000"], "02.", [1979, 1988, 0])


def test_levels_by_hand() -> None:
    found = patterns(SMALL)
    assert found["active_share"] == pytest.approx(7 / 22)
    assert found["war_share"] == pytest.approx(3 / 22)
    yearly = [1 / 2, 1, 2 / 3, 0, 1 / 3, 0, 1 / 3, 0]
    assert found["active_share_sd"] == pytest.approx(np.std(yearly, ddof=1))


def test_transitions_by_hand() -> None:
    # Last year's level to this year's. The newcomer's first year, 1991, is no transition.
    # a: 00 01 12 20 01 10 00 00; b: 22 22 21 10 00 00 01 10; c: 00 five times.
    found = patterns(SMALL)
    assert np.allclose(found[MATRIX], [[10 / 13, 3 / 13, 0], [3 / 4, 0, 1 / 4], [1 / 4, 1 / 4, 2 / 4]])
    assert found["onset_rate"] == pytest.approx(3 / 13)
    assert found["termination_rate"] == pytest.approx(4 / 8)
    # At risk within ten years of activity: a 1989 (10 years since 1979) but not 1990 (11); 1993, 1995, 1996;
    # b 1993, 1994, 1995.
    assert found["onset_rate_recent"] == pytest.approx(2 / 7)
    assert found["onset_rate_quiet"] == pytest.approx(1 / 6)
    assert found["onset_ratio"] == pytest.approx(12 / 7)


def test_spells_by_hand() -> None:
    # Begun in the window: a 1990–1993 (four years, the lull bridged; ended, 1993 < 1995); b 1995 (censored:
    # 1995 is not before 1996 - 1). b's first spell began before the window.
    found = patterns(SMALL)
    assert found["spell_survival_5"] == 0.0
    assert found["spell_median"] == 4.0
    assert found["termination_year_1"] == 0.0
    assert found["termination_years_2_5"] == pytest.approx(1 / 3)
    assert math.isnan(found["termination_years_6_10"])  # type: ignore[arg-type]
    assert found["recurrence_5"] == 0.0


def test_a_lull_over_the_window_s_edge_makes_no_new_spell() -> None:
    bridged = panel_from(["01000000"], "1", [1988])
    assert math.isnan(patterns(bridged)["spell_median"])  # type: ignore[arg-type]
    begun = panel_from(["001000000"], "1", [1988])
    assert patterns(begun)["spell_median"] == 1.0


def test_recurrence_by_hand() -> None:
    # Ends 1990, next start 1994: four years. Ends 1989, never again: censored at 1998 after nine.
    found = patterns(panel_from(["0100010000", "1000000000"], "00", [0, 0]))
    assert found["recurrence_5"] == pytest.approx(1 / 3)
    again = patterns(panel_from(["0100100000", "1000000000"], "00", [0, 0]))
    # The first state's second spell (1993) ends too, and is censored at once: three peaces at risk in year 3.
    assert again["recurrence_5"] == pytest.approx(1 / 3)
    assert again["termination_year_1"] == 1.0


def test_an_onset_with_neighbours_by_hand() -> None:
    around = np.array([[1.0, 1, 0, 0], [0, 1, 0, 1], [np.nan] * 4])
    found = patterns(panel_from(["0100", "0010", "1000"], "000", [0, 0, 0], neighbour_active=around))
    # At risk with an active neighbour: a 1989, a 1990 (onset), b 1990; without: b 1989, b 1991 (onset), a 1992.
    assert found["neighbour_odds_ratio_raw"] == pytest.approx((1 / 2) / (1 / 2))


def test_what_is_not_defined_is_nan_and_what_is_beyond_numbers_infinite() -> None:
    peace = patterns(panel_from(["0000", "0000"], "00", [0, 1980]))
    assert peace["onset_rate"] == peace["active_share"] == 0.0
    undefined = {key for key, value in flattened(peace).items() if np.isnan(value)}
    assert undefined == {
        "termination_rate",
        *(key for key in KEYS if key.startswith(("spell", "termination_year", "recurrence", "neighbour", "income"))),
        HALF_LIFE,
        *ENDING,
        "share_of_quarters",
        "onset_ratio",
        *(f"{before}_to_{after}" for before in NAMES[1:] for after in NAMES),
    }
    only_recent = patterns(panel_from(["01000", "00000"], "00", [1985, 0]))
    assert only_recent["onset_ratio"] == math.inf
    lasting = patterns(panel_from(["0011111"], "0", [0]))
    assert lasting["spell_median"] == math.inf


# --- a slow second implementation, written from the definitions alone ---------------------------------------------


def kaplan_meier(durations: list[tuple[int, bool]]) -> Callable[[int], float]:
    def outlive(age: int) -> float:
        share = 1.0
        for now in range(1, age + 1):
            at_risk = sum(length >= now for length, _ in durations)
            if at_risk:
                share *= 1 - sum(length == now and ended for length, ended in durations) / at_risk
        return share if durations else math.nan

    return outlive


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else (math.inf if part else math.nan)


def spells_of(panel: Panel) -> tuple[list[tuple[int, bool]], list[tuple[int, bool]]]:
    """Durations of spells begun in the window and of the peaces after those that ended."""
    lengths, peaces = [], []
    for i, levels in enumerate(states_of(panel)):
        if not levels:
            continue
        active = ([int(panel.last_active[i])] if panel.last_active[i] else []) + [y for y in levels if levels[y] > 0]
        spells: list[list[int]] = []
        for year in active:
            if spells and year - spells[-1][1] <= 2:
                spells[-1][1] = year
            else:
                spells.append([year, year])
        last = max(levels)
        for k, (start, end) in enumerate(spells):
            if start < FIRST:
                continue
            ended = end < last - 1
            lengths.append((end - start + 1, ended))
            if ended:
                again = k + 1 < len(spells)
                peaces.append((spells[k + 1][0] - end if again else last - end, again))
    return lengths, peaces


def slow_patterns(panel: Panel) -> dict[str, float]:
    levels = [(y, v) for state in states_of(panel) for y, v in state.items()]
    yearly = [[v > 0 for y, v in levels if y == year] for year in panel.years]
    shares = [np.mean(one) for one in yearly if one]
    found = {
        "active_share": ratio(sum(v > 0 for _, v in levels), len(levels)),
        "war_share": ratio(sum(v == 2 for _, v in levels), len(levels)),
        "active_share_sd": float(np.std(shares, ddof=1)) if len(shares) > 1 else math.nan,
    }
    for first in range(FIRST, int(panel.years[-1]) + 1, 5):
        block = [v > 0 for year, v in levels if first <= year < first + 5]
        found[f"active_share_years_{first - FIRST + 1}_{first - FIRST + 5}"] = ratio(sum(block), len(block))
    found["share_of_quarters"] = ratio(float(panel.quarters[panel.level >= 0].sum()), len(levels))
    moves = np.zeros((3, 3))
    for i, state in enumerate(states_of(panel)):
        for year, now in state.items():
            before = state.get(year - 1, -1) if year > FIRST else int(panel.level_before[i])
            if before >= 0:
                moves[before, now] += 1
    for a in range(3):
        for b in range(3):
            found[f"{NAMES[a]}_to_{NAMES[b]}"] = ratio(moves[a, b], moves[a].sum())
    found["termination_rate"] = ratio(moves[1:, 0].sum(), moves[1:].sum())
    risk = risk_set(panel)
    found["onset_rate"] = ratio(sum(onset for *_, onset in risk), len(risk))
    for name, recent in (("recent", True), ("quiet", False)):
        some = [onset for *_, since, onset in risk if (since is not None and since <= 10) == recent]
        found[f"onset_rate_{name}"] = ratio(sum(some), len(some))
    after, quiet_rate = found["onset_rate_recent"], found["onset_rate_quiet"]
    found["onset_ratio"] = math.nan if math.isnan(after + quiet_rate) else ratio(after, quiet_rate)
    table = np.zeros((2, 2))
    for i, year, _, onset in risk:
        around = panel.neighbour_active[i, year - FIRST]
        if not math.isnan(around):
            table[int(around), int(onset)] += 1
    found["neighbour_odds_ratio_raw"] = ratio(table[1, 1] * table[0, 0], table[1, 0] * table[0, 1])
    lengths, peaces = spells_of(panel)
    outlive, quiet = kaplan_meier(lengths), kaplan_meier(peaces)
    median = next((float(t) for t in range(1, 99) if outlive(t) <= 0.5 + 1e-12), math.inf)
    found["spell_median"] = float(median) if lengths else math.nan
    for years in (5, 10):
        found[f"spell_survival_{years}"] = outlive(years)
        found[f"recurrence_{years}"] = 1 - quiet(years)
    for name, (low, high) in {
        "_1": (1, 1), "s_2_5": (2, 5), "s_6_10": (6, 10), "s_11_plus": (11, 99),
    }.items():  # fmt: skip
        lived = sum(low <= age <= high for length, _ in lengths for age in range(1, length + 1))
        found[f"termination_year{name}"] = ratio(sum(low <= n <= high and e for n, e in lengths), lived)
    return found


@st.composite
def panels(draw: st.DrawFn, years: int = 14, states: int = 6) -> Panel:
    """Any panel: states that enter late and leave early, histories before the window, neighbours or none."""
    n, t = draw(st.integers(1, states)), draw(st.integers(2, years))
    # Runs of peace and conflict, so that lulls, long spells and returns all occur.
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stay = draw(st.sampled_from([0.5, 0.7, 0.9]))
    level = np.zeros((n, t), int)
    before = rng.integers(0, 3, n) * rng.integers(0, 2, n)
    now = before.copy()
    for year in range(t):
        now = np.where(rng.random(n) < stay, now, rng.choice([0, 0, 0, 1, 1, 2], n))
        level[:, year] = now
    history = np.where(before > 0, FIRST - 1, rng.choice([0, 1950, 1978, 1979, 1986, 1987], n))
    enters, leaves = rng.choice([0, 0, 0, 1, 3], n), rng.choice([0, 0, 0, 1, 2], n)
    for i in range(n):
        level[i, : enters[i]] = -1
        level[i, t - leaves[i] :] = -1
    around = rng.integers(0, 2, (n, t)).astype(float)
    around[rng.random(n) < 0.2] = np.nan
    income, population = rng.normal(7, 1, (n, t)), rng.normal(2, 1, (n, t))
    income[rng.random((n, t)) < 0.05] = np.nan
    return Panel(
        codes=tuple(map(str, range(n))),
        years=np.arange(FIRST, FIRST + t),
        level=level,
        level_before=np.where(level[:, 0] >= 0, before, -1),
        last_active=history,
        log_income=income,
        log_population=population,
        neighbour_active=around,
        excluded=np.where(rng.random((n, t)) < 0.05, np.nan, rng.random((n, t))),
        years_active=rng.integers(0, 30, n).astype(float),
        quarters=rng.random((n, t)),
    )


@settings(derandomize=True, max_examples=400, deadline=None)
@given(panels())
def test_counted_patterns_equal_the_slow_ones(panel: Panel) -> None:
    found, slow = flattened(patterns(panel, keys=COUNTED)), slow_patterns(panel)
    assert set(found) == set(slow)
    for key, value in slow.items():
        assert found[key] == pytest.approx(value, nan_ok=True, abs=1e-12), key


@settings(derandomize=True, max_examples=60, deadline=None)
@given(panels(), st.integers(0, 2**32 - 1))
def test_weights_count_states_as_often_as_they_say(panel: Panel, seed: int) -> None:
    times = np.random.default_rng(seed).integers(0, 4, len(panel.codes))
    rows = np.repeat(np.arange(len(panel.codes)), times)
    by_state = {name: getattr(panel, name)[rows] for name in Panel._fields if name not in ("codes", "years")}
    chosen = panel._replace(codes=tuple(panel.codes[i] for i in rows), **by_state)
    weighted, repeated = (flattened(found) for found in (patterns(panel, times.astype(np.float64)), patterns(chosen)))
    for key in weighted:
        assert weighted[key] == pytest.approx(repeated[key], nan_ok=True, rel=1e-6, abs=1e-12), key
