"""Every text of a study, rendered from its `Result` by the templates of this folder.

Values are plain text, whoever wrote them: in Markdown and HTML they are escaped, unless a filter made them.
"""

import re
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from experiments.reporting.result import Facts
from experiments.reporting.wording import bracketed, ends, in_words, p_value, share, shares, three
from experiments.settings.text import aligned, readable

WIDTH = 108
"""Of a line on the terminal."""

_TEMPLATES = Path(__file__).with_name("templates")
_MARKS = re.compile(r"[\\`*]|(?<!\w)_|_(?!\w)")
"""What means something in Markdown, wherever it stands in a line; an underscore within a name does not."""


def template(name: str) -> Template:
    """Find a template of this folder: ``<name>.txt`` for the terminal, ``<name>.md`` for a README, in Markdown."""
    return _environment(name.endswith(".md")).get_template(f"{name}.jinja")


def sentences(name: str, facts: Facts | None = None, /, **given: Any) -> list[str]:
    """Fill in a template of plain text that has a sentence on each line.

    Parameters
    ----------
    name : str
        Of a file in this folder, without its ending.
    facts : Facts, optional
        What was run.
    **given
        What else the template needs.
    """
    text = template(name).render({**(vars(facts) if facts else {}), **given})
    return [line for line in text.splitlines() if line]


@cache
def _environment(is_markdown: bool) -> Environment:
    """Set up templates: a name that nobody gave is an error, and so is nothing else."""
    # Text for a terminal is no markup: escaping it would spoil it.
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=in_markdown if is_markdown else None,
    )
    texts = (wrapped, aligned, markdown_table, cell, counted, readable)
    numbers = (bracketed, in_words, p_value, share, shares, three)
    made.filters |= {each.__name__: each for each in (*texts, *numbers)}
    # What stands in a block of code is taken as it is, in Markdown, too.
    made.filters["verbatim"] = Markup
    made.globals["ends"] = ends
    return made


def in_markdown(value: Any) -> Any:
    """Write a value into Markdown so that it stays the text that it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _MARKS.sub(r"\\\g<0>", value).replace("<", "&lt;")


def cell(text: str) -> Markup:
    """Write text into a cell of a Markdown table."""
    return Markup(in_markdown(text).replace("|", "\\|").replace("\n", " "))


def markdown_table(rows: Sequence[Sequence[str]]) -> Markup:
    """Lay rows out as a Markdown table, the first being its head."""
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return Markup("\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]))


def wrapped(text: str, indent: str = "") -> str:
    """Break a paragraph into lines that fit a terminal."""
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def counted(number: int, thing: str) -> str:
    """Write how many there are of something."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
