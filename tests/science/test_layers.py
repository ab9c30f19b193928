"""Dependencies point one way: experiments to model, engines to rules, rules to what is declared."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def offenders(folder: str, *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted(imported(path))
        if any(name == root or name.startswith(f"{root}.") for root in forbidden)
    ]


def test_the_model_knows_nothing_of_experiments_files_or_figures() -> None:
    outside = ("experiments", "hydra", "omegaconf", "yaml", "pandas", "pyarrow", "matplotlib", "seaborn")
    assert offenders("model", *outside) == []


def test_rules_know_neither_engine_nor_agents() -> None:
    above = ("mesa", "model.agents", "model.simulation", "model.ensemble", "model.ensemble_decisions", "model.runs")
    assert offenders("model/rules", *above, "model.trajectory", "model.institution", "model.randomness") == []


def test_the_engines_do_not_know_each_other() -> None:
    assert offenders("model/agents", "model.ensemble", "model.ensemble_decisions") == []
    compiled = {name for file in ("ensemble.py", "ensemble_decisions.py") for name in imported(ROOT / "model" / file)}
    assert not {name for name in compiled if name.startswith(("mesa", "model.agents", "model.simulation"))}
    assert not {name for name in imported(ROOT / "model" / "simulation.py") if name.startswith("model.ensemble")}


def test_settings_know_no_study() -> None:
    outside = [f"experiments.{name}" for name in ("studies", "accounts", "records")]
    assert offenders("experiments/settings", *outside) == []
