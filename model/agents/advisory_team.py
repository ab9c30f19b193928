"""The Defence Advisory Team: advises consenting states on accountable management of their forces."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.rules import components

if TYPE_CHECKING:
    from model.agents.partner_state import PartnerState, Three
    from model.simulation import Concord


class AdvisoryTeam(mesa.Agent):
    """Fills the places that the year's settlement pays for."""

    model: "Concord"

    def choose(self, states: list["PartnerState"], pictures: list[list["Three"]]) -> None:
        """Go where those who lead the analysis see most exclusion; ``pictures`` are by department and state."""
        leads = [self.model.pools[state.pool].lead.role for state in states]
        exclusion = np.array([pictures[lead][i][2] for i, lead in enumerate(leads)])
        consent = np.array([state.consent[0] for state in states])
        chosen = np.empty(len(states))
        places = self.model.treasury.settlement.places
        components.advise(exclusion, consent, self.model.chance.tie, places, chosen)
        for state, advised in zip(states, chosen.tolist(), strict=True):
            state.advised = advised
