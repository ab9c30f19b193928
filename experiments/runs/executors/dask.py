"""Tasks on a Dask cluster: one that is started here for the study, or one that exists already.

Dask does again what a lost worker had in work. A chunk that takes its worker down again and again ends the study as
want of memory does, which is what systems kill for; the same command goes on. Workers must have the client's code and
arithmetic: one that has not ends the study with one line, and nothing of what it computed is kept.
"""

import contextlib
import logging
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster, get_worker
from distributed.security import Security

from experiments.runs.executors import LOST, Pool, usable_cores
from experiments.runs.identity import numerics_fingerprint, raw_digest
from experiments.settings.runner import CERTIFICATES, Runner
from model.errors import InvalidInput

_SECONDS_TO_ANSWER = 5
_TRIED_AGAIN = 1
"""How often a chunk that raised is tried again; one whose worker died is, three times, by the scheduler's own rule."""

_TALKATIVE = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
_HOW = "start workers as README.md says"
_CTRL_C_IS_THE_CLIENTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"

_LOADED = raw_digest()
"""Sources as this process imported them: what lies on the disk may have been edited since."""


@contextlib.contextmanager
def started(runner: Runner) -> Iterator[Pool]:
    """Start a cluster on this machine, or join the one that is named, and leave it.

    Parameters
    ----------
    runner : Runner
        With the scheduler's address and certificates, or neither.

    Yields
    ------
    Pool

    Raises
    ------
    OSError
        When no scheduler answers, or a worker has other code.
    InvalidInput
        When a certificate or key cannot be read.
    """
    # Their warnings would stand between the lines of a progress; what matters comes back as an exception.
    for logger in _TALKATIVE:
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    with _client(runner) as client:
        _check_workers(client, runner.scheduler)
        executor = _Checking(client.get_executor(pure=False, retries=_TRIED_AGAIN))
        # A chunk per thread: what is handed out is in work, and a chunk that kills its worker takes no other along.
        yield Pool(executor, lambda: _threads(client), spares_begun=False, without_memory=(KilledWorker,))


def _threads(client: Client) -> int:
    """Count the threads of all workers; where there are none yet, one chunk waits for the first."""
    try:
        return max(1, int(sum(client.nthreads().values())))
    except (OSError, RuntimeError) as error:
        raise ConnectionError(LOST) from error


@contextlib.contextmanager
def _client(runner: Runner) -> Iterator[Client]:
    """Reach the cluster that is named, or start one that only this machine can reach."""
    if runner.scheduler is not None:
        security = _security(runner.certificates)
        try:
            client = Client(runner.scheduler, timeout=_SECONDS_TO_ANSWER, security=security, set_as_default=False)
        except OSError as error:
            said = f"runner.scheduler={runner.scheduler}: no scheduler answered within {_SECONDS_TO_ANSWER} s"
            raise ConnectionError(said) from error
        with client:
            yield client
        return
    workers = usable_cores() if runner.workers is None else runner.workers
    with (
        dask.config.set({"distributed.scheduler.worker-saturation": 1.0}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            # Dask serves pages even where it is told not to: on a free port, so that two clusters do not meet on one.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=None,
            silence_logs=logging.CRITICAL,
            preload=[_CTRL_C_IS_THE_CLIENTS],
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _security(certificates: Mapping[str, Path]) -> Security | None:
    """Read certificates and key."""
    if not certificates:
        return None
    ca, certificate, key = (str(certificates[name]) for name in CERTIFICATES)
    security = Security(tls_ca_file=ca, tls_client_cert=certificate, tls_client_key=key, require_encryption=True)
    try:
        security.get_connection_args("client")
    except OSError as error:
        raise InvalidInput(
            f"runner.tls_ca={ca}, tls_cert={certificate}, tls_key={key}: must be PEM certificates and the key to the "
            f"second one ({error})"
        ) from None
    return security


def _check_workers(client: Client, scheduler: str | None) -> None:
    """Refuse workers that run other code; those that join later are asked with their first chunk."""
    for address, found in client.run(_loaded, on_error="return").items():
        if isinstance(found, Exception):
            raise ConnectionError(f"worker {address} cannot import this project ({found}): {_HOW}")
        if found != _LOADED:
            raise ConnectionError(_other_code(address))
    if not client.nthreads():
        print(f"no workers at {scheduler} yet: waiting for one ({_HOW})", file=sys.stderr)


def _loaded() -> str:
    """Digest of the sources that this process runs."""
    return _LOADED


def _other_code(address: str) -> str:
    return (
        f"worker {address} runs other code than this checkout: bring its checkout to the same state and start it again"
    )


class _Checking(Executor):
    """Sends each task with what its worker must be like, packed so that nothing of it is read before that is known."""

    def __init__(self, cluster: Executor) -> None:
        self._cluster = cluster
        self._numerics = numerics_fingerprint()

    def submit(self, function: Callable[..., Any], /, *task: Any, **options: Any) -> Future[Any]:
        packed = pickle.dumps((function, task, options))
        return self._cluster.submit(_checked, _LOADED, self._numerics, packed)


def _checked(sources: str, numerics: str, packed: bytes) -> Any:
    """Do a task on a worker, if its numbers would be those of the client."""
    if sources != _LOADED:
        raise ConnectionError(_other_code(get_worker().address))
    if numerics != numerics_fingerprint():
        raise ConnectionError(f"worker {get_worker().address}: its arithmetic gives other bits; leave it out")
    function, task, options = pickle.loads(packed)
    return function(*task, **options)
