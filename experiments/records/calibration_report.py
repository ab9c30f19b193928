"""What a calibration says: for reading, as plain data, and as a file that ``calibration=`` takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from experiments.records.calibrated import Calibrated
from experiments.records.calibration_tables import (
    moment_table,
    parameter_table,
    pattern_table,
    rank_table,
    share_rows,
    tables,
)
from experiments.records.kept_draws import independent
from experiments.records.pattern_labels import meaning_of
from experiments.records.record_tables import between
from experiments.records.validation import counts
from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.recovery import ranks_beside_even
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.settings.kinds import shown
from experiments.settings.text import aligned, readable

_DIGITS = 6

Cells = list[Sequence[str]]


def result(found: Calibrated) -> dict[str, Any]:
    """Everything in plain data, as ``output=json`` prints it."""
    made = tables(found)
    plain: dict[str, Any] = as_json(
        {
            "parameters": made["parameters"],
            "kept": {"names": list(found.sets[0]), "sets": [list(each.values()) for each in found.sets]},
            "independent_draws": independent(found.kept),
            "expected": dict(found.centred),
            "conflict": share_rows(found),
            "patterns": made["patterns"],
            "inside": {role: {"inside": inside, "of": of} for role, (inside, of) in counts(found.patterns).items()},
            "peacekeeping": dict(found.missions),
            "yearly": {"rows": found.found.yearly.rows, "events": found.found.yearly.events},
            **{name: made[name] for name in ("regressions", "moments", "recovery")},
            **{name: found.checked[name] for name in _CHECKED},
        }
    )
    return plain


def told(found: Calibrated, facts: Facts, design: Mapping[str, Any]) -> Result:
    """Put everything that was found into words, tables and a file that ``calibration=`` takes."""
    inside = ", ".join(f"{role} {inside} of {of}" for role, (inside, of) in counts(found.patterns).items())
    parts = [_parameters(found), _regressions(found), _moments(found), _patterns(found)]
    parts += [_rows(found.checked[name], _HEADINGS[name]) for name in _HEADINGS if name != "recovery"]
    if len(found.worlds):
        parts.insert(3, _rows(as_json(tables(found)["recovery"]), _HEADINGS["recovery"]))
    reading = _reading(found, inside)
    said = "\n\n".join([aligned(_parameters(found), right=(2, 3)), *reading])
    figures, ranked = {}, found.worlds.loc[found.worlds["rank"].notna(), "world"].nunique()
    if ranked:
        figures["ranks"] = Drawing(
            ranks_beside_even,
            rank_table(found),
            "Where true values lie among the draws of synthetic records, beside even",
            {"sample": f"{ranked} synthetic records; grey: 95% of even ranks lie inside"},
        )
    return Result(
        template="record",
        question="Which conflict process does the record tell?",
        facts=facts,
        answer=[f"Patterns of the model inside the record's interval: {inside}."],
        data=result(found),
        tables=tables(found),
        figures=figures,
        context={
            "title": "",
            "parts": [(cells, (2, 3)) for cells in parts],
            "reading": reading,
            "files": "`worlds/`, `statuses/`: Parquet. `calibration.yaml`: for conf/calibration.",
        },
        files={"calibration.yaml": calibration_yaml(found, design, said)},
    )


_HEADINGS = {
    "recovery": {
        "parameter": "synthetic records", "worlds": "worlds", "bias": "bias in SD", "inside_50": "inside 50%",
        "inside_95": "inside 95%", "uniform_p": "p of even ranks",
    },
    "blocks": {
        "first": "from", "last": "to", "record": "share active", "mean": "process", "low": "95% from", "high": "to",
        "inside": "inside",
    },
    "drift": {
        "start": "start, drivers held", "states": "states", "median_year_1": "median, year 1",
        "median_year_10": "year 10", "mean_year_1": "mean, year 1", "mean_year_10": "year 10",
        "quarters_year_1": "median of quarters, year 1", "quarters_year_10": "year 10",
    },
    "assumed": {
        "parameter": "assumed, the process alone", "value": "at", "share_of_years": "state-years",
        "share_of_quarters": "quarters",
    },
    "assumed_centred": {
        "parameter": "assumed, the whole model", "value": "at", "share_of_years": "state-years",
        "share_of_quarters": "quarters",
    },
}  # fmt: skip
_CHECKED = ("blocks", "drift", "first_quarters", "assumed", "assumed_centred")


def _rows(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> Cells:
    """Lay rows out for reading."""
    return [tuple(headings.values()), *(tuple(_cell(row[name]) for name in headings) for row in rows)]


def _cell(value: Any) -> str:
    """Write whatever stands in a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "–"
    return str(value) if isinstance(value, str | int) else readable(value)


def _parameters(found: Calibrated) -> Cells:
    """Lay out what is known of the parameters."""
    rows = [
        (row["parameter"], row["by"], readable(row["value"]), readable(row["sd"]), between(row["low"], row["high"]),
         readable(row["prior_sd"]), f"{row['range_low']:g} to {row['range_high']:g}", row["verdict"])
        for row in parameter_table(found).to_dict("records")
    ]  # fmt: skip
    return [
        ("parameter", "told by", "mean", "SD", "95% interval", "prior SD", "declared range", "by the record"),
        *rows,
    ]


