"""The handbook: what a user reads, as one page that needs no network and runs nothing.

First steps, commands and glossary stand beside this file; the model is the ODD, parameters follow their declarations,
and what they move the reference.
"""

import re
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from experiments.reporting.moved import moved
from experiments.reporting.page import Section, page, within_reach
from experiments.reporting.render import markdown_table
from experiments.settings.manual import allowed
from experiments.settings.places import CHECKOUT
from model.parameters import GROUPS, PARAMETERS

_HERE = Path(__file__).parent
_MATH = re.compile(
    r"(?P<code>`+[^`\n]+`+)|```math\n(?P<block>.*?)```|(?P<other>```.*?```)|\$(?P<inline>[^$\n]+)\$", re.DOTALL
)
_MARK = "formulahere{}formulathere"
_COMMENT = re.compile(r"<!--.*?-->\n?", re.S)
TUTORIALS = ("first_answer", "own_institution", "sweep_and_map", "why_it_wins", "own_data", "design")
"""In the order in which they are read."""
_CHAPTERS = {"README.md": "first-steps", "model/ODD.md": "model"}
"""Where links between documents lead within the page."""


class _WithinThePage(Treeprocessor):
    """Lets links lead to places on the page and to addresses elsewhere; what is only in a checkout stays text."""

    def __init__(self, reader: Markdown, chapter: str) -> None:
        super().__init__(reader)
        self._chapter = chapter

    def run(self, root: Element) -> None:
        """Change what was read."""
        for part in root.iter():
            if "id" in part.attrib:
                part.set("id", f"{self._chapter}-{part.get('id')}")
        for link in root.iter("a"):
            target, _, place = link.attrib.pop("href", "").partition("#")
            chapter = _CHAPTERS.get(target.lstrip("./"), "" if target else self._chapter)
            if target.startswith("https://"):
                link.set("href", f"{target}#{place}" if place else target)
            elif chapter:
                link.set("href", f"#{chapter}-{place}" if place else f"#{chapter}")


@cache
def handbook(served: bool = False) -> str:
    """Make the page.

    Parameters
    ----------
    served : bool
        Whether it is one of the pages of ``concord view``, and links to the others.

    Returns
    -------
    str
        HTML.
    """
    odd = (CHECKOUT / "model" / "ODD.md").read_text(encoding="utf-8")
    names = ("first_steps.md", "glossary.md", "commands.md")
    first, words, asked = ((_HERE / name).read_text(encoding="utf-8") for name in names)
    chapters = [
        ("first-steps", "First steps", "What it is, and what to try first.", first),
        ("tutorials", "Tutorials", "Six notebooks, each to be run cell by cell.", _tutorials()),
        ("glossary", "Glossary", "What words mean here.", words),
        ("commands", "Commands", "Everything that can be asked, with examples.", asked),
        ("parameters", "Parameters", "Every number: what it means, how plausible it is, where from.", _parameters()),
        ("model", "The model", "Who decides what, every equation, and what is known to tilt it.", odd),
    ]
    sections = [Section(title, said, _html(slug, text), {}, "", slug) for slug, title, said, text in chapters]
    return page("Concord: the handbook", sections, "handbook.html.jinja", served=served)


def _tutorials() -> str:
    """Show the notebooks of ``experiments/tutorials``: text as it is, code in blocks, without what tests are told."""
    parts = [
        "They lie in `experiments/tutorials`: Python files that Jupyter (with Jupytext) and editors open as notebooks."
    ]
    for path in (CHECKOUT / "experiments" / "tutorials" / f"{name}.py" for name in TUTORIALS):
        text = re.sub(r"  # small: .*", "", path.read_text(encoding="utf-8"))
        for kind, cell in re.findall(r"^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)", text, re.DOTALL | re.MULTILINE):
            prose = re.sub(r"^# ?", "", cell.strip(), flags=re.MULTILINE)
            parts.append(re.sub(r"^# ", "## ", prose) if kind else f"```python\n{cell.strip()}\n```")
    return "\n\n".join(parts)


def _html(chapter: str, text: str) -> Markup:
    """Turn a chapter's Markdown into HTML, with its formulas as MathML, which browsers draw by themselves."""
    formulas: list[str] = []

    def kept(found: re.Match[str]) -> str:
        if found["code"] or found["other"]:
            return found[0]
        # A name for the same thing that the converter knows.
        block = found["block"] and found["block"].replace("{aligned}", "{align*}")
        formula = convert(block or found["inline"], display="block" if block else "inline")
        # What may be wider than the screen is scrolled by keyboard, too.
        formulas.append(formula.replace("<math ", '<math tabindex="0" ', 1) if block else formula)
        mark = _MARK.format(len(formulas) - 1)
        return f"\n{mark}\n" if block else mark

    plain = _MATH.sub(kept, _COMMENT.sub("", re.sub(r"\A# .*\n", "", text)))
    reader = Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "toc"], extension_configs={"toc": {"slugify": _slug}}
    )
    reader.treeprocessors.register(_WithinThePage(reader, chapter), "within_the_page", 4)
    html = reader.convert(plain).replace("<th>", '<th scope="col">')
    for level in (4, 3, 2):
        html = re.sub(rf"<(/?)h{level}\b", rf"<\g<1>h{level + 1}", html)
    return Markup(re.sub(_MARK.format(r"(\d+)"), lambda found: formulas[int(found[1])], within_reach(html)))


def _slug(title: str, separator: str) -> str:
    """Name a heading's place as the links in the documents do."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[$`]", "", title).lower()).strip().replace(" ", separator)


def _parameters() -> str:
    """Lay out every parameter, a table per group."""
    parts, found = [], moved()
    for group in GROUPS:
        rows: list[tuple[str, ...]] = [
            ("name", "meaning", "unit", "default", "range", "prior", *(("moves",) if found else ()), "source")
        ]
        rows += [
            (
                each.name, each.meaning, each.unit, f"{each.default:g}", allowed(each), str(each.prior),
                *((found.get(each.name, "–"),) if found else ()), each.source,
            )
            for each in PARAMETERS.values()
            if each.group == group
        ]  # fmt: skip
        parts.append(f"## {group}\n\n{markdown_table(rows)}\n")
    return "\n".join(parts)
