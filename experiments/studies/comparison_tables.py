"""What a comparison says, in tables: those of its CSV files, and those behind its figures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting.drawing import UNCOLOURED, Drawing
from experiments.reporting.figures import comparison as figures
from experiments.reporting.result import Facts
from experiments.reporting.wording import intervals_in_columns
from experiments.runs.cube import Cube
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.intervals import Interval
from experiments.studies.channels import SideBySide
from experiments.studies.comparison import DERIVED, MAIN_METRIC, SHARE_OF_REFERENCE, Comparison, judgement_rows
from experiments.studies.findings import chosen_judgement
from experiments.studies.over_time import over_time_table, shown_over_time
from model.outcomes import OUTCOMES

_UNITS = {name: outcome.unit for name, outcome in OUTCOMES.items()}
_UNITS |= {name: unit for name, (unit, _) in DERIVED.items()}
_LEVELS = (ACROSS_RANGES, DEFAULTS)


@dataclass(frozen=True)
class Compared:
    """Everything that a comparison found.

    Attributes
    ----------
    levels : mapping of str to Comparison
        By level, the defaults first.
    beside : SideBySide or None
        The first draws under every set of mechanism switches, where that was asked for.
    across : Cube
        Runs across the ranges.
    paths : DataFrame
        Rows of `experiments.runs.recorders.Paths`.
    """

    levels: Mapping[str, Comparison]
    beside: SideBySide | None
    across: Cube
    paths: pd.DataFrame


def difference(comparison: Comparison, name: str) -> Interval:
    """Difference of the main metric to the baseline; the baseline's own is zero by definition."""
    return Interval(0.0, 0.0, 0.0) if name == BASELINE else comparison.differences[name][MAIN_METRIC]


def tables(found: Compared, labels: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Every number of the study in long form, by the name of its CSV file."""
    by_kind: dict[str, list[dict[str, Any]]] = {
        "institutions": [], "differences_vs_siloed": [], "worlds_better": [], "hypotheses": []
    }  # fmt: skip
    for level, comparison in found.levels.items():
        for kind in ("institutions", "differences_vs_siloed"):
            means = comparison.institutions if kind == "institutions" else comparison.differences
            by_kind[kind] += [
                {"level": level, "institution": name, "metric": metric, "unit": _UNITS[metric], **interval._asdict()}
                for name, by_metric in means.items()
                for metric, interval in by_metric.items()
            ]
        by_kind["worlds_better"] += [
            {"level": level, "institution": name, **intervals_in_columns({"share_better": shares.fewer})}
            | {"share_same": shares.same, "share_worse": shares.more}
            for name, shares in comparison.better.items()
        ]
        by_kind["hypotheses"] += judgement_rows(comparison, level)
        by_kind["hypotheses"] += [
            {"id": id_, "level": level, "verdict": f"not tested: {reason}"}
            for id_, reason in comparison.skipped.items()
        ]
    beside = {} if found.beside is None else {"channels": found.beside.table()}
    by_kind["comparison"] = [row for level in found.levels for row in _main(found.levels[level], level, labels)]
    return beside | {kind: pd.DataFrame(rows) for kind, rows in by_kind.items()}


def _main(comparison: Comparison, level: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lay out the main results of a level, a row per institution, as on the terminal."""
    rows = []
    for name, means in comparison.institutions.items():
        shown = {metric: means[metric] for metric in (MAIN_METRIC, *DERIVED)}
        shown["difference_vs_siloed"] = difference(comparison, name)
        shares = comparison.better.get(name)
        worlds = (math.nan,) * 3 if shares is None else (shares.fewer.mean, shares.same, shares.more)
        rows.append(
            {"level": level, "institution": name, "label": labels[name], **intervals_in_columns(shown)}
            | dict(zip(("share_better", "share_same", "share_worse"), worlds, strict=True))
        )
    return rows


def drawings(found: Compared, labels: Mapping[str, str], facts: Facts) -> dict[str, Drawing]:
    """Every figure, by the name of its files."""
    texts = {"than": labels[BASELINE], "unit": f"state-years in {facts.years:g} years, {facts.world}"}
    counts, reference = texts | {"smallest_effect": _smallest_effect(found)}, {"reference": labels[REFERENCE]}
    chosen = chosen_judgement(found.levels[ACROSS_RANGES])
    shown = shown_over_time(list(labels), None if chosen is None else chosen.hypothesis.better.institution)
    lines = {"labels": dict(labels), "replications": found.paths["replication"].nunique()}
    made: dict[str, tuple[Callable[..., Figure], pd.DataFrame, Mapping[str, Any]]] = {
        "difference_vs_siloed": (figures.difference_vs_siloed, _differences(found, labels), counts),
        "worlds_better": (figures.worlds_better, _worlds(found, labels), texts),
        "share_of_reference": (figures.share_of_reference, _of_reference(found, labels), reference),
        "over_time": (figures.over_time, over_time_table(found.paths, shown, facts.seed), lines),
    }
    if found.beside is not None:
        table = found.beside.table()
        table = table[table["institution"].isin(_shown(found, UNCOLOURED))]
        table = table.assign(set_label=table["label"], label=table["institution"].map(dict(labels)))
        made["channels"] = (figures.channels, table, counts | {"draws": found.beside.draws})
    alt = _alternative_texts(found, labels)
    return {name: Drawing(draw, table, alt[name], words) for name, (draw, table, words) in made.items()}


def _differences(found: Compared, labels: Mapping[str, str]) -> pd.DataFrame:
    """Difference of conflict-years to siloed, by institution and level, with simultaneous intervals."""
    return pd.DataFrame(
        {"institution": name, "label": labels[name], "level": level, **difference(found.levels[level], name)._asdict()}
        for name in _shown(found, UNCOLOURED)
        for level in _LEVELS
    )


def _of_reference(found: Compared, labels: Mapping[str, str]) -> pd.DataFrame:
    """Share of what the reference averts, by institution and level."""
    return pd.DataFrame(
        {"institution": name, "label": labels[name], "level": level}
        | found.levels[level].institutions[name][SHARE_OF_REFERENCE]._asdict()
        for name in _shown(found, (NOTHING, REFERENCE))
        for level in _LEVELS
    )


def _worlds(found: Compared, labels: Mapping[str, str]) -> pd.DataFrame:
    """Paired difference of conflict-years to siloed in every plausible world, by institution."""
    across = found.across
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "institution": name,
                    "label": labels[name],
                    "replication": across.replications,
                    "difference": across.difference(MAIN_METRIC, name, BASELINE),
                }
            )
            for name in _shown(found, UNCOLOURED)
        ],
        ignore_index=True,
    )


