"""Tables of a sensitivity analysis."""

from collections.abc import Sequence

import pandas as pd

from experiments.reporting.wording import bracketed, spread_out
from experiments.settings.text import readable
from experiments.statistics.intervals import Interval
from experiments.studies.sensitivity import Sensitivity


def indices_table(found: Sensitivity, quantities: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """First-order and total indices, a row per quantity and factor."""
    return pd.DataFrame(
        {
            "of": which,
            "metric": metric,
            "factor": name,
            **spread_out("first", indices.first[name]),
            **spread_out("total", indices.total[name]),
            "total_with_luck": indices.with_noise[name],
        }
        for which, metric in quantities
        for indices in [found.indices[which, metric]]
        for name in found.factors
    )


def pairs_table(found: Sensitivity, quantities: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Second-order indices, a row per quantity and pair of factors."""
    columns = ["of", "metric", "factor", "with", "second", "second_low", "second_high"]
    return pd.DataFrame(
        [
            (which, metric, *pair, *index)
            for which, metric in quantities
            for pair, index in found.indices[which, metric].second.items()
        ],
        columns=columns,
    )


def quality_table(found: Sensitivity) -> pd.DataFrame:
    """Variance, luck and convergence by quantity."""
    return pd.DataFrame(
        {
            "of": which,
            "metric": metric,
            "variance": indices.variance,
            "luck_share": indices.noise,
            "defined": indices.defined,
            "widest": indices.widest,
            "moved": indices.moved,
            "converged": indices.converged,
        }
        for (which, metric), indices in found.indices.items()
    )


def markdown(table: pd.DataFrame) -> str:
    """Write first-order and total indices as a Markdown table."""
    lines = ["| assumption | first order | total | total with luck |", "|---|---|---|---|"]
    for row in table.sort_values("total", ascending=False).to_dict("records"):
        first, total = (bracketed(Interval(*(row[f"{name}{end}"] for end in ("", "_low", "_high"))), 2)
                        for name in ("first", "total"))  # fmt: skip
        lines.append(f"| `{row['factor']}` | {first} | {total} | {readable(row['total_with_luck'])} |")
    return "\n".join(lines)
