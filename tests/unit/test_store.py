import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.runs import parts
from experiments.runs.identity import digest
from experiments.runs.parts import write_whole
from experiments.runs.store import Store
from model.errors import InvalidInput
from tests.plans import DESIGN, opened

FAILED = {"institution": "siloed", "seed": 7, "replication": 3, "error": "x", "parameters": {}}


def rows(first: int, last: int) -> dict[str, Any]:
    replications = np.arange(first, last)
    return {
        "institution": ["siloed"] * (last - first),
        "seed": np.full(last - first, 7),
        "replication": replications,
        "conflict_years": replications / 3.0,
    }


def write(store: Store, *ends: tuple[int, int], table: str = "runs") -> None:
    for first, last in ends:
        store.write(table, first, last, rows(first, last))


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def part(store: Store, first: int) -> Path:
    return next(each.path for each in store.parts("runs") if each.first == first)


def test_parts_come_back_whole_and_in_order(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (10, 20), (0, 10))
    table = store.read("runs")
    assert table["replication"].to_pylist() == list(range(20))
    assert table["conflict_years"].to_pylist() == [replication / 3.0 for replication in range(20)]
    # A reader with pyarrow alone sees the same.
    assert pq.read_table(store.folder / "runs").num_rows == 20


def test_missing_lists_exactly_what_no_part_covers(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.missing(["runs"], 0, 20, 8) == [(0, 8), (8, 16), (16, 20)]
        write(store, (8, 16))
        assert store.missing(["runs"], 0, 20, 8) == [(0, 8), (16, 20)]
        assert store.missing(["runs"], 0, 20, 5) == [(0, 5), (5, 8), (16, 20)], "another length repeats nothing"
        write(store, (0, 8), (16, 20))
        assert store.missing(["runs"], 0, 20, 8) == []


def test_missing_starts_at_the_first_replication(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (1_000_000, 1_000_004))
        assert store.missing(["runs"], 1_000_000, 6, 4) == [(1_000_004, 1_000_006)]


def test_what_some_table_lacks_is_missing_and_cut_where_parts_end(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 6), (12, 20))
        write(store, (0, 10), (12, 16), table="paths")
        assert store.missing(["runs", "paths"], 0, 20, 8) == [(6, 10), (10, 12), (16, 20)]
        for first, last in store.missing(["runs", "paths"], 0, 20, 8):
            write(store, (first, last))
            write(store, (first, last), table="paths")
        assert store.missing(["runs", "paths"], 0, 20, 8) == []
    assert store.read("runs")["replication"].to_pylist() == list(range(20))
    assert store.read("paths")["replication"].to_pylist() == list(range(20))


def test_what_a_killed_process_left_half_written_is_no_part_and_is_cleared(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 4))
    left_over = store.folder / "runs" / ".part-0000004-0000007-0123456789abcdef.parquet.tmp"
    left_over.write_bytes(b"half of it")
    assert store.missing(["runs"], 0, 8, 4) == [(4, 8)]
    assert pq.read_table(store.folder / "runs").num_rows == 4
    with opened(tmp_path):
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
    with opened(tmp_path) as store:
        assert store.failures() == []
        store.write_failures("runs", 0, 3, [FAILED | {"parameters": {"veto": 0.25}}])
    [found] = store.failures()
    assert found["error"] == "x" and found["replication"] == 3 and found["table"] == "runs"
    assert json.loads(found["parameters"]) == {"veto": 0.25}


def test_failures_of_the_same_units_in_two_tables_are_both_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.write_failures("runs", 0, 4, [FAILED])
        store.write_failures("runs_for_only", 0, 4, [FAILED])
    assert [row["table"] for row in store.failures()] == ["runs", "runs_for_only"]
    assert pq.read_table(store.folder / "failures").num_rows == 2


def test_a_task_that_is_done_well_the_second_time_leaves_no_failures(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.write_failures("runs", 0, 4, [FAILED])
        store.write_failures("runs", 0, 2, [])
    assert store.failures() == []


def test_every_part_says_where_it_comes_from(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.opened(DESIGN, {"git_commit": "c1"}, ""):
        store.note({"numerics": "n1"})
        store.write("runs", 0, 4, rows(0, 4), failed="0")
        write(store, (4, 8))
        store.merge("runs", store.parts("runs"))
    [merged] = store.parts("runs")
    assert merged.told == {
        "study": tmp_path.name, "design_digest": digest(DESIGN), "git_commit": "c1", "numerics": "n1", "failed": "0",
        "units": "runs 0 8",
    }  # fmt: skip


def test_what_follows_on_each_other_is_merged_and_nothing_over_a_gap(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 2), (2, 3), (4, 6), (6, 9))
    assert store.compact() == {"runs": (4, 2)}
    assert [part[:2] for part in store.parts("runs")] == [(0, 3), (4, 9)]
    assert store.read("runs")["replication"].to_pylist() == [0, 1, 2, 4, 5, 6, 7, 8]


def test_parts_that_were_merged_are_neither_read_nor_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 4), (4, 8), (8, 12))
        store.merge("runs", store.parts("runs")[:2])
        assert [(each.first, each.last) for each in store.parts("runs")] == [(0, 8), (8, 12)]
        # As if the process had been killed before it removed them.
        write(store, (0, 4), (4, 8))
    assert store.read("runs")["replication"].to_pylist() == list(range(12))
    assert store.missing(["runs"], 0, 16, 4) == [(12, 16)]
    with opened(tmp_path):
        assert len(list((store.folder / "runs").iterdir())) == 2
    assert not (store.folder / "damaged").exists()


def test_whether_a_process_holds_a_study_can_be_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.is_held()
    with opened(tmp_path):
        assert store.is_held()
    assert not store.is_held()


