"""The ODD says what the code says: its tables, its steps, and every name and path in it."""

import importlib
import inspect
import re

import pytest

from experiments.maintenance.tables import ODD, TABLES, render
from experiments.settings.places import CHECKOUT, names_in
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.rules.observation import LONGEST_DELAY
from model.rules.planner import STEPS as STEPS_OF_THE_PLANNER
from model.simulation import Simulation

TEXT = ODD.read_text(encoding="utf-8")
PROSE = TEXT
for _name in TABLES:
    PROSE = re.sub(f"<!-- {_name} -->.*<!-- end {_name} -->", "", PROSE, flags=re.DOTALL)
RULES = sorted(path.stem for path in (CHECKOUT / "model" / "rules").glob("*.py") if path.stem != "__init__")

STEPS = re.findall(r"^\| \d\w? \| `([a-z_.]+)` \|", TEXT, flags=re.MULTILINE)

ELEMENTS = [
    "1. Purpose and patterns",
    "2. Entities, state variables and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialisation",
    "6. Input data",
    "7. Submodels",
]
CONCEPTS = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)


def test_tables_are_those_that_follow_from_the_declarations() -> None:
    assert render(TEXT) == TEXT, "model/ODD.md is out of date: python -m experiments.maintenance.tables"


@pytest.mark.parametrize("name", [*PARAMETERS, *names_in("institution")])
def test_every_parameter_and_institution_is_explained_outside_the_tables(name: str) -> None:
    assert f"`{name}`" in PROSE


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_seven_elements_and_eleven_concepts_are_there_in_order() -> None:
    headings = re.findall(r"^## (\d\. .+)$", TEXT, flags=re.MULTILINE)
    assert headings == ELEMENTS
    concepts = re.findall(r"^\| \*\*(.+?)\*\* \|", TEXT, flags=re.MULTILINE)
    assert tuple(concepts) == CONCEPTS


def test_the_step_table_has_the_steps_of_the_model_in_their_order() -> None:
    steps = re.findall(r"self\.([a-z_.]+)\(", inspect.getsource(Simulation.step))
    assert steps and steps == STEPS


def test_every_path_exists() -> None:
    paths = set(re.findall(r"`((?:model|conf|experiments|tests)/[\w./*-]*)`", TEXT))
    assert len(paths) > 10
    assert [path for path in sorted(paths) if not list(CHECKOUT.glob(path.rstrip("/")))] == []


def test_every_rule_exists() -> None:
    named = set(re.findall(rf"`({'|'.join(RULES)})\.(\w+)`", TEXT))
    assert len(named) > 30
    for module, name in sorted(named):
        assert f"{module}.{name}" in STEPS or hasattr(importlib.import_module(f"model.rules.{module}"), name), name


@pytest.mark.parametrize(
    "said",
    [
        f"at most **{LONGEST_DELAY} quarters**",
        f"cut into {STEPS_OF_THE_PLANNER} equal steps",
    ],
)
def test_numbers_in_the_text_are_those_of_the_code(said: str) -> None:
    assert said in PROSE.replace("\n", " ")


def test_an_institution_that_builds_on_another_is_shown_in_full() -> None:
    rows = [line.split(" | ") for line in TABLES["institutions"]().splitlines()]
    pools, proposed = (next(row[2:] for row in rows if name in row[0]) for name in ("`uk_pools`", "`canada_proposed`"))
    taken_over = pools[-1].removesuffix(" |")
    assert "`pooling` 1" in taken_over and pools[:-1] == proposed[:-1]
    assert proposed[-1].startswith(taken_over) and "`budget_foreign`" in proposed[-1]


def test_every_row_of_a_table_has_as_many_cells_as_its_header() -> None:
    width = None
    for number, line in enumerate(TEXT.splitlines(), start=1):
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else None
        assert width is None or cells in (None, width), f"line {number}: {line}"
        width = cells


def test_a_table_that_was_touched_is_repaired_and_the_rest_is_left() -> None:
    touched = TEXT.replace("| `veto` | 0.3 |", "| `veto` | 0.9 |")
    assert touched != TEXT
    assert render(touched) == TEXT
    assert render("# Mine\n\n" + TEXT) == "# Mine\n\n" + TEXT


@pytest.mark.parametrize("name", TABLES)
def test_a_document_without_a_marker_is_refused(name: str) -> None:
    for marker in (f"<!-- {name} -->\n", f"<!-- end {name} -->"):
        with pytest.raises(ValueError, match=f"<!-- (end )?{name} -->"):
            render(TEXT.replace(marker, ""))
        with pytest.raises(ValueError, match="once"):
            render(TEXT + marker)
