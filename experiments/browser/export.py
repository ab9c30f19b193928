"""What a visitor takes away: the commands that reproduce both runs, and both runs as CSV."""

import shlex
from collections.abc import Callable

import pandas as pd

from experiments.browser.replications import NUMBER
from experiments.browser.selection import BOTH, SIDES
from experiments.browser.two_runs import Moment
from experiments.browser.whole_run import KEPT, Side
from model.institution import DEPARTMENTS
from model.parameters import PARAMETERS
from model.trajectory import DRIVERS, INSTRUMENTS, names
from model.world import Floats


def command(now: Moment, index: int) -> str:
    """Write the command that reproduces one institution's run.

    At a year's end it asks for as many quarters as were lived through, and so gives what the page shows; within a
    year, or before the first quarter, for the whole run.
    """
    selection = now.ready.selection
    if 0 < now.quarter < now.quarters and now.quarter % 4 == 0:
        selection = selection.with_option("quarters", str(now.quarter))
    return shlex.join(["concord", "run", *selection.overrides(index)])


def study_commands(now: Moment) -> list[tuple[str, str]]:
    """Write the commands that ask of many futures what the page shows of one.

    Returns
    -------
    list of (str, str)
        Name and command. A comparison of the replications in the strip; a sweep over the numbers that were set by hand,
        or over all that nobody has measured. None where A and B are one institution: studies name each once.
    """
    chosen = now.ready.selection
    a, b = chosen.institutions
    if a == b:
        return []
    options = [f"{name}={text}" for name, text in chosen.options.items() if name != "replication"]
    both = {name: value for (scope, name), value in chosen.set_to.items() if scope == BOTH}
    own = {(SIDES.index(scope), name): value for (scope, name), value in chosen.set_to.items() if scope != BOTH}
    words = [f"institutions=[{a},{b}]", *options, *chosen.rest]
    set_here = [*(f"{name}={value!r}" for name, value in both.items()),
                *(f"override.{(a, b)[side]}.{name}={value!r}" for (side, name), value in own.items())]  # fmt: skip
    axes = [name for name in both if not PARAMETERS[name].words]
    axes += [f"{(a, b)[side]}.{name}" for side, name in own if not PARAMETERS[name].words]
    kept = [word for word in set_here if word.partition("=")[0].removeprefix("override.") not in axes]
    swept = [f"axes={{{','.join(f'{axis}:null' for axis in axes)}}}", *kept] if axes else kept
    return [
        ("compare", shlex.join(["concord", "compare", *words, *set_here, f"replications={NUMBER}"])),
        ("sweep", shlex.join(["concord", "sweep", *words, *swept])),
    ]


def promise(now: Moment) -> str:
    """Say what the commands give."""
    if now.quarter % 4 == 0 and now.quarter > 0:
        return "They give the numbers shown here, to the last digit."
    return f"They give the whole run of {now.quarters} quarters; its first {now.quarter} are those shown here."


def quarters_csv(now: Moment) -> str:
    """Write a row per institution and quarter: what the page's headline and charts show, to the last digit."""
    return _csv(now, lambda side: pd.DataFrame({name: side.past(name) for name in KEPT}, index=_quarters(side)))


def states_csv(now: Moment) -> str:
    """Write a row per institution, quarter and state: status, drivers, consent, trust, advice and money (£m)."""
    return _csv(now, _states)


def _quarters(side: Side) -> pd.Index:
    return pd.RangeIndex(1, side.quarter + 1, name="quarter")


def _states(side: Side) -> pd.DataFrame:
    """Rows of one institution."""
    titles = names(side.world, side.institution)
    past = pd.DataFrame(side.trajectory().reshape(side.quarter, len(titles)), columns=titles)

    def column(name: str) -> Floats:
        return past[[f"{name}.{code}" for code in side.world.codes]].to_numpy().ravel()

    who = [*DEPARTMENTS, *(pool.name for pool in side.institution.pools)]
    columns = {
        "status": column("status"),
        **{driver: column(f"driver.{driver}") for driver in DRIVERS},
        **{f"consent_{name}": column(f"consent.{name}") for name in INSTRUMENTS},
        "trust": column("trust"),
        "advised": column("advised"),
        **{f"money_{name}": sum(column(f"{spender}.money.{name}") for spender in who) for name in INSTRUMENTS},
    }
    index = pd.MultiIndex.from_product([_quarters(side), side.world.codes], names=["quarter", "state"])
    return pd.DataFrame(columns, index=index)


def _csv(now: Moment, rows: Callable[[Side], pd.DataFrame]) -> str:
    """Write the rows of A and of B below each other; only the names of columns before the first quarter."""
    who = list(zip(SIDES, now.ready.selection.institutions, strict=True))
    tables = pd.concat({of: rows(side) for of, side in zip(who, now.sides, strict=True)}, names=["side", "institution"])
    return str(tables.to_csv(lineterminator="\n"))
