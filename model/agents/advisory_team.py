"""The Defence Advisory Team: advises consenting states on accountable management of their forces."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.rules import components

if TYPE_CHECKING:
    from model.agents.partner_state import PartnerState
    from model.simulation import Simulation


class AdvisoryTeam(mesa.Agent):
    """Fills the places that the year's settlement pays for."""

    model: "Simulation"

    def choose(self, states: list["PartnerState"]) -> None:
        """Go where exclusion is greatest."""
        exclusion = np.array([state.driver[2] for state in states])
        consent = np.array([state.consent[0] for state in states])
        chosen = np.empty(len(states))
        places = self.model.treasury.settlement.places
        components.advise(exclusion, consent, self.model.chance.tie, places, chosen)
        for state, advised in zip(states, chosen.tolist(), strict=True):
            state.advised = advised
