"""The text of ``concord <command> --help``."""

import yaml

from experiments.cli import COMMANDS
from experiments.settings.commands import OPTIONS_OF
from experiments.settings.options import CHOICES, OPTIONS, shown
from experiments.settings.places import CONF, names_in
from experiments.settings.text import aligned
from model.parameters import GROUPS, PARAMETERS
from model.specification import Parameter

_EXAMPLES = {
    "run": (
        "concord run institution=uk_pools seed=7 replication=3 output=json",
        "concord run world=csv world.path=my_states.csv engine=mesa trajectory=future.parquet veto=0.5",
    ),
    "explain": (
        "concord explain institution=uk_pools state=KEN quarter=33",
        "concord explain institution=three_ds world=stylised world.size=12 state=S004 quarter=7 output=json",
    ),
    "compare": (
        "concord compare 'institutions=[none,siloed,uk_pools]' replications=200 study=first_look",
        "concord compare study=no_delay override.uk_pools.approval_delay=0",
    ),
    "sweep": (
        "concord sweep design=grid 'axes={effect:[0.01,0.03,0.05],uk_pools.veto:null}' study=first_look",
        "concord sweep design=sobol design.points=128 'axes=[effect,veto,herding]' precision=0.5",
    ),
    "view": (
        "concord view 'institutions=[siloed,uk_pools]' seed=7",
        "concord view world=stylised world.size=12 quarters=40 veto=0.5 port=8765 open=false",
    ),
    "attribute": (
        "concord attribute institution=stability_fund study=dutch",
        "concord attribute level=defaults replications=200 output=json",
    ),
    "sensitivity": (
        "concord sensitivity study=what_drives_it",
        "concord sensitivity metric=war_years 'axes=[effect,complementarity,herding]' base=512 output=json",
    ),
    "discover": (
        "concord discover study=where_silos_win",
        "concord discover 'condition=\"war_years(uk_pools) > 0.9 * war_years(siloed)\"' points=4000",
    ),
    "breakeven": (
        "concord breakeven 'assumptions=[uk_pools.top_up]' metric=participation margin=0.75 study=top_up_threshold",
        "concord breakeven institution=stability_fund than=siloed_best 'assumptions=[approval_delay,desks]' steps=11",
    ),
    "robustness": (
        "concord robustness draws=500 futures=4 study=first_look",
        "concord robustness 'institutions=[siloed_best,uk_pools]' margin=2 output=json",
    ),
    "patterns": (
        "concord patterns replications=200 calibration=none",
        "concord patterns acd=ucdp_prio_acd.csv panel=panel.csv borders=borders.csv first=1989 last=2008 output=json",
    ),
    "calibrate": (
        "concord calibrate study=africa to=my_calibration.yaml",
        "concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv region=sub_saharan first=1995 last=2008",
    ),
    "forecast": (
        "concord forecast world=csv world.path=my_states.csv first=2009 years=10 output=json",
        "concord forecast world=csv world.path=my_states.csv first=1999 years=10 acd=acd.csv panel=p.csv borders=b.csv",
    ),
    "plot": (
        "concord plot studies=compare/first_look",
        "concord plot 'studies=[compare/africa,attribute/africa]'",
    ),
    "report": (
        "concord report studies=compare/first_look",
        "concord report 'studies=[compare/africa,attribute/africa,sensitivity/africa]' to=evidence.html",
    ),
    "parameters": (
        "concord parameters group=degrees",
        "concord parameters output=json",
    ),
    "import": (
        "concord import acd=ucdp_prio_acd.csv panel=panel.csv borders=borders.csv year=2009 to=africa_2009.csv",
        "concord import acd=acd.csv panel=p.csv borders=b.csv year=2001 region=world 'without=[USA,CAN]' to=w.csv",
    ),
    "status": (
        "concord status",
        "concord status results=other_results output=json",
    ),
    "compact": (
        "concord compact study=first_look",
        "concord compact study=first_look command=compare results=other_results",
    ),
    "bench": (
        "concord bench seconds=10",
        "concord bench world=stylised world.size=200 'institutions=[siloed,uk_pools]' seconds=2 output=json",
    ),
}

