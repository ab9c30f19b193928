"""What a declaration of a parameter consists of, and how a value is held against it."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from model.errors import InvalidInput, nearest
from model.priors import UNIFORM, Prior

Prose = str
"""What only people read: a study does not become another one when it is worded anew."""


class Spec(NamedTuple):
    """What a declaration says of a parameter beside its name and default."""

    unit: Prose
    low: float
    high: float
    meaning: Prose
    source: Prose
    swept: bool = False
    off: float | None = None
    whole: bool = False
    words: tuple[str, ...] = ()
    prior: Prior = UNIFORM


@dataclass(frozen=True)
class Parameter:
    """One declared parameter, with what follows from its place in the declaration."""

    name: str
    group: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    swept: bool
    off: float | None
    whole: bool
    words: tuple[str, ...]
    """Names of the values low, low + 1, … where a choice has names."""
    prior: Prior = UNIFORM
    """How plausible each value of the range is; whole numbers and choices are equally likely."""

    def check(self, value: float | str) -> float:
        """Return the value as a float; a word stands for its number.

        Raises
        ------
        InvalidInput
            When it is not a finite number, outside [low, high] (and not ``off``), not whole where it must be, or no
            word of this parameter's.
        """
        if self.words and isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
            if value not in self.words:
                raise InvalidInput(
                    f"{self.name}={value}: must be {', '.join(self.words)}; {nearest(value, self.words)}"
                )
            return self.low + self.words.index(value)
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise InvalidInput(f"{self.name}={value}: a number is needed, {self._allowed()}")
        if not (self.low <= number <= self.high or number == self.off):
            raise InvalidInput(f"{self.name}={value}: outside its range, {self._allowed()}")
        if self.whole and number != round(number):
            raise InvalidInput(f"{self.name}={value}: a whole number is needed, {self._allowed()}")
        return number

    def _allowed(self) -> str:
        """Say what a value may be."""
        said = f"{self.low:g} to {self.high:g} {self.unit}"
        apart = self.off is not None and not self.low <= self.off <= self.high
        return f"{said} (or {self.off:g}: off)" if apart else said

    def at(self, share: float) -> float:
        """Quantile of the prior, in a range of whole numbers of those numbers, each equally likely."""
        if self.whole:
            return float(min(self.high, math.floor(self.low + share * (self.high - self.low + 1.0))))
        return float(self.prior.quantile(share, self.low, self.high))
