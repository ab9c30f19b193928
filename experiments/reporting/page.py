"""One self-contained HTML page: no network, readable by a screen reader, the answer first."""

import base64
import html
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import markdown
import pandas as pd

_STYLE = """
:root { --ink: #1a1a1a; --quiet: #595959; --line: #d0d0d0; --accent: #0077BB; }
body { font: 1rem/1.55 system-ui, "Segoe UI", sans-serif; color: var(--ink); background: #fff; margin: 0; }
a { color: #005a8c; }
a:focus, summary:focus { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .3rem; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; border-bottom: 3px solid var(--accent); }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.3rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; }
section.study { border-top: 1px solid var(--line); margin-top: 2.5rem; }
.caution { border-left: 4px solid #994F00; padding: .2rem .9rem; background: #fbf6f1; }
table { border-collapse: collapse; font-size: .88rem; margin: .8rem 0; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--ink); }
.scroll { overflow-x: auto; max-height: 26rem; }
figure { margin: 1.6rem 0; } figure img { max-width: 100%; height: auto; }
figcaption { font-size: .88rem; color: var(--quiet); }
code, pre { font-family: ui-monospace, monospace; font-size: .88em; }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto; white-space: pre-wrap; }
nav ol { padding-left: 1.2rem; } nav p { margin: .1rem 0 .7rem; }
footer { color: var(--quiet); font-size: .88rem; padding-bottom: 3rem; }
@media print { details > * { display: block; } .scroll { max-height: none; } nav { display: none; } }
"""

_ROWS_SHOWN = 200
_IMAGE = re.compile(r'<p><img alt="(?P<alt>[^"]*)" src="figures/(?P<name>[\w.-]+)\.png" ?/?></p>')


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes
    ----------
    title : str
        Plain text.
    answer : str
        In a sentence or two, plain text; may be empty.
    content : str
        HTML.
    """

    title: str
    answer: str
    content: str


def page(title: str, introduction: str, sections: Sequence[Section]) -> str:
    """Write a whole page.

    Parameters
    ----------
    title : str
        Plain text.
    introduction : str
        HTML below the title.
    sections : sequence of Section
        In order; where there are several, contents list them with their answers.

    Returns
    -------
    str
        An HTML document that needs nothing else.
    """
    anchors = [f"part-{number}" for number in range(1, len(sections) + 1)]
    entries = "".join(
        f'<li><a href="#{at}">{html.escape(section.title)}</a><p>{html.escape(section.answer)}</p></li>'
        for at, section in zip(anchors, sections, strict=True)
    )
    contents = f'<nav aria-label="Contents"><ol>{entries}</ol></nav>' if len(sections) > 1 else ""
    body = "".join(
        f'<section class="study" aria-labelledby="{at}"><h2 id="{at}">{html.escape(section.title)}</h2>'
        f"{section.content}</section>"
        for at, section in zip(anchors, sections, strict=True)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body>"
        '<a class="skip" href="#content">Skip to content</a>'
        f"<header><h1>{html.escape(title)}</h1>{introduction}{contents}</header>"
        f'<main id="content">{body}</main>'
        "<footer><p>Made by Concord. Nothing here is a forecast for, or a judgement of, any named state.</p></footer>"
        "</body></html>\n"
    )


def from_markdown(text: str, folder: Path) -> str:
    """Turn a study's README into HTML, with its figures inside and the table behind each below it.

    Parameters
    ----------
    text : str
        Markdown; images lie in ``figures/``. Headings move one level down, the first is left out.
    folder : Path
        The study's.

    Returns
    -------
    str
    """
    body = re.sub(r"\A# .*\n", "", text)
    rendered = markdown.markdown(body, extensions=["tables", "fenced_code", "sane_lists"])
    for level in (4, 3, 2):
        rendered = rendered.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    rendered = rendered.replace("<th>", '<th scope="col">')
    return _IMAGE.sub(lambda found: _figure(folder / "figures", found["name"], html.unescape(found["alt"])), rendered)


def answer_in(text: str) -> str:
    """Find the answer in a study's README: the first three paragraphs under the heading "What came out".

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    str
        Plain text; empty where there is none.
    """
    _, _, rest = text.partition("\n## What came out\n")
    paragraphs = list(
        itertools.takewhile(
            lambda block: not block.startswith(("#", "|", "!", "-", " ")), rest.strip("\n").split("\n\n")
        )
    )
    return " ".join(" ".join(paragraphs[:3]).replace("**", "").replace("`", "").split())


def _figure(folder: Path, name: str, alternative: str) -> str:
    """Write one figure with its text and its table."""
    drawing = folder / f"{name}.svg"
    kind, source = ("svg+xml", drawing) if drawing.exists() else ("png", folder / f"{name}.png")
    data = base64.b64encode(source.read_bytes()).decode()
    said = html.escape(alternative, quote=True)
    table = folder / f"{name}.csv"
    behind = _table_behind(name, pd.read_csv(table)) if table.exists() else ""
    return (
        f'<figure><img src="data:image/{kind};base64,{data}" alt="{said}">'
        f"<figcaption>{said}{behind}</figcaption></figure>"
    )


def _table_behind(name: str, table: pd.DataFrame) -> str:
    """Fold the table behind a figure; a long one is cut, and says so."""
    cut = f" (the first {_ROWS_SHOWN} of {len(table):,} rows; all are in the study's folder)"
    note = cut if len(table) > _ROWS_SHOWN else ""
    shown = table.head(_ROWS_SHOWN).to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="–")
    shown = shown.replace("<th>", '<th scope="col">')
    return (
        f"<details><summary>The table behind it: {html.escape(name)}.csv{note}</summary>"
        f'<div class="scroll" tabindex="0" role="region" aria-label="table {html.escape(name)}">{shown}</div></details>'
    )


def details(summary: str, rows: Sequence[tuple[str, str]]) -> str:
    """Fold a table of two columns, names and values in plain text."""
    lines = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>' for name, value in rows
    )
    return f"<details><summary>{html.escape(summary)}</summary><table><tbody>{lines}</tbody></table></details>"


def code(text: str) -> str:
    """Write a command as one types it."""
    return f"<pre><code>{html.escape(text)}</code></pre>"
