"""What can be set on a command beside the model's parameters, declared once: meaning and what is admitted.

Defaults stand in ``conf/<command>.yaml``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.cli import COMMANDS
from experiments.settings.places import names_in
from model.errors import InvalidInput, nearest
from model.parameters import GROUPS, PARAMETERS

LARGEST_SEED = 2**32 - 1
"""Seed and replication are one 32-bit word each of a random stream's key, so that no two keys coincide."""


NOTHING, BASELINE, REFERENCE = "none", "siloed", "full_information"
"""What every comparison needs: no programmes, what institutions are compared with, and what is achievable."""


def with_references(institutions: Sequence[str]) -> list[str]:
    """Add the institutions that every comparison needs to those asked for, without repeating any."""
    return list(dict.fromkeys([NOTHING, BASELINE, *institutions, REFERENCE]))


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    meaning : str
        For ``--help``.
    rule : str
        What is admitted, as in "engine=x: must be <rule>".
    admits : callable
        Whether a value is.
    names : callable
        The names among which the nearest right one is looked for; none for numbers.
    """

    meaning: str
    rule: str
    admits: Callable[[Any], bool]
    names: Callable[[], Iterable[str]] = tuple

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is not admitted.

        Raises
        ------
        InvalidInput
            Names the option, the value, the rule and the nearest right name.
        """
        if self.admits(value):
            return
        known = list(self.names())
        given = value if isinstance(value, list) else [value]
        wrong = next((str(item) for item in given if item not in known), str(value))
        raise InvalidInput(
            f"{name}={shown(value)}: must be {self.rule}" + (f"; {nearest(wrong, known)}" if known else "")
        )


def shown(value: Any) -> str:
    """Write a value as a user types it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{','.join(shown(item) for item in value)}]"
    return str(value)


def is_whole(value: Any, low: int, high: float = float("inf"), multiple_of: int = 1) -> bool:
    """Tell whether a value is a whole number (written as one) within bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high and value % multiple_of == 0


def _engines() -> Iterable[str]:
    # The model takes half a second to import: help does not wait for it.
    from model.runs import ENGINES

    return ENGINES


def _outputs() -> Iterable[str]:
    return ("table", "json")


def _several(value: Any, names: Iterable[str]) -> bool:
    """Tell whether a value is a list of known names, none twice."""
    known = list(names)
    return isinstance(value, list) and 0 < len(value) == len({str(v) for v in value}) and all(v in known for v in value)


def _is_yes_or_no(value: Any) -> bool:
    """Tell whether a value is true or false."""
    return isinstance(value, bool)


def _is_new_file(value: Any) -> bool:
    """Tell whether a value names a file that can be written without losing anything."""
    # Three question marks are Hydra's way to say that a value is missing.
    if not isinstance(value, str) or value.strip() in ("", "???"):
        return False
    path = Path(value).expanduser()
    return path.parent.is_dir() and not path.exists() and not path.is_symlink()


def _is_file_or_null(value: Any) -> bool:
    """Tell whether a value names a file that exists, or none; commands that need one say so."""
    return value is None or (isinstance(value, str) and bool(value.strip()) and Path(value).expanduser().is_file())


def _names_given(value: Any) -> list[str]:
    """Read one name or several; nothing for anything else."""
    several = value if isinstance(value, list) else [value]
    return [str(name) for name in several] if all(isinstance(name, str | int) and str(name) for name in several) else []


def _outcomes() -> Iterable[str]:
    from model.outcomes import OUTCOMES

    return OUTCOMES


def _regions() -> Iterable[str]:
    from experiments.records.record import REGIONS

    return REGIONS


def _institutions() -> list[str]:
    return names_in("institution")


def _conflict() -> list[str]:
    return [name for name, declared in PARAMETERS.items() if declared.group == "conflict"]


def _hypotheses() -> list[str]:
    return names_in("hypotheses")


