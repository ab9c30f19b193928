"""Patterns against hand-worked panels, and against a slow second implementation written from the definitions."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.records.files.panel import Panel
from experiments.records.observed import observed_quarters
from experiments.records.pattern_values import ADJUSTED, BLOCKS, ENDING, HALF_LIFE, KEYS, MATRIX
from experiments.records.patterns import (
    Pattern,
    flattened,
    intervals,
    panel_of_runs,
    patterns,
    patterns_by_run,
    percentile,
    pooled_patterns,
    resampled,
)
from experiments.statistics.estimators import LONGEST, SHORTEST
from model.world import World, stylised

FIRST = 1989
NAMES = ("peace", "minor", "war")
FITTED = (HALF_LIFE, *ADJUSTED, *ENDING)
COUNTED = tuple(key for key in KEYS if key not in FITTED)


def panel_from(levels: Sequence[str], before: str, last_active: Sequence[int], **given: Any) -> Panel:
    """A panel from one text per state, a digit per year ('.' where the state is not in the panel)."""
    level = np.array([[-1 if mark == "." else int(mark) for mark in text] for text in levels])
    nothing = np.full(level.shape, np.nan)
    return Panel(
        codes=tuple(str(i) for i in range(len(levels))),
        years=np.arange(FIRST, FIRST + level.shape[1]),
        level=level,
        level_before=np.array([-1 if mark == "." else int(mark) for mark in before]),
        last_active=np.array(last_active),
        **dict.fromkeys(("log_income", "log_population", "neighbour_active", "excluded", "quarters"), nothing)
        | {"years_active": np.zeros(len(levels))}
        | given,
    )


def pattern_intervals(
    panel: Panel, resamples: int, seed: int = 1, keys: Sequence[str] = KEYS
) -> dict[str, dict[str, Pattern]]:
    """Patterns with 95% intervals by a bootstrap over states."""
    return intervals(patterns(panel, keys=keys), resampled(panel, resamples, seed, keys))


def same(one: Any, other: Any) -> bool:
    """Equal to the bit, NaN like NaN."""
    return repr(one) == repr(other)


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


def states_of(panel: Panel) -> list[dict[int, int]]:
    return [
        {int(year): int(level) for year, level in zip(panel.years, row, strict=True) if level >= 0}
        for row in panel.level
    ]


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


def risk_set(panel: Panel) -> list[tuple[int, int, int | None, bool]]:
    """State, year, years since last active (None: never) and onset of every state-year at risk."""
    rows = []
    for i, levels in enumerate(states_of(panel)):
        history = {int(panel.last_active[i])} - {0}
        for year in map(int, panel.years):
            before = levels.get(year - 1, -1) if year > FIRST else int(panel.level_before[i])
            if year in levels and before == 0:
                rows.append((i, year, year - max(history) if history else None, levels[year] > 0))
            if levels.get(year, 0) > 0:
                history.add(year)
    return rows


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


def large_panel(seed: int = 0, half_life: float = 3.0) -> Panel:
    """Fifty states, thirty years, onset by the adjusted model's own law."""
    rng = np.random.default_rng(seed)
    n, t = 50, 30
    level, around = np.zeros((n, t), int), rng.integers(0, 2, (n, t)).astype(float)
    income, population = rng.normal(0, 1, (n, 1)).repeat(t, 1), rng.normal(0, 1, (n, 1)).repeat(t, 1)
    last = np.where(rng.random(n) < 0.5, 1980, 0)
    recent = last.copy()
    for k in range(t):
        since = np.where(recent > 0, FIRST + k - recent, np.inf)
        eta = -3.0 + 1.0 * around[:, k] - 0.7 * income[:, k] + 2.5 * 2.0 ** (-(since - 1) / half_life)
        was = level[:, k - 1] > 0 if k else np.zeros(n, bool)
        p = np.where(was, 0.6, 1 / (1 + np.exp(-eta)))
        level[:, k] = rng.random(n) < p
        recent = np.where(level[:, k] > 0, FIRST + k, recent)
    return Panel(
        tuple(map(str, range(n))),
        np.arange(FIRST, FIRST + t),
        level,
        np.zeros(n, int),
        last,
        income,
        population,
        around,
        rng.random((n, t)),
        rng.integers(0, 20, n).astype(float),
        (level > 0) / 2.0,
    )


