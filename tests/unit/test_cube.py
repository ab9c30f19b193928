"""Rows lined up by institution, point and replication, by hand, runs that failed among them."""

import numpy as np
import pyarrow as pa
import pytest

from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import FIRST_DRAW
from model.errors import InvalidInput

NAMES = ("siloed", "pools")
Run = tuple[str, int, int]
"""Institution, point, replication."""
RUNS = [(who, point, replication) for who in NAMES for point in (2, 5) for replication in (0, 1, 3)]


def rows(runs: list[Run] = RUNS, place: str | None = "point") -> pa.Table:
    """Rows in no order; harm says whose run it is, trust is its negative."""
    runs = [runs[i] for i in np.random.default_rng(1).permutation(len(runs))]
    harm = np.array([100.0 * (who == "pools") + 10.0 * point + replication for who, point, replication in runs])
    institution, point, replication = (list(column) for column in zip(*runs, strict=True))
    table = {"institution": institution, "replication": replication, "harm": harm, "trust": -harm}
    return pa.table(table if place is None else table | {place: point})


def cube(*failed: Run, place: str | None = "point") -> Cube:
    return cube_of(rows([run for run in RUNS if run not in failed], place), NAMES, ["harm", "trust"])


def test_every_run_stands_where_it_belongs() -> None:
    found = cube()
    assert (found.institutions, found.points.tolist(), found.replications.tolist()) == (NAMES, [2, 5], [0, 1, 3])
    assert found["harm", "siloed"].tolist() == [[20.0, 21.0, 23.0], [50.0, 51.0, 53.0]]
    assert found["trust", "pools"].tolist() == [[-120.0, -121.0, -123.0], [-150.0, -151.0, -153.0]]
    assert found.runs("harm", "siloed").tolist() == [20.0, 21.0, 23.0, 50.0, 51.0, 53.0]
    assert found.difference("harm", "pools", "siloed").tolist() == [100.0] * 6
    assert (found.count, found.left_out) == (3, 0)


def test_institutions_come_in_the_order_asked_for_and_others_are_left_aside() -> None:
    table = rows([*RUNS, ("fund", 9, 8)])
    found = cube_of(table, NAMES[::-1], ["harm"])
    assert found.outcomes["harm"][:, 0, 0].tolist() == [120.0, 20.0]
    assert (found.points.tolist(), found.replications.tolist(), list(found.outcomes)) == ([2, 5], [0, 1, 3], ["harm"])
    # Parts of a store name institutions by a dictionary.
    place = table.column_names.index("institution")
    encoded = table.set_column(place, "institution", table["institution"].dictionary_encode())
    assert (cube_of(encoded, NAMES[::-1], ["harm"]).outcomes["harm"] == found.outcomes["harm"]).all()


def test_without_a_design_there_is_one_point() -> None:
    found = cube_of(rows([("siloed", 0, 4), ("siloed", 0, 2)], place=None), ("siloed",), ["harm"])
    assert (found.points.tolist(), found.replications.tolist()) == ([0], [2, 4])
    assert found["harm", "siloed"].tolist() == [[2.0, 4.0]]


def test_replications_of_draws_are_told_by_their_places() -> None:
    runs = [("siloed", draw, FIRST_DRAW + 3 * draw + place) for draw in (0, 1) for place in (0, 2)]
    found = cube_of(rows(runs, "draw"), ("siloed",), ["harm"], per_draw=3)
    assert (found.points.tolist(), found.replications.tolist()) == ([0, 1], [0, 1, 2])
    values = found["harm", "siloed"] - FIRST_DRAW
    assert np.isnan(values[:, 1]).all() and values[:, [0, 2]].tolist() == [[0.0, 2.0], [13.0, 15.0]]
    # The second future failed everywhere: no draw is whole.
    with pytest.raises(InvalidInput, match=r"no world .* failures/"):
        found.paired_points()


def test_a_failed_run_is_no_number() -> None:
    found = cube(("pools", 5, 1))
    assert np.isnan(found["harm", "pools"]).tolist() == [[False] * 3, [False, True, False]]
    assert np.isfinite(found["harm", "siloed"]).all()


def test_replications_in_which_a_run_failed_are_left_out_for_all() -> None:
    found = cube(("pools", 5, 1)).paired()
    assert (found.replications.tolist(), found.left_out) == ([0, 3], 1)
    assert found["harm", "siloed"].tolist() == [[20.0, 23.0], [50.0, 53.0]]
    assert all(values.flags.c_contiguous for values in found.outcomes.values())
    with pytest.raises(InvalidInput, match=r"no future .* failures/"):
        cube(("pools", 5, 0), ("siloed", 2, 1), ("pools", 2, 3)).paired()


def test_one_outcome_that_is_no_number_is_enough() -> None:
    whole = cube()
    trust = whole.outcomes["trust"].copy()
    trust[0, 1, 2] = np.nan
    broken = Cube(whole.institutions, whole.points, whole.replications, {**whole.outcomes, "trust": trust})
    assert broken.paired().replications.tolist() == [0, 1]
    assert broken.paired_points().points.tolist() == [2]
    with pytest.raises(InvalidInput, match="1 of 6 runs of siloed"):
        broken.whole(2, 3)


def test_points_at_which_a_run_failed_are_left_out_for_all() -> None:
    found = cube(("pools", 5, 1)).paired_points()
    assert (found.points.tolist(), found.left_out) == ([2], 1)
    assert found["harm", "pools"].tolist() == [[120.0, 121.0, 123.0]]


def test_points_at_which_somebody_has_no_run_at_all_can_be_left_aside() -> None:
    there = [("pools", 5, 0), ("pools", 5, 1)]
    assert cube(*there).somewhere().points.tolist() == [2, 5]
    found = cube(*there, ("pools", 5, 3)).somewhere()
    assert found.points.tolist() == [2] and found.paired().count == 3


def test_some_replications_can_be_kept() -> None:
    found = cube().only({3, 0, 7}).only([3])
    assert (found.replications.tolist(), found.left_out) == ([3], 2)
    assert found["trust", "siloed"].tolist() == [[-23.0], [-53.0]]


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        ([("pools", 5, 1)], "1 of 6 runs of pools"),
        ([("siloed", 2, 0), ("siloed", 2, 1), ("pools", 2, 0)], "2 of 6 runs of siloed"),
        # Nothing is left of a point, or of a replication.
        ([run for run in RUNS if run[1] == 2], "3 of 6 runs of siloed"),
        ([run for run in RUNS if run[2] == 3], "2 of 6 runs of siloed"),
    ],
)
def test_what_needs_every_run_is_told_how_many_are_missing(failed: list[Run], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{said} failed or are missing: .*failures/"):
        cube(*failed).whole(2, 3)


def test_a_whole_cube_is_itself() -> None:
    found = cube()
    assert found.whole(2, 3) is found
