"""Installs what is locked, and the project, into a virtual environment; compiles the model meanwhile.

``python experiments/maintenance/install.py .venv`` is what ``make`` does; it needs Python's own library alone. uv,
which pip fetches, takes a fifth of pip's time, and where it fails pip goes on. Either checks every file by its hash.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LOCK = TOP / "requirements.lock"
ENGINE = ("llvmlite", "numba", "numpy", "pyyaml")
"""What compiling the model takes."""
BUILDERS = ("hatchling", "packaging", "pathspec", "pluggy", "setuptools", "tomlkit", "trove-classifiers")
"""What builds source distributions and the project: from the lock, so without isolation and before them."""
AS_UV_CALLS_IT = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
_PIP = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile", "--use-pep517")
_COMPILE = "import gc; gc.set_threshold(100_000, 50, 1000); from model.ensemble import compile_engine; compile_engine()"
"""Nearly all that a compiler makes it keeps: looking for what it does not among all of it took a tenth of its time."""
_SOON = 1.0
"""Seconds in which a model that is compiled already is loaded."""


def set_for_pip(listed: str) -> dict[str, str]:
    """Give uv, which does not read what is set for pip, the same indexes and certificates.

    Parameters
    ----------
    listed : str
        What ``pip config list`` prints.

    Returns
    -------
    dict of str to str
        Environment of uv.
    """
    # Each file is checked by its hash, so it may come from whichever index has it.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    # The later ones go before.
    for section in ("global", "install", ":env:"):
        for name, value in re.findall(rf"^{section}\.([\w-]+)='(.*)'$", listed, re.MULTILINE):
            if name in AS_UV_CALLS_IT:
                several = value.replace("\\n", " ").split()
                found[AS_UV_CALLS_IT[name]] = ("," if name == "find-links" else " ").join(several)
    return found


def locked(names: Sequence[str], lock: str) -> str:
    """Take some packages out of a lock, with their hashes."""
    entries = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.partition("==")[0] in names)


def _packages(installer: Sequence[str], environment: Mapping[str, str], lock: Path) -> None:
    """Install what a lock has."""
    command = [*installer, "--no-build-isolation", "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run(command, env=environment, check=True)


def _everything(installer: Sequence[str], environment: Mapping[str, str], venv: Path) -> None:
    """Install, and compile the model from the moment on that its packages are there."""
    python, first = venv / "bin" / "python", venv / "first.lock"
    first.write_text(locked((*ENGINE, *BUILDERS), LOCK.read_text()))
    _packages(installer, environment, first)
    with subprocess.Popen([python, "-c", _COMPILE], cwd=TOP) as compiling:
        _packages(installer, environment, LOCK)
        itself = [*installer, "--no-build-isolation", "--no-deps", "-e", str(TOP)]
        subprocess.run(itself, env=environment, check=True)
        # Without the libraries' own tests, which are a third of it.
        subprocess.run([python, "-m", "compileall", "-qq", "-x", "/tests/", venv / "lib"], check=False)
        try:
            compiling.wait(_SOON)
        except subprocess.TimeoutExpired:
            print("Compiling the model, once: about a minute", flush=True)


def main(venv: Path) -> int:
    """Install.

    Parameters
    ----------
    venv : Path
        Folder of the virtual environment, made anew.

    Returns
    -------
    int
        Exit code.
    """
    python = str(venv / "bin" / "python")
    pip, environment = [python, *_PIP], dict(os.environ)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        only_uv = venv / "uv.lock"
        only_uv.write_text(locked(["uv"], LOCK.read_text()))
        try:
            _packages(pip, environment, only_uv)
            listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
            uv = [str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python", python]
            _everything(uv, {**set_for_pip(listed.stdout), **environment}, venv)
        except (subprocess.CalledProcessError, OSError):
            print("uv cannot install here: pip goes on, some minutes", file=sys.stderr, flush=True)
            _everything(pip, environment, venv)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
