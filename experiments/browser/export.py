"""What a visitor takes away: the commands that reproduce both runs, and both runs as CSV."""

import csv
import io
import shlex

from experiments.browser.choice import SIDES
from experiments.browser.pair import Pair
from experiments.browser.side import Moment, Side
from model.rules import table
from model.trajectory import DRIVERS, INSTRUMENTS

_JOINED = tuple(f"joined_{role}" for role in ("defence", "development", "foreign"))
_STATE_ROWS = {
    "status": table.STATUS,
    **{driver: table.DRIVER + k for k, driver in enumerate(DRIVERS)},
    **{f"consent_{name}": table.CONSENT + k for k, name in enumerate(INSTRUMENTS)},
    "trust": table.TRUST,
    "advised": table.ADVISED,
}


def command(pair: Pair, index: int) -> str:
    """Write the command that reproduces one institution's run.

    At a year's end it asks for as many quarters as were lived through, and so gives what the page shows; within a
    year, or before the first quarter, for the whole run.
    """
    whole = 0 < pair.quarter < pair.quarters and pair.quarter % 4 == 0
    words = pair.ready.choice.overrides(index)
    if whole:
        words = [f"quarters={pair.quarter}" if word.startswith("quarters=") else word for word in words]
    return shlex.join(["concord", "run", *words])


def promise(pair: Pair) -> str:
    """Say what the commands give."""
    if pair.quarter % 4 == 0 and pair.quarter > 0:
        return "They give the numbers shown here, to the last digit."
    return f"They give the whole run of {pair.quarters} quarters; its first {pair.quarter} are those shown here."


def quarters_csv(pair: Pair) -> str:
    """Write a row per institution and quarter: what the page's headline and charts show."""
    names = [name for name in Moment._fields if name != "joined"]
    rows = [
        [
            SIDES[i],
            pair.ready.choice.institutions[i],
            quarter,
            *(getattr(moment, name) for name in names),
            *moment.joined,
        ]
        for i, side in enumerate(pair.sides)
        for quarter, moment in enumerate(side.past, start=1)
    ]
    return _csv(["side", "institution", "quarter", *names, *_JOINED], rows)


def states_csv(pair: Pair) -> str:
    """Write a row per institution, quarter and state: status, drivers, consent, trust, advice and money (£m)."""
    money = [f"money_{name}" for name in INSTRUMENTS]
    rows = [row for i in range(2) for row in _state_rows(pair, i)] if pair.quarter > 0 else []
    return _csv(["side", "institution", "quarter", "state", *_STATE_ROWS, *money], rows)


def _state_rows(pair: Pair, index: int) -> list[list[object]]:
    """Rows of one institution."""
    side: Side = pair.sides[index]
    n, past = side.world.size, side.trajectory()
    states = past[:, : table.ROWS * n].reshape(-1, table.ROWS, n)
    books = past[:, table.ROWS * n : -table.ACCOUNT].reshape(len(past), -1, table.BOOK_ROWS, n)
    money = books[:, :, table.MONEY : table.MONEY + 3].sum(axis=1)
    chosen, institution = list(_STATE_ROWS.values()), pair.ready.choice.institutions[index]
    return [
        [
            SIDES[index],
            institution,
            quarter + 1,
            code,
            *states[quarter, chosen, i].tolist(),
            *money[quarter, :, i].tolist(),
        ]
        for quarter in range(len(past))
        for i, code in enumerate(side.world.codes)
    ]


def _csv(head: list[str], rows: list[list[object]]) -> str:
    """Write a table; numbers to the last digit."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
