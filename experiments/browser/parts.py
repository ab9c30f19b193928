"""The page's own components that answer to clicks: each is a template beside this file."""

from collections.abc import Callable
from typing import Any

import solara

from experiments.accounts.witness import Plain

Event = Callable[[Any], None]


@solara.component_vue("scene.vue")
def Answer(told: Plain, event_institution: Event, event_show: Event, event_pick: Event) -> None:
    """Show `experiments.browser.scene.answer`; says which institution, view or state was chosen."""


@solara.component_vue("map.vue")
def TileMap(map: Plain, colours: list[str], event_pick: Event) -> None:
    """Show `experiments.browser.scene.tile_map`; says which state was picked."""


@solara.component_vue("controls.vue")
def Controls(
    declared: list[Plain], chosen: Plain, event_option: Event, event_value: Event, event_preset: Event
) -> None:
    """Show `experiments.browser.controls`; says what was changed. Another ``chosen`` takes back what was refused."""


@solara.component_vue("frame.vue")
def ButtonNames() -> None:
    """Name Mesa's buttons for screen readers."""
