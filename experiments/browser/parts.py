"""The page's own components that answer to clicks: each is a template beside this file."""

from collections.abc import Callable
from typing import Any

import solara

from experiments.accounts.witness import Plain

Event = Callable[[Any], None]


@solara.component_vue("scene.vue")
def Answer(
    told: Plain,
    said: str,
    institutions: dict[str, str],
    views: list[str],
    view: str,
    states: dict[str, str],
    state: str,
    event_institution: Event,
    event_show: Event,
    event_pick: Event,
) -> None:
    """Show `experiments.browser.scene.headline`; says which institution, view or state was chosen."""


@solara.component_vue("map.vue")
def TileMap(map: Plain, side: str, colours: list[str], event_pick: Event) -> None:
    """Show `experiments.browser.scene.tile_map`; says which state was picked."""


@solara.component_vue("controls.vue")
def Controls(
    declared: list[Plain],
    values: Plain,
    options: Plain,
    stamp: int,
    event_option: Event,
    event_value: Event,
    event_preset: Event,
) -> None:
    """Show `experiments.browser.controls`; says what was changed. A new ``stamp`` takes back what was refused."""


@solara.component_vue("frame.vue")
def ButtonNames() -> None:
    """Name Mesa's buttons for screen readers."""
