"""How the page looks: colours that the colour-blind can tell apart, one style sheet, and templates for its parts."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from model.institution import DEPARTMENTS
from model.trajectory import INSTRUMENTS

INSTRUMENT_COLOURS = dict(zip(INSTRUMENTS, ("#0072B2", "#009E73", "#CC79A7"), strict=True))
"""Of Okabe and Ito's set."""

STATUS_NAMES = ("peace", "minor conflict", "war")

_HERE = Path(__file__).parent
SHEET = (_HERE / "style.css").read_text(encoding="utf-8")

_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals |= {
    "hues": INSTRUMENT_COLOURS,
    "hue_of": dict(zip(DEPARTMENTS, INSTRUMENT_COLOURS.values(), strict=True)),
    "status_names": STATUS_NAMES,
}


def filled(template: str, **content: Any) -> str:
    """Fill a template of ``templates`` with plain data; what is no markup is escaped."""
    return _TEMPLATES.get_template(template).render(**content)
