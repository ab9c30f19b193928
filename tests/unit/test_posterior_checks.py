"""What is checked of a posterior over a record's drivers, and the drivers' path of a calibrated world."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from experiments.records import posterior_checks
from experiments.records.calibration import path_of
from experiments.records.files.gazetteer import gazetteer
from experiments.records.history import History
from experiments.records.posterior_checks import ASSUMED, assumed, blocks, drift, first_quarters
from experiments.records.simulated_records import parameters_of
from experiments.records.stage_two import PRIORS
from model.parameters import PARAMETERS
from model.world import world_from_rows
from tests.recorded import ring

STATES, YEARS = 24, 16
VALUES = parameters_of(
    np.array([-5.2, 2.8, 0.2, 3.0, 0.5, -0.5, -0.15, -1.1, -1.0, *(prior.mean for prior in PRIORS.values())])
)
SETS = [VALUES] * 30
ALL = np.ones(STATES, bool)


@pytest.fixture
def history() -> History:
    """A ring whose drivers change from year to year."""
    made = ring(STATES, YEARS, 8)
    rising = np.linspace(-0.1, 0.1, YEARS)[:, None]
    return made._replace(deprivation=made.deprivation + rising, exclusion=made.exclusion + rising)


def test_drift_is_that_under_drivers_at_their_mean(history: History) -> None:
    still: dict[str, Any] = {
        name: np.broadcast_to(getattr(history, name)[1:].mean(axis=0), (YEARS, STATES))
        for name in ("deprivation", "exclusion", "log_population")
    }
    starts = [int(history.years[1]), int(history.years[6])]
    rows = drift(history, starts, SETS, ALL, 1)
    held = drift(history._replace(**still), starts, SETS, ALL, 1)
    assert [row["start"] for row in rows] == starts and rows[0]["states"] == STATES
    for one, other in zip(rows, held, strict=True):
        assert one == pytest.approx(other)


def test_blocks_and_members_by_hand(history: History) -> None:
    level = history.level.copy()
    level[1:6, :12] = 1
    rows = blocks(history._replace(level=level), SETS, ALL, 1)
    assert [(row["first"], row["last"]) for row in rows] == [(1981, 1985), (1986, 1990), (1991, 1995)]
    assert [row["record"] for row in rows] == [0.5, 0.0, 0.0]
    assert all(row["inside"] == (row["low"] <= row["record"] <= row["high"]) for row in rows)
    half = blocks(history._replace(level=level), SETS, np.arange(STATES) < 12, 1)
    assert half[0]["record"] == 1.0


def test_the_first_quarters_of_the_record_are_pooled_over_starts(history: History) -> None:
    quarters = np.zeros((YEARS, STATES))
    quarters[3, :6], quarters[8, :3] = 1.0, 0.5
    found = first_quarters(history._replace(quarters=quarters), [1983, 1988], SETS, ALL, 1)
    assert found["record"] == pytest.approx((6 + 1.5) / (2 * STATES))
    assert found["low"] < found["record"] < found["high"] and 0.0 <= found["model"] <= 1.0


def test_what_is_assumed_is_shown_at_both_ends_of_its_range(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posterior_checks, "RECORDS", 30)
    rows = assumed(history, VALUES, ALL, 1)
    assert [row["parameter"] for row in rows] == ["", *(name for name in ASSUMED for _ in range(2))]
    ends = {(row["parameter"], row["value"]): row["share_of_years"] for row in rows}
    low, high = PARAMETERS["onset_return"].low, PARAMETERS["onset_return"].high
    assert ends["onset_return", low] < ends["onset_return", high]
    assert all(row["share_of_quarters"] <= row["share_of_years"] for row in rows)


def test_a_worlds_path_is_what_is_known_when_each_year_begins(history: History) -> None:
    numbers = [gw for gw, place in sorted(gazetteer().items()) if place.part_of is None][:STATES]
    history = history._replace(states=np.array(numbers))
    chosen = [3, 7]
    codes = [gazetteer()[numbers[place]].iso3 for place in chosen]
    cells = {
        "name": "S", "region": "europe", "neighbours": "", "population_millions": "5", "income_per_head": "900",
        "insecurity": "0.2", "deprivation": "0.5", "exclusion": "0.1", "level": "0", "years_in_conflict": "0",
        "years_at_peace": "3",
    }  # fmt: skip
    world = world_from_rows("two", [{**cells, "iso3": code} for code in codes])
    path = path_of(history, world, 1985)
    assert len(path) == YEARS - 5
    insecurity, deprivation, exclusion = path[0]
    assert insecurity == tuple(state.insecurity for state in world.states)
    order = [chosen[codes.index(code)] for code in world.codes]
    assert deprivation == tuple(history.deprivation[4, order]) and exclusion == tuple(history.exclusion[4, order])
    terrain = replace(world, path=path).terrain()
    assert terrain.structural.shape == (len(path), 3, 2)
    assert terrain.structural[-1, 1].tolist() == history.deprivation[-2, order].tolist()
