"""A study that is killed again and again, or that runs out of disk, ends with the rows of one that was left alone."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest

from experiments import compare
from experiments.cli import main
from experiments.runs.store import Store
from experiments.studies.study import Study

CHECKOUT = Path(__file__).resolve().parents[2]
STUDY = (
    "world=stylised",
    "quarters=40",
    "seed=7",
    "replications=160",
    "draws=160",
    "channel_draws=0",
    "institutions=[uk_pools]",
    "hypothesis=[joint_beats_siloed]",
    "study=medium",
)
KILLS = 3


def rows(study: Study, level: str) -> pd.DataFrame:
    """Runs of a level in an order of their own, whatever part they came from."""
    return study.runs(level).sort_values(["replication", "institution"], ignore_index=True)


def assert_same_rows(one: Study, other: Study) -> None:
    for level in ("defaults", "across_ranges"):
        pd.testing.assert_frame_equal(rows(one, level), rows(other, level), check_exact=True)


def parts(results: Path) -> dict[Path, tuple[bytes, int]]:
    found = results.glob("compare/medium/runs*/part-*")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def begun(results: Path, *overrides: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.cli", "compare", *STUDY, f"results={results}", *overrides]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_parts(process: subprocess.Popen[str], results: Path, count: int) -> None:
    deadline = time.monotonic() + 240.0
    while len(parts(results)) < count:
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.002)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return compare(*STUDY, results=str(tmp_path_factory.mktemp("undisturbed")))


@pytest.mark.slow
def test_a_study_killed_several_times_loses_nothing(undisturbed: Study, tmp_path: Path) -> None:
    chance = random.Random(5)
    for _ in range(KILLS):
        before = parts(tmp_path)
        process = begun(tmp_path)
        wait_for_parts(process, tmp_path, len(before) + chance.randint(1, 4))
        time.sleep(chance.uniform(0.0, 0.03))
        process.kill()
        process.communicate()
        after = parts(tmp_path)
        assert all(after[path] == content for path, content in before.items()), "nothing is written twice"
    assert len(after) < len(list(undisturbed.folder.glob("runs*/part-*"))), "every kill came in the middle"
    study = compare(*STUDY, results=str(tmp_path))
    assert_same_rows(undisturbed, study)
    assert {**study.result(), "study": "", "seconds": 0} == {**undisturbed.result(), "study": "", "seconds": 0}
    assert not list(study.folder.rglob("*.tmp"))
    # A reader with pyarrow alone finds every run once.
    alone = pq.read_table(study.folder / "runs").to_pandas()
    assert len(alone) == 640 and not alone.duplicated(["institution", "replication"]).any()


@pytest.mark.slow
def test_a_killed_command_takes_its_cluster_along(undisturbed: Study, tmp_path: Path) -> None:
    process = begun(tmp_path, "runner=dask", "workers=2")
    wait_for_parts(process, tmp_path, 3)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=300)
    assert not alive
    assert_same_rows(undisturbed, compare(*STUDY, results=str(tmp_path)))


@pytest.mark.slow
def test_an_interrupt_reaches_a_cluster_gently(undisturbed: Study, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "experiments",
        "compare",
        *STUDY,
        f"results={tmp_path}",
        "runner=dask",
        "workers=2",
    ]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for_parts(process, tmp_path, 3)
    # A terminal sends Ctrl-C to the command and to every worker.
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=300)
    assert process.returncode == 130 and out == ""
    lines = [line for line in said.splitlines() if line and not line.startswith("compiling")]
    assert [line for line in lines if " runs" not in line] == [
        "stopping after the chunks in work; the same command goes on from there (Ctrl-C again: stop at once)",
        "concord compare: stopped",
    ]
    assert json.loads((tmp_path / "compare" / "medium" / "manifest.json").read_text())["status"] == "stopped"
    assert_same_rows(undisturbed, compare(*STUDY, results=str(tmp_path)))


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk; unit tests of the store try a full one in another way")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_costs_one_line_and_the_study_goes_on_elsewhere(
    undisturbed: Study, little_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *STUDY, f"results={little_disk}"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len([line for line in said.err.splitlines() if " runs" not in line]) == 1
    assert said.err.splitlines()[-1].endswith("No space left on device") and "concord compare: /" in said.err
    stored = Store(little_disk / "compare" / "medium")
    assert not list(stored.folder.rglob("*.tmp")), "what could not be written takes no room"
    assert stored.read("runs").num_rows > 0 and stored.manifest["status"] == "running"
    shutil.copytree(little_disk, tmp_path, dirs_exist_ok=True)
    assert_same_rows(undisturbed, compare(*STUDY, results=str(tmp_path)))


def test_a_folder_that_cannot_be_written_costs_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    # Not even root may write here.
    assert main(["compare", *STUDY, "results=/proc/concord"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "/proc/concord" in said.err
