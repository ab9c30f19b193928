"""A study that is killed, stopped, or runs out of disk ends with the rows of one that was left alone."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from experiments.cli import main
from experiments.records.calibration import WORLDS
from experiments.reporting.drawing import Drawing
from experiments.runs import simulate, work
from experiments.runs.manifest import CODE
from experiments.runs.plan import Task
from experiments.runs.simulate import Rows, compile_model, run_task
from experiments.runs.store import Store
from experiments.studies import question
from tests import kills
from tests.kills import STUDIES, differences, ended, folder, held, holding, killed_at, let_go, words
from tests.support import wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


def begun(command: str, results: Path, prepare: Callable[[], None] = lambda: None) -> int:
    def both() -> None:
        kills.without_pictures()
        prepare()

    return kills.begun(command, results, both)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results with a study of every kind that is asked for; whatever is forked has the model loaded already."""
    compile_model()
    return tmp_path_factory.mktemp("undisturbed")


def whole(command: str, results: Path) -> Path:
    """Find, or make, the study that nothing happens to."""
    if not folder(command, results).exists():
        assert ended(begun(command, results)) == 0, (results / "log").read_text()
    return folder(command, results)


def parts(results: Path) -> dict[Path, tuple[bytes, int]]:
    """Find what is in every part, and when it was written."""
    found = results.rglob("part-*.parquet")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.mark.parametrize("command", STUDIES)
