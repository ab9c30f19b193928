"""results/reference is whole and small, and a smaller version of it says the same."""

import json
import math
import re
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import attribute, compare, robustness
from experiments.maintenance.reference import REFERENCE, STUDIES, words
from experiments.settings.places import CHECKOUT
from experiments.statistics.intervals import Interval, verdict

DRAWS, REPLICATIONS = 120, 100
"""Of the smaller comparison; the reference has 250 and 400."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_pictures")]


def table(study: str, name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / study / "tables" / f"{name}.csv")


def test_it_is_whole_and_under_four_megabytes() -> None:
    files = [path for path in REFERENCE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 4_000_000
    assert {path.suffix for path in files} == {".md", ".csv", ".png", ".json", ".yaml"}
    listed = (REFERENCE / "README.md").read_text(encoding="utf-8")
    for study in STUDIES:
        folder = REFERENCE / study[0] / study[1]
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["status"] == "finished" and manifest["failed"] == 0
        assert f"concord {shlex.join(words(study))}" in listed
        shown = re.findall(r"\]\((figures/[\w.]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
        assert shown and all((folder / figure).exists() for figure in shown)


def test_all_studies_are_of_one_model() -> None:
    """Two commits have the same model where every frozen run of all institutions is the same to the bit."""
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in REFERENCE.glob("*/*/manifest.json")]
    commits = sorted({manifest["git_commit"].split()[0] for manifest in manifests})
    for one, other in pairwise(commits):
        # 1: they differ; another code where that history is not here.
        asked = ["git", "diff", "--quiet", one, other, "--", "tests/baselines/baselines.json"]
        assert subprocess.run(asked, cwd=CHECKOUT, check=False).returncode != 1


def test_a_smaller_comparison_gives_the_same_verdicts(tmp_path: Path) -> None:
    """Where it has the draws for it: the others stay open, and none is turned round."""
    small = compare(
        f"draws={DRAWS}", f"replications={REPLICATIONS}", "futures=2", "channel_draws=0",
        results=str(tmp_path), study="small",
    )  # fmt: skip
    wholes = pd.read_csv(REFERENCE / "compare" / "africa" / "tables" / "hypotheses.csv").set_index(["level", "id"])
    parts = pd.read_csv(small.folder / "tables" / "hypotheses.csv").set_index(["level", "id"])
    assert set(parts.index) == set(wholes.index)
    told = 0
    for key, whole in wholes[np.isfinite(wholes["low"])].iterrows():
        assert isinstance(key, tuple)
        wider = math.sqrt(250 / DRAWS if key[0] == "across_ranges" else 400 / REPLICATIONS)
        # Twice: once for the smaller version's interval, once for how far its estimate may lie off.
        half = 2.0 * wider * (whole["high"] - whole["low"]) / 2.0
        around = Interval(whole["estimate"], whole["estimate"] - half, whole["estimate"] + half)
        for answer, expected in verdict(around, whole["smallest_effect"])._asdict().items():
            known = whole[answer]
            assert "open" in (known, parts.loc[key, answer]) or parts.loc[key, answer] == known, key
            # Better is fewer in most claims, more in some: where the interval is well away, most are found again.
            told += answer == "size" and expected == known == parts.loc[key, answer] != "open"
    assert told >= 6


def test_a_smaller_attribution_agrees_with_every_share(tmp_path: Path) -> None:
    small = attribute("replications=60", "futures=1", results=str(tmp_path), study="small")
    whole = table("attribute/africa", "attribution").set_index("ingredient")
    part = pd.read_csv(small.folder / "tables" / "attribution.csv").set_index("ingredient")
    assert list(part.index) == list(whole.index)
    assert ((part["share_low"] <= whole["share_high"]) & (whole["share_low"] <= part["share_high"])).all()


def test_fewer_worlds_have_the_same_first_and_last(tmp_path: Path) -> None:
    small = robustness("draws=80", "futures=2", results=str(tmp_path), study="small")
    for ranking in (table("robustness/africa", "rankings"), pd.read_csv(small.folder / "tables" / "rankings.csv")):
        order = ranking[ranking["criterion"] == "difference"].set_index("institution")["rank"].sort_values()
        assert (order.index[0], order.index[-1]) == ("siloed_best", "military_first")
