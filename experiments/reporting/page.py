"""One self-contained HTML page: no network, no script, readable by a screen reader, the answer first."""

import base64
import hashlib
import itertools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown import Markdown
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

_ROWS_SHOWN = 200
_LARGEST = 50_000_000
"""Bytes of a file that goes into a page; a larger one would fill the memory of whoever makes or opens it."""
_IMAGE = re.compile(r'<p><img alt="(?P<alt>[^"]*)" src="figures/(?P<name>[\w.-]+)\.png" ?/?></p>')
_FIGURE = re.compile(r"figures/[\w.-]+\.png")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f]*|#[\w-]*|[\w.-]+(/[\w.-]+)*", re.IGNORECASE)
_TEMPLATES = Path(__file__).with_name("templates")
_SHEET = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(_SHEET.encode()).digest()).decode()}'"
"""What a policy admits as the page's only style: its one sheet, and no attribute of any element."""
_PAGES = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals |= {"sheet": Markup(_SHEET), "style_source": Markup(STYLE_SOURCE)}


@dataclass(frozen=True)
class Section:
    """A study's part of a page.

    Attributes
    ----------
    title, answer : str
        Plain text; the answer may be empty.
    content : Markup
        Its README as HTML, with figures and the tables behind them.
    folded : mapping of str to list of (str, str)
        Further facts by heading: names and values in plain text.
    command : str
        That makes it again, as typed into a shell; empty where nobody knows.
    place : str
        Where it is on the page; numbered unless told.
    """

    title: str
    answer: str
    content: Markup
    folded: dict[str, list[tuple[str, str]]]
    command: str
    place: str = ""


def page(title: str, sections: Sequence[Section], template: str = "page.html.jinja", **more: Any) -> str:
    """Write a whole page: an HTML document that needs nothing else.

    Parameters
    ----------
    title : str
        Plain text.
    sections : sequence of Section
        In order; where there are several, contents list them with their answers.
    template : str
        ``page.html.jinja``, or one that extends it and is given ``more``.
    """
    return _PAGES.get_template(template).render(title=title, sections=sections, **more)


class _OnlyPlain(Treeprocessor):
    """Leaves of links plain addresses, and of images the study's figures that stand alone, which become part of it."""

    def run(self, root: Element) -> None:
        """Change what was read."""
        for link in root.iter("a"):
            if not _ADDRESS.fullmatch(link.get("href", "")):
                link.attrib.pop("href", None)
        alone = [part[0] for part in root.iter("p") if len(part) == 1 and not (part.text or part[0].tail or "").strip()]
        for image in list(root.iter("img")):
            text, source = image.get("alt", ""), image.get("src", "")
            image.attrib.clear()
            if image in alone and _FIGURE.fullmatch(source):
                image.attrib |= {"alt": text, "src": source}
            else:
                image.tag, image.text = "span", text


def as_html(text: str) -> Markup:
    """Turn Markdown into HTML; HTML that it holds itself is shown as text, and nothing in it is run or fetched."""
    reader = Markdown(extensions=[TableExtension(use_align_attribute=True), "fenced_code", "sane_lists"])
    # After links and images were found, which Markdown does at 20.
    reader.treeprocessors.register(_OnlyPlain(reader), "only_plain", 5)
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    html = within_reach(reader.convert(text)).replace("<pre>", '<pre class="wide" tabindex="0">')
    return Markup(html.replace("<th>", '<th scope="col">'))


def within_reach(html: str) -> str:
    """Let each table that is wider than the screen be scrolled by itself, and its long names end a line at a bar."""
    named = re.sub(r"(?<=<td><code>)[^<]*", lambda found: found[0].replace("_", "_<wbr>"), html)
    return re.sub(r"<table>.*?</table>", r'<div class="wide" tabindex="0">\g<0></div>', named, flags=re.DOTALL)