@pytest.mark.parametrize("what", ["part", "manifest"])
def test_a_full_disk_is_named_and_leaves_everything_as_it_was(tmp_path: Path, what: str) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 4))
        before = snapshot(tmp_path)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            with pytest.raises(OSError) as failure:
                if what == "part":
                    write(store, (4, 8))
                else:
                    store.note({"status": "x" * 200})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        name = Path(failure.value.filename).name
        assert name.startswith("part-0000004-0000007") if what == "part" else name == "manifest.json"
        assert snapshot(tmp_path) == before, "neither changed nor half-written"
        write(store, (4, 8))
        assert store.read("runs").num_rows == 8


def test_a_part_in_which_every_run_failed_counts_as_done(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.write("runs", 0, 1, rows(0, 0))
        write(store, (1, 3))
        assert store.missing(["runs"], 0, 3, 1) == []
        assert store.read("runs").num_rows == 2


def test_another_design_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        write(store, (0, 4))
    before = snapshot(tmp_path)
    other = {"seed": 8, "replications": 20, "institutions": {"plain": {"values": {"veto": 0.5}}}}
    with pytest.raises(InvalidInput) as refusal, opened(tmp_path, other):
        pass
    message = str(refusal.value)
    assert "seed is 3 there and 8 here" in message
    assert "institutions.plain.values.veto is absent there and 0.5 here" in message
    assert "choose another study=" in message and "\n" not in message
    assert snapshot(tmp_path) == before


def test_other_code_is_refused_in_words(tmp_path: Path) -> None:
    with opened(tmp_path, DESIGN | {"rows_code": "a"}):
        pass
    with (
        pytest.raises(InvalidInput, match="the code that makes its rows was another; choose another study="),
        opened(tmp_path, DESIGN | {"rows_code": "b"}),
    ):
        pass


def test_other_code_that_plans_otherwise_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.write("runs", 0, 4, rows(0, 4), plan="p1")
        store.refuse_other_plan("runs", "p1")
        store.refuse_other_plan("later", "p2")
        with pytest.raises(InvalidInput, match="another version of the code planned the runs of 'runs'"):
            store.refuse_other_plan("runs", "p2")


def test_the_order_of_institutions_does_not_make_another_design(tmp_path: Path) -> None:
    with opened(tmp_path, {"institutions": {"a": 1, "b": 2}}):
        pass
    with opened(tmp_path, {"institutions": {"b": 2, "a": 1}}):
        pass


def test_many_differences_are_counted_not_all_shown(tmp_path: Path) -> None:
    with opened(tmp_path, {str(number): 0 for number in range(9)}):
        pass
    with pytest.raises(InvalidInput, match="and 6 more"), opened(tmp_path, {}):
        pass


def test_a_folder_that_is_no_study_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="is no study"), opened(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_study_killed_at_birth_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / "config.yaml").write_text("seed: 7\n")
    with opened(tmp_path) as store:
        assert store.manifest["design"] == DESIGN


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from experiments.runs.store import Store\n"
        f"with Store(Path(sys.argv[1])).opened({DESIGN!r}, {{}}, ''):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    root = Path(__file__).resolve().parents[2]
    command, pipe = [sys.executable, "-c", holder, str(tmp_path)], subprocess.PIPE
    first = subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True)
    try:
        assert first.stdout is not None and first.stdout.readline() == "held\n"
        with pytest.raises(InvalidInput, match="in use by another process"), opened(tmp_path):
            pass
    finally:
        first.kill()
        first.communicate()
    with opened(tmp_path):
        pass


def test_notes_add_to_the_manifest(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.note({"status": "finished", "runs": 3})
        assert store.manifest == Store(tmp_path).manifest
    assert store.manifest["status"] == "finished" and store.manifest["command"] == "compare"
    assert store.manifest["design"] == DESIGN


def test_a_decision_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.decided("factors", lambda: {"a": (1, 2)}) == {"a": [1, 2]}
    with opened(tmp_path) as store:
        assert store.decided("factors", lambda: pytest.fail("decided again")) == {"a": [1, 2]}


def test_what_was_made_of_rows_is_written_only_where_it_does_not_stand(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.note({"outputs": {"tables/a.csv": store.write_output("tables/a.csv", b"1")}})
        before = snapshot(tmp_path / "tables")
        assert store.outputs_stand()
        store.write_output("tables/a.csv", b"1")
        assert snapshot(tmp_path / "tables") == before
        (tmp_path / "tables" / "a.csv").write_bytes(b"")
        assert not store.outputs_stand()
        store.write_output("tables/a.csv", b"1")
        assert store.outputs_stand()


@pytest.mark.parametrize("ask", [lambda part: part.rows, lambda part: part.told, parts.Part.read])
def test_a_part_that_the_system_does_not_open_is_named(tmp_path: Path, ask: Callable[[parts.Part], object]) -> None:
    path = tmp_path / "part-0000000-0000007-0123456789abcdef.parquet"
    path.symlink_to(tmp_path / "nowhere")
    [part] = parts.parts_in(tmp_path)
    with pytest.raises(InvalidInput, match=rf"{path.name}: cannot be read \(.*\); give the study's command again"):
        ask(part)


def test_a_part_of_a_name_that_is_not_ours_is_none(tmp_path: Path) -> None:
    for name in ("part-1-2.parquet", "part-\u0661-\u0662-0123456789abcdef.parquet", "copy.parquet"):
        (tmp_path / name).touch()
    assert [(each.first, each.last) for each in parts.parts_in(tmp_path)] == [(0, 0)] * 3
    (tmp_path / ".hidden.parquet").touch()
    assert len(parts.parts_in(tmp_path)) == 3
