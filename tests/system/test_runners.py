"""The same study on threads, on a cluster that is started for it, and on one that exists already."""

import contextlib
import itertools
import json
import shutil
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import pandas as pd
import pytest
from joblib.externals.loky import get_reusable_executor

from experiments import attribute
from experiments.cli import main
from experiments.runs.executors import WorkersDied, done_in_any_order, started
from experiments.runs.executors import dask as cluster
from experiments.runs.identity import raw_digest
from experiments.runs.store import Store
from experiments.settings.runner import CERTIFICATES, DASK, Runner
from experiments.studies.study import Study
from tests import kills, plans
from tests.support import wait_until

pytestmark = pytest.mark.usefixtures("quick_pictures")

CHECKOUT = Path(__file__).resolve().parents[2]
STUDY = (
    "world=stylised",
    "quarters=16",
    "seed=7",
    "institution=three_ds",
    "replications=32",
    "study=small",
)
Start = Callable[..., subprocess.Popen[str]]


def rows(study: Study) -> pd.DataFrame:
    """Runs in an order of their own, whatever part they came from."""
    return study.runs().sort_values(["replication", "institution"], ignore_index=True)


def assert_same_rows(one: Study, other: Study) -> None:
    pd.testing.assert_frame_equal(rows(one), rows(other), check_exact=True)


@pytest.fixture(scope="module")
def on_threads(tmp_path_factory: pytest.TempPathFactory, quick_pictures: None) -> Study:
    return attribute(*STUDY, results=str(tmp_path_factory.mktemp("threads")))