def _regressions(found: Calibrated) -> Cells:
    """Lay out yearly coefficients of the record and of simulated records."""
    rows = [
        (row["coefficient"], readable(row["quarterly"]), readable(row["record"]), readable(row["error"]),
         readable(row["simulated"]), readable(row["sd"]), f"{row['z']:+.1f}")
        for row in found.checked["regressions"]
    ]  # fmt: skip
    return [("yearly coefficient", "quarterly", "record", "SE", "simulated", "SD", "off, in SE"), *rows]


def _moments(found: Calibrated) -> Cells:
    """Lay out stage two's moments."""
    rows = [
        (row["moment"], "", *(readable(row[name]) for name in ("record", "simulated", "sd")), f"{row['z']:+.1f}")
        for row in moment_table(found).to_dict("records")
    ]
    return [("moment", "", "record", "simulated", "SD", "off, in SD"), *rows]


def _patterns(found: Calibrated) -> Cells:
    """Lay out which patterns are reproduced."""
    said = {True: "yes", False: "no", None: "–"}
    rows = [
        (row["pattern"], row["role"], readable(row["estimate"]), between(row["low"], row["high"]),
         readable(row["model"]), said[row["inside"]], between(row["seen_low"], row["seen_high"]),
         *reversed(meaning_of(row["pattern"])))
        for row in pattern_table(found).to_dict("records")
    ]  # fmt: skip
    return [("pattern", "role", "record", "95% interval", "model", "inside", "95% of runs", "unit", "meaning"), *rows]


def _reading(found: Calibrated, inside: str) -> list[str]:
    """Say in lines what the tables mean, and what is in none of them."""
    quarters = found.checked["first_quarters"]
    shares = "; ".join(
        f"{name.replace('share_of_', 'state-')} in conflict {row['mean']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
        for name, row in share_rows(found).items()
    )
    yearly = found.found.yearly
    return [
        f"stage one: {yearly.rows[0]} state-years at risk with {yearly.events[0]} onsets, {yearly.rows[1]} active ones "
        f"with {yearly.events[1]} ends; errors clustered by state",
        f"{len(found.kept)} sets of values drawn, worth {independent(found.kept):.0f} independent draws",
        f"patterns inside the record's interval, the whole model under siloed: {inside}; in its runs {shares}",
        f"first four quarters, all starts together: process {quarters['model']:.3f}, record {quarters['record']:.3f} "
        f"[{quarters['low']:.3f}, {quarters['high']:.3f}]",
        *_missions(found),
    ]


def _missions(found: Calibrated) -> list[str]:
    """Say what peacekeeping looks like, and what it does."""
    missions = found.missions

    def points(of: str) -> str:
        mean, low, high = (missions[of][end] for end in ("mean", "low", "high"))
        return "unknown" if mean is None else f"{mean:.2f} [{low:.2f}, {high:.2f}]"

    alone = "" if missions["one_run"] is None else f", in one run alone ±{missions['one_run']:.2f}"
    return [
        f"return of conflict within five years in the model: {points('with_mission')} after an end under a mission, "
        f"{points('without_mission')} without, difference {points('difference')}{alone}",
        f"what missions do there: {points('averted')} state-years of conflict averted in a run",
    ]


def calibration_yaml(found: Calibrated, design: Mapping[str, Any], said: str) -> str:
    """Write the file that ``calibration=`` takes: values, what else the record leaves open, and how they were made."""
    lines = [list(found.sets[0]), *([_short(value) for value in each.values()] for each in found.sets)]
    draws = "draws: |\n" + "".join(f"  {','.join(line)}\n" for line in lines)
    made = {
        "command": _command(design),
        **{end: design[end] for end in ("first", "last", "since")},
        "rows_code": design["rows_code"],
    }
    table = "".join(f"# {line}".rstrip() + "\n" for line in said.splitlines())
    header = "# The conflict process estimated from a record in two stages; model/ODD.md says how.\n"
    values = {name: float(_short(value)) for name, value in found.values.items()}
    body = yaml.safe_dump({"values": values, "made": made}, sort_keys=False)
    sets = "# What else the record leaves open: every line a set of values, as likely as any other.\n"
    return f"{header}#\n{table}\n{body}{sets}{draws}"


def _short(value: float) -> str:
    """Write a number to the digits that are stored."""
    return f"{value:.{_DIGITS}g}"


def _command(design: Mapping[str, Any]) -> str:
    """Write the command that finds the same again."""
    options = [f"{name}={shown(design[name])}" for name in ("region", "since", "first", "last", "seed", "worlds")]
    values = [f"{name}={value:g}" for name, value in design["values"]["command_line"].items()]
    return " ".join(["concord calibrate acd=FILE panel=FILE borders=FILE", *options, *values])
