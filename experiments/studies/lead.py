"""What it means that an institution is ahead of another: in which outcome, by how much, and how reports say it."""

from dataclasses import dataclass

from experiments.reporting.wording import in_words
from experiments.studies.comparison import MAIN_METRIC
from model.outcomes import OUTCOMES

_COARSE = ("state-years", "weighted state-years", "onsets", "£m")
"""Units in which tenths are enough."""


@dataclass(frozen=True)
class Lead:
    """An institution's lead over another: it wins, or has more of an outcome that only describes.

    Attributes
    ----------
    metric : str
        The outcome.
    margin : float
        By more than how much it must be ahead, in the outcome's unit; 0: by anything.
    institution, than : str
        Both as users see them.
    """

    metric: str
    margin: float
    institution: str
    than: str

    @property
    def better(self) -> int:
        """-1 where less is better, 1 where more is, 0 where the outcome only describes."""
        return OUTCOMES[self.metric].better

    @property
    def sign(self) -> float:
        """Sign of the difference when the institution is ahead."""
        return float(self.better or 1)

    @property
    def line(self) -> float:
        """Difference beyond which it is ahead."""
        # Adding zero turns -0.0 into 0.0.
        return self.sign * self.margin + 0.0

    @property
    def digits(self) -> int:
        """Decimals of a difference in a table."""
        return 1 if OUTCOMES[self.metric].unit in _COARSE else 2

    @property
    def at_line(self) -> str:
        """The line as in "the interval holds zero"."""
        return f"{self.line:g}" if self.margin else "zero"

    @property
    def quantity(self) -> str:
        """The outcome with its unit; that of conflict-years goes without saying."""
        unit = "" if self.metric == MAIN_METRIC else f" ({OUTCOMES[self.metric].unit})"
        return in_words(self.metric) + unit

    @property
    def is_plural(self) -> bool:
        """Whether there are fewer of it, not less."""
        return in_words(self.metric).endswith("s")

    @property
    def leads(self) -> str:
        """What the institution does beyond the line: wins, or has more of the outcome."""
        return ("wins" if self.better else "has more of it") + self._by

    @property
    def lags(self) -> str:
        """What it does on the other side of the line, to stand after `leads`."""
        if self.margin:
            return "does not"
        return "loses" if self.better else "less of it"

    @property
    def title(self) -> str:
        """What is asked."""
        if not self.better:
            return self.question
        return f"When does '{self.institution}' stop winning{self._in}{self._by}?"

    @property
    def question(self) -> str:
        """What is asked, both institutions named."""
        if not self.better:
            return f"When does {self._clause('', 'have more')}?"
        return f"When does {self._clause('stop winning', '')}?"

    def at_every_value(self, ahead: bool) -> str:
        """Say that it is ahead, or is not, at every value."""
        if ahead:
            return f"{self._clause('wins', 'has more')} at every value"
        if self.margin:
            return f"{self._clause('does not win', 'does not have more')} at any value"
        return f"{self._clause('loses', 'has less')} at every value"

    def crosses(self, rising: bool, place: str) -> str:
        """Say where it begins to be ahead, or stops being so, the difference rising over the line or falling."""
        begins = self.begins(rising)
        if self.better:
            return f"{self._clause('begins to win' if begins else 'stops winning', '')} at {place}"
        return f"{self._clause('', 'has more')} {f'from {place} on' if begins else f'up to {place}'}"

    def crosses_often(self, times: int) -> str:
        """Say how often that happens."""
        comma = "," if self.margin else ""
        if self.better:
            return f"'{self.institution}' stops or begins to win{self._in}{self._by}{comma} {times} times"
        return f"{self._clause('', 'stops or begins having more')}{comma} {times} times"

    def begins(self, rising: bool) -> bool:
        """Tell whether the institution is ahead after a crossing."""
        return rising == (self.sign > 0.0)

    def _clause(self, winning: str, having: str) -> str:
        """Write who is ahead of whom, in what and by how much; having counts where the outcome only describes."""
        if self.better:
            return f"'{self.institution}' {winning} against '{self.than}'{self._in}{self._by}"
        return f"'{self.institution}' {having} {in_words(self.metric)} than '{self.than}'{self._by}"

    @property
    def _in(self) -> str:
        return "" if self.metric == MAIN_METRIC else f" in {in_words(self.metric)}"

    @property
    def _by(self) -> str:
        if not self.margin:
            return ""
        unit = OUTCOMES[self.metric].unit
        singular = unit.removesuffix("s") if self.margin == 1.0 else unit
        amounts = {"share": f"{self.margin:g}", "£m": f"£{self.margin:g}m"}
        return f" by more than {amounts.get(unit, f'{self.margin:g} {singular}')}"
