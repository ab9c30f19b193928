"""What departments and pools have in common: a book of programmes, desks to run them, money to spend on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import mesa
import numpy as np

from model.rules import portfolio
from model.rules.table import BOOK_ROWS, MONEY
from model.world import Floats

if TYPE_CHECKING:
    from model.agents.partner_state import Three
    from model.simulation import Concord


class Spender(mesa.Agent):
    """A department or a pool; ``book`` (15, n) as in `model.rules.table`, ``covered`` (n,) 1 in its remit."""

    model: "Concord"

    def __init__(self, model: "Concord", name: str, covered: Floats) -> None:
        """Start with an empty book."""
        super().__init__(model)
        self.name = name
        self.covered = covered
        self.book: Floats = np.zeros((BOOK_ROWS, covered.shape[0]))
        portfolio.open_book(self.book)

    def open_programmes(self, score: Floats, worth: Floats, desks: Floats, economy: float, late: Floats) -> None:
        """Let commitments that have run out go and fill free desks; new programmes are ``late`` quarters late."""
        portfolio.end_commitments(self.book)
        commitment = self.model.parameters.degrees.commitment
        first_year = self.model.quarter == 0
        portfolio.choose_programmes(
            score, worth, self.model.chance.tie, self.covered, desks, economy, commitment, late, first_year, self.book
        )

    def spend(self, money: Floats, concentration: float) -> float:
        """Spread this quarter's money, tied and free (4,), over programmes; returns what lapses, £m."""
        return portfolio.spread_money(money, self.book, concentration)

    def spending(self) -> Sequence["Three"]:
        """£m this quarter by instrument, for each state."""
        return list(zip(*self.book[MONEY : MONEY + 3].tolist(), strict=True))
