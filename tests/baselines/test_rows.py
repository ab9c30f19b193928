"""What the small cases store and print is what it was, to the bit."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from model.outcomes import OUTCOMES
from tests.baselines import rows
from tests.baselines.digests import JSON, ROUNDED, differences, json_digests, table_digests
from tests.baselines.rows import MIDDLING, SMALL, digests, frozen

pytestmark = pytest.mark.usefixtures("quick_pictures")

STRICT = ("run", "explain")
"""Commands that print what the model computes. What others make of it, libraries round as the processor does."""


@pytest.mark.slow
@pytest.mark.parametrize("case", SMALL)
def test_nothing_moves(case: str, tmp_path: Path) -> None:
    found = digests(SMALL[case], tmp_path)
    aside = ROUNDED if case.partition("/")[0] in STRICT else JSON
    assert not differences(frozen()[case], found, [aside]), (
        "if that is meant, run 'make baselines' and say why in the commit"
    )


def test_every_case_is_frozen() -> None:
    assert frozen().keys() == SMALL.keys() | MIDDLING.keys()


def sample() -> pa.Table:
    """Thirty runs at two points; outcomes are the same at both under the first institution."""
    draw = np.random.default_rng(1)
    at = np.arange(60) % 30
    outcomes = {name: draw.random(30).round(1)[at] + (np.arange(60) >= 45) for name in OUTCOMES}
    return pa.table(
        {
            "institution": np.array(["siloed", "uk_pools"])[at // 15],
            "seed": np.full(60, 7),
            "replication": at % 15,
            "point": np.arange(60) // 30,
            **outcomes,
            "veto": draw.random(60),
            "course": pa.FixedSizeListArray.from_arrays(pa.array(draw.random(240), pa.float32()), 4),
        }
    )


def test_neither_order_nor_parts_nor_other_columns_nor_number_types_matter() -> None:
    table = sample()
    expected = table_digests(table)
    assert expected["rows"] == 60 and set(expected) == {"rows", *table.column_names}
    shuffled = table.take(np.random.default_rng(2).permutation(60))
    assert table_digests(shuffled) == expected
    assert table_digests(pa.concat_tables([shuffled.slice(40), shuffled.slice(0, 40)])) == expected
    other = shuffled.set_column(1, "seed", shuffled["seed"].cast(pa.float64())).drop_columns(["point", "course"])
    other = other.rename_columns([name if name != "veto" else "veto_drawn" for name in other.column_names])
    found = table_digests(other)
    assert found.pop("veto_drawn") == expected["veto"]
    assert found.items() <= expected.items()


@pytest.mark.parametrize(
    "name", ["institution", "replication", "point", "conflict_years", "participation", "veto", "course"]
)
def test_one_value_moves_its_column(name: str) -> None:
    table = sample()
    values = table[name].to_pylist()
    before = values[33]
    values[33] = (
        np.nextafter(before, 9.0) if isinstance(before, float) else values[20] if name != "course" else before[::-1]
    )
    changed = table.set_column(table.column_names.index(name), name, pa.array(values, table[name].type))
    expected, found = table_digests(table), table_digests(changed)
    assert found[name] != expected[name]
    assert differences({"runs": expected}, {"runs": found})


def test_what_may_be_missing_and_what_may_not() -> None:
    table = table_digests(sample())
    assert not differences({"runs": table}, {"runs": {k: v for k, v in table.items() if k != "veto"}, "new": {}})
    assert differences({"runs": table}, {"runs": {k: v for k, v in table.items() if k != "harm"}}) == [
        "runs: harm is not there"
    ]
    assert differences({"runs": table}, {}) == ["runs: is not there"]
    assert not differences({"runs": table}, {}, ["runs"])


def test_a_json_without_what_depends_on_clock_and_folder() -> None:
    one = {"study": "a", "runs": 3, "estimate": {"seconds": 1.0, "runs": 3}, "found": [0.1 + 0.2, -0.0, 1e-17]}
    two = {"found": [0.3, 0.0, 0.0], "estimate": {"runs": 3, "seconds": 2.0}, "runs": 3, "study": "b"}
    exact, other = json_digests(one), json_digests(two)
    assert set(exact[JSON]) == set(exact[ROUNDED]) == {"runs", "estimate", "found"}
    assert exact[ROUNDED] == other[ROUNDED]
    assert [key for key in exact[JSON] if exact[JSON][key] != other[JSON][key]] == ["found"]


def test_another_layout_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder with a column ``level`` in place of two folders, and another name of a column."""
    case = f"{SMALL['sweep/points']} replications=1"
    (tmp_path / "one").mkdir()
    plain = digests(case, tmp_path / "one")
    monkeypatch.setattr(rows, "SPLIT_BY", {"sweep/runs": "institution"})
    monkeypatch.setattr(rows, "TABLES", {"sweep/runs/siloed": "silos"})
    monkeypatch.setattr(rows, "COLUMNS", {"veto": "veto_of_all"})
    (tmp_path / "two").mkdir()
    found = digests(case, tmp_path / "two")
    assert set(found) == {JSON, ROUNDED, "silos", "runs/uk_pools"}
    assert found["silos"]["rows"] == found["runs/uk_pools"]["rows"] == plain["runs"]["rows"] / 2
    assert found[JSON] == plain[JSON] and "veto_of_all" in found["silos"]
    assert json.dumps(found) != json.dumps(plain)
