"""What a calibration says: for reading, as plain data, and as a file that ``calibration=`` takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import yaml

from experiments.records.calibrated import Calibrated
from experiments.records.pattern_labels import meaning_of
from experiments.records.record_tables import between
from experiments.records.validation import counts
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.settings.kinds import shown
from experiments.settings.text import aligned, readable
from experiments.statistics.moments import share_left
from model.parameters import PARAMETERS

_IDENTIFIED, _WEAKLY = 0.5, 0.9
_TWO_SIDED = 1.959964
_DIGITS = 6


def parameter_table(found: Calibrated) -> pd.DataFrame:
    """One row per candidate: value, 95% interval, declared range, and what the record says of it.

    The interval is that of the sets that were kept; for a parameter that was held, the one it would have by the
    slopes at the optimum if every candidate were free. ``range_left`` is the part of the declared range that it
    leaves.
    """
    ends = np.quantile(found.kept, (0.025, 0.975), axis=0).T.tolist()
    intervals = dict(zip(found.free.names, ends, strict=True))
    values = {**dict(zip(found.free.names, found.fit.values.tolist(), strict=True)), **found.held}
    rows = []
    for name, value in values.items():
        declared, half = PARAMETERS[name], _TWO_SIDED * found.all_free[name]
        low, high = intervals.get(name, [value - half, value + half])
        left = share_left((low, high), declared.low, declared.high)
        verdict = "identified" if left < _IDENTIFIED else "weakly" if left < _WEAKLY else "not identified"
        rows.append(
            {
                "parameter": name, "free": name in intervals, "value": value, "low": low, "high": high,
                "range_low": declared.low, "range_high": declared.high, "range_left": left,
                "error_all_free": found.all_free[name], "verdict": verdict,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def pattern_table(found: Calibrated) -> pd.DataFrame:
    """One row per pattern: the record, the model at the optimum, and 95% of single histories under the kept sets."""
    names = {"record": "estimate", "record_low": "low", "record_high": "high"}
    seen = pd.DataFrame.from_dict(found.seen, orient="index", columns=["seen_low", "seen_high"])
    return found.checks.rename(columns=names).join(seen).rename_axis("pattern").reset_index()


def share_rows(found: Calibrated) -> dict[str, dict[str, float]]:
    """How much conflict there is at the optimum and, in the mean and between its 95% ends, under the kept sets."""
    return {
        name: {"at_values": at_fit, "mean": float(of_kept.mean())}
        | dict(zip(("low", "high"), np.quantile(of_kept, (0.025, 0.975)).tolist(), strict=True))
        for name, (at_fit, of_kept) in found.shares.items()
    }


def result(found: Calibrated) -> dict[str, Any]:
    """Everything in plain data, as ``output=json`` prints it."""
    share, runs = found.goodness
    plain: dict[str, Any] = as_json(
        {
            "objective": found.fit.objective,
            "simulated_records_as_far_off": share,
            "simulated_records": runs,
            "largest_simulation_error": found.noise,
            "descents": [descent.objective for descent in found.fit.descents],
            "parameters": parameter_table(found).to_dict("records"),
            "kept": {"names": list(found.free.names), "sets": found.kept.tolist()},
            "tried": len(found.population.values),
            "independent_draws": found.population.worth,
            "conflict": share_rows(found),
            "patterns": pattern_table(found).to_dict("records"),
            "inside": {role: {"inside": inside, "of": of} for role, (inside, of) in counts(found.checks).items()},
            "peacekeeping": found.missions._asdict(),
        }
    )
    return plain


def told(found: Calibrated, facts: Facts, design: Mapping[str, Any]) -> Result:
    """Put everything that was found into words, tables and a file that ``calibration=`` takes."""
    inside = ", ".join(f"{role} {inside} of {of}" for role, (inside, of) in counts(found.checks).items())
    patterns, parameters = _patterns(found), _parameters(found)
    lines = {
        "patterns": [
            f"inside the record's interval: {inside}",
            "histories: one of the model's under each set of values that was kept",
        ],
        "fit": _how_well(found),
        "left open": _left_open(found),
        "missions": _missions(found),
    }
    paragraphs = ["\n".join(each) for each in lines.values()]
    shown_rows = [aligned(patterns, right=(2, 4)), paragraphs[0], aligned(parameters, right=(2,)), *paragraphs[1:]]
    return Result(
        template="record",
        question="Which conflict process reproduces the record?",
        facts=facts,
        answer=[f"Patterns of the model inside the record's interval: {inside}."],
        data=result(found),
        tables=tables(found),
        context={
            "title": "",
            "parts": [(patterns, (2, 4)), (parameters, (2,))],
            "reading": [line for each in lines.values() for line in each],
            "files": "`evaluations/`, `tried/`: Parquet. `calibration.yaml`: for conf/calibration.",
        },
        files={"calibration.yaml": calibration_yaml(found, design, "\n\n".join(shown_rows))},
    )


def _patterns(found: Calibrated) -> list[Sequence[str]]:
    """Lay out which patterns are reproduced."""
    said = {True: "yes", False: "no", None: "–"}
    rows = [
        (row["pattern"], row["role"], readable(row["estimate"]), between(row["low"], row["high"]),
         readable(row["model"]), said[row["inside"]], between(row["seen_low"], row["seen_high"]),
         *reversed(meaning_of(row["pattern"])))
        for row in pattern_table(found).to_dict("records")
    ]  # fmt: skip
    return [
        ("pattern", "role", "record", "95% interval", "model", "inside", "95% of histories", "unit", "meaning"),
        *rows,
    ]


def _how_well(found: Calibrated) -> list[str]:
    """Say how close the fit is, and how much of that simulation could have done."""
    share, runs = found.goodness
    return [
        f"objective {found.fit.objective:.2f} with {len(found.target.patterns)} patterns and "
        f"{len(found.free.names)} parameters free; of {runs} records simulated at these values, a share of "
        f"{share:.2f} lies as far off or farther",
        f"simulation adds at most {found.noise:.2f} of the record's standard error to a fitted pattern; descents "
        f"ended at {', '.join(f'{descent.objective:.2f}' for descent in found.fit.descents)}",
    ]


def _left_open(found: Calibrated) -> list[str]:
    """Say how many sets of values stand for what the record leaves open, and how much conflict they mean."""
    said = [
        f"{name.replace('share_of_', 'state-')} in conflict {row['at_values']:.3f} at the values above, "
        f"{row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}] under the sets"
        for name, row in share_rows(found).items()
    ]
    return [
        f"{len(found.kept)} sets of values kept of {len(found.population.values)} tried, worth "
        f"{found.population.worth:.0f} independent draws",
        *said,
    ]


def _parameters(found: Calibrated) -> list[Sequence[str]]:
    """Lay out what is known of the parameters."""
    rows = [
        (row["parameter"], "free" if row["free"] else "held", readable(row["value"]), between(row["low"], row["high"]),
         f"{row['range_low']:g} to {row['range_high']:g}", row["verdict"])
        for row in parameter_table(found).to_dict("records")
    ]  # fmt: skip
    return [("parameter", "", "value", "95% interval", "declared range", "by the record"), *rows]


def _missions(found: Calibrated) -> list[str]:
    """Say what peacekeeping looks like, and what it does."""
    missions = found.missions

    def points(interval: Any) -> str:
        low, high = interval.low, interval.high
        return f"{interval.mean:.2f} [{low:.2f}, {high:.2f}]"

    return [
        f"return of conflict within five years in the model: {points(missions.with_mission)} after an end under a "
        f"mission, {points(missions.without_mission)} without, difference {points(missions.difference)}, in one run "
        f"alone ±{missions.one_run:.2f}",
        f"what missions do there: {points(missions.averted)} state-years of conflict averted in a run",
    ]


def calibration_yaml(found: Calibrated, design: Mapping[str, Any], said: str) -> str:
    """Write the file that ``calibration=`` takes: values, what else the record leaves open, and what they reproduce."""
    names = found.free.names
    values = {name: float(_short(value)) for name, value in zip(names, found.fit.values, strict=True)}
    lines = [names, *(map(_short, values) for values in found.kept)]
    draws = "draws: |\n" + "".join(f"  {','.join(line)}\n" for line in lines)
    made = {
        "command": _command(design),
        **{end: design[end] for end in ("first", "last")},
        "objective": float(_short(found.fit.objective)),
        "rows_code": design["rows_code"],
    }
    table = "".join(f"# {line}".rstrip() + "\n" for line in said.splitlines())
    header = "# The conflict process fitted to a record by simulated method of moments; model/ODD.md says how.\n"
    body = yaml.safe_dump({"values": values, "made": made}, sort_keys=False)
    sets = "# What else the record leaves open: every line a set of values, as likely as any other.\n"
    return f"{header}#\n{table}\n{body}{sets}{draws}"


def _short(value: float) -> str:
    """Write a number to the digits that are stored."""
    return f"{value:.{_DIGITS}g}"


def _command(design: Mapping[str, Any]) -> str:
    """Write the command that finds the same again."""
    names = ("region", "first", "last", "free", "points", "replications", "proposals", "histories", "seed")
    options = [f"{name}={shown(design[name])}" for name in names]
    where = "acd=FILE panel=FILE borders=FILE" if design["record"]["files"] else f"world={design['world']['name']}"
    values = [f"{name}={value:g}" for name, value in design["values"]["command_line"].items()]
    who = f"institution={next(iter(design['institutions']))}"
    return " ".join(["concord calibrate", where, who, f"calibration={design['calibration']}", *options, *values])


def tables(found: Calibrated) -> dict[str, pd.DataFrame]:
    """Every number, by the name of its CSV file."""
    names = list(found.free.names)
    conflict = {name: of_kept for name, (_, of_kept) in found.shares.items()}
    return {
        "parameters": parameter_table(found),
        "patterns": pattern_table(found),
        "kept": pd.DataFrame(found.kept, columns=names).assign(**conflict),
        "covariance": pd.DataFrame(
            found.fit.covariance, index=pd.Index(names, name="parameter"), columns=names
        ).reset_index(),
        "slopes": pd.DataFrame(
            found.fit.jacobian, index=pd.Index(found.target.patterns, name="pattern"), columns=names
        ).reset_index(),
    }
