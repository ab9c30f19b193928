"""The page's own components that answer to clicks: each is a template beside this file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import solara

from experiments.accounts.witness import Plain

Event = Callable[[Any], None]

_FILES = {"future-strip": "strip.vue", "tile-map": "map.vue", "time-bar": "time.vue", "picture-buttons": "pictures.vue"}
_INSIDE = {name: (Path(__file__).parent / file).read_text(encoding="utf-8") for name, file in _FILES.items()}
"""Parts of the stage: what changes with the quarter is one component, so that one message brings all of it."""


@solara.component_vue("scene.vue")
def Stage(
    told: Plain,
    strip: Plain,
    event_institution: Event,
    event_go: Event,
    event_show: Event,
    event_pick: Event,
    event_replication: Event,
    components: Mapping[str, str] = _INSIDE,
) -> None:
    """Show `experiments.browser.app.Shown`, and `experiments.browser.replications.strip`, which comes later.

    Says which institution, quarter, view, state or replication was chosen.
    """


@solara.component_vue("controls.vue")
def Controls(
    declared: list[Plain], chosen: Plain, event_option: Event, event_value: Event, event_preset: Event
) -> None:
    """Show `experiments.browser.controls`; says what was changed. Another ``chosen`` takes back what was refused."""


@solara.component_vue("link.vue")
def Link(link: Plain, event_open: Event) -> None:
    """Keep the address bar at ``query``, and say what stands in it when a visitor comes by a link or goes back.

    ``opened`` counts how often that was said.
    """


@solara.component_vue("frame.vue")
def ButtonNames() -> None:
    """Name the buttons of the page's frame for screen readers."""
