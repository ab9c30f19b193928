"""Panels of levels for tests of patterns, and how their patterns are taken."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.records.files.panel import Panel
from experiments.records.pattern_values import ADJUSTED, ENDING, HALF_LIFE, KEYS
from experiments.records.patterns import (
    Pattern,
    intervals,
    patterns,
    resampled,
)

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


def states_of(panel: Panel) -> list[dict[int, int]]:
    return [
        {int(year): int(level) for year, level in zip(panel.years, row, strict=True) if level >= 0}
        for row in panel.level
    ]


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
