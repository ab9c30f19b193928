"""How long somebody waits who has nothing but a clone: for what is installed, the compiled model, the first verdict."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from experiments.settings.places import CHECKOUT

COMPILING = "Compiling the model"
"""How installing begins to say that nothing else is left."""
_KEPT = ("PATH", "HOME")
"""What a fresh clone gets of the environment."""


def seconds() -> dict[str, float] | None:
    """Clone what is committed here into an empty folder, and ask the headline question there.

    Returns
    -------
    dict of str to float or None
        ``install``: until all packages are there, the model being compiled meanwhile; ``compile``: what that takes
        longer; ``first_verdict``: until the verdict, from the clone on. None where that cannot be done, which is said.
    """
    with tempfile.TemporaryDirectory(prefix="concord-") as folder:
        clone = Path(folder) / "concord"
        python = f"PYTHON={Path(sys.base_prefix) / 'bin' / 'python3'}"
        begun = time.monotonic()
        try:
            subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", CHECKOUT, clone], check=True)
            installed = _lines(clone, "make", python, ".venv/.installed")
            ready = time.monotonic()
            _lines(clone, "make", python, "compare")
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"a fresh clone could not be measured: {error}", file=sys.stderr, flush=True)
            return None
        verdict = time.monotonic()
    only_compiling = next((when for when, line in installed if line.startswith(COMPILING)), ready)
    return {"install": only_compiling - begun, "compile": ready - only_compiling, "first_verdict": verdict - begun}


def _lines(clone: Path, *command: str) -> list[tuple[float, str]]:
    """Do something in a clone with nothing of this environment, and note when it said what."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"LANG": "C.UTF-8"}
    with subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [(time.monotonic(), line) for line in process.stdout]
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return said
