"""Priors: how plausible each value of a parameter's range is, declared beside the range.

A prior is used through its quantile function: a share drawn evenly from 0 to 1 becomes a value. So whatever samples
shares (draws, Latin hypercubes, Sobol sequences, Morris's levels) samples priors, and a new prior moves no share.

SciPy is loaded when a value is asked for, so that to declare a prior and to describe it costs nothing.
"""

import math
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = float | npt.NDArray[np.float64]

_DIGITS = 9
"""Digits kept below the leading digit of a range.

Distribution functions come from the machine's libraries, whose last bits differ between machines and versions; values
that are rounded far above those bits do not.
"""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """A distribution over a range, with a point mass at 0 where the effect may be nothing at all.

    Attributes
    ----------
    nothing : float
        Share of the draws that are exactly 0.
    """

    nothing: float = 0.0
    law: ClassVar[str]
    """How the distribution is called in words and JSON; its other fields follow in brackets."""

    def __str__(self) -> str:
        """Write it in words, ``t5(0.35, 0.4), 1 in 5 nothing``."""
        numbers = [f"{getattr(self, each.name):g}" for each in fields(self) if each.name != "nothing"]
        one_in = 1.0 / self.nothing if self.nothing else 0.0
        often = f"1 in {one_in:g}" if one_in == round(one_in) else f"{self.nothing:.3g} of draws"
        return self.law + (f"({', '.join(numbers)})" if numbers else "") + (f", {often} nothing" if one_in else "")

    def quantile(self, share: "Numbers", low: float, high: float) -> "Numbers":
        """Value below which a share of the draws lies.

        Parameters
        ----------
        share : float or ndarray
            0 to 1.
        low, high : float
            Ends of the range, at which the distribution is cut off.

        Returns
        -------
        float or ndarray
            Of the shape of `share`, never falling as it rises; ``low`` to ``high``, or 0 where nothing is drawn.
        """
        if not self.nothing:
            return self._cut(share, low, high)
        import numpy as np

        rest = 1.0 - self.nothing
        below = rest * self._share_below_nothing(low, high)
        above = np.greater(share, below + self.nothing)
        # The mass lies where the distribution function crosses 0, so that the quantile function never falls.
        value = self._cut(np.where(above, np.subtract(share, self.nothing), share) / rest, low, high)
        return np.where(above, np.maximum(value, 0.0), np.where(np.less(share, below), np.minimum(value, 0.0), 0.0))

    def _cut(self, share: "Numbers", low: float, high: float) -> "Numbers":
        """Quantile of the distribution without its point mass."""
        raise NotImplementedError

    def _share_below_nothing(self, low: float, high: float) -> float:
        """Share of the distribution without its point mass that lies below 0."""
        raise NotImplementedError


@dataclass(frozen=True)
class Uniform(Prior):
    """Every value of the range is as plausible as another."""

    law: ClassVar[str] = "uniform"

    def _cut(self, share: "Numbers", low: float, high: float) -> "Numbers":
        import numpy as np

        # Rounding carries some sums beyond the end, by a last digit.
        return np.minimum(low + share * (high - low), high)

    def _share_below_nothing(self, low: float, high: float) -> float:
        return min(1.0, max(0.0, -low / (high - low)))


UNIFORM = Uniform()
"""What a parameter has that declares none."""


class Tailed(Prior):
    """A distribution that may reach beyond the range, and is cut off at its ends."""

    @cache  # noqa: B019 (priors are declared once and live as long as the program)
    def inside(self, low: float, high: float) -> tuple[float, float]:
        """Shares of the distribution that lie below the lower end and between the two."""
        below = self._below(low)
        return below, self._below(high) - below

    def _cut(self, share: "Numbers", low: float, high: float) -> "Numbers":
        import numpy as np

        below, inside = self.inside(low, high)
        grain = 10.0 ** (_DIGITS - math.floor(math.log10(high - low)))
        # Adding 0 turns -0, which rounding leaves of small negative values, into 0.
        value = np.rint(self._value(below + share * inside) * grain) / grain + 0.0
        return np.minimum(np.maximum(value, low), high)

    @cache  # noqa: B019
    def _share_below_nothing(self, low: float, high: float) -> float:
        below, inside = self.inside(low, high)
        return (self._below(min(max(0.0, low), high)) - below) / inside

    def _below(self, value: float) -> float:
        """Share of the distribution below a value, before it is cut off."""
        raise NotImplementedError

    def _value(self, share: "Numbers") -> "Numbers":
        """Value below which a share lies, before it is cut off."""
        raise NotImplementedError


@dataclass(frozen=True)
class Normal(Tailed):
    """For an estimate with its standard error."""

    mean: float
    sd: float
    law: ClassVar[str] = "normal"

    def _below(self, value: float) -> float:
        from scipy.special import ndtr

        return float(ndtr((value - self.mean) / self.sd))

    def _value(self, share: "Numbers") -> "Numbers":
        from scipy.special import ndtri

        found: Numbers = self.mean + self.sd * ndtri(share)
        return found


@dataclass(frozen=True)
class StudentT(Tailed):
    """Student's t with five degrees of freedom: for what studies tell with more doubt than their standard errors."""

    centre: float
    scale: float
    law: ClassVar[str] = "t5"

    def _below(self, value: float) -> float:
        from scipy.special import stdtr

        return float(stdtr(5.0, (value - self.centre) / self.scale))

    def _value(self, share: "Numbers") -> "Numbers":
        from scipy.special import stdtrit

        found: Numbers = self.centre + self.scale * stdtrit(5.0, share)
        return found


@dataclass(frozen=True)
class Beta(Tailed):
    """Beta, between 0 and 1: for a share."""

    a: float
    b: float
    law: ClassVar[str] = "beta"

    def _below(self, value: float) -> float:
        from scipy.special import betainc

        return float(betainc(self.a, self.b, min(1.0, max(0.0, value))))

    def _value(self, share: "Numbers") -> "Numbers":
        from scipy.special import betaincinv

        found: Numbers = betaincinv(self.a, self.b, share)
        return found


@dataclass(frozen=True)
class LogNormal(Tailed):
    """Log-normal, by its median and the standard deviation of the logarithm: for a size known to some factor."""

    median: float
    sd_of_log: float
    law: ClassVar[str] = "log-normal"

    def _below(self, value: float) -> float:
        from scipy.special import ndtr

        return float(ndtr(math.log(value / self.median) / self.sd_of_log)) if value > 0.0 else 0.0

    def _value(self, share: "Numbers") -> "Numbers":
        import numpy as np
        from scipy.special import ndtri

        found: Numbers = self.median * np.exp(self.sd_of_log * ndtri(share))
        return found
