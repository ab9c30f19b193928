"""What CONTRIBUTING promises whoever adds something: one place each, and help, JSON, README and page follow.

A copy of the project gets a toy of each kind, and is used as a user would.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SMALL = ("world=stylised", "world.size=4", "quarters=8", "seed=7", "study=small")

NEW = {
    "experiments/commands/toy.py": '''\
"""``concord toy``: how long is a toy at war?

It rattles.

Examples
--------
concord toy marbles=3
"""

from experiments.settings.kinds import Whole
from experiments.settings.options import INSTITUTION, MODEL, STUDY, Option

OPTIONS = (INSTITUTION, *MODEL, Option("marbles", Whole(1), "marbles in the toy"), *STUDY)
QUESTION = "experiments.studies.toy:Toy"
''',
    "experiments/studies/toy.py": '''\
"""How long is a toy at war?"""

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.toy import beads
from experiments.reporting.result import Result
from experiments.runs.plan import DEFAULTS, level_plan
from experiments.studies.question import Question, Table


class Toy(Question):
    """Replications of one institution."""

    def __init__(self, asked):
        super().__init__(asked, [asked.chosen["institution"]])

    def plans(self):
        setting, marbles = self.setting, self.asked.marbles
        return [Table("runs", "marbles", level_plan(setting, self.institutions, self.asked.seed, DEFAULTS, marbles))]

    def analyse(self, rows):
        return rows.read("runs", ["conflict_years", "toy"]).to_pandas()

    def tell(self, found, facts):
        twice = float(found["toy"].mean())
        return Result(
            template="toy",
            question="How long is a toy at war?",
            facts=facts,
            answer=[f"Twice the conflict-years: {twice:g}."],
            data={"twice": twice},
            tables={"beads": found},
            figures={"beads": Drawing(beads, found, "Beads of a toy", {})},
        )
''',
    "experiments/reporting/figures/toy.py": '''\
"""Figure of toys."""

from experiments.reporting import drawing


def beads(table):
    figure = drawing.Figure()
    figure.subplots().plot(table["toy"])
    return figure
''',
    "experiments/reporting/templates/toy.md.jinja": '{% extends "study.md.jinja" %}\n',
    "experiments/reporting/templates/toy.txt.jinja": '{% extends "study.txt.jinja" %}\n',
    "experiments/runs/executors/single.py": '''\
"""One thread."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

from experiments.runs.executors import Pool


@contextlib.contextmanager
def started(runner):
    with ThreadPoolExecutor(1) as executor:
        yield Pool(executor, lambda: 1)
''',
    "conf/runner/single.yaml": "{}\n",
    "conf/design/middle.yaml": "method: middle\n",
    "conf/toy.yaml": """\
defaults:
  - institution: uk_pools
  - world: africa
  - calibration: africa_1989_2008
  - channels: all
  - runner: threads
  - _self_

marbles: 3
seed: 1
quarters: 80
dry_run: false
study: null
results: null
workers: null
output: table
""",
}
"""Files that are added."""

DESIGN = '''

class Middle(SamplingDesign):
    """One point, in the middle of every range."""

    method = "middle"
    told: ClassVar = {}

    def count(self, factors, asked):
        return 1

    def shares(self, factors, seed, **asked):
        return np.full((1, factors), 0.5)
'''

INTERPRETED = {
    "model/rules/compiled.py": """

def rule(function):
    return function


kernel = stage = kernel_with_memory = stage_with_memory = rule
""",
    "model/packed.py": """

def unpacked(vector):
    values = iter(vector.tolist())
    return Parameters(*(type(group)(*(next(values) for _ in group)) for group in build_parameters()))
""",
    "model/rules/elementary.py": """

def _as_float(bits):
    return float(np.uint64(bits % 2**64).view(np.float64))


def _as_bits(number):
    return int(np.float64(number).view(np.int64))


import numpy as np
""",
}
"""What makes Python do what the compiler does, to the same bits: a minute less, since a new outcome compiles anew."""


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, in a folder as people call folders, with a toy of each kind."""
    house = tmp_path_factory.mktemp("la maison d'été")
    for part in ("model", "experiments", "conf"):
        shutil.copytree(CHECKOUT / part, house / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in NEW.items():
        assert not (house / name).exists()
        (house / name).write_text(text)
    for name, text in {"experiments/runs/designs.py": DESIGN, **INTERPRETED}.items():
        with (house / name).open("a") as file:
            file.write(text)
    declared = "OUTCOMES: dict[str, Outcome] = {\n"
    changed(house / "model/outcomes.py", declared, declared + '    "toy": Outcome("toys", 0, "twice the conflict"),\n')
    counted = "    return np.array([\n        conflict, war,"
    changed(
        house / "model/rules/measurement.py", counted, "    return np.array([\n        2.0 * conflict, conflict, war,"
    )
    return house


def concord(house: Path, *words: str) -> str:
    env = os.environ | {"PYTHONPATH": str(house)}
    command = [sys.executable, "-m", "experiments", *words]
    done = subprocess.run(command, cwd=house, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_command_is_listed_and_explains_itself(house: Path) -> None:
    assert "how long is a toy at war?" in concord(house, "--help").lower()
    said = concord(house, "toy", "--help")
    assert "marbles in the toy" in said
    assert "It rattles." in said


def test_a_question_an_outcome_and_a_figure_reach_json_readme_and_page(house: Path) -> None:
    told = json.loads(concord(house, "toy", *SMALL, "output=json"))
    study = house / "results" / "toy" / "small"
    beads = pd.read_csv(study / "tables" / "beads.csv")
    assert list(beads["toy"]) == list(2.0 * beads["conflict_years"])
    assert beads["toy"].max() > 0
    assert told["twice"] == pytest.approx(beads["toy"].mean())
    assert "![Beads of a toy](figures/beads.png)" in (study / "README.md").read_text()
    assert (study / "figures" / "beads.svg").stat().st_size > 1000
    concord(house, "report", "studies=toy/small")
    page = (study / "report.html").read_text()
    assert "Beads of a toy" in page
    assert "Twice the conflict-years" in page
    assert {"toy", "small", "finished"} <= set(concord(house, "status").split())


def test_a_design_and_an_executor_are_chosen_by_name(house: Path) -> None:
    said = concord(house, "sweep", "--help")
    assert "middle" in said
    assert "single" in said
    concord(house, "sweep", *SMALL, "design=middle", "runner=single", "axes=[veto]", "replications=2")
    study = house / "results" / "sweep" / "small"
    assert len(pd.read_parquet(study / "points.parquet")) == 1
    assert "toy" in pd.read_parquet(next((study / "runs").glob("*.parquet"))).columns
