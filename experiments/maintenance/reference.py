"""Makes ``results/reference`` anew: the full evidence on the African world, as kept under version control.

Run it by ``make reference``; a folder that is there already goes on where it was, so move it away first. To make some
studies alone, move their folders away and name them: ``python -m experiments.maintenance.reference attribute/africa``;
``workers=1`` and the like go to every command.
"""

import contextlib
import shlex
import sys
from pathlib import Path

from PIL import Image

from experiments.cli import main as concord
from experiments.reporting.page import answer_in
from experiments.runs.store import Store
from experiments.settings.places import CHECKOUT, RESULTS

REFERENCE = RESULTS / "reference"

STUDIES: tuple[tuple[str, ...], ...] = (
    ("compare", "africa"),
    ("attribute", "africa"),
    ("sensitivity", "africa", "base=512"),
    ("discover", "africa", "points=2000"),
    ("breakeven", "africa", "replications=1000"),
    ("breakeven", "top_up", "assumptions=[uk_pools.top_up]", "metric=participation", "margin=0.75"),
    ("mechanisms", "africa"),
    ("knowledge", "africa", "level=across_ranges", "replications=250"),
    ("robustness", "africa"),
    ("design", "africa", "budget=1000"),
    (
        "design", "canada", "institution=canada_proposed", "than=three_ds", "institutions=[uk_pools,canada_proposed]",
        "budget_defence=0.25", "budget_development=0.3", "budget_foreign=0.45", "interest_spread=0.6", "budget=500",
    ),
)  # fmt: skip
"""Every study: its command, its name, and the options that differ from the defaults."""

_NOT_KEPT = ("*.parquet", "*.svg", "figures/*.json", ".lock", "figures/worlds_better.csv", "tables/pairs.csv",
             "tables/screening.csv")  # fmt: skip
"""Files that the same commands write again: rows, tables as long as rows, and figures that are there as PNG."""
_COLOURS = 128
"""Of a figure that is kept: the eye sees no difference, and it has a third of the bytes."""


def words(study: tuple[str, ...]) -> list[str]:
    """Write a study's command line, without ``concord`` and the folder of results."""
    command, name, *options = study
    return [command, *options, f"study={name}"]


def make(*asked: str) -> int:
    """Run every command, say what came out, and drop what is not kept.

    Parameters
    ----------
    *asked : str
        Which studies, as <command>/<name>; all unless told. Options (with ``=``) are added to every command.

    Returns
    -------
    int
        Exit code of the first command that failed, else 0.
    """
    where = REFERENCE.relative_to(CHECKOUT).as_posix()
    options = [word for word in asked if "=" in word]
    named = [word for word in asked if "=" not in word]
    for study in [each for each in STUDIES if not named or f"{each[0]}/{each[1]}" in named]:
        print(_line(study), file=sys.stderr, flush=True)
        # From the checkout, so that the studies name no folder of this machine.
        with contextlib.chdir(CHECKOUT):
            code = concord([*words(study), *options, f"results={where}"])
        if code:
            return code
    (REFERENCE / "README.md").write_text(_readme(), encoding="utf-8")
    strip(REFERENCE)
    return 0


def _line(study: tuple[str, ...]) -> str:
    """Write a study's command as users type it."""
    return f"concord {shlex.join(words(study))}"


def _readme() -> str:
    """Write the commands, how long each took, and what came out of it."""
    minutes = [Store(REFERENCE / study[0] / study[1]).manifest["seconds"] / 60.0 for study in STUDIES]
    lines = [f"{_line(study):<105} # {each:.1f} min" for study, each in zip(STUDIES, minutes, strict=True)]
    commit = Store(REFERENCE / STUDIES[0][0] / STUDIES[0][1]).manifest["git_commit"]
    studies = ",".join(f"{command}/{name}" for command, name, *_ in STUDIES)
    missing = ", ".join(f"`{pattern}`" for pattern in _NOT_KEPT)
    sections = [
        "# The evidence on the African world",
        "`make reference` wrote this by these commands, each with `results=results/reference`, on two cores:",
        "```\n" + "\n".join(lines) + "\n```",
        f"The model is that of commit `{commit[:12]}`, to the bit; each study's `manifest.json` has digests and "
        f"versions. Not kept, and written again by the same commands: {missing}. All of it on one page:",
        f"```\nconcord report 'studies=[{studies}]' results=results/reference to=evidence.html\n```",
        "This is about a model with declared ranges for what nobody has measured: no forecast for, and no judgement "
        "of, any named state.",
        "## In short",
        *(_answer(command, name) for command, name, *_ in STUDIES),
    ]
    return "\n\n".join(sections) + "\n"


def _answer(command: str, name: str) -> str:
    """Write a study's question, which leads to its page, and its answer."""
    text = (REFERENCE / command / name / "README.md").read_text(encoding="utf-8")
    return f"**[{text.splitlines()[0].lstrip('# ')}]({command}/{name}/README.md)**\n{answer_in(text)}"


def strip(folder: Path) -> None:
    """Delete what is not kept under version control, and make figures small."""
    for pattern in _NOT_KEPT:
        for path in folder.rglob(pattern):
            path.unlink()
    for path in folder.rglob("*.png"):
        with Image.open(path) as figure:
            # What was made small before stays as it is.
            if figure.mode == "P":
                continue
            small = figure.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


if __name__ == "__main__":
    sys.exit(make(*sys.argv[1:]))
