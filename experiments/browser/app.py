"""The page: one future under two institutions, whole from the start, and a visitor who moves through its quarters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import cast

import solara
import solara.lab

from experiments.accounts.account import position_of
from experiments.browser import controls, link, parts, replications, scene, style, views
from experiments.browser.replications import Replications, same_futures
from experiments.browser.selection import SIDES, Ready, Selection, check_room, opened, prepared
from experiments.browser.two_runs import TwoRuns
from model.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class Shown:
    """What a visitor sees: both runs, after which quarter, in which view, which state.

    ``said`` is why the last change was refused, if it was; ``refused`` counts such changes, ``links`` those that were
    opened.
    """

    pair: TwoRuns
    quarter: int = 0
    view: str = views.MAP
    state: str = ""
    said: str = ""
    refused: int = 0
    links: int = 0

    def at(self, quarter: int) -> "Shown":
        """Move to a quarter, or as near to it as the run goes."""
        return replace(self, quarter=min(max(int(quarter), 0), self.pair.quarters))

    def on(self, code: str) -> "Shown":
        """Open a state's view."""
        return replace(self, view="state", state=code) if code in self.pair.ready.world.codes else self

    def with_runs(self, change: Callable[[Selection], Selection]) -> "Shown":
        """Take a change over if the command would, at the same quarter; else say why not, and change nothing."""
        try:
            return self._changed(change(self.pair.ready.selection))
        except InvalidInput as error:
            return replace(self, said=str(error), refused=self.refused + 1)

    def opened_by(self, query: str) -> "Shown":
        """Show what a link leads to; or say why it leads nowhere, and stay."""
        try:
            place = link.read(query, opened().selection, views.NAMES)
            found = self._changed(place.selection)
            codes = found.pair.ready.world.codes
            state = codes[position_of(found.pair.ready.world, place.state)] if place.state else codes[0]
            return replace(found, quarter=place.quarter, view=place.view, state=state, links=self.links + 1)
        except InvalidInput as error:
            return replace(self, said=str(error), refused=self.refused + 1, links=self.links + 1)

    def _changed(self, selection: Selection) -> "Shown":
        ready = prepared(selection, self.pair.ready)
        check_room(ready)
        state = self.state if self.state in ready.world.codes else ready.world.codes[0]
        return replace(self, pair=TwoRuns(ready, self.pair), state=state, said="").at(self.quarter)

    @property
    def link(self) -> dict[str, object]:
        """The query of a link that leads here, and how many were opened."""
        state = self.state if self.view == "state" else ""
        place = link.Place(self.pair.ready.selection, self.quarter, self.view, state)
        return {"query": link.written(place), "opened": self.links}


@solara.component
def Page() -> None:
    """One visitor's session."""
    shown = solara.use_memo(lambda: solara.reactive(_first()), [])
    institutions, now = solara.use_memo(controls.institutions, []), shown.value
    solara.use_effect(lambda: now.pair.close, [now.pair])
    # Replications come while a visitor does something else: what they do not change is not made anew.
    told, moment = solara.use_memo(lambda: (_told(now), now.pair.at(now.quarter)), [now])
    own = now.pair.at(now.pair.quarters).sides
    difference = own[1].last("conflict_years") - own[0].last("conflict_years")
    strip = replications.strip(_replications(now.pair.ready), now.pair.ready.replication, difference)

    def choose(change: Callable[[Selection], Selection]) -> None:
        shown.set(shown.value.with_runs(change))

    def show(view: str) -> None:
        if view in views.NAMES:
            shown.set(replace(shown.value, view=view))

    # In one element: the page's column leaves a gap above each, seen or unseen.
    with solara.Div(classes=["frame"]):
        solara.Title("Concord")
        solara.Style(style.SHEET)
        parts.ButtonNames()
        with solara.AppBar():
            solara.AppBarTitle("Concord")
            parts.Link(link=now.link, event_open=lambda query: shown.set(shown.value.opened_by(query)))
            solara.HTML("a", "Studies", classes=["page"], attributes={"href": "/studies", **_BESIDE})
            solara.HTML("a", "Handbook", classes=["page"], attributes={"href": "/handbook", **_BESIDE})
            solara.lab.ThemeToggle()
        Controls(now.pair.ready, now.refused, choose)
        with solara.Div(classes=["concord", "scene"]):
            parts.Stage(
                told=told | {"institutions": institutions},
                strip=strip,
                event_institution=lambda told: choose(lambda c: c.with_institution(told["side"], told["name"])),
                event_go=lambda quarter: shown.set(shown.value.at(quarter)),
                event_show=show,
                event_pick=lambda code: shown.set(shown.value.on(code)),
                event_replication=lambda name: choose(lambda c: c.with_option("replication", str(name))),
            )
            views.View(moment, now.view, now.state)
            solara.HTML("p", scene.CAVEAT, classes=["quiet", "caveat"])


def _first() -> Shown:
    """What a session opens with."""
    ready = opened()
    return Shown(TwoRuns(ready), state=ready.world.codes[0])


def _replications(ready: Ready) -> Replications | None:
    """Follow the replications behind what is watched; None until the first have been lived through."""
    same = same_futures(ready.selection)
    found, set_found = solara.use_state(cast("tuple[Selection, Replications] | None", None))

    def live(cancelled: Event) -> None:
        for each in replications.lived_through(ready):
            if cancelled.is_set():
                return
            set_found((same, each))

    solara.use_thread(live, dependencies=[same], intrusive_cancel=False)
    # Those of the setting before are none of this one's.
    return found[1] if found is not None and found[0] == same else None


def _told(now: Shown) -> dict[str, object]:
    """Everything that changes with the quarter, in one piece: so the browser draws all of it in one frame."""
    moment = now.pair.at(now.quarter)
    return scene.answer(moment) | {
        "quarters": moment.quarters,
        "views": views.NAMES,
        "view": now.view,
        "title": " | ".join(
            [
                *(f"{name}: {side.institution.label}" for name, side in zip(SIDES, moment.sides, strict=True)),
                scene.when(moment),
            ]
        ),
        "states": {known.iso3: known.name for known in moment.ready.world.states} if now.view == "state" else {},
        "state": now.state,
        "said": now.said,
        "maps": [scene.tile_map(moment, index) for index in (0, 1)] if now.view == views.MAP else [],
        "colours": list(style.INSTRUMENT_COLOURS.values()),
    }


_BESIDE = {"target": "_blank", "rel": "noopener"}

Change = Callable[[Callable[[Selection], Selection]], None]


@solara.component
def Controls(ready: Ready, stamp: int, choose: Change) -> None:
    """Put seed, world and parameters into the sidebar."""
    declared = solara.use_memo(controls.declared, [])
    chosen = solara.use_memo(lambda: controls.chosen(ready, stamp), [ready, stamp])
    with solara.Sidebar():
        parts.Controls(
            declared=declared,
            chosen=chosen,
            event_option=lambda told: choose(lambda c: c.with_option(told["name"], told["text"])),
            event_value=lambda told: choose(lambda c: c.with_value(told["scope"], told["name"], told["text"])),
            event_preset=lambda _: choose(Selection.as_preset),
        )
