"""The views of a run beside its map: money, institutions, a state, and what can be taken away."""

from collections.abc import Callable
from functools import partial
from threading import Event

import solara

from experiments.accounts.account import account
from experiments.accounts.wording import sections, written
from experiments.browser import export, flow
from experiments.browser.agents import Agents, Followed
from experiments.browser.charts import institution_charts
from experiments.browser.scene import detail, full_bar
from experiments.browser.selection import SIDES
from experiments.browser.style import filled
from experiments.browser.two_runs import Moment
from experiments.browser.why import why
from model.rules.table import STATUS

MAP, WHY, EXPORT = "map", "why", "export"


def _legend(now: Moment, state: str) -> str:
    """Say what the marks of both maps mean."""
    return filled("legend.html.jinja", full=full_bar(now), detail=detail(now.ready.world))


def _money(now: Moment, state: str) -> str:
    """Draw the fiscal year's money under both."""
    at = now.quarter
    year = f"fiscal year {(at + 3) // 4}, {(at - 1) % 4 + 1} of 4 quarters, £m" if at else ""
    sides = now.pair.agents.at(at)
    return filled("money.html.jinja", year=year, sides=dict(zip(SIDES, map(flow.told, sides), strict=bool(sides))))


def _institutions(now: Moment, state: str) -> str:
    """Draw what tells both apart over time."""
    sides = dict(zip(SIDES, now.sides, strict=True))
    return filled("institutions.html.jinja", charts=institution_charts(now), sides=sides)


def card(side: Followed, name: str, position: int) -> str:
    """Tell how a state fares under one institution.

    Parameters
    ----------
    side : Followed
        Its agents.
    name : str
        A or B.
    position : int
        The state's place in the world.

    Returns
    -------
    str
        HTML.
    """
    shown = {"name": name, "side": side, "state": side.states[position]}
    if side.quarter == 0:
        return filled("card.html.jinja", **shown)
    told = account(side, position)
    _, in_short, *others = sections(told)
    return filled(
        "card.html.jinja",
        told=told,
        in_short=in_short[1:],
        others=written(others),
        history=[int(level) for level in side.trajectory()[:, STATUS * side.world.size + position]],
        **shown,
    )


def _cards(now: Moment, state: str) -> str:
    """Draw a state's cards."""
    position = now.ready.world.codes.index(state)
    cards = [card(side, name, position) for name, side in zip(SIDES, now.pair.agents.at(now.quarter), strict=False)]
    return f'<div class="two" id="card">{"".join(cards)}</div>'


def _why(now: Moment, state: str) -> str:
    """Take B − A apart."""
    agents = now.pair.agents.at(now.quarter) if now.pair.agents.are_near(now.quarter) else ()
    return filled("why.html.jinja", **(why(now.sides, agents) if now.quarter else {}))


def _commands(now: Moment, state: str) -> str:
    """Write how to run the same again."""
    commands = [(SIDES[i], side.institution.label, export.command(now, i)) for i, side in enumerate(now.sides)]
    return filled(
        "export.html.jinja", promise=export.promise(now), commands=commands, studies=export.study_commands(now)
    )


_DRAWN: dict[str, Callable[[Moment, str], str]] = {
    MAP: _legend,
    WHY: _why,
    "money": _money,
    "institutions": _institutions,
    "state": _cards,
    EXPORT: _commands,
}
_OF_AGENTS = (WHY, "money", "state")
"""Views that tell what only the agents know; where the runs part is known without them."""
NAMES = [*_DRAWN]


def drawn(now: Moment, name: str, state: str) -> str:
    """Draw a view; of the map, what stands below it."""
    return _DRAWN[name](now, state)


@solara.component
def View(now: Moment, name: str, state: str) -> None:
    """Show one view; one that tells of agents, once they have been brought to the quarter."""
    arrivals, set_arrivals = solara.use_state(0)
    agents, quarter = now.pair.agents, now.quarter
    tables = solara.use_memo(lambda: (partial(export.quarters_csv, now), partial(export.states_csv, now)), [now])
    with solara.Div(attributes={"id": f"view-{name}", "role": "tabpanel", "aria-labelledby": f"tab-{name}"}):
        near = agents.are_near(quarter)
        if near or name not in _OF_AGENTS or name == WHY:
            solara.HTML("div", drawn(now, name, state), attributes={"id": "drawn"})
        if name in _OF_AGENTS and not near:
            _Bringing(agents, quarter, lambda: set_arrivals(arrivals + 1))
        if name == EXPORT:
            with solara.Row(style={"flex-wrap": "wrap"}):
                for name, table in zip(("quarters", "states"), tables, strict=True):
                    solara.FileDownload(table, f"concord_{name}.csv", f"Download {name}")


@solara.component
def _Bringing(agents: Agents, quarter: int, arrived: Callable[[], None]) -> None:
    """Bring the agents to a quarter behind the page, and say so."""

    def bring(cancelled: Event) -> None:
        if agents.at(quarter, lambda: not cancelled.is_set()) and not cancelled.is_set():
            arrived()

    # Intruding would break off within a quarter, and leave half of it.
    solara.use_thread(bring, dependencies=[agents, quarter], intrusive_cancel=False)
    solara.HTML("p", filled("bringing.html.jinja", quarter=quarter), classes=["quiet"])
