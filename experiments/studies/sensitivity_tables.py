"""What a sensitivity analysis found, in tables: those of its CSV files, of its README, and behind its figures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import sensitivity as figures
from experiments.reporting.wording import as_json, bracketed, in_words, intervals_in_columns, records
from experiments.settings.text import readable
from experiments.statistics.sensitivity import Effect, Indices
from model.outcomes import OUTCOMES

DIFFERENCE = "difference"
OTHERS = "all others"

Quantity = tuple[str, str]
"""What is looked at: an institution or `DIFFERENCE`, and an outcome."""


@dataclass(frozen=True)
class Found:
    """What drives what.

    Attributes
    ----------
    screening : mapping of str to mapping of str to Effect
        By outcome, of the difference; by parameter, largest mean effect first.
    factors : mapping of str to tuple of str
        Parameters by factor of the Saltelli design.
    indices : mapping of (str, str) to Indices
        By `Quantity`.
    metric : str
        The outcome that screening went by and that is told first.
    """

    screening: Mapping[str, Mapping[str, Effect]]
    factors: Mapping[str, tuple[str, ...]]
    indices: Mapping[Quantity, Indices]
    metric: str

    @property
    def main(self) -> Indices:
        """Indices of the difference in the outcome that is told first."""
        return self.indices[DIFFERENCE, self.metric]

    @property
    def effects(self) -> Mapping[str, Effect]:
        """Elementary effects on the difference in the outcome that is told first."""
        return self.screening[self.metric]

    def named(self, factor: str) -> str:
        """Name a factor; all others with their number."""
        return f"{factor} ({len(self.factors[factor])})" if factor == OTHERS else factor


def all_tables(found: Found) -> dict[str, pd.DataFrame]:
    """Every number, by the name of its CSV file."""
    everything = list(found.indices)
    return {
        "screening": pd.concat([_screening(found, metric) for metric in found.screening]),
        "indices": _indices(found, everything),
        "pairs": _pairs(found, everything),
        "quality": _quality(found),
    }


def data(found: Found) -> dict[str, Any]:
    """What JSON says of the difference in the outcome that is told first, and of the quality of all indices."""
    main = [(DIFFERENCE, found.metric)]
    return {
        "luck_share": as_json(found.main.noise),
        "converged": found.main.converged,
        "screening": as_json(records(_screening(found, found.metric))),
        "indices": as_json(records(_indices(found, main))),
        "pairs": as_json(records(_pairs(found, main))),
        "quality": as_json(records(_quality(found))),
    }


def drawings(found: Found, texts: Mapping[str, Any], drivers: str) -> dict[str, Drawing]:
    """Every figure.

    Parameters
    ----------
    found : Found
        What came out.
    texts : mapping
        scale (years and world), trajectories, replications, labels (baseline, institution).
    drivers : str
        What drives the difference, in a sentence.
    """
    main = found.main
    noise = "" if math.isnan(main.noise) else f"; luck ({main.noise:.0%}) taken out"
    state = "converged" if main.converged else "NOT converged: add points"
    sample = f"{texts['trajectories']} trajectories, {texts['replications']} common futures"
    screened = {"unit": f"{OUTCOMES[found.metric].unit} {texts['scale']}", "sample": sample}
    than, institution = texts["labels"]
    said = {
        "than": than,
        "institution": institution,
        "sample": f"{main.base:,} base points{noise}; {state}",
        "names": {name: found.named(name) for name in found.factors},
    }
    by_outcome = _indices(found, [(DIFFERENCE, metric) for metric in OUTCOMES])
    largest = f"Mean size of effects on the difference; largest: {', '.join(list(found.effects)[:5])}."
    indices = f"First-order and total indices of the difference. {drivers}"
    all_outcomes = "Total indices of the difference in every outcome, by assumption."
    return {
        "screening": Drawing(figures.screening, _screening(found, found.metric), largest, screened),
        "indices": Drawing(figures.indices, _indices(found, [(DIFFERENCE, found.metric)]), indices, said),
        "indices_by_outcome": Drawing(
            figures.indices_by_outcome, by_outcome, all_outcomes, {"chosen_by": in_words(found.metric)}
        ),
    }


def readme_cells(found: Found) -> list[list[str]]:
    """Cells of the README's table of indices, the heading first."""
    main, rows = found.main, [["assumption", "first order", "total", "total with luck"]]
    for name in sorted(found.factors, key=lambda name: -sortable(main.total[name].mean)):
        indices = [bracketed(each[name], 2) for each in (main.first, main.total)]
        rows.append([f"`{name}`", *indices, readable(main.with_noise[name])])
    return rows


def sortable(value: float) -> float:
    """Let no number be least."""
    return value if value == value else 0.0


def _screening(found: Found, metric: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": metric,
            "parameter": name,
            "mu": effect.mu,
            **intervals_in_columns({"mu_star": effect.mu_star}),
            "sigma": effect.sigma,
            "floor": effect.floor,
            "beyond_luck": effect.beyond_noise,
            "kept": name in found.factors,
        }
        for name, effect in found.screening[metric].items()
    )


def _indices(found: Found, quantities: Sequence[Quantity]) -> pd.DataFrame:
    """First-order and total indices, a row per quantity and factor."""
    return pd.DataFrame(
        {
            "of": which,
            "metric": metric,
            "factor": name,
            **intervals_in_columns({"first": indices.first[name], "total": indices.total[name]}),
            "total_with_luck": indices.with_noise[name],
        }
        for which, metric in quantities
        for indices in [found.indices[which, metric]]
        for name in found.factors
    )


def _pairs(found: Found, quantities: Sequence[Quantity]) -> pd.DataFrame:
    """Second-order indices, a row per quantity and pair of factors."""
    columns = ["of", "metric", "factor", "with", "second", "second_low", "second_high"]
    rows = [
        (which, metric, *pair, *index)
        for which, metric in quantities
        for pair, index in found.indices[which, metric].second.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _quality(found: Found) -> pd.DataFrame:
    """Variance, replication noise and convergence by quantity."""
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
