"""What a visitor takes away: the commands that reproduce both runs, and both runs as CSV."""

import shlex
from collections.abc import Callable

import pandas as pd

from experiments.browser.selection import SIDES
from experiments.browser.two_runs import Moment
from experiments.browser.whole_run import KEPT, Side
from model.institution import DEPARTMENTS
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
