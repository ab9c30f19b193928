"""An outcome that differs nowhere is said to, and nobody is told to add replications."""

from pathlib import Path
from typing import Any

import pytest

import experiments

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("world=stylised", "world.size=4", "quarters=4", "seed=7")
AXES = "axes=[effect,complementarity,crowding,desks]"
ASKED = {
    "sensitivity": ("institution=three_ds", AXES, "morris=4", "keep=2", "base=8", "replications=2", "metric=arrears"),
    "attribute": ("institution=shared_analysis", "level=defaults", "replications=2"),
    "breakeven": ("institution=three_ds", "assumptions=[desks]", "steps=3", "replications=3", "metric=arrears"),
    "discover": ("institution=three_ds", 'condition="arrears(three_ds) > arrears(siloed)"', AXES, "points=40",
                 "replications=2"),
    "robustness": ("institutions=[siloed,shared_analysis]", "draws=12", "futures=1"),
}  # fmt: skip


@pytest.mark.parametrize("command", ASKED)
def test_what_differs_nowhere_is_not_apportioned(command: str, tmp_path: Any) -> None:
    study = getattr(experiments, command)(*SMALL, *ASKED[command], study="a", results=str(tmp_path))
    told = " ".join(study.text().split())
    assert "Nothing to apportion: " in told
    assert "add futures" not in told and "add points" not in told and "replications=" not in told


def test_what_differs_is_apportioned(tmp_path: Any) -> None:
    words = ("institution=three_ds", "assumptions=[desks]", "steps=3", "replications=3", "metric=overhead_money")
    told = experiments.breakeven(*SMALL, *words, study="a", results=str(tmp_path)).text()
    assert "Nothing to apportion" not in told


def test_no_axis_is_the_largest_where_none_moves_anything(tmp_path: Path) -> None:
    words = ("axes=[effect,desks,veto]", "design=latin_hypercube", "design.points=20", "replications=2")
    told = experiments.sweep("world=stylised", "world.size=2", "quarters=4", *words, study="a", results=str(tmp_path))
    assert "Share of variance over points by axis." in (Path(told.folder) / "README.md").read_text()
