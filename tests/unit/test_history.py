"""Histories out of the official files: what was known before a year, carried back and forward."""

from pathlib import Path

import numpy as np
import pytest

from experiments.records.files.starting import drivers
from experiments.records.history import History, history_before
from model.errors import InvalidInput
from tests.official_files import Files, write_files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return write_files(tmp_path)


def of(history: History, state: int, what: str) -> dict[int, float]:
    """What is told of a state, by year."""
    place = history.states.tolist().index(state)
    return dict(zip(history.years.tolist(), getattr(history, what)[:, place].tolist(), strict=True))


def test_states_are_carried_back_to_their_independence(files: Files) -> None:
    history = history_before(files.read(), 1996)
    assert history.years.tolist() == list(range(1959, 1996)) and history.panel == 1989
    # Algeria since 1962, Morocco before; Eritrea only when the panel has it, though it is a state in no list before.
    assert next(year for year, there in of(history, 615, "there").items() if there) == 1962
    assert all(of(history, 600, "there").values())
    assert [year for year, there in of(history, 531, "there").items() if there] == [1993, 1994, 1995]


def test_conflicts_before_the_panel_count_and_histories_reach_back_to_1946(files: Files) -> None:
    history = history_before(files.read(), 1996, since=1990)
    assert {year: level for year, level in of(history, 615, "level").items() if level} == {1991: 1, 1992: 2, 1994: 1}
    place = history.states.tolist().index(615)
    assert history.quiet[place] == 3.0 and history.spell[place] == 0.0
    sudan = history.states.tolist().index(625)
    assert history.quiet[sudan] == 0.0 and history.spell[sudan] == 1.0
    assert history.quiet[history.states.tolist().index(600)] == -1.0


def test_a_later_beginning_has_what_went_before(files: Files) -> None:
    history = history_before(files.read(), 1996)
    later, straight = history.since(1992), history_before(files.read(), 1996, since=1993)
    assert np.array_equal(later.quiet, straight.quiet) and np.array_equal(later.spell, straight.spell)
    assert np.array_equal(later.level, straight.level) and later.years[0] == 1992


def test_figures_are_the_panels_first_ones_before_it_begins(files: Files) -> None:
    history = history_before(files.read(), 1996)
    algeria = of(history, 615, "deprivation")
    first, second = (drivers(8000 + more, -2, 0, None)["deprivation"] for more in (0, 100))
    assert algeria[1962] == algeria[1989] == first and algeria[1990] == second
    assert of(history, 615, "log_population")[1970] == pytest.approx(np.log(2.61))


def test_further_columns_are_what_drives(files: Files) -> None:
    files.further()
    history = history_before(files.read(), 1996)
    assert of(history, 615, "exclusion")[1991] == pytest.approx(0.15)
    expected = drivers(8000, -2, 0, None, 0.15, 58.0)["deprivation"]
    assert of(history, 615, "deprivation")[1991] == expected


def test_what_is_missing_is_said(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    history_before(files.read(), 1996)
    said = capsys.readouterr().err
    assert "the panel has no excluded_share: exclusion is read off polity2" in said
    assert "the panel has no infant_mortality_per_1000: deprivation is read off income" in said


def test_gaps_take_the_last_figure_and_states_without_any_are_left_out(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    text = files.panel.read_text()
    for year in range(1989, 1996):
        text = text.replace(f"620,Libya,{year},1,0,{13000 + 100 * (year - 1989)},4.3", f"620,Libya,{year},1,0,13000,")
    files.panel.write_text(text.replace("616,Tunisia,1990,1,0,5500", "616,Tunisia,1990,1,0,"))
    history = history_before(files.read(), 1996)
    tunisia = of(history, 616, "deprivation")
    assert tunisia[1990] == tunisia[1989] != tunisia[1991]
    assert 620 not in history.states.tolist()
    assert "Libya (620): left out of the estimation" in capsys.readouterr().err


def test_nothing_of_the_year_or_later_enters(files: Files) -> None:
    before = history_before(files.read(), 1992)
    rows = files.panel.read_text().splitlines()
    later = [row for row in rows[1:] if int(row.split(",")[2]) >= 1992]
    changed = [row.replace(",0.2", ",0.9").replace(row.split(",")[5], "77777") for row in later]
    files.panel.write_text("\n".join([*(row for row in rows if row not in later), *changed, ""]))
    kept = [row for row in files.acd.read_text().splitlines() if ",1994,1,0,4" not in row and ",1995,1,0,3" not in row]
    files.acd.write_text("\n".join([*kept, ""]))
    after = history_before(files.read(), 1992)
    for name in History._fields:
        assert np.array_equal(getattr(before, name), getattr(after, name), equal_nan=name == "quarters"), name


def test_states_pass_their_borders_to_those_they_are_part_of(files: Files) -> None:
    history = history_before(files.read(), 1996)

    def around(state: int, year: int) -> set[int]:
        own = history.around[year - 1959, history.states.tolist().index(state)]
        return {int(history.states[place]) for place in own if place >= 0}

    assert around(615, 1989) == {600, 616, 620}
    # Morocco has no land border before Algeria is a state.
    assert around(600, 1961) == set() and around(600, 1962) == {615}
    assert around(625, 1992) == {620} and around(625, 1993) == {531, 620}


def test_a_year_without_anything_before_is_refused(files: Files) -> None:
    with pytest.raises(InvalidInput, match="begins in 1989, must know a year before 1989"):
        history_before(files.read(), 1989)
    with pytest.raises(InvalidInput, match="must lie years after 1990"):
        history_before(files.read(), 1991, since=1990)
