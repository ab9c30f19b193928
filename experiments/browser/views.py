"""The views of a run: map, money, institutions, a state, and what can be taken away."""

from collections.abc import Callable

import solara

from experiments.accounts.account import account
from experiments.accounts.wording import sections, written
from experiments.browser import export, flow, parts, scene
from experiments.browser.charts import institution_charts
from experiments.browser.selection import SIDES
from experiments.browser.style import INSTRUMENT_COLOURS, filled
from experiments.browser.two_runs import TwoRuns
from experiments.browser.why import why
from model.rules.table import STATUS


def _maps(pair: TwoRuns, pick: Callable[[str], None]) -> None:
    """Show both maps and what their marks mean."""
    maps = [scene.tile_map(pair, index) for index in (0, 1)]
    wide = maps[0]["columns"] > 24
    with solara.Div(classes=["stacked" if wide else "two"]):
        for told in maps:
            parts.TileMap(map=told, colours=list(INSTRUMENT_COLOURS.values()), event_pick=pick)
    solara.HTML("p", filled("legend.html.jinja", full=maps[0]["full"], small=wide), classes=["quiet", "legend"])


def _money(pair: TwoRuns, state: str) -> str:
    """Draw the fiscal year's money under both."""
    year = (
        f"fiscal year {(pair.quarter + 3) // 4}, {(pair.quarter - 1) % 4 + 1} of 4 quarters, £m" if pair.quarter else ""
    )
    return filled("money.html.jinja", year=year, sides=dict(zip(SIDES, map(flow.told, pair.sides), strict=True)))


def _institutions(pair: TwoRuns, state: str) -> str:
    """Draw what tells both apart over time."""
    sides = dict(zip(SIDES, pair.sides, strict=True))
    return filled("institutions.html.jinja", charts=institution_charts(pair), sides=sides)


def card(pair: TwoRuns, index: int, position: int) -> str:
    """Tell how a state fares under one institution.

    Parameters
    ----------
    pair : TwoRuns
        Both runs.
    index : int
        0 for A, 1 for B.
    position : int
        The state's place in the world.

    Returns
    -------
    str
        HTML.
    """
    side = pair.sides[index]
    shown = {"name": SIDES[index], "side": side, "state": side.states[position]}
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


def _cards(pair: TwoRuns, state: str) -> str:
    """Draw a state's cards."""
    position = pair.ready.world.codes.index(state)
    return f'<div class="two" id="card">{card(pair, 0, position)}{card(pair, 1, position)}</div>'


def _why(pair: TwoRuns, state: str) -> str:
    """Take B − A apart."""
    return filled("why.html.jinja", **(why(pair.sides, pair.sides) if pair.quarter else {}))


def _commands(pair: TwoRuns, state: str) -> str:
    """Write how to run the same again."""
    commands = [(SIDES[i], side.institution.label, export.command(pair, i)) for i, side in enumerate(pair.sides)]
    return filled("export.html.jinja", promise=export.promise(pair), commands=commands)


_DRAWN: dict[str, Callable[[TwoRuns, str], str]] = {
    "why": _why,
    "money": _money,
    "institutions": _institutions,
    "state": _cards,
    "export": _commands,
}
NAMES = ["map", *_DRAWN]


def drawn(pair: TwoRuns, name: str, state: str) -> str:
    """Draw a view that needs nothing but HTML."""
    return _DRAWN[name](pair, state)


def view(pair: TwoRuns, name: str, state: str, pick: Callable[[str], None]) -> None:
    """Show one view."""
    with solara.Div(attributes={"id": f"view-{name}", "role": "tabpanel", "aria-labelledby": f"tab-{name}"}):
        if name == "map":
            _maps(pair, pick)
        else:
            solara.HTML("div", drawn(pair, name, state), attributes={"id": "drawn"})
        if name == "export":
            with solara.Row():
                solara.FileDownload(lambda: export.quarters_csv(pair), "concord_quarters.csv", "Download quarters")
                solara.FileDownload(lambda: export.states_csv(pair), "concord_states.csv", "Download states")