def readme_as_html(text: str, folder: Path) -> Markup:
    """Turn a study's README into HTML, with its figures inside and the table behind each below it.

    Parameters
    ----------
    text : str
        Markdown; images lie in ``figures/``. Headings move one level down, the first is left out.
    folder : Path
        The study's.
    """
    rendered = str(as_html(re.sub(r"\A# .*\n", "", text)))
    for level in (4, 3, 2):
        rendered = rendered.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return Markup(_IMAGE.sub(lambda found: _figure(folder, found["name"], Markup(found["alt"])), rendered))


def file_of(folder: Path, name: str) -> Path | None:
    """Find a file of a study to show: none that leads out of its folder, is no file to read to its end, or is huge.

    Parameters
    ----------
    folder : Path
        The study's, which somebody may have handed on.
    name : str
        Relative to it.

    Returns
    -------
    Path or None
    """
    path = folder / name
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
        return path if inside and path.is_file() and path.stat().st_size <= _LARGEST else None
    # Links that lead in a circle are no OSError before Python 3.13.
    except (OSError, RuntimeError):
        return None


def answer_in(text: str) -> str:
    """Find the answer in a study's README: the first three paragraphs under "What came out", as plain text."""
    _, _, rest = text.partition("\n## What came out\n")
    blocks = rest.strip("\n").split("\n\n")
    paragraphs = list(itertools.takewhile(lambda block: not block.startswith(("#", "|", "!", "-", " ", "`")), blocks))
    plain = re.sub(r"\\(.)|\*\*|`", r"\1", " ".join(" ".join(paragraphs[:3]).split()))
    return Markup(plain).unescape()


def _figure(folder: Path, name: str, alt: Markup) -> str:
    """Write one figure with its text and its table; a figure that is missing leaves its text."""
    image = file_of(folder, f"figures/{name}.svg") or file_of(folder, f"figures/{name}.png")
    if image is None:
        return f"<p>{alt}</p>"
    kind = "svg+xml" if image.suffix == ".svg" else "png"
    return _PAGES.get_template("figure.html.jinja").render(
        kind=kind,
        data=base64.b64encode(image.read_bytes()).decode(),
        alt=alt,
        name=name,
        table=table_of(folder, f"figures/{name}.csv"),
        found=_marks(folder, name),
        rows_shown=_ROWS_SHOWN,
    )


def _marks(folder: Path, name: str) -> dict[str, Any] | None:
    """Read what can be pointed at in a figure; None where nothing says so, or what says so is damaged."""
    path = file_of(folder, f"figures/{name}.json")
    try:
        told = {} if path is None else json.loads(path.read_bytes())
        width, height = (float(told[side]) for side in ("width", "height"))
        places = [{key: float(mark[key]) for key in ("x", "y", "width", "height")} for mark in told["marks"]]
        numbers = [width, height, *(x for place in places for x in place.values())]
        said = [str(mark["said"]) for mark in told["marks"]]
    except (OSError, LookupError, TypeError, ValueError, RecursionError):
        return None
    if not all(map(math.isfinite, numbers)):
        return None
    return {"width": width, "height": height, "marks": list(zip(places, said, strict=True))}


def table_of(folder: Path, name: str) -> tuple[Markup, int] | None:
    """Write a table of a study as HTML, cut where it is long, and count its rows; none where there is none."""
    path = file_of(folder, name)
    try:
        table = None if path is None else pd.read_csv(path)
    except (OSError, ValueError):
        table = None
    if table is None:
        return None
    shown = table.head(_ROWS_SHOWN).to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="–")
    # No element carries a style of its own: the page's policy admits none.
    plain = shown.replace('<tr style="text-align: right;">', "<tr>").replace("<th>", '<th scope="col">')
    return Markup(plain), len(table)


def title_in(text: str, otherwise: str) -> str:
    """Find the title of a study's README, as plain text."""
    return Markup((text.splitlines() or [""])[0].lstrip("# ").strip()).unescape() or otherwise
