"""An account of `experiments.accounts.account` in words: a page for somebody who has to say why.

What is said stands in ``templates``; here is how numbers are written and lines laid out.
"""

import re
import textwrap
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from experiments.accounts.witness import Plain
from experiments.settings.text import aligned

_WIDTH = 110
_NUMBER = re.compile(r"[\d.–-]*")


def words(told: Plain) -> str:
    """Put an account into words.

    Parameters
    ----------
    told : dict
        From `experiments.accounts.account.account`; what else names the run (``seed``, ``replication``) is said if
        it is there.

    Returns
    -------
    str
        Several sections, an empty line between them, in lines short enough to read; ends without a line break.
    """
    return written(sections(told))


def written(found: list[list[str]]) -> str:
    """Write sections below each other, an empty line between them, in lines short enough to read."""
    return "\n\n".join("\n".join(map(_wrapped, lines)) for lines in found)


def sections(told: Plain) -> list[list[str]]:
    """Put an account into words: the lines of each section, whatever their length, its title first."""
    text = TEMPLATES.get_template("account.txt.jinja").render(told, told=told)
    return [_lines(section) for section in re.split(r"^# ", text, flags=re.MULTILINE)[1:]]


def decided_in_words(spenders: list[Plain], actors: Mapping[str, str]) -> list[str]:
    """Say what was decided for a state in a year, and why: a line per programme, whatever its length.

    Parameters
    ----------
    spenders : list of dict
        From `experiments.accounts.difference.decided_there`.
    actors : mapping of str to str
        What the institution calls its departments, by role.
    """
    return _lines(TEMPLATES.get_template("decided.txt.jinja").render(spenders=spenders, actors=actors))


def _lines(section: str) -> list[str]:
    """Put lines together that are one, and lay out the rows of tables: columns of numbers to the right."""
    lines: list[str] = []
    there = filter(str.strip, re.sub(r"\n {4,}", " ", section).splitlines())
    for is_table, found in groupby(there, lambda line: "\t" in line):
        if is_table:
            rows = [line.split("\t") for line in found]
            columns = enumerate(zip(*rows[1:], strict=True))
            right = [at for at, cells in columns if all(map(_NUMBER.fullmatch, cells))]
            lines += aligned(rows, right, indent="  ").splitlines()
        else:
            lines += [re.sub(r"(?<=\S) +", " ", line) for line in found]
    return lines


def _wrapped(line: str) -> str:
    """Break a line that is too long to read, further lines set in."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, _WIDTH, subsequent_indent=indent) if len(line) > _WIDTH else line


def _row(*cells: str | float | None, digits: int = 2) -> str:
    """Write a row of a table; a dash where there is no number."""
    return "\t".join(cell if isinstance(cell, str) else _fixed(cell, digits) for cell in cells)


def _fixed(number: float | None, digits: int = 2) -> str:
    """Write a number with so many decimals; a dash for none."""
    return "–" if number is None else f"{number:.{digits}f}"


def _found(programme: Plain, path: str) -> float | None:
    """Look a number up; none where any part of the way to it is missing, or where nothing runs to be worth anything."""
    if path == "worth" and programme["size"] == 0.0:
        return None  # A book keeps the worth of what ran there last.
    found: Any = programme
    for key in path.split("."):
        found = (found or {}).get(key)
    return None if found is None else float(found)


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["row"] = _row
TEMPLATES.filters |= {
    "millions": lambda money: f"£{money:.3f}m" if money > 0.0 else "nothing",
    "counted": lambda number, thing: f"{number:g} {thing}{'' if number == 1.0 else 's'}",
    "percent": lambda share: f"{100.0 * share:.0f}%",
    "fixed": _fixed,
    "found": _found,
}
