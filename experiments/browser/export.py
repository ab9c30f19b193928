"""What a visitor takes away: the commands that reproduce both runs, and both runs as CSV."""

import shlex
from collections.abc import Callable

import pandas as pd

from experiments.browser.selection import SIDES
from experiments.browser.two_runs import Side, TwoRuns
from model.institution import DEPARTMENTS
from model.trajectory import DRIVERS, INSTRUMENTS, names
from model.world import Floats


def command(pair: TwoRuns, index: int) -> str:
    """Write the command that reproduces one institution's run.

    At a year's end it asks for as many quarters as were lived through, and so gives what the page shows; within a
    year, or before the first quarter, for the whole run.
    """
    selection = pair.ready.selection
    if 0 < pair.quarter < pair.quarters and pair.quarter % 4 == 0:
        selection = selection.with_option("quarters", str(pair.quarter))
    return shlex.join(["concord", "run", *selection.overrides(index)])


def promise(pair: TwoRuns) -> str:
    """Say what the commands give."""
    if pair.quarter % 4 == 0 and pair.quarter > 0:
        return "They give the numbers shown here, to the last digit."
    return f"They give the whole run of {pair.quarters} quarters; its first {pair.quarter} are those shown here."


def quarters_csv(pair: TwoRuns) -> str:
    """Write a row per institution and quarter: what the page's headline and charts show, to the last digit."""
    return _csv(pair, lambda side: pd.DataFrame(side.past, index=_quarters(side)))


def states_csv(pair: TwoRuns) -> str:
    """Write a row per institution, quarter and state: status, drivers, consent, trust, advice and money (£m)."""
    return _csv(pair, _states)


def _quarters(side: Side) -> pd.Index:
    return pd.RangeIndex(1, side.quarter + 1, name="quarter")


def _states(side: Side) -> pd.DataFrame:
    """Rows of one institution."""
    titles = names(side.world, side.institution)
    past = pd.DataFrame(side.trajectory().reshape(side.quarter, len(titles)), columns=titles)

    def column(name: str) -> Floats:
        return past[[f"{name}.{code}" for code in side.world.codes]].to_numpy().ravel()

    who = [*DEPARTMENTS, *(pool.name for pool in side.pools)]
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


def _csv(pair: TwoRuns, rows: Callable[[Side], pd.DataFrame]) -> str:
    """Write the rows of A and of B below each other; only the names of columns before the first quarter."""
    who = list(zip(SIDES, pair.ready.selection.institutions, strict=True))
    tables = pd.concat(
        {of: rows(side) for of, side in zip(who, pair.sides, strict=True)}, names=["side", "institution"]
    )
    return str(tables.to_csv(lineterminator="\n"))