def _shown(found: Compared, leave_out: Sequence[str]) -> list[str]:
    """Institutions of a figure, in the order asked for; with nothing but references, the references."""
    institutions = found.levels[ACROSS_RANGES].institutions
    asked = [name for name in institutions if name not in leave_out]
    return asked or [name for name in institutions if name != BASELINE]


def _smallest_effect(found: Compared) -> float | None:
    """Smallest effect of interest in conflict-years, if the hypotheses agree on one."""
    judged = [each.hypothesis for each in found.levels[ACROSS_RANGES].judgements]
    declared = {each.smallest_effect for each in judged if each.metric == MAIN_METRIC}
    return declared.pop() if len(declared) == 1 else None


def _alternative_texts(found: Compared, labels: Mapping[str, str]) -> dict[str, str]:
    """Say in words what each figure shows, by its name."""
    across = found.levels[ACROSS_RANGES]

    def listed(value: Callable[[str], str], leave_out: Sequence[str] = UNCOLOURED) -> str:
        return "; ".join(f"{labels[name]} {value(name)}" for name in _shown(found, leave_out))

    differences = listed(lambda name: f"{difference(across, name).mean:+.1f}")
    worlds = listed(lambda name: f"{across.better[name].fewer.mean:.0%}")
    shares = listed(lambda name: f"{across.institutions[name][SHARE_OF_REFERENCE].mean:.0%}", (NOTHING, REFERENCE))
    sets = {} if found.beside is None else found.beside.differences
    means = "; ".join(
        f"{found.beside.labels[each] if found.beside else ''}: "
        + listed(lambda name, by_name=by_name: f"{by_name[name].mean:+.1f}")  # type: ignore[misc]
        for each, by_name in sets.items()
    )
    return {
        "difference_vs_siloed": f"Difference in conflict-years to siloed, across the ranges: {differences}.",
        "worlds_better": f"Share of plausible worlds with fewer conflict-years than siloed: {worlds}.",
        "share_of_reference": f"Share of what the reference averts, across the ranges: {shares}.",
        "channels": f"Difference in conflict-years to siloed by set of channels. {means}.",
        "over_time": "Four panels by year: states in conflict; conflict-years so far against silos, with a 95% "
        "interval of the mean; money brought to pools; the Treasury's belief beside the truth. Numbers: the table.",
    }
