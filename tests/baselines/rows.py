"""Digests of the rows and the JSON of every command, to hold other code against: nothing may move by a bit.

``python -m tests.baselines.rows`` runs every case as a user does and says what is not as in ``rows.json``, which
``--update`` writes anew, on purpose. ``--small`` runs only the small cases, a test's share; ``--only NAME`` those of
that name, ``compare`` or ``compare/stylised`` or ``*/africa``. Without ``--small`` every small study is run on Dask as
well, and must give what threads gave. The exit code is 1 if anything differs.

How digests are made, and of what they do not depend: `tests.baselines.digests`. What another layout calls otherwise
is translated by `SPLIT_BY`, `TABLES` and `COLUMNS`, so that ``rows.json`` can stay as it is.
"""

import argparse
import io
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.cli import main as concord
from tests.baselines.digests import Case, differences, json_digests, table_digests, unmatched
from tests.made_record import write_history
from tests.official_files import write_files

FROZEN = Path(__file__).with_name("rows.json")

SPLIT_BY: dict[str, str] = {}
"""By today's ``command/folder``: the column that tells apart what had folders of its own, and is none of theirs.

``{"compare/runs": "level"}`` makes tables ``compare/runs/defaults``, ``compare/runs/across_ranges`` and so on.
"""

TABLES: dict[str, str] = {}
"""By today's ``command/folder`` (or ``command/folder/value``, if split): what ``rows.json`` calls the table."""

COLUMNS: dict[str, str] = {}
"""By a column's name of today: what ``rows.json`` calls it."""

_SMALL_WORLD = "world=stylised world.size=6 seed=7"
_TINY = f"{_SMALL_WORLD} quarters=8"
_RECORD = "acd=@/acd.csv panel=@/panel.csv borders=@/borders.csv region=africa"
_HISTORY = "acd=@/history/acd.csv panel=@/history/panel.csv borders=@/history/borders.csv last=1999"

SMALL: dict[str, str] = {
    "run/stylised/siloed/ensemble": f"run {_TINY} institution=siloed replication=2",
    "run/stylised/siloed/mesa": f"run {_TINY} institution=siloed replication=2 engine=mesa",
    "run/stylised/uk_pools/ensemble": f"run {_TINY} institution=uk_pools veto=0.2",
    "run/stylised/uk_pools/mesa": f"run {_TINY} institution=uk_pools veto=0.2 engine=mesa",
    "run/africa/siloed/ensemble": "run institution=siloed seed=7 replication=3",
    "run/africa/siloed/mesa": "run institution=siloed seed=7 replication=3 engine=mesa",
    "run/africa/uk_pools/ensemble": "run institution=uk_pools override.uk_pools.approval_delay=1",
    "run/africa/uk_pools/mesa": "run institution=uk_pools override.uk_pools.approval_delay=1 engine=mesa",
    "explain/stylised": f"explain {_TINY} institution=three_ds state=S004 quarter=6",
    "explain/africa": "explain institution=uk_pools state=KEN quarter=33",
    "compare/stylised": f"compare {_TINY} institutions=[none,siloed,uk_pools,full_information] replications=12 "
    "draws=10 channel_draws=6",
    "sweep/grid": f"sweep {_TINY} design=grid axes={{effect:[0.01,0.05],uk_pools.veto:[0,1],"
    "budget_rule:[neutral,endogenous]} replications=4 trajectories=true",
    "sweep/latin_hypercube": f"sweep {_TINY} design.points=6 replications=3 institutions=[uk_pools,stability_fund]",
    "sweep/points": f"sweep {_TINY} design=points design.path=@/points.csv replications=5",
    "sweep/precision": f"sweep {_TINY} design=grid axes={{shared_analysis.onset_base:[-7,-6]}} onset_base=-7 "
    "institutions=[shared_analysis] override.shared_analysis.shared_analysis=0 replications=50 precision=0.1 "
    "max_replications=90",
    "attribute/across_ranges": f"attribute {_TINY} institution=three_ds replications=6",
    "attribute/defaults": f"attribute {_TINY} institution=three_ds replications=6 level=defaults",
    "sensitivity/stylised": f"sensitivity {_TINY} axes=[effect,complementarity,crowding,trust_gain,desks] morris=3 "
    "keep=2 base=4 replications=2",
    "discover/stylised": f"discover {_TINY} points=60 replications=2 axes=[effect,complementarity,crowding] "
    "'condition=\"gaps(uk_pools) > gaps(none)\"'",
    "breakeven/across_ranges": f"breakeven {_SMALL_WORLD} quarters=16 replications=10 steps=3 metric=gaps "
    "assumptions=[herding,approval_delay]",
    "breakeven/defaults": f"breakeven {_SMALL_WORLD} quarters=16 replications=10 steps=3 level=defaults "
    "assumptions=[approval_delay,interest_spread]",
    "breakeven/one_institution": f"breakeven {_TINY} replications=10 steps=3 assumptions=[uk_pools.top_up] "
    "metric=participation margin=0.1",
    "design/stylised": f"design {_TINY} budget=16 population=8 draws=6 replications=2 judged=6",
    "knowledge/stylised": f"knowledge {_TINY} replications=6",
    "mechanisms/stylised": f"mechanisms {_TINY} replications=4 draws=4 axes=[effect,veto]",
    "robustness/stylised": f"robustness {_TINY} draws=24 futures=2 institutions=[uk_pools,military_first]",
    "patterns/stylised": "patterns world=stylised world.size=12 quarters=80 replications=6",
    "forecast/africa": "forecast years=2 replications=5",
    "forecast/own_record": f"forecast {_RECORD} first=1993 years=3 replications=20 calibration=none",
}
"""The small cases: a second or two each. ``@`` is a folder with files of one's own."""