_NOTES = {
    "run": """\
output=json prints institution, world, seed, replication, engine, outcomes (name: number), trajectory_sha256.
trajectory=FILE writes Parquet (zstd), one row per quarter: the column quarter (1, 2, …), then one float64
column per variable as it stands at the end of that quarter: <variable>.<state>, with driver or instrument and
department in between; <department or pool>.<variable>.<instrument>.<state>; and the Treasury's account, ledger.<line>
and so on. An existing file is never overwritten.""",
    "explain": """\
Says, for one state and one quarter of a run, what each department saw and decided on, how each spender valued, ranked
and chose its programmes, what it paid, and what lapsed. Reasons are those of the first quarter of the fiscal year, in
which programmes are decided. output=json prints the same numbers: every one is that of the run named by institution,
world, seed and replication (concord run trajectory=FILE) or follows from it by the model's rules. It is about a made-up
future: no forecast for, and no judgement of, any state named.""",
    "compare": """\
The study lies in results/compare/<study>/ with a README that says what is in it. Stopped (Ctrl-C), it goes on
where it was when the same command is given again; another configuration needs another name.""",
    "sweep": """\
Designs: grid (design.levels=5), latin_hypercube (design.points=200), sobol (design.points=256), morris
(design.trajectories=20 design.levels=4), saltelli (design.base=64 design.second_order=false) and points
(design.path=FILE: CSV or Parquet, a column per axis, a row per point).
An axis that is named wins over what a world, a calibration, an institution or channels set, for every institution;
uk_pools.veto is the axis of one institution. axes=swept leaves alone what any of them sets, as concord compare does.
The same futures (seed; replication 0, 1, …) are lived through at every point by every institution and by siloed.
The study lies in results/sweep/<study>/ with a README; stopped (Ctrl-C), it goes on where it was when the same
command is given again. dry_run=true leaves no study behind.""",
    "view": """\
Serves a page until Ctrl-C, to this machine alone and without the internet. What is set here is what the page begins
with; there institutions, parameters, world and seed can be changed, and the page gives the concord run command that
repeats what it shows. /studies shows what lies in results. --host 0.0.0.0 exposes the page: whoever reaches this
machine can use it and read the studies.""",
    "attribute": """\
Every combination of the institution's ingredients (conf/ingredients.yaml says which parameters belong to which, costs
included) lives through the same futures as siloed: 2 to the power of k institutions, 256 for uk_pools. Each
ingredient's Shapley share of the difference, what it does by itself and last, and interactions, with 95% intervals.
The study lies in results/attribute/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints conflict_years, ingredients (share, alone, last), interactions.""",
    "sensitivity": """\
Screens every parameter by Morris' elementary effects, then estimates first-order, total and second-order Sobol indices
of the parameters with the largest effects, of all others together, with 95% intervals: of the difference, and of each
outcome. The same futures at every point; what luck of these futures adds is said and taken out. Says whether the
indices have converged. The study lies in results/sensitivity/<study>/ with a README. Stopped (Ctrl-C), it goes on where
it was when the same command is given again. output=json prints screening, indices, pairs, quality, converged.""",
    "discover": """\
Looks for ranges of the assumptions in which a condition holds: one box (PRIM) and a shallow tree, made on one half of
the points and measured on the other, and a map of who wins over complementarity, crowding, national_interest and
desks. A condition compares outcomes of institutions, in quotes within quotes:
  'condition="gaps(uk_pools) > gaps(siloed) and trust(siloed) < 0.5"'
source=FOLDER looks at the points of a finished sweep or comparison instead of running any.
The study lies in results/discover/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints condition, holds_at, box, tree, map.""",
    "breakeven": """\
Varies one assumption at a time over its declared range, for both institutions alike, on the same futures at every
value, and finds where the difference in conflict-years changes its sign: with the values that cannot be told from it
(95%), or that it never does. uk_pools.top_up is varied for that institution alone, in place of what it sets itself;
metric=NAME looks at another outcome; margin=X looks for where the institution is ahead by more than X: by so much less
where less is better, else by so much more. The study lies in results/breakeven/<study>/ with a README, a figure and a
line per assumption. Stopped (Ctrl-C), it goes on where it was when the same command is given again. output=json prints
metric, unit, margin, assumptions (crossings, undecided, curve).""",
    "robustness": """\
Worlds are draws of what nobody has measured, as in concord compare; each institution's outcome in a world is the mean
over futures. Regret, shares of worlds, percentiles and rankings, with intervals; and for every drawn parameter the
expected value of knowing it before choosing, against what shuffled worlds show. The study lies in
results/robustness/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same command is given
again. output=json prints institutions, rankings, information.""",
    "patterns": """\
With files (acd, panel and borders, as concord import --help describes them): the record's patterns by themselves,
with 95% intervals of a bootstrap over states; to=FILE also stores them, for conf/record. output=json prints region,
first, last, states, patterns (key: estimate, low, high); null is what the data do not define or do not bound.
Without files: the record of the window as stored in conf/record, beside the model run over the same years from a
world that stands at their start; the figure (PNG, SVG, CSV) lies in results/patterns/<study>/figures.
experiments/records/patterns.py defines every pattern.""",
    "calibrate": """\
Simulated method of moments. Without files: the stored record of region, first and last, and the world of its start.
With acd, panel and borders (as concord import --help describes them): that record, and the world they make of the
start. The study lies in results/calibrate/<study>/: tables, every evaluation as Parquet, and calibration.yaml, which
to=FILE writes as well; put into conf/calibration it is a calibration= that every command takes. Stopped (Ctrl-C, a
crash), it goes on where it was when the same command is given again, and ends with the same numbers.
Beside the values that fit best, sets of values are kept that the record leaves open: commands with draws use them.
output=json prints objective, parameters, kept, conflict, patterns, inside (by role), peacekeeping.""",
    "forecast": """\
Each future has parameters of its own, one of the sets that the calibration keeps: intervals hold the uncertainty of
parameters, shocks and transitions. The world stands on 1 January of first: concord import makes it. With acd, panel
and borders the forecast is scored against that record beside persistence (the last year's share, with an interval of
past changes) and a constant (the mean share so far); an interval score is better when lower. output=json prints
years (share_active, share_at_war: median, low, high), states (probabilities by year), and scores with a record.""",
    "plot": """\
Analyses the stored rows again and writes figures (PNG, SVG, CSV), tables and README anew; nothing is run. Prints the
figures' addresses. A study that was made with another model is refused: its own figures stay as they are.""",
    "report": """\
Writes one HTML page with text, verdicts, figures with the tables behind them, assumptions, provenance and the command
that makes each study again. It needs no network and nothing beside it. Without to=FILE it lies in the first study's
folder as report.html, where it replaces an earlier one; its address is printed.""",
    "import": """\
History (level, years_in_conflict, years_at_peace) runs to the end of the year before; figures are of that year, or
of the nearest within five years that has them. What is filled or dropped is said on stderr, state by state.
Every file is CSV in UTF-8 with a header, separated by commas or semicolons; further columns do not matter.
  acd      conflict_id, year, intensity_level, type_of_conflict, gwno_loc; older releases' names are understood
  panel    gw, name, year, africa, ssa (1 or 0), gdp_per_capita_usd2011, population_millions, polity2
  borders  gw, nb: Gleditsch-Ward numbers of two neighbours, once or in both directions
  violence country_id_cy, year_cy, sb_intrastate_deaths_best_cy
The result is a world: concord run world=csv world.path=FILE. conf/world/SOURCES.md says what each column means and
where the files come from. An existing file is never overwritten.""",
    "status": """\
A study is running, stopped (by Ctrl-C), killed (its process is gone) or finished; one that is not finished goes on
when its command is given again. Runs done are told by the parts that are stored. output=json prints results and
studies, a list of: command, study, status, done, planned, seconds, bytes, begun, ended.""",
    "compact": """\
Merges neighbouring Parquet parts of a study, finished or not. A merged part is written before those in it are removed,
and what lies inside a bigger part is ignored: killed at any moment, no row is lost or counted twice.""",
    "bench": """\
About a minute in all, and longer where the machine is busy: let it rest. output=json prints
  mesa_runs_per_second            by the agents, in one process, institutions in turn
  mesa_batch_run_runs_per_second  by mesa.batch_run in two processes, whose start is left out
  ensemble_runs_per_second        one_core, all_cores: compiled, futures drawn and runs stored as Parquet included
  ratio_to_mesa                   ensemble on all cores over batch_run
  random_numbers_seconds_per_run  NumPy drawing as many normals and uniforms as one run has, on one core
  seconds_per_run_core            a run on one core, with its part of drawing a future that all institutions share
  limit_ratio                     seconds_per_run_core over random_numbers_seconds_per_run
  peak_memory_mb                  of this process while the ensemble ran
  sweep_rows_per_second           runs at several parameter points, stored and read back
  growth                          states, quarters, replications: exponents with which time grows, siloed, stylised
  measured                        world, states, quarters, institutions
  machine                         cores, workers, python, numpy, numba, mesa
Times on one core are a thread's own, the shortest of several; rates are by the clock on the wall.""",
}

