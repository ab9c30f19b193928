"""What stage two looks at in a record, counted by hand."""

import numpy as np
import pytest

from experiments.records.record_moments import moment_names, moments_of, moments_of_record
from tests.recorded import history_from

# Ten years after the first: a spell of one year, one of four with a lull of a year, a war that calms, peace.
LEVELS = ["00010000000", "00001101100", "02211100000", "00000000000"]


def by_name(history: object, values: np.ndarray) -> dict[str, float]:
    return dict(zip(moment_names(history), values.tolist(), strict=True))  # type: ignore[arg-type]


def test_moments_of_a_record() -> None:
    history = history_from(LEVELS)
    found = by_name(history, moments_of_record(history))
    assert found["share_of_quarters"] == pytest.approx(10 / 40)
    assert found["active_share_years_1_5"] == pytest.approx(8 / 20)
    assert found["active_share_years_6_10"] == pytest.approx(2 / 20)
    # Three spells, of 1, 5 (the lull counts) and 5 years: two outlive their first year, and their third.
    assert found["spells_beyond_1"] == pytest.approx(2 / 3)
    assert found["spells_beyond_3"] == pytest.approx(2 / 3)
    assert found["war_share"] == pytest.approx(2 / 40)
    # Two years follow a war year: one is war again, one minor.
    assert found["war_to_minor"] == pytest.approx(0.5) and found["war_to_peace"] == 0.0


def test_short_records_have_fewer_moments() -> None:
    assert moment_names(history_from(["0" * 6])) == (
        *("share_of_quarters", "active_share_years_1_5", "spells_beyond_1"),
        *("war_share", "war_to_minor", "war_to_peace"),
    )
    assert "active_share_years_1_5" not in moment_names(history_from(["0" * 5]))


def test_what_dates_do_not_tell_is_undefined_alone() -> None:
    history = history_from(LEVELS)
    quarters = history.quarters.copy()
    quarters[3, 0] = np.nan
    found = by_name(history, moments_of_record(history._replace(quarters=quarters)))
    assert np.isnan(found.pop("share_of_quarters"))
    assert np.isfinite(list(found.values())).all()


def test_quarters_of_simulated_records_are_seen_as_episodes() -> None:
    history = history_from(["000", "000"])
    statuses = np.zeros((1, 8, 2), np.int8)
    # From the third quarter of the first year on, a lull in it; what the last year holds lasts to its end, as in a
    # record that is read as it stood: two quarters, then four.
    statuses[0, [2, 5], 0] = 1
    found = by_name(history, moments_of(history, statuses)[0])
    assert found["share_of_quarters"] == pytest.approx(6 / 16)


def test_states_that_are_not_there_count_nowhere() -> None:
    history = history_from(["0111110", "......0"])
    assert by_name(history, moments_of_record(history))["active_share_years_1_5"] == 1.0