OPTIONS: dict[str, Option] = {
    "institution": Option(
        "a file of conf/institution",
        "the name of a file in conf/institution",
        lambda v: v in _institutions(),
        _institutions,
    ),
    "world": Option(
        "a file of conf/world; csv takes world.path=FILE, stylised world.size=N",
        "the name of a file in conf/world",
        lambda v: v in names_in("world"),
        lambda: names_in("world"),
    ),
    "calibration": Option(
        "a file of conf/calibration",
        "the name of a file in conf/calibration",
        lambda v: v in names_in("calibration"),
        lambda: names_in("calibration"),
    ),
    "channels": Option(
        "a file of conf/channels: which ways to help or hurt are at work",
        "the name of a file in conf/channels",
        lambda v: v in names_in("channels"),
        lambda: names_in("channels"),
    ),
    "runner": Option(
        "a file of conf/runner: where runs are done; dask takes runner.scheduler=tcp://host:port (or tls://, with "
        "runner.tls_ca, tls_cert, tls_key)",
        "the name of a file in conf/runner",
        lambda v: v in names_in("runner"),
        lambda: names_in("runner"),
    ),
    "institutions": Option(
        "which files of conf/institution to compare",
        "a list, as in 'institutions=[siloed,uk_pools]', of different files in conf/institution",
        lambda v: _several(v, _institutions()),
        _institutions,
    ),
    "hypothesis": Option(
        "which files of conf/hypotheses to test",
        "all, or a list, as in 'hypothesis=[a,b]', of different files in conf/hypotheses",
        lambda v: v == "all" or _several(v, _hypotheses()),
        _hypotheses,
    ),
    "design": Option(
        "a file of conf/design: which points; what it is told follows as design.points=512 and so on",
        "the name of a file in conf/design",
        lambda v: v in names_in("design"),
        lambda: names_in("design"),
    ),
    "axes": Option(
        "parameters to vary over their declared ranges or over [low,high], in a grid over the values listed; swept: "
        "all that nobody has measured",
        "swept, a list, as in 'axes=[effect,veto]', or a mapping, as in 'axes={effect:[0.01,0.05],veto:null}'",
        lambda v: v == "swept" or (isinstance(v, list | dict) and len(v) > 0),
    ),
    "precision": Option(
        "half-width of the 95% interval of conflict-years against siloed until which each point gets replications; "
        "null: all points get the same",
        "a number above 0, or null",
        lambda v: v is None or (isinstance(v, int | float) and not isinstance(v, bool) and 0.0 < v < float("inf")),
    ),
    "max_replications": Option(
        "replications of a point at most, whether or not it has its precision",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "trajectories": Option(
        "whether to keep status and money of every state in every quarter", "true or false", _is_yes_or_no
    ),
    "dry_run": Option(
        "only say how many runs it takes, how long, how much disk and memory", "true or false", _is_yes_or_no
    ),
    "large": Option("consent to more than 1,000,000 runs", "true or false", _is_yes_or_no),
    "level": Option(
        "draws of what nobody has measured across its ranges, a future each; or futures at the default values",
        "across_ranges or defaults",
        lambda v: v in ("across_ranges", "defaults"),
        lambda: ("across_ranges", "defaults"),
    ),
    "than": Option(
        "the institution to compare with",
        "the name of a file in conf/institution",
        lambda v: v in _institutions(),
        _institutions,
    ),
    "assumptions": Option(
        "parameters to vary, one at a time, for both institutions alike or for one alone",
        "a list, as in 'assumptions=[approval_delay,uk_pools.top_up]', of different parameters",
        lambda v: isinstance(v, list) and all(isinstance(name, str) for name in v) and 0 < len(v) == len(set(v)),
    ),
    "steps": Option(
        "values of each assumption, evenly over its declared range; more are added where the line is crossed",
        "a whole number, 3 or more",
        lambda v: is_whole(v, 3),
    ),
    "futures": Option(
        "futures lived through in each draw and averaged: the more, the less luck",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "margin": Option(
        "the least difference that counts: in conflict-years, or in the unit of metric where there is one",
        "a number, 0 or more; of a robustness analysis above 0",
        lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0.0 <= v < float("inf"),
    ),
    "metric": Option(
        "the outcome that is compared; of a sensitivity analysis, that screening goes by and that is told first",
        "an outcome that every run measures, as in metric=war_years",
        lambda v: v in list(_outcomes()),
        _outcomes,
    ),
    "morris": Option(
        "Morris trajectories: points are so many times one more than the parameters varied",
        "a whole number, 2 or more",
        lambda v: is_whole(v, 2),
    ),
    "keep": Option(
        "parameters that get Sobol indices of their own; all others together get one more",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "base": Option(
        "base points of the Sobol indices, rounded up to a power of two; points are base × (2 × (keep + 1) + 2)",
        "a whole number, 2 or more",
        lambda v: is_whole(v, 2),
    ),
    "condition": Option(
        "what is looked for; null: siloed wins, conflict_years(<institution>) - conflict_years(<than>) > 1",
        "outcomes of institutions, numbers, + - * /, comparisons, and, or, not; or null",
        lambda v: v is None or (isinstance(v, str) and bool(v.strip())),
    ),
    "source": Option(
        "folder of a finished sweep or comparison whose points are looked at; null: points are run",
        "a folder, or null",
        lambda v: v is None or (isinstance(v, str) and bool(v.strip()) and Path(v).expanduser().is_dir()),
    ),
    "seed": Option(
        "names the futures, with replication",
        f"a whole number, 0 to {LARGEST_SEED}",
        lambda v: is_whole(v, 0, LARGEST_SEED),
    ),
    "replication": Option(
        "which of the seed's futures",
        f"a whole number, 0 to {LARGEST_SEED}",
        lambda v: is_whole(v, 0, LARGEST_SEED),
    ),
    "replications": Option(
        "how many futures; of a comparison, those at the defaults; of a sweep, those of each point",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "points": Option(
        "points all over the declared ranges; of a calibration, before the best are improved, rounded up to a power of "
        "two",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "proposals": Option(
        "sets of values whose histories are held against the record, to find those that it leaves open",
        "a whole number, 8 or more",
        lambda v: is_whole(v, 8),
    ),
    "histories": Option(
        "histories simulated under each of those sets",
        "a whole number, 1 or more; at least twice the patterns fitted",
        lambda v: is_whole(v, 1),
    ),
    "free": Option(
        "which parameters of the conflict process to fit",
        "a list, as in 'free=[onset_base,termination_base]', of different parameters of the conflict process",
        lambda v: _several(v, _conflict()),
        _conflict,
    ),
    "years": Option("how many years ahead", "a whole number of years, 1 to 100", lambda v: is_whole(v, 1, 100)),
    "coverage": Option(
        "how often a forecast interval should hold",
        "a number between 0.5 and 0.99",
        lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0.5 <= v <= 0.99,
    ),
    "draws": Option(
        "draws of unmeasured parameters across their ranges, one future each",
        "a whole number, 1 or more",
        lambda v: is_whole(v, 1),
    ),
    "channel_draws": Option(
        "at most so many of the draws are lived through again under the other files of conf/channels",
        "a whole number, 0 or more; 0: none",
        lambda v: is_whole(v, 0),
    ),
    "state": Option(
        "which state of the world; has to be given",
        "the code of one of the world's states, as in state=KEN",
        lambda v: isinstance(v, str) and bool(v.strip()),
    ),
    "quarter": Option(
        "which quarter of the run, counted from 1",
        "a whole number, 1 to quarters",
        lambda v: is_whole(v, 1),
    ),
    "quarters": Option(
        "length of a run in quarters",
        "a whole number of years in quarters: a multiple of 4, 4 to 400",
        lambda v: is_whole(v, 4, 400, multiple_of=4),
    ),
    "engine": Option(
        "compiled ensemble or Mesa agents; both give the same bits",
        "ensemble or mesa",
        lambda v: v in _engines(),
        _engines,
    ),
    "output": Option(
        "for reading, or one JSON object for a script", "table or json", lambda v: v in _outputs(), _outputs
    ),
    "trajectory": Option(
        "file to write the trajectory to (Parquet)",
        "a file that does not exist yet, in a folder that does",
        lambda v: v is None or _is_new_file(v),
    ),
    "study": Option(
        "the study's name, its folder in results; null: named after world and configuration",
        "letters, digits, _ and -, or null",
        lambda v: v is None or (isinstance(v, str | int) and re.fullmatch(r"[A-Za-z0-9_-]+", str(v)) is not None),
    ),
    "studies": Option(
        "finished studies, each <command>/<study>, or <study> where one command alone has it",
        "a name or a list of names, as in 'studies=[compare/first_look,attribute/which]', none twice",
        lambda v: bool(_names_given(v)) and len(set(_names_given(v))) == len(_names_given(v)),
    ),
    "command": Option(
        "whose study, where several commands have one of that name; null: whoever has it",
        "the name of a command, or null",
        lambda v: v is None or v in list(COMMANDS),
        lambda: COMMANDS,
    ),
    "results": Option(
        "folder of all studies; null: results/ of the checkout",
        "a folder",
        lambda v: v is None or (isinstance(v, str) and bool(v.strip())),
    ),
    "workers": Option(
        "threads, or processes of runner=dask; null: every core",
        "a whole number, 1 or more, or null",
        lambda v: v is None or is_whole(v, 1),
    ),
    "group": Option(
        "only this group of parameters; null: all",
        "a group of parameters, or null",
        lambda v: v is None or v in list(GROUPS),
        lambda: GROUPS,
    ),
    "acd": Option("UCDP/PRIO Armed Conflict Dataset, any release", "a CSV file", _is_file_or_null),
    "panel": Option("states by year: income, population, polity2", "a CSV file", _is_file_or_null),
    "borders": Option("land borders, a pair of states per row", "a CSV file", _is_file_or_null),
    "violence": Option(
        "UCDP country-year organised violence, to check levels against deaths; null: no check",
        "a CSV file, or null",
        _is_file_or_null,
    ),
    "region": Option(
        "which states: all in Africa, those south of the Sahara, or all there are",
        "africa, sub_saharan or world",
        lambda v: v in _regions(),
        _regions,
    ),
    "first": Option("the window's first year", "a whole year, 1947 to 2999", lambda v: is_whole(v, 1947, 2999)),
    "last": Option("the window's last year", "a whole year, 1947 to 2999", lambda v: is_whole(v, 1947, 2999)),
    "year": Option(
        "the world as it was on 1 January of this year",
        "a whole year, 1947 to 2999",
        lambda v: v is None or is_whole(v, 1947, 2999),
    ),
    "without": Option(
        "states to leave out",
        "a list of ISO3 codes, as in 'without=[USA,CAN]', none twice",
        lambda v: isinstance(v, list) and len(v) == len({str(code) for code in v}),
    ),
    "seconds": Option(
        "how long each figure may take, in seconds",
        "a number above 0, up to 3600",
        lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 < v <= 3600,
    ),
    "host": Option(
        "address to listen on; 127.0.0.1 is reached from this machine only, 0.0.0.0 from wherever it is reached",
        "an address or name of this machine",
        lambda v: isinstance(v, str) and bool(v.strip()),
    ),
    "port": Option(
        "port to listen on; 0: any that is free", "a whole number, 0 to 65535", lambda v: is_whole(v, 0, 65535)
    ),
    "open": Option("open this machine's browser", "true or false", lambda v: isinstance(v, bool)),
    "to": Option(
        "file to write the result to",
        "a file that does not exist yet, in a folder that does",
        lambda v: v is None or _is_new_file(v),
    ),
}

CHOICES = ("institution", "world", "calibration", "channels", "design", "runner")
"""Options whose value chooses a file that is composed into the configuration."""