_FLAGS = """\
  -m            several values (seed=1,2,3) mean several runs of the command, one after the other
  --cfg job     print the configuration and stop"""

_FLAGS_OF = {
    "view": """\
  --host        --host ADDRESS is another way to write host=ADDRESS
  --cfg job     print the configuration and stop"""
}
"""Of commands that are not run over several values."""


def manual(command: str) -> str:
    """Write what a command answers, its options and parameters with units and ranges, and two examples.

    Parameters
    ----------
    command : str
        A key of `COMMANDS`.

    Returns
    -------
    str
    """
    parts = [
        f"concord {command}: {COMMANDS[command]}",
        f"usage: concord {command} [name=value ...]",
        f"Options (default in brackets)\n{_options(command)}\n\n{_FLAGS_OF.get(command, _FLAGS)}",
        *([_NOTES[command]] if command in _NOTES else []),
        "Examples\n" + "\n".join(f"  {example}" for example in _EXAMPLES[command]),
        *([_parameters()] if "world" in OPTIONS_OF[command] else []),
    ]
    return "\n\n".join(parts)


def _options(command: str) -> str:
    """List the options with what they admit."""
    content = yaml.safe_load((CONF / f"{command}.yaml").read_text(encoding="utf-8"))
    for entry in content["defaults"]:
        content |= entry if isinstance(entry, dict) else {}
    lines = []
    for name in OPTIONS_OF[command]:
        rule = ", ".join(names_in(name)) if name in CHOICES else OPTIONS[name].rule
        lines += [f"  {name:12}  {OPTIONS[name].meaning} [{shown(content[name])}]", f"  {'':12}  {rule}"]
    return "\n".join(lines)


def _parameters() -> str:
    """List the model's parameters by group."""
    groups = []
    for group in GROUPS:
        declared = [parameter for parameter in PARAMETERS.values() if parameter.group == group]
        rows = [(p.name, f"{p.default:g}", allowed(p), p.unit, p.meaning) for p in declared]
        groups.append(f"{group}\n{aligned(rows, right=(1,), indent='  ')}")
    return (
        "Parameters of the model: name, default, range, unit, meaning (concord parameters adds the sources)\n"
        "  name=value sets one for every institution, override.<institution>.<name>=value for one of them;\n"
        "  what is set here wins over the world's, the calibration's and the institution's own values\n\n"
        + "\n\n".join(groups)
    )


def allowed(parameter: Parameter) -> str:
    """Write a parameter's range, or the words it takes."""
    low, high, off = parameter.low, parameter.high, parameter.off
    beside = "" if off is None or low <= off <= high else f" (off: {off:g})"
    return ", ".join(parameter.words) or f"{low:g} to {high:g}{beside}"
