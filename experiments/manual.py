"""The text of ``concord <command> --help``."""

import yaml

from experiments.cli import COMMANDS
from experiments.options import CHOICES, OPTIONS, OPTIONS_OF, shown
from experiments.places import CONF, names_in
from experiments.text import aligned
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
    "parameters": (
        "concord parameters group=degrees",
        "concord parameters output=json",
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
}

_FLAGS = """\
  -m            several values (seed=1,2,3) mean several runs of the command, one after the other
  --cfg job     print the configuration and stop"""


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
        f"Options (default in brackets)\n{_options(command)}\n\n{_FLAGS}",
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