MIDDLING: dict[str, str] = {
    "compare/africa": "compare seed=3 replications=12 draws=12 channel_draws=6",
    "compare/changed": f"compare {_TINY} institutions=[uk_pools,three_ds] replications=8 draws=8 channels=against_only "
    "calibration=none effect=0.04 override.uk_pools.approval_delay=0 hypothesis=[joint_beats_siloed]",
    "sweep/africa": "sweep seed=3 design.points=20 replications=8 institutions=[uk_pools,stability_fund]",
    "sweep/africa/trajectories": "sweep seed=3 design=grid design.levels=3 replications=20 trajectories=true "
    "axes={effect:[0.01,0.05],uk_pools.veto:null}",
    "sweep/africa/points": "sweep seed=3 design=points design.path=@/points.csv replications=40",
    "sweep/africa/precision": "sweep seed=3 design=sobol design.points=8 axes=[effect,uk_pools.veto] replications=50 "
    "precision=1.5 max_replications=80",
    "attribute/africa/across_ranges": "attribute institution=stability_fund seed=3 replications=10",
    "attribute/africa/defaults": "attribute institution=uk_pools seed=3 replications=10 level=defaults",
    "sensitivity/africa": "sensitivity morris=4 keep=4 base=4 replications=3",
    "discover/africa": "discover points=80 replications=3",
    "breakeven/africa/across_ranges": "breakeven replications=10 steps=4",
    "breakeven/africa/defaults": "breakeven replications=10 steps=4 level=defaults",
    "breakeven/africa/one_institution": "breakeven replications=20 steps=5 assumptions=[uk_pools.top_up] "
    "metric=participation margin=0.8",
    "robustness/africa": "robustness draws=20 futures=3",
    "patterns/africa": "patterns replications=20",
    "patterns/own_record": f"patterns {_RECORD} first=1989 last=1995",
    "calibrate/africa": f"calibrate {_HISTORY} worlds=0 replications=20",
    "calibrate/own_record": f"calibrate {_HISTORY} region=world worlds=2 replications=20 seed=2",
    "forecast/africa/long": "forecast years=10 replications=100",
}
"""The others, most of them hundreds of runs in Africa: up to ten seconds each, but for calibrations (a minute)."""

ON_DASK = (
    "compare", "sweep", "attribute", "sensitivity", "discover", "breakeven", "mechanisms", "robustness", "design",
    "knowledge",
)  # fmt: skip
"""Commands whose rows are digested, and that have runners."""

_STORING = (*ON_DASK, "patterns", "calibrate", "forecast")
_POINTS = "effect,veto,uk_pools.veto,desks\n0.01,0.3,0.1,5\n0.03,0.9,0.2,20\n0.05,0,1,24\n"


