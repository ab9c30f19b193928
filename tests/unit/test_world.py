"""Partner states: what a table must hold, how it is laid out for the rules, synthetic states."""

import numpy as np
import pytest

from model.errors import InvalidInput
from model.world import World, stylised, world_from_rows

A = {
    "iso3": "AAA",
    "name": "Alpha",
    "region": "north",
    "neighbours": "BBB CCC",
    "population_millions": "10",
    "income_per_head": "1500",
    "insecurity": "0.2",
    "deprivation": "0.3",
    "exclusion": "0.4",
    "level": "2",
    "years_in_conflict": "3",
    "years_at_peace": "",
}
B = A | {"iso3": "BBB", "neighbours": "AAA", "level": "0", "years_in_conflict": "0", "years_at_peace": "2.5"}
C = A | {
    "iso3": "CCC",
    "neighbours": " AAA ",
    "level": "0",
    "years_in_conflict": "0",
    "income_per_head": "3000",
}
D = C | {"iso3": "DDD", "neighbours": ""}


def test_the_rules_receive_the_table_laid_out_in_its_order() -> None:
    terrain = world_from_rows("w", [A, B, C]).terrain()
    np.testing.assert_array_equal(terrain.structural[0, :, 0], [0.2, 0.3, 0.4])
    assert terrain.structural.flags.c_contiguous
    assert terrain.log_population[0] == 0.0
    np.testing.assert_array_equal(terrain.level, [2.0, 0.0, 0.0])
    np.testing.assert_array_equal(terrain.years_in_conflict, [3.0, 0.0, 0.0])
    np.testing.assert_array_equal(terrain.years_at_peace, [-1.0, 2.5, -1.0])


def test_borders_are_rows_of_neighbours() -> None:
    terrain = world_from_rows("w", [A, B, C]).terrain()
    ends = terrain.first_neighbour
    rows = [list(terrain.neighbours[ends[i] : ends[i + 1]]) for i in range(3)]
    assert rows == [[1, 2], [0], [0]]


def test_an_island_has_no_neighbours() -> None:
    world = world_from_rows("w", [A, B, C, A | {"iso3": "III", "neighbours": ""}])
    assert world.terrain().first_neighbour[-2:].tolist() == [4, 4]


def test_tiles_may_be_left_out() -> None:
    placed = world_from_rows("w", [A | {"neighbours": "", "row": "2", "column": "5"}])
    assert placed.states[0].tile == (2, 5)
    assert world_from_rows("w", [A | {"neighbours": ""}]).states[0].tile is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "has no states"),
        ([{key: value for key, value in A.items() if key != "region"}], "column 'region' is missing"),
        (
            [{key.replace("population_", "populaton_"): value for key, value in A.items()}],
            "column 'population_millions' is missing; did you mean 'populaton_millions'?",
        ),
        ([A, B, C | {"row": "1", "column": "2"}, D | {"row": "1", "column": "2"}], "is the tile of 'CCC' in row 4"),
        ([A | {"row": "1"}], "column column: is empty"),
        ([A | {"row": "1.5", "column": "1"}], "columns row and column: '1.5', '1' must be whole"),
        ([A | {"polity2": "-10.5"}], "column polity2: '-10.5' must be between -10 and 10, or empty"),
        ([A | {"insecurity": "0_1"}], "column insecurity: '0_1' must be between 0 and 1"),
        ([A, B], "row 2 column neighbours: unknown state 'CCC'"),
        (
            [A | {"neighbours": "BBB"}, B | {"neighbours": ""}],
            "row 2 column neighbours: 'AAA' names 'BBB', but",
        ),
        ([A | {"neighbours": "AAA"}], "borders itself"),
        ([A, B, C, B], "row 5 column iso3: 'BBB' is used twice"),
        (
            [A | {"population_millions": "-1"}],
            "row 2 column population_millions: '-1' must be a positive number",
        ),
        (
            [A | {"population_millions": "0"}],
            "row 2 column population_millions: '0' must be a positive number",
        ),
        ([A | {"income_per_head": "inf"}], "column income_per_head: 'inf' must be"),
        ([A | {"insecurity": "nan"}], "column insecurity: 'nan' must be between 0 and 1"),
        ([A | {"deprivation": "1.01"}], "column deprivation: '1.01' must be between 0 and 1"),
        ([A | {"exclusion": "many"}], "column exclusion: 'many' must be between 0 and 1"),
        ([A | {"level": "3"}], "column level: '3' must be 0 (peace)"),
        ([A | {"level": "0.5"}], "column level: '0.5' must be 0 (peace)"),
        ([A | {"level": "0"}], "column years_in_conflict: '3' must be above 0 if and only if level is"),
        ([B | {"years_at_peace": "-2"}], "column years_at_peace: '-2' must be"),
        ([A | {"name": " "}], "row 2 column name: is empty"),
    ],
)
def test_a_mistake_is_named_with_row_column_value_and_rule(rows: list[dict[str, str]], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        world_from_rows("w", rows)
    message = str(caught.value)
    assert message.startswith("world 'w'")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 48, 151])
def test_stylised_states_fit_together_at_any_size(size: int) -> None:
    world = stylised(size)
    assert world.size == size
    assert {"north_africa", "sub_saharan"} == set(world.regions)
    terrain = world.terrain()
    assert all(np.isfinite(part).all() for part in terrain)
    assert np.all((terrain.structural >= 0.0) & (terrain.structural <= 1.0))
    # World itself checks that borders run both ways; nobody may be without any.
    assert np.all(np.diff(terrain.first_neighbour) >= 1)


def test_stylised_states_are_the_same_every_time_and_differ_from_one_another() -> None:
    world = stylised(48)
    assert world == stylised(48)
    assert len({(s.insecurity, s.deprivation, s.exclusion) for s in world.states}) == 48
    assert {state.level for state in world.states} == {0, 1, 2}


def test_a_world_of_one_state_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 2"):
        stylised(1)


def test_a_world_without_states_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no states"):
        World("w", ())
