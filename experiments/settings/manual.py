"""The text of ``concord <command> --help``: all of it follows from what is declared."""

from textwrap import indent

from experiments.settings import commands
from experiments.settings.files import defaults
from experiments.settings.kinds import shown
from experiments.settings.text import aligned
from experiments.settings.words import names
from model.parameters import GROUPS, PARAMETERS
from model.priors import UNIFORM
from model.specification import Parameter

_SEVERAL = "  -m            several values (seed=1,2,3) mean several runs of the command, one after the other"


def manual(command: str) -> str:
    """Write what a command answers, its options and parameters with units and ranges, and two examples.

    Parameters
    ----------
    command : str
        A key of `experiments.settings.commands.questions`.

    Returns
    -------
    str
    """
    module = commands.module(command)
    flags = [] if hasattr(module, "ONCE") else [_SEVERAL]
    flags += [
        f"  --{name:10}  --{name} ... is another way to write {name}=..." for name in getattr(module, "FLAGS", ())
    ]
    _, _, text = str(module.__doc__).partition("\n")
    notes, _, examples = text.strip("\n").partition("Examples\n--------\n")
    flags.append("  --cfg job     print the configuration and stop")
    parts = [
        f"concord {command}: {commands.questions()[command]}",
        f"usage: concord {command} [name=value ...]",
        f"Options (default in brackets)\n{_options(command)}\n\n" + "\n".join(flags),
        *filter(None, [notes.rstrip()]),
        "Examples\n" + indent(examples.strip(), "  "),
        *([_parameters()] if commands.takes_parameters(command) else []),
    ]
    return "\n\n".join(parts)


def _options(command: str) -> str:
    """List the options with what they admit."""
    values = defaults(command, names(command))
    lines = []
    for name, option in commands.options(command).items():
        rule = ", ".join(option.kind.names()) if option.composed else option.kind.rule
        lines += [f"  {name:12}  {option.meaning} [{shown(values[name])}]", f"  {'':12}  {rule}"]
    return "\n".join(lines)


def _parameters() -> str:
    """List the model's parameters by group."""
    groups = []
    for group in GROUPS:
        declared = [parameter for parameter in PARAMETERS.values() if parameter.group == group]
        rows = [(p.name, f"{p.default:g}", plausible(p), p.unit, p.meaning) for p in declared]
        groups.append(f"{group}\n{aligned(rows, right=(1,), indent='  ')}")
    return (
        "Parameters of the model: name, default, range, prior unless uniform, unit, meaning (concord parameters adds "
        "the sources)\n"
        "  name=value sets one for every institution, override.<institution>.<name>=value for one of them;\n"
        "  what is set here wins over the world's, the calibration's and the institution's own values\n\n"
        + "\n\n".join(groups)
    )


def allowed(parameter: Parameter) -> str:
    """Write a parameter's range, or the words it takes."""
    low, high, off = parameter.low, parameter.high, parameter.off
    beside = "" if off is None or low <= off <= high else f" (off: {off:g})"
    return ", ".join(parameter.words) or f"{low:g} to {high:g}{beside}"


def plausible(parameter: Parameter) -> str:
    """Write a parameter's range, and its prior unless that is uniform."""
    return allowed(parameter) + ("" if parameter.prior == UNIFORM else f", {parameter.prior}")
