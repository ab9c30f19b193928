"""What is set for pip holds for uv too, and the engine's packages are a part of the lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.benchmarks import cold_start
from experiments.maintenance import install

LISTED = """:env:.cert='/here/ca.pem'
global.cert='/there/ca.pem'
global.extra-index-url='\\nhttps://one.test/simple\\nhttps://two.test/simple'
global.find-links='/one\\n/two'
global.index-url='https://mirror.test/simple'
global.timeout='60'
install.index-url='https://nearer.test/simple'
"""


def test_uv_gets_the_indexes_and_certificates_of_pip() -> None:
    assert install.set_for_pip(LISTED) == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "SSL_CERT_FILE": "/here/ca.pem",
        "UV_INDEX": "https://one.test/simple https://two.test/simple",
        "UV_FIND_LINKS": "/one,/two",
        "UV_DEFAULT_INDEX": "https://nearer.test/simple",
    }
    assert list(install.set_for_pip("")) == ["UV_INDEX_STRATEGY"]


def test_what_compiling_and_building_take_is_in_the_lock_with_hashes() -> None:
    lock = install.LOCK.read_text(encoding="utf-8")
    for names in (install.ENGINE, install.BUILDERS, ("uv",)):
        part = install.locked(names, lock)
        assert sorted({line.partition("==")[0] for line in part.splitlines() if "==" in line}) == sorted(names)
        assert part.count("--hash=sha256:") >= len(names)


def pretend(venv: Path, fails: str, log: Path) -> None:
    """Make a Python that only notes what it was asked, and a uv that fails where it is asked for `fails`."""
    (venv / "bin").mkdir(parents=True)
    for name in ("python", "uv"):
        file = venv / "bin" / name
        noted = f'#!/bin/sh\necho {name} "$@" >> {log}\n'
        file.write_text(f'{noted}case "{name} $*" in *"{fails}"*) exit 3;; esac\n', encoding="utf-8")
        file.chmod(0o755)


@pytest.mark.parametrize(("fails", "by"), [("no such thing", "uv"), ("uv pip", "python")])
def test_pip_goes_on_where_uv_fails(
    fails: str, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    real, log = subprocess.run, tmp_path / "log"

    def run(command: list[str], **options: object) -> object:
        if "venv" not in command:
            return real(command, **options)  # type: ignore[call-overload]
        pretend(tmp_path / "venv", fails, log)
        return None

    monkeypatch.setattr(subprocess, "run", run)
    assert install.main(tmp_path / "venv") == 0
    last = [line for line in log.read_text(encoding="utf-8").splitlines() if " install " in line][-1]
    assert last.startswith(f"{by} ")
    assert last.endswith(f"-e {install.TOP}")
    assert ("pip goes on" in capfd.readouterr().err) == (by == "python")


def test_what_neither_can_install_ends_with_an_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert install.main(tmp_path / "venv") == 1


def test_the_bench_knows_how_compiling_is_said() -> None:
    assert f'print("{cold_start.COMPILING}' in Path(install.__file__).read_text(encoding="utf-8")
