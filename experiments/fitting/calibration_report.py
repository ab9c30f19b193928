"""What a calibration says: for reading, as plain data, and as a file that ``calibration=`` takes."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from experiments.fitting.moments import share_left
from experiments.fitting.validation import counts
from experiments.settings.options import shown
from experiments.settings.text import aligned, readable
from experiments.studies.comparison import as_json
from experiments.studies.store import Store, write_whole
from model.parameters import PARAMETERS
from model.world import Floats

if TYPE_CHECKING:
    from experiments.fitting.calibration import Calibrated

_IDENTIFIED, _WEAKLY = 0.5, 1.0
_TWO_SIDED = 1.959964
_DIGITS = 6


def parameter_rows(found: "Calibrated") -> list[dict[str, Any]]:
    """One row per candidate: value, 95% interval, declared range, and what the record says of it.

    ``profile_low`` and ``profile_high`` are the objective at the ends of the interval, the other parameters following;
    ``range_left`` is the part of the declared range that the interval leaves; for a parameter that was held, the
    interval is the one it would have if every candidate were free.
    """
    intervals = dict(zip(found.box.names, found.fit.intervals().tolist(), strict=True))
    values = {**dict(zip(found.box.names, found.fit.values.tolist(), strict=True)), **found.held}
    rows = []
    for name, value in values.items():
        half = _TWO_SIDED * found.all_free[name]
        low, high = intervals.get(name, [value - half, value + half])
        left = share_left((low, high), PARAMETERS[name].low, PARAMETERS[name].high)
        ends = found.profiles[name].objectives[[0, -1]].tolist() if name in found.profiles else [math.nan] * 2
        verdict = "identified" if left < _IDENTIFIED else "weakly" if left < _WEAKLY else "not identified"
        rows.append(
            {
                "parameter": name, "free": name in intervals, "value": value, "low": low, "high": high,
                "range_low": PARAMETERS[name].low, "range_high": PARAMETERS[name].high, "range_left": left,
                "profile_low": ends[0], "profile_high": ends[1],
                "error_all_free": found.all_free[name], "verdict": verdict,
            }
        )  # fmt: skip
    return rows


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
            "profiles": {
                name: {"values": profile.values.tolist(), "objectives": profile.objectives.tolist()}
                for name, profile in found.profiles.items()
            },
            "covariance": found.fit.covariance.tolist(),
            "patterns": [row._asdict() for row in found.checks],
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
        )
        for row in found.checks
    ]
    table = aligned([("pattern", "role", "record", "95% interval", "model", "inside"), *rows], right=(2, 4))
    counted = ", ".join(f"{role} {inside} of {of}" for role, (inside, of) in counts(found.checks).items())
    return f"{table}\n\ninside the record's interval: {counted}"


def _parameters(found: "Calibrated") -> str:
    """Lay out what is known of the parameters."""
    rows = [
        (row["parameter"], "free" if row["free"] else "held", readable(row["value"]), _between(row["low"], row["high"]),
         f"{row['range_low']:g} to {row['range_high']:g}", _ends(row["profile_low"], row["profile_high"]),
         row["verdict"])
        for row in parameter_rows(found)
    ]  # fmt: skip
    head = ("parameter", "", "value", "95% interval", "declared range", "objective at its ends", "by the record")
    return aligned([head, *rows], right=(2,))


def _ends(low: float, high: float) -> str:
    """Write the objective at both ends of an interval; flat where the record tells nothing."""
    return "–" if math.isnan(low) else f"{low:.1f}, {high:.1f}"


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
    """Write the file that ``calibration=`` takes: values, their covariance, and what they reproduce."""
    names = found.box.names

    def by_name(row: Floats) -> dict[str, float]:
        return dict(zip(names, (float(f"{entry:.{_DIGITS}g}") for entry in row), strict=True))

    values = by_name(found.fit.values)
    covariance = {name: by_name(row) for name, row in zip(names, found.fit.covariance, strict=True)}
    design = found.design
    made = {
        "command": _command(design),
        "objective": float(f"{found.fit.objective:.{_DIGITS}g}"),
        **{key: design[key] for key in ("model_sources", "method_sources")},
    }
    table = "".join(f"# {line}".rstrip() + "\n" for line in terminal(found).splitlines()[:-2])
    header = "# The conflict process fitted to a record by simulated method of moments; model/ODD.md says how.\n"
    body = yaml.safe_dump({"values": values, "covariance": covariance, "made": made}, sort_keys=False)
    return f"{header}#\n{table}\n{body}"


def _command(design: Mapping[str, Any]) -> str:
    """Write the command that finds the same again."""
    names = ("region", "first", "last", "free", "points", "replications", "seed")
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
        "patterns": pd.DataFrame(found.checks),
        "profiles": pd.DataFrame(
            {"parameter": name, "value": value, "objective": objective}
            for name, profile in found.profiles.items()
            for value, objective in zip(*profile, strict=True)
        ),
        "covariance": pd.DataFrame(found.fit.covariance, index=found.box.names, columns=list(found.box.names)),
        "slopes": pd.DataFrame(found.fit.jacobian, index=found.target.patterns, columns=list(found.box.names)),
    }
    for name, table in tables.items():
        indexed = not isinstance(table.index, pd.RangeIndex)
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=indexed).encode())
    write_whole(store.folder / "calibration.yaml", calibration_yaml(found).encode())
