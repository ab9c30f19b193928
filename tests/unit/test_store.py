import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.runs.store import Store, write_whole
from model.errors import InvalidInput

FAILED = {"institution": "siloed", "seed": 7, "replication": 3, "error": "x", "parameters": {}}
DESIGN = {"seed": 7, "replications": 20, "institutions": {"siloed": {"values": {}}}}


def begun(folder: Path, design: dict[str, Any] | None = None) -> Store:
    store = Store(folder / "study")
    with store.opened(design or DESIGN, {"command": "compare"}, "seed: 7\n"):
        pass
    return store


def rows(first: int, last: int) -> dict[str, Any]:
    replications = np.arange(first, last)
    return {
        "institution": ["siloed"] * (last - first),
        "seed": np.full(last - first, 7),
        "replication": replications,
        "conflict_years": replications / 3.0,
    }


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_parts_come_back_whole_and_in_order(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 10, 20, rows(10, 20), [])
    store.write_part("runs", 0, 10, rows(0, 10), [])
    table = store.read("runs")
    assert table["replication"].to_pylist() == list(range(20))
    assert table["conflict_years"].to_pylist() == [replication / 3.0 for replication in range(20)]
    # A reader with pyarrow alone sees the same.
    assert pq.read_table(store.folder / "runs").num_rows == 20


def test_missing_lists_exactly_what_no_part_covers(tmp_path: Path) -> None:
    store = begun(tmp_path)
    assert store.missing("runs", 0, 20, 8) == [(0, 8), (8, 16), (16, 20)]
    store.write_part("runs", 8, 16, rows(8, 16), [])
    assert store.missing("runs", 0, 20, 8) == [(0, 8), (16, 20)]
    assert store.missing("runs", 0, 20, 5) == [(0, 5), (5, 8), (16, 20)], "another chunk length repeats nothing"
    store.write_part("runs", 0, 8, rows(0, 8), [])
    store.write_part("runs", 16, 20, rows(16, 20), [])
    assert store.missing("runs", 0, 20, 8) == []


def test_missing_starts_at_the_first_replication(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 1_000_000, 1_000_004, rows(0, 4), [])
    assert store.missing("runs", 1_000_000, 6, 4) == [(1_000_004, 1_000_006)]


def test_what_a_killed_process_left_half_written_is_no_part_and_is_cleared(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 4), [])
    left_over = store.folder / "runs" / ".part-0000004-0000007.parquet.tmp"
    left_over.write_bytes(b"half of it")
    assert store.missing("runs", 0, 8, 4) == [(4, 8)]
    assert pq.read_table(store.folder / "runs").num_rows == 4
    with store.opened(DESIGN, {}, ""):
        assert not left_over.exists()


def test_write_whole_keeps_the_old_content_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_failures_are_kept_with_error_and_parameters(tmp_path: Path) -> None:
    store = begun(tmp_path)
    assert store.failures() == []
    failed = {"institution": "siloed", "seed": 7, "replication": 3, "error": "ArithmeticError: x"}
    store.write_part("runs", 0, 3, rows(0, 3), [failed | {"parameters": {"veto": 0.25}}])
    [found] = store.failures()
    assert found["error"] == "ArithmeticError: x" and found["replication"] == 3 and found["table"] == "runs"
    assert json.loads(found["parameters"]) == {"veto": 0.25}


def test_failures_of_the_same_units_in_two_tables_are_both_kept(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 3), [FAILED])
    store.write_part("runs_for_only", 0, 4, rows(0, 3), [FAILED])
    assert [row["table"] for row in store.failures()] == ["runs", "runs_for_only"]
    assert pq.read_table(store.folder / "failures").num_rows == 2


def test_a_chunk_that_is_done_well_the_second_time_leaves_no_failures(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 0), [FAILED])
    store.part("runs", 0, 4).unlink()
    store.write_part("runs", 0, 4, rows(0, 4), [])
    assert store.failures() == [] and store.read("runs").num_rows == 4


def test_further_tables_are_written_before_the_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def note(path: Path, content: bytes) -> None:
        written.append(path.parent.relative_to(tmp_path / "study").as_posix())

    store = begun(tmp_path)
    monkeypatch.setattr("experiments.runs.store.write_whole", note)
    store.write_part("runs", 0, 4, rows(0, 4), [FAILED], {"trajectories": rows(0, 4)})
    assert written == ["failures/runs", "trajectories", "runs"]


def test_every_part_says_where_it_comes_from(tmp_path: Path) -> None:
    facts = {"study": "study", "design_digest": "d1", "git_commit": "c1"}
    design = DESIGN | {"model_sources": "m1", "experiments_sources": "e1"}
    store = Store(tmp_path / "study")
    with store.opened(design, facts, ""):
        store.write_part("runs", 0, 4, rows(0, 4), [])
    metadata = pq.read_metadata(store.part("runs", 0, 4)).metadata
    told = {key.decode(): value.decode() for key, value in metadata.items() if key.startswith(b"concord.")}
    assert told == {f"concord.{key}": value for key, value in facts.items()} | {
        "concord.model_sources": "m1",
        "concord.experiments_sources": "e1",
    }


