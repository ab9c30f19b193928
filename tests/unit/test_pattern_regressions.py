"""Patterns that are fitted, against the law that made the panel and against statsmodels."""

import math

import numpy as np
import pytest

from experiments.records.pattern_values import ENDING, HALF_LIFE
from experiments.records.patterns import (
    patterns,
)
from experiments.statistics.estimators import LONGEST, SHORTEST
from tests.panels import FIRST, FITTED, large_panel, risk_set, same, states_of


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
