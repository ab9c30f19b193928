"""The views of a run: map, money, institutions, a state, and what can be taken away."""

from collections.abc import Callable
from html import escape
from typing import Any

import solara

from experiments.browser import card, charts, export, flow, parts, scene
from experiments.browser.pair import Pair
from experiments.browser.scene import headline
from experiments.browser.style import INSTRUMENT_COLOURS

__all__ = ["TABS", "headline", "spoken", "view"]

TABS = [
    {"name": "map", "title": "Map"},
    {"name": "money", "title": "Money"},
    {"name": "institutions", "title": "Institutions"},
    {"name": "state", "title": "State"},
    {"name": "export", "title": "Export"},
]


_SHIELD = (
    '<svg width="11" height="13" viewBox="26 3.5 8 11"><path d="M27 4.5h6v4.5q0 3.5 -3 5q-3 -1.5 -3 -5Z" fill="#fff" '
    'stroke="#1d2327" stroke-width="1.3"/></svg>'
)


def spoken(pair: Pair) -> str:
    """What a screen reader says without being asked: at the end of a year, so that Play can be followed."""
    return scene.sentence(pair) if pair.quarter % 4 == 0 else ""


def view(pair: Pair, name: str, state: str, pick: Callable[[str], None]) -> None:
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


def _maps(pair: Pair, pick: Callable[[str], None]) -> None:
    """Show both maps and what their marks mean."""
    maps = [scene.tile_map(pair, index) for index in (0, 1)]
    wide = maps[0]["columns"] > 24
    with solara.Div(classes=["stacked" if wide else "two"]):
        for told in maps:
            parts.TileMap(
                map=told, side=told["side"], colours=list(INSTRUMENT_COLOURS.values()),
                event_pick=lambda tile: pick(tile["code"]),
            )  # fmt: skip
    solara.HTML("p", _legend(maps[0]["full"], wide), classes=["quiet", "legend"])


def _legend(full: float, small: bool) -> str:
    """Say what tiles show; small ones have no room for bars."""
    status = (
        '<span><i class="s0"></i>peace</span><span><i class="s1">△</i>minor conflict</span>'
        '<span><i class="s2">✕</i>war</span><span><i class="other"></i>not the same in A and B</span>'
    )
    if small:
        return f"{status}<span>a state's drivers and money: point at it, or open it</span>"
    bars = " ".join(f'<i style="background:{hue}"></i>{name}' for name, hue in INSTRUMENT_COLOURS.items())
    return (
        f"{status}<span>{_SHIELD} advisory team</span>"
        "<span>left, grey: insecurity, deprivation, exclusion, 0 to 1</span>"
        f"<span>right: money for {bars}, up to £{full:.2f}m this quarter</span>"
    )


_COLOURS = (
    '<span><i style="background:#37474f"></i>official development assistance (ODA)</span>'
    '<span><i style="background:#b6c0c6"></i>other money</span>'
)


def _money(pair: Pair) -> None:
    """Show the fiscal year's money under both."""
    for index, side in enumerate(pair.sides):
        name = "ab"[index]
        year = (
            f"fiscal year {(pair.quarter + 3) // 4}, {(pair.quarter - 1) % 4 + 1} of 4 quarters, £m"
            if side.past
            else ""
        )
        head = f"<h2>{'AB'[index]}: {escape(side.institution.label)} <span class='quiet'>{year}</span></h2>"
        solara.HTML("div", head + flow.picture(side), attributes={"id": f"flow-{name}"})
        solara.HTML("p", flow.balance(side), classes=["quiet"], attributes={"id": f"balance-{name}"})
    solara.HTML("p", _COLOURS, classes=["quiet", "legend"])
    with solara.Div(classes=["two"]):
        for index, side in enumerate(pair.sides):
            solara.HTML("div", flow.table(side), attributes={"id": f"money-{'ab'[index]}"})


def _institutions(pair: Pair) -> None:
    """Show what tells both apart over time."""
    solara.HTML("div", "".join(charts.institution_charts(pair)), classes=["charts"])
    solara.HTML("div", _pooling(pair), classes=["two"])


def _pooling(pair: Pair) -> str:
    """Say what every department pools, and what either Treasury believes."""
    told = []
    for index, side in enumerate(pair.sides):
        parts_ = ", ".join(f"{escape(d.name)} {100 * d.joined:.0f}%" for d in side.departments)
        treasury = side.treasury
        truth = f"{side.past[-1].yielded:.3f}" if side.past and side.past[-1].yielded is not None else "not known yet"
        told.append(
            f"<p><b>{'AB'[index]}</b> pooled: {parts_}. {escape(side.institution.called('treasury'))} believes in "
            f"{treasury.belief:.3f} ± {2 * treasury.belief_variance**0.5:.3f} driver levels/£100m; "
            f"last year's truth {truth}.</p>"
        )
    return "".join(told)


def _state(pair: Pair, code: str, pick: Callable[[str], None]) -> None:
    """Show a state's cards."""
    position = pair.ready.world.codes.index(code)
    parts.StateChoice(
        states=[{"code": s.iso3, "name": s.name} for s in pair.ready.world.states], chosen=code, event_pick=pick
    )
    with solara.Div(classes=["two"], attributes={"id": "card"}):
        for index in (0, 1):
            solara.HTML("article", card.card(pair, index, position), attributes={"id": f"card-{'ab'[index]}"})


def _export(pair: Pair) -> None:
    """Show how to run the same again, and let the run be downloaded."""
    commands: list[dict[str, Any]] = [
        {"side": "AB"[i], "label": side.institution.label, "command": export.command(pair, i)}
        for i, side in enumerate(pair.sides)
    ]
    solara.HTML("h2", "The same runs on the command line")
    solara.HTML("p", export.promise(pair), classes=["quiet"])
    parts.Commands(commands=commands)
    solara.HTML("h2", "This run so far as CSV")
    with solara.Row():
        solara.FileDownload(lambda: export.quarters_csv(pair), "concord_quarters.csv", "Download quarters")
        solara.FileDownload(lambda: export.states_csv(pair), "concord_states.csv", "Download states")