@contextlib.contextmanager
def starting() -> Iterator[Start]:
    """Start processes of Dask, as README says, and end them."""
    begun = []

    def process(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dask", *words]
        log = subprocess.DEVNULL
        begun.append(subprocess.Popen(command, cwd=CHECKOUT, stdout=log, stderr=log, text=True))
        return begun[-1]

    try:
        yield process
    finally:
        for one in begun:
            one.kill()
            one.wait()


@pytest.fixture
def start() -> Iterator[Start]:
    """Processes for one test."""
    with starting() as start:
        yield start


@pytest.fixture(scope="module")
def standing() -> Iterator[str]:
    """Address of a cluster of one worker for several tests."""
    with starting() as start:
        address, _ = begun_scheduler(start)
        worker(start, address)
        yield address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def begun_scheduler(start: Start, *options: str, protocol: str = "tcp") -> tuple[str, subprocess.Popen[str]]:
    port = free_port()
    process = start("scheduler", "--host", f"{protocol}://127.0.0.1", "--port", str(port), "--no-dashboard", *options)
    wait_until(lambda: is_open(port))
    return f"{protocol}://127.0.0.1:{port}", process


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def worker(start: Start, address: str, *options: str) -> subprocess.Popen[str]:
    return start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", *options)


def once_stored(patch: pytest.MonkeyPatch, parts: int, happens: Callable[[], object]) -> None:
    """Let something happen when so many parts are stored."""
    write, stored = Store.write, itertools.count(1)

    def writing(*arguments: Any, **told: Any) -> None:
        write(*arguments, **told)
        if next(stored) == parts:
            happens()

    patch.setattr(Store, "write", writing)


def test_a_cluster_of_its_own_gives_the_same_rows(
    on_threads: Study, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    study = attribute(*STUDY, "runner=dask", "workers=2", results=str(tmp_path))
    assert_same_rows(on_threads, study)
    said = capfd.readouterr()
    assert said.out == "" and all(" runs in " in line for line in said.err.splitlines()), said.err
    assert (
        json.loads((study.folder / "manifest.json").read_text())["design"]
        == json.loads((on_threads.folder / "manifest.json").read_text())["design"]
    ), "where a study was run is no part of what it is"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["patterns", "forecast", "design"])
def test_what_earlier_rows_lead_to_is_the_same_on_a_cluster(command: str, standing: str, tmp_path: Path) -> None:
    for place in ("threads", "dask"):
        runner = ["runner=dask", f"runner.scheduler={standing}"] if place == "dask" else ["workers=1"]
        asked = [*kills.STUDIES[command], "seed=7", "study=small", *runner, f"results={tmp_path / place}"]
        assert main([command, *asked]) == 0
    one, other = (kills.folder(command, tmp_path / place) for place in ("threads", "dask"))
    assert kills.rows(one) and kills.differences(one, other) == []


@pytest.mark.slow
def test_a_cluster_loses_a_worker_and_no_row(
    on_threads: Study, tmp_path: Path, standing: str, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = worker(start, standing)
    with started(Runner(DASK, scheduler=standing)) as pool:
        wait_until(lambda: pool.room() == 2)

    def kill() -> None:
        doomed.kill()
        doomed.wait()

    once_stored(monkeypatch, 4, kill)
    study = attribute(*STUDY, "runner=dask", f"runner.scheduler={standing}", results=str(tmp_path))
    assert doomed.poll() is not None and len(list(study.folder.glob("runs/part-*"))) > 8, "it died in the middle"
    assert_same_rows(on_threads, study)
    assert study.manifest["failed"] == 0


@pytest.mark.slow
def test_a_lost_scheduler_costs_one_line_and_the_study_goes_on_without_it(
    on_threads: Study, tmp_path: Path, start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    address, process = begun_scheduler(start)
    worker(start, address)

    def kill() -> None:
        process.kill()
        process.wait()

    asked = ("runner=dask", f"runner.scheduler={address}", f"results={tmp_path}")
    with pytest.MonkeyPatch.context() as patch:
        once_stored(patch, 2, kill)
        assert main(["attribute", *STUDY, *asked]) == 1
    said = capfd.readouterr().err.splitlines()
    assert (
        said[-1] == "concord attribute: the cluster's scheduler is lost; the same command goes on from what is stored"
    )
    assert all(" runs" in line or line.startswith(("no workers", "compiling")) for line in said[:-1]), "\n".join(said)
    assert_same_rows(on_threads, attribute(*STUDY, results=str(tmp_path)))


@pytest.mark.slow
def test_an_encrypted_cluster(on_threads: Study, tmp_path: Path, start: Start) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and is not installed")
    files = certificates(tmp_path)
    words = [word for name, path in files.items() for word in (f"--{name.replace('_', '-')}{FILE[name]}", str(path))]
    address, _ = begun_scheduler(start, *words, protocol="tls")
    worker(start, address, *words)
    asked = [f"runner.{name}={path}" for name, path in files.items()]
    study = attribute(*STUDY, "runner=dask", f"runner.scheduler={address}", *asked, results=str(tmp_path))
    assert_same_rows(on_threads, study)
    stranger = certificates(tmp_path / "stranger")
    asked = [f"runner.{name}={path}" for name, path in stranger.items()]
    arguments = [*STUDY[:-1], "study=other", "runner=dask", f"runner.scheduler={address}", *asked]
    assert main(["attribute", *arguments, f"results={tmp_path}"]) == 1


FILE = {"tls_ca": "-file", "tls_cert": "", "tls_key": ""}
"""How Dask's own options for certificates end."""


def certificates(folder: Path) -> dict[str, Path]:
    """Make an authority that signs itself, which serves as everybody's certificate as well."""
    folder.mkdir(exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *words.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return dict(zip(CERTIFICATES, (certificate, certificate, key), strict=True))


@pytest.mark.slow
def test_a_port_that_another_cluster_holds_is_no_matter() -> None:
    with socket.socket() as held, warnings.catch_warnings():
        # Where somebody else holds it already, it is held all the same.
        with contextlib.suppress(OSError):
            held.bind(("127.0.0.1", 8787))
            held.listen()
        warnings.simplefilter("error", UserWarning)
        with started(Runner(DASK, workers=1)):
            pass


def test_a_task_that_kills_its_worker_again_and_again_is_left_and_named_when_all_else_is_done() -> None:
    found = {}
    # Dask tries it on four workers, one after the other, unless told.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        started(Runner(DASK, workers=2)) as pool,
        pytest.raises(WorkersDied) as ended,
    ):
        for number, future in done_in_any_order(pool, plans.killing, range(12), threading.Event()):
            found[number] = future.result()
    assert ended.value.args == (6,)
    assert found == {number: plans.squared(number) for number in range(12) if number != 6}


def test_workers_with_other_code_are_refused(
    tmp_path: Path, standing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(Runner(DASK, scheduler=standing)) as pool:
        wait_until(lambda: pool.executor.submit(abs, -1).result() == 1)
        # As a worker sees it that joins later, from another checkout.
        monkeypatch.setattr(cluster, "_LOADED", "another checkout")
        with pytest.raises(ConnectionError, match="runs other code than this checkout"):
            pool.executor.submit(abs, -1).result()
    asked = ("runner=dask", f"runner.scheduler={standing}", f"results={tmp_path}")
    capsys.readouterr()
    assert main(["attribute", *STUDY, *asked]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "concord attribute: worker tcp://127.0.0.1:" in said.err and "runs other code" in said.err
    monkeypatch.setattr(cluster, "_LOADED", raw_digest())
    monkeypatch.setattr(cluster, "numerics_fingerprint", lambda: "another machine")
    assert main(["attribute", *STUDY, *asked]) == 1
    assert "its arithmetic gives other bits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["runner=dask", "runner.scheduler=tcp://127.0.0.1:1"], 1, "no scheduler answered within 5 s"),
        (["runner=dask", "runner.scheduler=127.0.0.1:1"], 2, "must be tcp://host:port or tls://host:port"),
        (["runner=dask", "runner.scheduler=tcp://x:y"], 2, "must be tcp://host:port or tls://host:port"),
        (["runner=dask", "runner.scheduler=tcp://:1"], 2, "must be tcp://host:port or tls://host:port"),
        (["runner=dask", "runner.scheduler=tls://x:1"], 2, "runner.tls_ca=null: must be a PEM file for"),
        (["runner=dask", "runner.tls_ca=README.md"], 2, "must be null unless runner.scheduler=tls://host:port"),
        (["runner=dask", "runner.scheduler=tcp://x:1", "workers=2"], 2, "workers=2: must be null with"),
        (["runner=dask", "runner.sheduler=tcp://x:1"], 2, "did you mean 'scheduler'?"),
        (["runner.scheduler=tcp://x:1"], 2, "must be left out unless runner=dask"),
        (["runner=dsk"], 2, "did you mean 'dask'?"),
    ],
)
def test_a_cluster_that_is_not_there_or_asked_for_wrongly_costs_one_line(
    asked: list[str], code: int, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["attribute", *STUDY, *asked, f"results={tmp_path}"]) == code
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and said in captured.err, captured.err


@pytest.mark.parametrize("broken", ["missing", "no certificate"])
def test_a_certificate_that_is_none_is_named(broken: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "certificate.pem"
    if broken == "no certificate":
        file.write_text("none")
    asked = ["runner=dask", "runner.scheduler=tls://127.0.0.1:1", *(f"runner.{name}={file}" for name in CERTIFICATES)]
    assert main(["attribute", *STUDY, *asked, f"results={tmp_path}"]) == 2
    captured = capfd.readouterr()
    assert captured.err.count("\n") == 1 and f"runner.tls_ca={file}" in captured.err


def test_what_dask_needs_is_only_loaded_for_it(tmp_path: Path) -> None:
    small = ["attribute", *STUDY[:-2], "replications=2", "study=small", f"results={tmp_path}"]
    look = "import sys; from experiments.reporting.drawing import Drawing; from experiments.cli import main; "
    look += f"Drawing.files = lambda self: {{}}; print(main({small!r}), 'distributed' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", look], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "0 False"


def launched(results: Path, at_once: int) -> list[str]:
    """Ask for two small studies by Hydra's joblib launcher."""
    several = ("-m", "hydra/launcher=joblib", f"hydra.launcher.n_jobs={at_once}", "replications=8,9", "workers=1")
    asked = [word for word in STUDY if not word.startswith(("replications", "study"))]
    return ["attribute", *asked, *several, f"results={results}"]


@pytest.mark.slow
def test_several_studies_at_once(on_threads: Study, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(launched(tmp_path, 2))
    finally:
        # They would wait for more to do.
        get_reusable_executor().shutdown(wait=True)
    said = capfd.readouterr()
    assert code == 0 and "Traceback" not in said.err
    found = [Store(folder) for folder in (tmp_path / "attribute").iterdir()]
    assert sorted(store.manifest["design"]["replications"] for store in found) == [8, 9]
    assert all(store.manifest["status"] == "finished" and f"Study: {store.folder}" in said.out for store in found)
    whole = rows(on_threads)
    for store in found:
        theirs = plans.rows(store).sort_values(["replication", "institution"], ignore_index=True)
        same = whole[whole["draw"] < store.manifest["design"]["replications"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(theirs, same, check_exact=True)


def test_a_study_that_fails_in_a_launcher_fails_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(launched(Path("/proc/concord"), 1)) == 1
    said = capfd.readouterr().err
    assert "Traceback" not in said and "/proc/concord" in said.splitlines()[-1]
