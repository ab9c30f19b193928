"""The tables of ``model/ODD.md`` that repeat what is declared elsewhere: ``python -m experiments.maintenance.tables``.

Each stands between two comments, ``<!-- parameters -->`` and ``<!-- end parameters -->`` for example, and is written
anew from the declarations; the text around it is left as it is.
"""

import sys
from collections.abc import Callable, Sequence

from markupsafe import Markup

from experiments.reporting.render import markdown_table
from experiments.settings.compose import asked
from experiments.settings.manual import allowed
from experiments.settings.places import CHECKOUT, names_in
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import GROUPS, PARAMETERS

ODD = CHECKOUT / "model" / "ODD.md"

_BETTER = {-1: "less", 0: "–", 1: "more"}


def render(text: str) -> str:
    """Write the tables of a document anew.

    Parameters
    ----------
    text : str
        Markdown with every pair of markers named in `TABLES`, each once.

    Returns
    -------
    str
        The same text with the tables that follow from the declarations.

    Raises
    ------
    ValueError
        When a pair of markers is missing or stands there twice.
    """
    for name, table in TABLES.items():
        opening, closing = f"<!-- {name} -->\n", f"<!-- end {name} -->"
        if text.count(opening) != 1 or text.count(closing) != 1 or text.index(opening) > text.index(closing):
            raise ValueError(f"the markers '{opening.strip()}' and '{closing}' must each stand there once, in order")
        before, rest = text.split(opening)
        _, after = rest.split(closing)
        text = f"{before}{opening}\n{table()}\n\n{closing}{after}"
    return text


def _table(*rows: Sequence[str]) -> str:
    """Lay out rows whose text is Markdown already."""
    return markdown_table([[Markup(text) for text in row] for row in rows])


def _parameters() -> str:
    """Write one table per group of parameters."""
    header = ("parameter", "default", "range", "prior", "unit", "swept", "meaning", "source")
    parts = []
    for group, kind in GROUPS.items():
        told = [p for p in PARAMETERS.values() if p.group == group]
        ranges = [allowed(p) + (", whole" if p.whole else "") for p in told]
        rows = [
            (
                f"`{p.name}`",
                f"{p.default:g}",
                reach,
                f"{p.prior}",
                p.unit,
                "yes" if p.swept else "no",
                p.meaning,
                p.source,
            )
            for p, reach in zip(told, ranges, strict=True)
        ]
        summary = (kind.__doc__ or "").partition("\n")[0]
        parts.append(f"**{group}**: {summary}\n\n{_table(header, *rows)}")
    return "\n\n".join(parts)


def _outcomes() -> str:
    """Write the table of outcomes."""
    rows = [(f"`{name}`", o.unit, _BETTER[o.better], o.meaning) for name, o in OUTCOMES.items()]
    return _table(("outcome", "unit", "better", "meaning"), *rows)


def _institutions() -> str:
    """Write the table of institutions, as a comparison would receive them."""
    every = names_in("institution")
    institutions = asked("compare", options={"institutions": every}).setting(every).institutions
    rows = [(f"`{name}`", i.label, _pools(i), _values(i)) for name, i in institutions.items()]
    header = ("institution", "label", "pools or committees: region, lead, weight per state", "what it sets")
    return _table(header, *rows)


def _pools(institution: Institution) -> str:
    """Write an institution's pools."""
    pools = (f"{pool.name}: {pool.region}, {pool.lead}, {pool.weight_per_state:g}" for pool in institution.pools)
    return "; ".join(pools)


def _values(institution: Institution) -> str:
    """Write what an institution sets."""
    return ", ".join(f"`{name}` {value:g}" for name, value in institution.values.items()) or "nothing"


TABLES: dict[str, Callable[[], str]] = {
    "institutions": _institutions,
    "outcomes": _outcomes,
    "parameters": _parameters,
}
"""What writes the table between each pair of markers."""


def main() -> int:
    """Write the tables of the ODD anew.

    Returns
    -------
    int
        Exit code.
    """
    text = ODD.read_text(encoding="utf-8")
    rendered = render(text)
    ODD.write_text(rendered, encoding="utf-8")
    print(f"{ODD.relative_to(CHECKOUT)}: {'as it was' if rendered == text else 'tables written anew'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
