"""Every number of a comparison's table on the terminal, worked out again from Parquet alone."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from experiments import compare
from experiments.cli import main
from experiments.studies.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_pictures")]

ASKED = (
    "institutions=[none,siloed,uk_pools,full_information]", "hypothesis=none", "quarters=80", "replications=90",
    "draws=60", "futures=4", "channel_draws=0", "study=table",
)  # fmt: skip
LEVELS = {"Across the declared ranges": "runs_across_ranges", "At the default values": "runs"}
MONEY = ["programme_money", "top_up_money", "overhead_money"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return compare(*ASKED, results=str(tmp_path_factory.mktemp("results")))


def printed(text: str, heading: str) -> dict[str, list[str]]:
    """Cells of a level's table, by institution."""
    lines = text[text.index(heading) :].splitlines()
    first = next(place for place, line in enumerate(lines) if line.lstrip().startswith("institution"))
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[first + 1 : first + 5]]
    return {name: cells for name, *cells in rows}


def numbers(cell: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", cell)]


def bounded(cell: str, expected: Sequence[float], rounding: float, slack: float = 0.0) -> None:
    """Hold an estimate and its bounds to what they must be; bounds to so much of their distance."""
    found, (mean, low, high) = numbers(cell), expected
    assert found[0] == pytest.approx(mean, abs=rounding)
    assert found[1:] == pytest.approx([low, high], abs=rounding + slack * (high - low))


def joint(cell: str, effects: pd.Series) -> None:
    """Hold an estimate of a family to its mean, and its bounds to lie between Student's and Bonferroni's."""
    found, means = numbers(cell), DescrStatsW(effects)
    (low, high), (lowest, highest) = means.tconfint_mean(0.05), means.tconfint_mean(0.05 / 6)
    assert found[0] == pytest.approx(effects.mean(), abs=0.051)
    # A tenth for rounding, and some for skewness, which is taken out.
    assert 0.85 * (high - low) - 0.1 <= found[2] - found[1] <= 1.15 * (highest - lowest) + 0.1


def ratio(above: pd.Series, below: pd.Series) -> tuple[float, float, float]:
    """Ratio of means, and SciPy's BCa interval of it."""
    data = (above.to_numpy(), below.to_numpy())
    found = stats.bootstrap(
        data, lambda a, b, axis=-1: a.mean(axis=axis) / b.mean(axis=axis), paired=True, n_resamples=4_000, rng=1
    ).confidence_interval
    return above.mean() / below.mean(), found.low, found.high


@pytest.mark.parametrize("heading", LEVELS)
def test_the_table_follows_from_parquet_alone(study: Study, heading: str, capsys: pytest.CaptureFixture[str]) -> None:
    results: Path = study.folder.parents[1]
    assert main(["compare", *ASKED, f"results={results}"]) == 0
    table = printed(capsys.readouterr().out, heading)
    runs = pd.read_parquet(study.folder / LEVELS[heading])
    across = "draw" in runs
    # A draw counts once, as the mean of its futures.
    wide = runs.groupby(["institution", "draw" if across else "replication"], observed=True).mean(numeric_only=True)
    years = wide["conflict_years"].unstack("institution")
    money = wide[MONEY].sum(axis=1).unstack("institution")
    assert set(table) == {"none", "siloed", "uk_pools", "full_information"}
    for name, (level, averts, share, cost, difference, shares) in table.items():
        assert float(level) == pytest.approx(years[name].mean(), abs=0.051)
        averted, against = years["none"] - years[name], years[name] - years["siloed"]
        if name == "siloed":
            joint(averts, averted)
        elif name != "none":
            bounded(averts, [averted.mean(), *DescrStatsW(averted).tconfint_mean()], 0.051)
        if name != "none":
            mean, low, high = ratio(averted, money[name] / 100.0)
            if cost != "not established":
                bounded(cost, [100.0 / mean, 100.0 / high, 100.0 / low], 0.51, 0.1)
        if name in ("siloed", "uk_pools"):
            parts = ratio(averted, years["none"] - years["full_information"])
            bounded(share, [100.0 * x for x in parts], 0.51, 0.1)
        if name == "siloed":
            assert {difference, shares} == {"–"}
            continue
        joint(difference, against)
        each = [int(x) for x in shares.split("/")]
        assert sum(each) == pytest.approx(100, abs=1)
        if not across:
            counted = [(against < 0.0).mean(), (against == 0.0).mean(), (against > 0.0).mean()]
            assert each == pytest.approx([100.0 * x for x in counted], abs=0.51)