def test_parts_that_were_merged_are_neither_read_nor_kept(tmp_path: Path) -> None:
    store = begun(tmp_path)
    for first in (0, 4, 8):
        store.write_part("runs", first, first + 4, rows(first, first + 4), [])
    store.merge("runs", store.parts("runs")[:2])
    assert [(part.first, part.last) for part in store.parts("runs")] == [(0, 8), (8, 12)]
    # As if the process had been killed before it removed them.
    store.write_part("runs", 0, 4, rows(0, 4), [])
    store.write_part("runs", 4, 8, rows(4, 8), [])
    assert store.read("runs")["replication"].to_pylist() == list(range(12))
    assert store.missing("runs", 0, 16, 4) == [(12, 16)]
    with store.opened(DESIGN, {}, ""):
        pass
    assert len(list((store.folder / "runs").iterdir())) == 2


def test_whether_a_process_holds_a_study_can_be_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "study")
    assert not store.is_held()
    with store.opened(DESIGN, {}, ""):
        assert store.is_held()
    assert not store.is_held()


@pytest.mark.parametrize("what", ["part", "manifest"])
def test_a_full_disk_is_named_and_leaves_everything_as_it_was(tmp_path: Path, what: str) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 4), [])
    before = snapshot(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError) as failure:
            if what == "part":
                store.write_part("runs", 4, 8, rows(4, 8), [])
            else:
                store.note({"status": "x" * 200})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failure.value.filename.endswith("part-0000004-0000007.parquet" if what == "part" else "manifest.json")
    assert snapshot(tmp_path) == before, "neither changed nor half-written"
    store.write_part("runs", 4, 8, rows(4, 8), [])
    assert store.read("runs").num_rows == 8


def test_a_part_in_which_every_run_failed_counts_as_done(tmp_path: Path) -> None:
    store = begun(tmp_path)
    failed = {"institution": "siloed", "seed": 7, "replication": 0, "error": "x", "parameters": {}}
    store.write_part("runs", 0, 1, rows(0, 0), [failed])
    store.write_part("runs", 1, 3, rows(1, 3), [])
    assert store.missing("runs", 0, 3, 1) == []
    assert store.read("runs").num_rows == 2


def test_another_design_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 4), [])
    before = snapshot(tmp_path)
    other = {"seed": 8, "replications": 20, "institutions": {"siloed": {"values": {"veto": 0.5}}}}
    with (
        pytest.raises(InvalidInput) as refusal,
        Store(store.folder).opened(other, {"command": "compare"}, "seed: 8\n"),
    ):
        pass
    message = str(refusal.value)
    assert "seed is 7 there and 8 here" in message
    assert "institutions.siloed.values.veto is absent there and 0.5 here" in message
    assert "choose another study=" in message and "\n" not in message
    assert snapshot(tmp_path) == before


def test_the_order_of_institutions_does_not_make_another_design(tmp_path: Path) -> None:
    store = begun(tmp_path, {"institutions": {"a": 1, "b": 2}})
    with store.opened({"institutions": {"b": 2, "a": 1}}, {}, ""):
        pass


def test_many_differences_are_counted_not_all_shown(tmp_path: Path) -> None:
    store = begun(tmp_path, {str(number): 0 for number in range(9)})
    with pytest.raises(InvalidInput, match="and 6 more"), store.opened({}, {}, ""):
        pass


def test_a_folder_that_is_no_study_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="is no study"), Store(tmp_path / "study").opened(DESIGN, {}, ""):
        pass
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.txt"]


def test_a_study_killed_at_birth_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / ".lock").touch()
    (tmp_path / "study" / "config.yaml").write_text("seed: 7\n")
    assert begun(tmp_path).manifest["design"] == DESIGN


def test_an_unreadable_manifest_is_named(tmp_path: Path) -> None:
    store = begun(tmp_path)
    (store.folder / "manifest.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"manifest\.json: cannot be read"), store.opened(DESIGN, {}, ""):
        pass


def test_a_corrupt_part_is_named_with_the_way_out(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.write_part("runs", 0, 4, rows(0, 4), [])
    part = store.folder / "runs" / "part-0000000-0000003.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(InvalidInput, match=r"part-0000000-0000003\.parquet: cannot be read .*delete it"):
        store.read("runs")


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from experiments.runs.store import Store\n"
        f"with Store(Path(sys.argv[1])).opened({DESIGN!r}, {{}}, ''):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parents[2]
    first = subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "study")], cwd=root, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None and first.stdout.readline() == "held\n"
        with pytest.raises(InvalidInput, match="in use by another process"):
            begun(tmp_path)
    finally:
        first.kill()
        first.communicate()
    begun(tmp_path)


def test_notes_add_to_the_manifest(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.note({"status": "finished", "runs": 3})
    assert store.manifest["status"] == "finished" and store.manifest["command"] == "compare"
    assert store.manifest["design"] == DESIGN
