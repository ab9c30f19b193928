"""Makes ``results/reference`` anew: the full evidence on the African world, as kept under version control.

Run it by ``make reference``; a folder that is there already goes on where it was, so move it away first.
"""

import shutil
import sys
from pathlib import Path

from experiments.cli import main as concord
from experiments.settings.places import RESULTS

REFERENCE = RESULTS / "reference"
STUDY = "africa"

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("compare",),
    ("attribute",),
    ("sensitivity",),
    ("discover",),
    ("breakeven",),
    ("robustness",),
)
"""Every study with the options that differ from the defaults; none does."""

_NOT_KEPT = (".parquet", ".png", ".lock")
"""Endings of files that the same commands write again: rows, and figures that are there as SVG."""


def pages() -> list[str]:
    """Name the studies as ``concord report`` takes them."""
    return [f"{command}/{STUDY}" for command, *_ in COMMANDS]


def make() -> int:
    """Run every command, write the page of all of them, and drop what is not kept.

    Returns
    -------
    int
        Exit code of the first command that failed, else 0.
    """
    for command, *options in COMMANDS:
        print(f"concord {' '.join([command, *options])}", file=sys.stderr, flush=True)
        code = concord([command, *options, f"study={STUDY}", f"results={REFERENCE}"])
        if code:
            return code
    (REFERENCE / "report.html").unlink(missing_ok=True)
    code = concord(
        ["report", f"studies=[{','.join(pages())}]", f"results={REFERENCE}", f"to={REFERENCE / 'report.html'}"]
    )
    if not code:
        strip(REFERENCE)
    return code


def strip(folder: Path) -> None:
    """Delete what is not kept under version control."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name.endswith(_NOT_KEPT):
            path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)


if __name__ == "__main__":
    sys.exit(make())