@pytest.mark.parametrize("seed", range(4))
def test_half_life_maximises_the_likelihood(seed: int) -> None:
    import statsmodels.api as sm
    from scipy.optimize import minimize_scalar

    panel = large_panel(seed)
    risk = risk_set(panel)
    y = np.array([math.inf if since is None else since for *_, since, _ in risk], float)
    onset = np.array([row[-1] for row in risk], float)

    def cost(log_h: float) -> float:
        x = sm.add_constant(2.0 ** (-(y - 1) / math.exp(log_h)), has_constant="add")
        return -float(sm.GLM(onset, x, family=sm.families.Binomial()).fit().llf)

    grid = np.linspace(math.log(0.3), math.log(300), 60)
    start = grid[int(np.argmin([cost(h) for h in grid]))]
    best = minimize_scalar(cost, bounds=(start - 0.15, start + 0.15), method="bounded", options={"xatol": 1e-6})
    found = patterns(panel, keys=(HALF_LIFE,))[HALF_LIFE]
    assert isinstance(found, float)
    assert SHORTEST < found < LONGEST
    assert cost(math.log(found)) == pytest.approx(best.fun, abs=1e-6)
    assert found == pytest.approx(math.exp(best.x), rel=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_adjusted_odds_ratios_equal_statsmodels(seed: int) -> None:
    import statsmodels.api as sm

    panel = large_panel(seed)
    found = patterns(panel)
    h = found[HALF_LIFE]
    assert isinstance(h, float)
    rows, onset = [], []
    for i, year, since, began in risk_set(panel):
        k = year - FIRST
        if k:
            left = 0.0 if since is None else 2.0 ** (-(since - 1) / h)
            last_year = panel.log_income[i, k - 1], panel.log_population[i, k - 1]
            rows.append([1.0, panel.neighbour_active[i, k], *last_year, left])
            onset.append(float(began))
    fit = sm.Logit(np.array(onset), np.array(rows)).fit(disp=0)
    assert found["neighbour_odds_ratio_adjusted"] == pytest.approx(math.exp(fit.params[1]), rel=1e-5)
    assert found["income_odds_ratio_adjusted"] == pytest.approx(math.exp(fit.params[2]), rel=1e-5)


def test_the_laws_own_numbers_are_found_again() -> None:
    found = [patterns(large_panel(seed), keys=FITTED) for seed in range(60)]
    medians = {key: np.median([one[key] for one in found]) for key in FITTED}
    assert medians[HALF_LIFE] == pytest.approx(3.0, rel=0.35)
    assert medians["neighbour_odds_ratio_adjusted"] == pytest.approx(math.e, rel=0.15)
    assert medians["income_odds_ratio_adjusted"] == pytest.approx(math.exp(-0.7), rel=0.1)


def test_covariates_of_this_year_do_not_matter_and_those_of_last_year_do() -> None:
    panel = large_panel()
    last_only = panel.log_income.copy()
    last_only[:, -1] = np.nan
    assert same(patterns(panel._replace(log_income=last_only)), patterns(panel))
    moved = panel._replace(log_income=np.roll(panel.log_income, 1, axis=0))
    assert patterns(moved)["income_odds_ratio_adjusted"] != patterns(panel)["income_odds_ratio_adjusted"]


# --- intervals ----------------------------------------------------------------------------------------------------


def test_intervals_have_a_fixed_seed_and_hold_the_estimate() -> None:
    panel = large_panel()
    keys = ("active_share", "onset_rate", MATRIX)
    found = pattern_intervals(panel, resamples=300, keys=keys)
    assert same(found, pattern_intervals(panel, resamples=300, keys=keys))
    assert found != pattern_intervals(panel, resamples=300, seed=2, keys=keys)
    for interval in found.values():
        low, middle, high = (np.asarray(interval[name]) for name in ("low", "estimate", "high"))
        known = ~np.isnan(middle)
        assert (low <= middle)[known].all()
        assert (middle <= high)[known].all()
        assert np.isnan(low[~known]).all()


def test_an_interval_is_as_wide_as_the_mean_over_states_says() -> None:
    panel = large_panel()
    interval = pattern_intervals(panel, resamples=4000, keys=("active_share",))["active_share"]
    shares = (panel.level > 0).mean(axis=1)
    width = 2 * 1.96 * shares.std() / math.sqrt(len(shares))
    assert interval["high"] - interval["low"] == pytest.approx(width, rel=0.06)  # type: ignore[operator]


def test_resamples_in_which_a_pattern_is_not_defined_are_left_out() -> None:
    panel = panel_from(["0110", "0000", "0000"], "000", [0, 0, 0])
    values = resampled(panel, 200, 1, ("termination_rate",))["termination_rate"]
    assert 0 < np.isnan(values).sum() < 200
    interval = pattern_intervals(panel, 200, keys=("termination_rate",))["termination_rate"]
    assert interval == {"estimate": 0.5, "low": 0.5, "high": 0.5}
    nothing = pattern_intervals(panel_from(["000"], "0", [0]), 50)["termination_rate"]
    assert all(math.isnan(nothing[name]) for name in ("estimate", "low", "high"))  # type: ignore[arg-type]


def test_percentiles_leave_out_nan_and_keep_infinity() -> None:
    values = np.array([3.0, np.nan, 1.0, np.inf, 2.0])
    assert [percentile(values, share) for share in (0.025, 0.5, 0.75, 0.975)] == [1.0, 2.0, 3.0, np.inf]


# --- the model's runs ---------------------------------------------------------------------------------------------


def test_a_run_gives_the_patterns_of_the_same_levels_from_the_record() -> None:
    world = stylised(12)
    levels = np.random.default_rng(5).choice([0, 0, 0, 1, 2], (1, 20, 12)).astype(np.int8)
    states = world.states
    start = np.array([state.level for state in states])
    quiet = [state.years_at_peace for state in states]
    active_before = np.concatenate([start[None] > 0, levels[0, :-1] > 0])
    around = np.array(
        [[float(any(row[world.codes.index(o)] for o in s.neighbours)) for row in active_before] for s in states]
    )
    record = Panel(
        codes=world.codes,
        years=np.arange(FIRST, FIRST + 20),
        level=levels[0].T.astype(int),
        level_before=start,
        last_active=np.array(
            [
                FIRST - 1 if s.level else 0 if q is None else FIRST - 1 - int(q)
                for s, q in zip(states, quiet, strict=True)
            ]
        ),
        log_income=np.array([[math.log(s.income_per_head)] * 20 for s in states]),
        log_population=np.array([[math.log(s.population_millions)] * 20 for s in states]),
        neighbour_active=around,
        excluded=np.full((12, 20), np.nan),
        years_active=np.full(12, np.nan),
        quarters=np.full((12, 20), np.nan),
    )
    assert same(patterns(panel_of_runs(levels, world, FIRST)), patterns(record))


def test_a_run_knows_excluded_share_and_years_active_of_its_world_and_its_quarters() -> None:
    known = [replace(s, excluded_share=0.1 * i, years_active=float(i)) for i, s in enumerate(stylised(6).states)]
    world = World("known", tuple(known))
    statuses = np.random.default_rng(5).choice([0, 0, 0, 1, 2], (3, 40, 6)).astype(np.int8)
    levels = statuses.reshape(3, 10, 4, 6).max(axis=2)
    panel = panel_of_runs(levels, world, FIRST, statuses)
    assert panel.excluded[:, 0].tolist() == [0.1 * i for i in range(6)] * 3
    assert panel.years_active.tolist() == [0.0, 1, 2, 3, 4, 5] * 3
    seen = observed_quarters(statuses, panel.level_before[:6] > 0)
    np.testing.assert_array_equal(panel.quarters.reshape(3, 6, 10), seen.transpose(0, 2, 1))
    each = patterns_by_run(levels, world, FIRST, statuses=statuses)
    assert each["share_of_quarters"] == pytest.approx(seen.mean(axis=(1, 2)))
    alone = patterns(panel_of_runs(levels[1:2], world, FIRST, statuses[1:2]))
    assert [each[key][1] for key in ENDING] == pytest.approx([alone[key] for key in ENDING])
    assert each[BLOCKS].shape == (3, 2)
    together = pooled_patterns(levels, world, FIRST, statuses=statuses)
    assert together["share_of_quarters"] == pytest.approx(seen.mean())


@pytest.mark.parametrize(
    ("quarters", "before", "seen"),
    [
        ("0000 0000", False, [0, 0]),
        ("0100 0000", False, [0.25, 0]),
        ("0101 0000", False, [0.75, 0]),  # a lull that spans no calendar year is never coded
        ("0100 0010", False, [0.75, 0.75]),  # from the first active quarter of the episode to its last
        ("0100 0000 0010", False, [0.25, 0, 0.25]),
        ("0010 0000", True, [0.75, 0]),  # goes on from the year before
        ("1111 2222", True, [1, 1]),
    ],
)
def test_quarters_are_seen_as_episodes(quarters: str, before: bool, seen: list[float]) -> None:
    statuses = np.array([int(mark) for mark in quarters.replace(" ", "")], np.int8)[None, :, None]
    assert observed_quarters(statuses, np.array([before]))[0, :, 0].tolist() == seen


@pytest.mark.parametrize("seed", range(4))
def test_what_goes_with_the_end_of_conflict_is_statsmodels_logit(seed: int) -> None:
    import statsmodels.api as sm

    panel = large_panel(seed)
    panel.excluded[::7, 3] = np.nan
    ended, design = [], []
    for i, levels in enumerate(states_of(panel)):
        for year in range(FIRST + 1, FIRST + len(panel.years)):
            if levels[year - 1] == 0 or np.isnan(panel.excluded[i, year - 1 - FIRST]):
                continue
            before = panel.years_active[i] + sum(levels[y] > 0 for y in range(FIRST, year))
            last = year - 1 - FIRST
            design.append([1.0, panel.log_population[i, last], panel.excluded[i, last], math.log(1 + before)])
            ended.append(float(levels[year] == 0))
    expected = sm.Logit(np.array(ended), np.array(design)).fit(disp=False).params[1:3]
    found = patterns(panel, keys=ENDING)
    assert [found[key] for key in ENDING] == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_runs_together_are_the_weighted_mean_of_runs_and_their_yearly_spread_is_not_averaged_away() -> None:
    world = stylised(9)
    levels = np.random.default_rng(6).choice([0, 0, 1, 2], (7, 20, 9)).astype(np.int8)
    each, together = patterns_by_run(levels, world, FIRST), pooled_patterns(levels, world, FIRST)
    assert together["active_share"] == pytest.approx(each["active_share"].mean())
    assert together["active_share_sd"] == pytest.approx(each["active_share_sd"].mean())
    assert each[MATRIX].shape == (7, 3, 3)
    shuffled = pooled_patterns(levels[::-1], world, FIRST)
    for key, value in flattened(together).items():
        assert flattened(shuffled)[key] == pytest.approx(float(value), nan_ok=True, rel=1e-6), key


def test_a_conflict_that_ended_within_the_last_year_was_active_in_it() -> None:
    states = [replace(state, level=0, years_in_conflict=0.0, years_at_peace=0.5) for state in stylised(3).states]
    panel = panel_of_runs(np.zeros((1, 4, 3), np.int8), World("x", tuple(states)), FIRST)
    assert panel.level_before.tolist() == [1, 1, 1]
    assert panel.last_active.tolist() == [FIRST - 1] * 3
    assert panel.neighbour_active[:, 0].tolist() == [1.0] * 3
