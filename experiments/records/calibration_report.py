"""What a calibration says: for reading, as plain data, and as a file that ``calibration=`` takes."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from experiments.records.moments import share_left
from experiments.records.validation import counts
from experiments.runs.store import Store, write_whole
from experiments.settings.kinds import shown
from experiments.settings.text import aligned, readable
from experiments.studies.comparison import as_json
from model.parameters import PARAMETERS

if TYPE_CHECKING:
    from experiments.records.calibration import Calibrated

_IDENTIFIED, _WEAKLY = 0.5, 0.9
_TWO_SIDED = 1.959964
_DIGITS = 6


def parameter_rows(found: "Calibrated") -> list[dict[str, Any]]:
    """One row per candidate: value, 95% interval, declared range, and what the record says of it.

    The interval is that of the sets that were kept; for a parameter that was held, the one it would have by the
    slopes at the optimum if every candidate were free. ``range_left`` is the part of the declared range that it
    leaves.
    """
    ends = np.quantile(found.kept, (0.025, 0.975), axis=0).T.tolist()
    intervals = dict(zip(found.box.names, ends, strict=True))
    values = {**dict(zip(found.box.names, found.fit.values.tolist(), strict=True)), **found.held}
    rows = []
    for name, value in values.items():
        half = _TWO_SIDED * found.all_free[name]
        low, high = intervals.get(name, [value - half, value + half])
        left = share_left((low, high), PARAMETERS[name].low, PARAMETERS[name].high)
        verdict = "identified" if left < _IDENTIFIED else "weakly" if left < _WEAKLY else "not identified"
        rows.append(
            {
                "parameter": name, "free": name in intervals, "value": value, "low": low, "high": high,
                "range_low": PARAMETERS[name].low, "range_high": PARAMETERS[name].high, "range_left": left,
                "error_all_free": found.all_free[name], "verdict": verdict,
            }
        )  # fmt: skip
    return rows


def pattern_rows(found: "Calibrated") -> list[dict[str, Any]]:
    """One row per pattern: the record, the model at the optimum, and 95% of single histories under the kept sets."""
    return [
        row._asdict() | dict(zip(("seen_low", "seen_high"), found.seen[row.pattern], strict=True))
        for row in found.checks
    ]


def share_rows(found: "Calibrated") -> dict[str, dict[str, float]]:
    """How much conflict there is at the optimum and, in the mean and between its 95% ends, under the kept sets."""
    return {
        name: {"at_values": at_fit, "mean": float(of_kept.mean())}
        | dict(zip(("low", "high"), np.quantile(of_kept, (0.025, 0.975)).tolist(), strict=True))
        for name, (at_fit, of_kept) in found.shares.items()
    }


def result(found: "Calibrated") -> dict[str, Any]:
    """Everything in plain data, as ``output=json`` prints it."""
    share, runs = found.goodness
    plain: dict[str, Any] = as_json(
        {
            "study": str(found.folder),
            "objective": found.fit.objective,
            "simulated_records_as_far_off": share,
            "simulated_records": runs,
            "largest_simulation_error": found.noise,
            "descents": [descent.objective for descent in found.fit.descents],
            "parameters": parameter_rows(found),
            "kept": {"names": list(found.box.names), "sets": found.kept.tolist()},
            "tried": len(found.population.values),
            "independent_draws": found.population.worth,
            "conflict": share_rows(found),
            "patterns": pattern_rows(found),
            "inside": {role: {"inside": inside, "of": of} for role, (inside, of) in counts(found.checks).items()},
            "peacekeeping": found.missions._asdict(),
        }
    )
    return plain


def terminal(found: "Calibrated") -> str:
    """Everything for reading."""
    share, runs = found.goodness
    return "\n\n".join(
        [
            _patterns(found),
            _parameters(found),
            f"objective {found.fit.objective:.2f} with {len(found.target.patterns)} patterns and "
            f"{len(found.box.names)} parameters free; of {runs} records simulated at these values, a share of "
            f"{share:.2f} lies as far off or farther\n"
            f"simulation adds at most {found.noise:.2f} of the record's standard error to a fitted pattern; descents "
            f"ended at {', '.join(f'{descent.objective:.2f}' for descent in found.fit.descents)}",
            _left_open(found),
            _missions(found),
            f"study: {found.folder}",
        ]
    )


def _patterns(found: "Calibrated") -> str:
    """Lay out which patterns are reproduced."""
    said = {True: "yes", False: "no", None: "–"}
    rows = [
        (
            row.pattern,
            row.role,
            readable(row.estimate),
            _between(row.low, row.high),
            readable(row.model),
            said[row.inside],
            _between(*found.seen[row.pattern]),
        )
        for row in found.checks
    ]
    head = ("pattern", "role", "record", "95% interval", "model", "inside", "95% of histories")
    counted = ", ".join(f"{role} {inside} of {of}" for role, (inside, of) in counts(found.checks).items())
    return (
        f"{aligned([head, *rows], right=(2, 4))}\n\n"
        f"inside the record's interval: {counted}\n"
        "histories: one of the model's under each set of values that was kept"
    )


def _left_open(found: "Calibrated") -> str:
    """Say how many sets of values stand for what the record leaves open, and how much conflict they mean."""
    said = [
        f"{name.replace('share_of_', 'state-')} in conflict {row['at_values']:.3f} at the values above, "
        f"{row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}] under the sets"
        for name, row in share_rows(found).items()
    ]
    return (
        f"{len(found.kept)} sets of values kept of {len(found.population.values)} tried, worth "
        f"{found.population.worth:.0f} independent draws\n" + "\n".join(said)
    )


def _parameters(found: "Calibrated") -> str:
    """Lay out what is known of the parameters."""
    rows = [
        (row["parameter"], "free" if row["free"] else "held", readable(row["value"]), _between(row["low"], row["high"]),
         f"{row['range_low']:g} to {row['range_high']:g}", row["verdict"])
        for row in parameter_rows(found)
    ]  # fmt: skip
    head = ("parameter", "", "value", "95% interval", "declared range", "by the record")
    return aligned([head, *rows], right=(2,))


def _missions(found: "Calibrated") -> str:
    """Say what peacekeeping looks like, and what it does."""
    missions = found.missions

    def points(interval: Any) -> str:
        low, high = interval.low, interval.high
        return f"{interval.mean:.2f} [{low:.2f}, {high:.2f}]"

    return (
        f"return of conflict within five years in the model: {points(missions.with_mission)} after an end under a "
        f"mission, {points(missions.without_mission)} without, difference {points(missions.difference)}, in one run "
        f"alone ±{missions.one_run:.2f}\n"
        f"what missions do there: {points(missions.averted)} state-years of conflict averted in a run"
    )


def _between(low: float, high: float) -> str:
    """Write an interval; open where the data do not bound it."""
    return "–" if math.isnan(low) else f"[{readable(low)}, {'∞' if math.isinf(high) else readable(high)}]"


def calibration_yaml(found: "Calibrated") -> str:
    """Write the file that ``calibration=`` takes: values, what else the record leaves open, and what they reproduce."""
    names, design = found.box.names, found.design
    values = {name: float(_short(value)) for name, value in zip(names, found.fit.values, strict=True)}
    lines = [names, *(map(_short, values) for values in found.kept)]
    draws = "draws: |\n" + "".join(f"  {','.join(line)}\n" for line in lines)
    made = {
        "command": _command(design),
        "objective": float(_short(found.fit.objective)),
        **{key: design[key] for key in ("model_sources", "method_sources")},
    }
    table = "".join(f"# {line}".rstrip() + "\n" for line in terminal(found).splitlines()[:-2])
    header = "# The conflict process fitted to a record by simulated method of moments; model/ODD.md says how.\n"
    body = yaml.safe_dump({"values": values, "made": made}, sort_keys=False)
    said = "# What else the record leaves open: every line a set of values, as likely as any other.\n"
    return f"{header}#\n{table}\n{body}{said}{draws}"


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


def write(found: "Calibrated", store: Store) -> None:
    """Write tables and the calibration into the study's folder."""
    (store.folder / "tables").mkdir(exist_ok=True)
    tables = {
        "parameters": pd.DataFrame(parameter_rows(found)),
        "patterns": pd.DataFrame(pattern_rows(found)),
        "kept": pd.DataFrame(found.kept, columns=list(found.box.names)).assign(
            **{name: of_kept for name, (_, of_kept) in found.shares.items()}
        ),
        "covariance": pd.DataFrame(found.fit.covariance, index=found.box.names, columns=list(found.box.names)),
        "slopes": pd.DataFrame(found.fit.jacobian, index=found.target.patterns, columns=list(found.box.names)),
    }
    for name, table in tables.items():
        indexed = not isinstance(table.index, pd.RangeIndex)
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=indexed).encode())
    write_whole(store.folder / "calibration.yaml", calibration_yaml(found).encode())
