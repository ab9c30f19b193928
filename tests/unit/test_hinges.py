"""What a difference hinges on, against planted slopes."""

import numpy as np
import pytest
import statsmodels.api as sm

from experiments.statistics.hinges import hinges


def test_a_planted_hinge_is_found_with_the_value_at_which_the_sign_turns() -> None:
    rng = np.random.default_rng(1)
    values = {name: rng.uniform(0.0, 10.0, 400) for name in ("idle", "leading", "weak", "quiet")}
    gap = -2.0 * (values["leading"] - 4.0) + 0.8 * values["weak"] - 4.0 + 2.0 * rng.standard_normal(400)
    leading, weak, *others = hinges(gap, values)
    assert (leading.assumption, weak.assumption) == ("leading", "weak") and leading.certain and weak.certain
    assert leading.moves.low < -16.0 < leading.moves.high
    assert leading.turns_at == pytest.approx(4.0, abs=0.4)
    assert not any(each.certain or each.turns_at is not None for each in others)


def test_movements_are_those_of_a_regression_with_robust_errors() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(3.0, 2.0, 300)
    gap = 1.0 - 0.5 * x + np.abs(x) * rng.standard_normal(300)
    [found] = hinges(gap, {"x": x})
    fitted = sm.OLS(gap, sm.add_constant(x)).fit(cov_type="HC0")
    span = np.ptp(np.quantile(x, [0.1, 0.9]))
    assert found.moves.mean == pytest.approx(span * fitted.params[1])
    assert (found.moves.high - found.moves.low) / 2.0 == pytest.approx(span * 1.968 * fitted.bse[1], rel=0.01)


def test_nothing_is_found_where_nothing_moves() -> None:
    false = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = {f"x{place}": rng.uniform(0.0, 1.0, 150) for place in range(30)}
        false += any(each.certain for each in hinges(rng.standard_normal(150), values, seed))
    assert false <= 5


def test_without_draws_enough_or_assumptions_there_are_none() -> None:
    assert hinges(np.zeros(2), {"x": np.array([0.0, 1.0])}) == hinges(np.zeros(50), {}) == []
