"""The page's own components that answer to clicks: each is a template beside this file."""

from collections.abc import Callable
from typing import Any

import solara

from experiments.accounts.witness import Plain


def _ignore(_: Any) -> None:
    """Do nothing."""


@solara.component_vue("headline.vue")
def Headline(told: Plain, institutions: list[Plain], event_institution: Callable[[Plain], None] = _ignore) -> None:
    """Show `experiments.browser.scene.headline`; says which institution was chosen for which side."""


@solara.component_vue("map.vue")
def TileMap(map: Plain, side: str, colours: list[str], event_pick: Callable[[Plain], None] = _ignore) -> None:
    """Show `experiments.browser.scene.tile_map`; says which tile was picked."""


@solara.component_vue("controls.vue")
def Controls(
    declared: list[Plain],
    values: Plain,
    options: Plain,
    stamp: int,
    event_option: Callable[[Plain], None] = _ignore,
    event_value: Callable[[Plain], None] = _ignore,
    event_preset: Callable[[Any], None] = _ignore,
) -> None:
    """Show `experiments.browser.controls`; says what was changed. A new ``stamp`` takes back what was refused."""


@solara.component_vue("commands.vue")
def Commands(commands: list[Plain]) -> None:
    """Show commands to copy."""


@solara.component_vue("frame.vue")
def MesaNames() -> None:
    """Name Mesa's buttons for screen readers, and hide what this page has no use for."""


@solara.component_vue("tabs.vue")
def Tabs(tabs: list[Plain], chosen: str, event_choose: Callable[[str], None] = _ignore) -> None:
    """Show tabs; says which was chosen."""


@solara.component_vue("state_choice.vue")
def StateChoice(states: list[Plain], chosen: str, event_pick: Callable[[str], None] = _ignore) -> None:
    """Let a state be chosen by name."""
