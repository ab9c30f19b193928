"""Dependencies point one way, counting imports inside functions, for types and by name in a string; in no circle."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ROOMS: dict[str, set[str]] = {
    "settings": set(),
    "statistics": set(),
    "runs": {"settings"},
    "reporting": {"settings", "statistics"},
    "studies": {"settings", "statistics", "runs", "reporting"},
    "records": {"settings", "statistics", "runs", "reporting", "studies"},
    "accounts": {"settings", "runs", "reporting"},
    "benchmarks": {"settings", "runs"},
    "browser": {"settings", "statistics", "runs", "reporting", "studies", "accounts"},
}
"""Which rooms of ``experiments`` each may look into beside itself; ``commands`` and ``maintenance`` into all."""

FINDS_COMMANDS = ("experiments/settings/commands.py", "experiments.commands")
"""The one file that imports what it does not know beforehand: commands, found by listing their folder."""

_NAME = re.compile(r"((?:model|experiments)(?:\.\w+)+)(?::(\w+)|\.?)")
"""A string that names a module, something in one, or (as its beginning) some of a package."""

OUTSIDE_THE_MODEL = ("experiments", "hydra", "omegaconf", "yaml", "pandas", "pyarrow", "matplotlib", "seaborn")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    found = (path for folder in ("model", "experiments") for path in sorted((ROOT / folder).rglob("*.py")))
    return {module_of(path): path for path in found}


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module and name that a file imports, wherever in it, relative imports and names in strings included."""
    return frozenset(imports(path.read_text(encoding="utf-8"), path))


def imports(source: str, path: Path) -> set[str]:
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and (named := _NAME.fullmatch(str(node.value))):
            found |= {named[1], *([f"{named[1]}.{named[2]}"] if named[2] else [])}
    return found


def begins(name: str, roots: Iterable[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def offenders(folder: str, *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted(imported(path))
        if begins(name, forbidden) and (str(path.relative_to(ROOT)), name) != FINDS_COMMANDS
    ]


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected sets of more than one module (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in edges[module]:
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            circle = [stack.pop()]
            while circle[-1] != module:
                circle.append(stack.pop())
            if len(circle) > 1:
                found.append(sorted(circle))

    for module in edges:
        if module not in order:
            visit(module)
    return found


def test_the_model_knows_nothing_of_experiments_files_or_figures() -> None:
    assert offenders("model", *OUTSIDE_THE_MODEL) == []


def test_rules_know_neither_engine_nor_agents() -> None:
    above = ("mesa", "model.agents", "model.simulation", "model.ensemble", "model.ensemble_decisions", "model.runs")
    assert offenders("model/rules", *above, "model.trajectory", "model.institution", "model.randomness") == []


def test_the_engines_do_not_know_each_other() -> None:
    assert offenders("model/agents", "model.ensemble", "model.ensemble_decisions") == []
    compiled = {name for file in ("ensemble.py", "ensemble_decisions.py") for name in imported(ROOT / "model" / file)}
    assert not {name for name in compiled if name.startswith(("mesa", "model.agents", "model.simulation"))}
    assert not {name for name in imported(ROOT / "model" / "simulation.py") if name.startswith("model.ensemble")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_looks_only_into_those_below_it(room: str) -> None:
    rooms = {path.name for path in (ROOT / "experiments").iterdir() if (path / "__init__.py").exists()}
    assert set(ROOMS) | {"commands", "maintenance"} == rooms
    above = (f"experiments.{other}" for other in rooms - ROOMS[room] - {room})
    assert offenders(f"experiments/{room}", *above, "experiments.cli") == []


def test_statistics_and_readers_of_published_files_know_nothing_of_ours_above_the_model() -> None:
    assert not [line for line in offenders("experiments/statistics", "model") if "model.errors" not in line]
    readers = list((ROOT / "experiments" / "records" / "files").glob("*.py"))
    known = {name for path in readers for name in imported(path) if begins(name, ("experiments",))}
    assert readers and {name for name in known if not begins(name, ("experiments.records.files",))} == set()


def test_nobody_looks_into_commands_but_through_their_names() -> None:
    rooms = [room for room in (*ROOMS, "commands") if offenders(f"experiments/{room}", "experiments.commands")]
    assert rooms == []


def test_only_one_file_knows_hydra() -> None:
    users = {
        module for module, path in modules().items() if any(begins(n, ("hydra", "omegaconf")) for n in imported(path))
    }
    assert users == {"experiments.settings.compose"}


def test_yaml_is_read_in_one_file() -> None:
    readers = [
        path for path in (ROOT / "experiments").rglob("*.py") if re.search(r"yaml\.(safe_)?load", path.read_text())
    ]
    assert [path.name for path in readers] == ["files.py"]


def test_nothing_private_of_a_library_is_imported() -> None:
    private = [
        f"{module} imports {name}"
        for module, path in modules().items()
        for name in imported(path)
        if not begins(name, ("model", "experiments", "__future__")) and "._" in f".{name}".replace("__", "")
    ]
    assert private == []


def test_no_files_import_one_another_in_a_circle() -> None:
    known = modules()
    edges = {
        module: {name for name in imported(path) if name in known and name != module} for module, path in known.items()
    }
    # Mesa's agents and their model know each other: that is Mesa's own way.
    allowed = {"model.simulation", *(module for module in known if begins(module, ("model.agents",)))}
    assert [circle for circle in circles(edges) if not set(circle) <= allowed] == []


def test_an_arrow_by_name_is_seen() -> None:
    asks = (module for module in modules() if begins(module, ("experiments.commands",)))
    studies = {
        name for module in asks for name in imported(modules()[module]) if begins(name, ("experiments.studies",))
    }
    assert {"experiments.studies.compare", "experiments.studies.compare.Compare"} <= studies
    source = 'import_module(f"experiments.browser.{name}"); x = "experiments.records.files.panel", "model of a state"'
    assert imports(source, ROOT / "experiments" / "x.py") == {"experiments.browser", "experiments.records.files.panel"}
    found, into = FINDS_COMMANDS
    assert into in imported(ROOT / found), "the exception is still needed"


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
