"""The text of ``concord <command> --help``: all of it follows from what is declared."""

from textwrap import indent, wrap

from experiments.settings import commands
from experiments.settings.files import defaults
from experiments.settings.kinds import shown
from experiments.settings.options import Option
from experiments.settings.text import aligned
from experiments.settings.words import names
from model.parameters import GROUPS, PARAMETERS
from model.priors import UNIFORM
from model.specification import Parameter

_WIDTH = 120
_SEVERAL = "  -m            runs the command for several values, as in seed=1,2,3, one after the other"


def manual(command: str) -> str:
    """Write what a command answers, two examples, its options, the parameters, and what is worth knowing beside them.

    Parameters
    ----------
    command : str
        A key of `experiments.settings.commands.questions`.

    Returns
    -------
    str
        What comes before the parameters fits a screen.
    """
    module = commands.module(command)
    _, _, text = str(module.__doc__).partition("\n")
    text, _, examples = text.partition("Examples\n--------\n")
    summary, _, notes = text.partition("Notes\n-----\n")
    flags = [] if hasattr(module, "ONCE") else [_SEVERAL]
    flags += [
        f"  --{name:10}  --{name} ... is another way to write {name}=..." for name in getattr(module, "FLAGS", ())
    ]
    flags.append("  --cfg job     prints the configuration and stops")
    parts = [
        f"concord {command}: {commands.questions()[command]}\nusage: concord {command} [name=value ...]",
        summary.strip("\n"),
        f"Examples\n{indent(examples.strip(), '  ')}",
        "\n".join(["Options [default; what is admitted]", *_options(command), *flags]),
        _parameters() if commands.takes_parameters(command) else "",
        f"Notes\n{notes.strip()}" if notes else "",
    ]
    return "\n\n".join(filter(None, parts))


def _options(command: str) -> list[str]:
    """List the options with what they admit."""
    values = defaults(command, names(command))
    lines = []
    for name, option in commands.options(command).items():
        default = "to be given" if values[name] is None and not option.kind.optional else shown(values[name])
        text = f"{name:12}  {option.meaning} [{default}; {_admitted(option, values[name])}]"
        # Only at blanks: what has none, such as a list, is typed as it stands.
        lines += wrap(f"  {text}", _WIDTH, subsequent_indent=" " * 16, break_long_words=False, break_on_hyphens=False)
    return lines


def _admitted(option: Option, default: object) -> str:
    """Say what an option admits, in few words: what its default shows left out."""
    if option.composed or (not option.kind.said and option.kind.names()):
        return f"or {', '.join(name for name in option.kind.names() if name != default)}"
    rule = (option.kind.said or option.kind.words()).removeprefix("a whole number, ")
    return rule + (", or null" if option.kind.optional and default is not None else "")


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
