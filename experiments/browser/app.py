"""The page: one run of two institutions, driven by Mesa's `SolaraViz`, drawn by components of ours."""

import warnings
from collections.abc import Callable

import solara

with warnings.catch_warnings():
    # Mesa's own components break rules of Solara that Solara warns of; users can do nothing about it.
    warnings.simplefilter("ignore")
    from mesa.visualization import SolaraViz
    from mesa.visualization.utils import update_counter

from experiments.browser import controls, parts, scene, style, views
from experiments.browser.selection import Ready, Selection, opened, prepared
from experiments.browser.two_runs import Session, TwoRuns
from model.errors import InvalidInput


@solara.component
def Page() -> None:
    """One visitor's session."""
    session = solara.use_memo(lambda: Session(opened()), [])
    run = solara.use_memo(lambda: solara.reactive(TwoRuns(session)), [])
    ended, set_ended = solara.use_state(0)
    said, set_said = solara.use_state(("", 0))
    pair = run.value
    solara.use_effect(lambda: pair.close, [pair])

    def choose(change: Callable[[Selection], Selection]) -> None:
        """Take a change over if the command would; else say why not, and change nothing."""
        try:
            session.ready = prepared(change(session.ready.selection))
            # Mesa's buttons stay disabled once a run has ended: another run needs new ones.
            set_ended(ended + (not pair.running))
            run.set(TwoRuns(session))
            set_said(("", said[1]))
        except InvalidInput as error:
            set_said((str(error), said[1] + 1))

    # In one element: the page's column leaves a gap above each, seen or unseen.
    with solara.Div(classes=["frame"]):
        solara.Title("Concord")
        solara.Style(style.SHEET)
        parts.ButtonNames()
        SolaraViz(run, components=[], model_params={"session": session}, name="Concord", play_interval=200)
        with solara.AppBar():
            solara.HTML("a", "Studies", classes=["page"], attributes={"href": "/studies", **_BESIDE})
            solara.HTML("a", "Handbook", classes=["page"], attributes={"href": "/handbook", **_BESIDE})
        if ended % 2:
            # Solara knows what is in the sidebar by its place: Mesa's buttons, moved by one, are made anew.
            with solara.Sidebar():
                solara.Div(children=[])
        with solara.Div():
            # Solara sorts the sidebar by how deep in the page its parts were made: ours stand below Mesa's.
            Controls(pair.ready, said[1], choose)
        Scene(pair, said[0], choose)


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


@solara.component
def Scene(pair: TwoRuns, said: str, choose: Change) -> None:
    """Draw both runs as they stand: the answer so far, and one view of how it came about."""
    update_counter.get()
    view, set_view = solara.use_state("map")
    state, set_state = solara.use_state("")
    institutions = solara.use_memo(controls.institutions, [])
    states = {known.iso3: known.name for known in pair.ready.world.states}
    state = state if state in states else next(iter(states))
    around = {"institutions": institutions, "views": views.NAMES, "view": view, "states": states, "state": state}

    def pick(code: str) -> None:
        set_state(code)
        set_view("state")

    with pair.lock, solara.Div(classes=["concord", "scene"]):
        parts.Answer(
            told=scene.answer(pair) | around | {"said": said},
            event_institution=lambda told: choose(lambda c: c.with_institution(told["side"], told["name"])),
            event_show=set_view,
            event_pick=pick,
        )
        views.view(pair, view, state, pick)
        solara.HTML("p", scene.CAVEAT, classes=["quiet", "caveat"])
