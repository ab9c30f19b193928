"""The views of a run: map, money, institutions, a state, and what can be taken away."""

from collections.abc import Callable

import solara

from experiments.browser import card, charts, export, flow, parts, scene
from experiments.browser.selection import SIDES
from experiments.browser.style import INSTRUMENT_COLOURS, filled
from experiments.browser.two_runs import TwoRuns

TABS = [{"name": name, "title": name.capitalize()} for name in ("map", "money", "institutions", "state", "export")]


def view(pair: TwoRuns, name: str, state: str, pick: Callable[[str], None]) -> None:
    """Show one view."""
    with solara.Div(attributes={"id": f"view-{name}", "role": "tabpanel", "aria-labelledby": f"tab-{name}"}):
        if name == "map":
            _maps(pair, pick)
        elif name == "money":
            _money(pair)
        elif name == "institutions":
            _institutions(pair)
        elif name == "state":
            _state(pair, state, pick)
        else:
            _export(pair)


def _maps(pair: TwoRuns, pick: Callable[[str], None]) -> None:
    """Show both maps and what their marks mean."""
    maps = [scene.tile_map(pair, index) for index in (0, 1)]
    wide = maps[0]["columns"] > 24
    with solara.Div(classes=["stacked" if wide else "two"]):
        for told in maps:
            parts.TileMap(
                map=told, side=told["side"], colours=list(INSTRUMENT_COLOURS.values()),
                event_pick=lambda tile: pick(tile["code"]),
            )  # fmt: skip
    solara.HTML("p", filled("legend.html.jinja", full=maps[0]["full"], small=wide), classes=["quiet", "legend"])


_COLOURS = (
    '<span><i style="background:#37474f"></i>official development assistance (ODA)</span>'
    '<span><i style="background:#b6c0c6"></i>other money</span>'
)


def _money(pair: TwoRuns) -> None:
    """Show the fiscal year's money under both."""
    year = f"fiscal year {(pair.quarter + 3) // 4}, {(pair.quarter - 1) % 4 + 1} of 4 quarters, £m"
    for name, side in zip("ab", pair.sides, strict=True):
        drawn = flow.picture(side, name.upper(), year if side.past else "")
        solara.HTML("div", drawn, attributes={"id": f"flow-{name}"})
        solara.HTML("p", flow.balance(side), classes=["quiet"], attributes={"id": f"balance-{name}"})
    solara.HTML("p", _COLOURS, classes=["quiet", "legend"])
    with solara.Div(classes=["two"]):
        for name, side in zip("ab", pair.sides, strict=True):
            solara.HTML("div", flow.table(side), attributes={"id": f"money-{name}"})


def _institutions(pair: TwoRuns) -> None:
    """Show what tells both apart over time."""
    solara.HTML("div", "".join(charts.institution_charts(pair)), classes=["charts"])
    solara.HTML("div", filled("pooling.html.jinja", sides=dict(zip(SIDES, pair.sides, strict=True))), classes=["two"])


def _state(pair: TwoRuns, code: str, pick: Callable[[str], None]) -> None:
    """Show a state's cards."""
    position = pair.ready.world.codes.index(code)
    parts.StateChoice(
        states=[{"code": s.iso3, "name": s.name} for s in pair.ready.world.states], chosen=code, event_pick=pick
    )
    with solara.Div(classes=["two"], attributes={"id": "card"}):
        for index, name in enumerate("ab"):
            solara.HTML("article", card.card(pair, index, position), attributes={"id": f"card-{name}"})


def _export(pair: TwoRuns) -> None:
    """Show how to run the same again, and let the run be downloaded."""
    commands = [
        {"side": SIDES[i], "label": side.institution.label, "command": export.command(pair, i)}
        for i, side in enumerate(pair.sides)
    ]
    solara.HTML("h2", "The same runs on the command line")
    solara.HTML("p", export.promise(pair), classes=["quiet"])
    parts.Commands(commands=commands)
    solara.HTML("h2", "This run so far as CSV")
    with solara.Row():
        solara.FileDownload(lambda: export.quarters_csv(pair), "concord_quarters.csv", "Download quarters")
        solara.FileDownload(lambda: export.states_csv(pair), "concord_states.csv", "Download states")