def digests(line: str, folder: Path, *further: str) -> dict[str, Any]:
    """Run a command in this process and digest its rows and its JSON.

    Parameters
    ----------
    line : str
        Its name and its arguments.
    folder : Path
        An empty one.
    *further : str
        Further arguments, which change no number.

    Returns
    -------
    dict of str to dict
        By table, then by column; the JSON beside the tables.

    Raises
    ------
    RuntimeError
        When the command fails; with what it said.
    """
    (folder / "points.csv").write_text(_POINTS, encoding="utf-8")
    write_files(folder)
    if "@/history" in line:
        (folder / "history").mkdir()
        write_history(folder / "history")
    command, *arguments = (word.replace("@", str(folder)) for word in shlex.split(line))
    arguments = list({word.partition("=")[0]: word for word in [*arguments, *further]}.values())
    if command in _STORING:
        arguments += [f"results={folder}", "study=digested"]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = concord([command, *arguments, "output=json"])
    if code:
        raise RuntimeError(f"concord {line}: {err.getvalue()}")
    found = json_digests(json.loads(out.getvalue()))
    if command in ON_DASK:
        found |= {name: table_digests(table) for name, table in _tables(command, folder / command / "digested")}
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def _tables(command: str, study: Path) -> Iterator[tuple[str, pa.Table]]:
    """Read the tables of a study, whatever folders their parts lie in, under the names of ``rows.json``."""
    for folder in sorted({path.parent for path in study.rglob("part-*.parquet")}):
        place = folder.relative_to(study)
        if place.parts[:1] == ("failures",):
            continue
        parts = [pq.read_table(path) for path in sorted(folder.glob("part-*.parquet"))]
        table = pa.concat_tables([part.replace_schema_metadata() for part in parts])
        table = table.rename_columns([COLUMNS.get(name, name) for name in table.column_names])
        name = f"{command}/{place.as_posix()}"
        for path, rows in _split(name, table):
            yield TABLES.get(path, path.removeprefix(f"{command}/")), rows


def _split(name: str, table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Part a table by the column that stands for what had folders of its own."""
    if name not in SPLIT_BY:
        yield name, table
        return
    column = table[SPLIT_BY[name]]
    for value in pc.unique(column).to_pylist():
        yield f"{name}/{value}", table.filter(pc.equal(column, value)).drop_columns([SPLIT_BY[name]])


def frozen() -> dict[str, Case]:
    """Read the digests that are committed."""
    content: dict[str, Case] = json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
    return content


def _write(cases: Mapping[str, Case]) -> None:
    """Write digests, a line for each case and table, so that a change is seen where it is."""
    lines = []
    for name in sorted(cases):
        tables = ",\n".join(f"  {json.dumps(key)}: {json.dumps(table)}" for key, table in sorted(cases[name].items()))
        lines.append(f" {json.dumps(name)}: {{\n{tables}\n }}")
    FROZEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _measured(name: str, line: str, dask: bool) -> tuple[dict[str, Any], list[str]]:
    """Run a case, on Dask as well if asked; its digests, and what went wrong with it."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = digests(line, Path(folder))
        if not dask:
            return found, []
        with tempfile.TemporaryDirectory() as folder:
            other = digests(line, Path(folder), "runner=dask", "workers=2")
    except RuntimeError as error:
        return {}, [str(error)]
    apart = differences(found, other) + differences(other, found)
    return found, [f"on Dask {said}" for said in dict.fromkeys(apart)]


def _chosen(only: Sequence[str], small: bool) -> dict[str, str]:
    """List the cases that were asked for."""
    cases = SMALL if small else SMALL | MIDDLING
    patterns = [pattern for name in only for pattern in (name, f"{name}/*")] or ["*"]
    return {name: line for name, line in cases.items() if any(fnmatch(name, pattern) for pattern in patterns)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make digests, and hold them against those that are committed or put them in their place.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line unless given.

    Returns
    -------
    int
        Exit code: 1 if anything differs, 2 if there is no such case.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.baselines.rows", description=__doc__.partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="write rows.json anew, on purpose")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="cases of this name; may be given twice"
    )
    parser.add_argument("--small", action="store_true", help="only the small cases, and none on Dask")
    asked = parser.parse_args(arguments)
    chosen = _chosen(asked.only, asked.small)
    if not chosen:
        sys.stderr.write(f"there is no such case; there are {', '.join([*SMALL, *MIDDLING])}\n")
        return 2
    before, wrong = frozen(), False
    after = dict(before)
    for name, line in chosen.items():
        began = _seconds()
        dask = name in SMALL and line.split()[0] in ON_DASK and not asked.small
        found, told = _measured(name, line, dask)
        if not (told or asked.update):
            told = differences(before[name], found) if name in before else ["is not in rows.json"]
        _say(f"{name} ({_seconds() - began:.1f} s of CPU): {'differs' if told else 'done' if asked.update else 'same'}")
        _say(*(f"  {said}" for said in told))
        _say(*(f"  (not compared) {said}" for said in unmatched(before.get(name, found), found)))
        after[name], wrong = found, wrong or bool(told)
    if asked.update and not wrong:
        _write({name: case for name, case in after.items() if name in SMALL | MIDDLING})
    return int(wrong)


def _say(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _seconds() -> float:
    """Seconds of CPU so far, processes that have ended included."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    sys.exit(main())