def test_a_study_killed_twice_loses_nothing(command: str, undisturbed: Path, tmp_path: Path) -> None:
    study, chance = whole(command, undisturbed), random.Random(command)
    # Every file is synced twice, with its folder, and renamed once.
    steps = 3 * len([path for path in study.rglob("*") if path.is_file()])
    stored: dict[Path, tuple[bytes, int]] = {}
    for _ in range(2):
        assert ended(begun(command, tmp_path, killed_at(chance.randint(2, steps // 3)))) == -signal.SIGKILL
        stored |= parts(tmp_path)
    assert ended(begun(command, tmp_path)) == 0, (tmp_path / "log").read_text()
    assert differences(study, folder(command, tmp_path)) == []
    manifest = Store(folder(command, tmp_path)).manifest
    # What a task records beside its rows is written before them, and so again if it was killed in between.
    stored = {path: told for path, told in stored.items() if path.parent.name in {WORLDS, *manifest.get("planned", ())}}
    assert stored.items() <= parts(tmp_path).items(), "what is stored is not written again"
    assert manifest["status"] == "finished" and {CODE, "plans"} <= set(manifest["design"]) and manifest["analysis"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_answered_with_the_way_on(number: int, undisturbed: Path, tmp_path: Path) -> None:
    def prepare() -> None:
        def asked_to_stop(task: Task) -> Rows:
            if task.first == 2:
                os.kill(os.getpid(), number)
            return run_task(task)

        setattr(work, "run_task", asked_to_stop)  # noqa: B010 the module's own name, in a process of its own

    assert ended(begun("attribute", tmp_path, prepare)) == 128 + number
    said = [line for line in (tmp_path / "log").read_text().splitlines() if line and "of " not in line]
    assert said == [
        "stopping after the runs in work; the same command goes on from there (again: stop at once)",
        "concord attribute: stopped",
    ]
    assert Store(folder("attribute", tmp_path)).manifest["status"] == "stopped"
    assert ended(begun("attribute", tmp_path)) == 0
    assert differences(whole("attribute", undisturbed), folder("attribute", tmp_path)) == []


def test_a_signal_during_the_analysis_is_answered_with_the_way_on(undisturbed: Path, tmp_path: Path) -> None:
    def prepare() -> None:
        def asked_to_stop(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        setattr(question, "finished", asked_to_stop)  # noqa: B010 the module's own name, in a process of its own

    assert ended(begun("attribute", tmp_path, prepare)) == 128 + signal.SIGTERM
    said = [line for line in (tmp_path / "log").read_text().splitlines() if line and " of " not in line]
    assert said == ["stopping; the same command goes on from what is stored", "concord attribute: stopped"]
    assert Store(folder("attribute", tmp_path)).manifest["status"] == "stopped"
    assert ended(begun("attribute", tmp_path)) == 0
    assert differences(whole("attribute", undisturbed), folder("attribute", tmp_path)) == []


def test_no_memory_costs_one_line_and_the_same_command_goes_on(undisturbed: Path, tmp_path: Path) -> None:
    def prepare() -> None:
        def none_left(*_: Any) -> Any:
            raise MemoryError

        def from_the_third_part_on(task: Task) -> Rows:
            if task.first >= 2:
                wait_until(lambda: len(list(tmp_path.rglob("runs/part-*.parquet"))) == 2)
                setattr(simulate, "simulate", none_left)  # noqa: B010 the module's own name, in a process of its own
            return run_task(task)

        setattr(work, "run_task", from_the_third_part_on)  # noqa: B010

    assert ended(begun("attribute", tmp_path, prepare)) == 1
    said = [line for line in (tmp_path / "log").read_text().splitlines() if " of " not in line]
    assert said == [
        "concord attribute: there is not memory enough; the same command goes on from what is stored, with fewer "
        "workers= at a time"
    ]
    assert ended(begun("attribute", tmp_path)) == 0
    assert differences(whole("attribute", undisturbed), folder("attribute", tmp_path)) == []


def asked(*overrides: str) -> list[str]:
    """Ask for a small study, with some values in place of its own."""
    return ["attribute", *{word.partition("=")[0]: word for word in (*words("attribute"), *overrides)}.values()]


def test_two_processes_do_not_write_one_study(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = begun("attribute", tmp_path, lambda: holding(1, tmp_path))
    held(tmp_path)
    assert main(asked(f"results={tmp_path}")) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "in use by another process" in said.err
    let_go(tmp_path)
    assert ended(first) == 0
    assert differences(whole("attribute", undisturbed), folder("attribute", tmp_path)) == []


def on_a_cluster(results: Path) -> subprocess.Popen[str]:
    """Begin a study on a cluster of its own, which is held once three parts are stored."""
    code = (
        "import sys; from pathlib import Path; from tests.kills import cli, holding; "
        "holding(3, Path(sys.argv[1])); sys.exit(cli.main(sys.argv[2:]))"
    )
    words = asked("runner=dask", "workers=1", "replications=40", f"results={results}")
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(results), *words], cwd=CHECKOUT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    wait_until(lambda: (results / "held").exists() or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return process


@pytest.mark.slow
def test_a_killed_command_takes_its_cluster_along(tmp_path: Path) -> None:
    process = on_a_cluster(tmp_path)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=300)
    assert not alive


@pytest.mark.slow
def test_an_interrupt_reaches_a_cluster_gently(tmp_path: Path) -> None:
    process = on_a_cluster(tmp_path)
    # A terminal sends Ctrl-C to the command and to every worker.
    os.killpg(process.pid, signal.SIGINT)
    let_go(tmp_path)
    out, said = process.communicate(timeout=300)
    assert process.returncode == 130 and out == ""
    assert [line for line in said.splitlines() if line and " of " not in line][-2:] == [
        "stopping after the runs in work; the same command goes on from there (again: stop at once)",
        "concord attribute: stopped",
    ]
    assert json.loads((folder("attribute", tmp_path) / "manifest.json").read_text())["status"] == "stopped"


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk; unit tests of the store try a full one in another way")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_costs_one_line_and_the_study_goes_on_elsewhere(
    undisturbed: Path,
    little_disk: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Drawing, "files", lambda self: {})
    assert main(asked(f"results={little_disk}")) == 1
    said = capsys.readouterr()
    assert said.out == "" and len([line for line in said.err.splitlines() if " runs" not in line]) == 1
    assert said.err.splitlines()[-1].endswith("No space left on device") and "concord attribute: /" in said.err
    stored = Store(folder("attribute", little_disk))
    assert not list(stored.folder.rglob("*.tmp")), "what could not be written takes no room"
    assert stored.read("runs").num_rows > 0 and stored.manifest["status"] == "running"
    shutil.copytree(little_disk, tmp_path, dirs_exist_ok=True)
    assert ended(begun("attribute", tmp_path)) == 0
    assert differences(whole("attribute", undisturbed), folder("attribute", tmp_path)) == []


def test_a_folder_that_cannot_be_written_costs_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    # Not even root may write here.
    assert main(asked("results=/proc/concord")) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "/proc/concord" in said.err
