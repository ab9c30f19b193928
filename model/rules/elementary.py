"""Exponential, logarithm and normal quantile in plain arithmetic.

The machine's ``exp`` and ``log`` come from a library that picks its code by CPU, so their last bit differs between
machines. These use only addition, multiplication, division, square root and bit moves, which IEEE 754 fixes: every
machine gets the same bits, and LLVM can run four states at a time.
"""

import math
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from model.rules.compiled import rule

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ROUNDING = 6755399441055744.0
"""1.5 * 2**52: adding it rounds a float to the nearest whole number and leaves that number in the low bits."""
_TWO_TO_52 = 4503599627370496.0
_TWO_TO_52_BITS = 0x4330000000000000
_MANTISSA = 0x000FFFFFFFFFFFFF
_HALF_BITS = 0x3FE0000000000000
_SQRT_HALF = 0.7071067811865476
CENTRAL = 0.425
"""Half-width of the middle part of the normal distribution's uniforms, which has a quantile formula of its own."""
TAIL = 0.4999999999861120561
"""Half-width beyond which, exp(-25) from the ends, the tails have another."""


def _float_of(typing_context: Any, bits: Any) -> Any:
    """Build the code that reads 64 bits as a float."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


def _bits_of(typing_context: Any, number: Any) -> Any:
    """Build the code that reads a float as 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


# Typed by what they do in compiled code: Numba's own types describe only how they are built.
_as_float = cast("Callable[[int], float]", intrinsic(_float_of))
_as_bits = cast("Callable[[float], int]", intrinsic(_bits_of))


@rule
def clip(x: float) -> float:
    """Keep a level inside [0, 1]; NaN passes through, so that it is found instead of hidden."""
    low = 0.0 if x < 0.0 else x
    return 1.0 if low > 1.0 else low


@rule
def exp(x: float) -> float:
    """Exponential, relative error below 1e-14 for |x| < 700 (beyond, the argument is held at 700)."""
    held = 700.0 if x > 700.0 else x
    held = -700.0 if held < -700.0 else held
    shifted = held * _LOG2_E + _ROUNDING
    whole = shifted - _ROUNDING
    r = (held - whole * _LN2_HIGH) - whole * _LN2_LOW
    series = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * (1.0 / 479001600.0))
    series = 1.0 / 5040.0 + r * (1.0 / 40320.0 + r * (1.0 / 362880.0 + r * series))
    series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * series))
    series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * series)))
    power_of_two = _as_float((_as_bits(shifted) + 1023) << 52)
    return series * power_of_two


@rule
def log(x: float) -> float:
    """Natural logarithm of a positive, normal number, relative error below 1e-14."""
    bits = _as_bits(x)
    exponent = _as_float(_TWO_TO_52_BITS | (bits >> 52)) - _TWO_TO_52 - 1022.0
    mantissa = _as_float((bits & _MANTISSA) | _HALF_BITS)
    small = mantissa < _SQRT_HALF
    mantissa = mantissa * 2.0 if small else mantissa
    exponent = exponent - 1.0 if small else exponent
    f = (mantissa - 1.0) / (mantissa + 1.0)
    g = f * f
    series = 1.0 / 17.0 + g * (1.0 / 19.0 + g * (1.0 / 21.0 + g * (1.0 / 23.0)))
    series = 1.0 / 11.0 + g * (1.0 / 13.0 + g * (1.0 / 15.0 + g * series))
    series = 1.0 / 5.0 + g * (1.0 / 7.0 + g * (1.0 / 9.0 + g * series))
    series = 2.0 * f * (1.0 + g * (1.0 / 3.0 + g * series))
    return exponent * _LN2_HIGH + (series + exponent * _LN2_LOW)


@rule
def logistic(score: float) -> float:
    """Probability whose log-odds are ``score``."""
    return 1.0 / (1.0 + exp(-score))


@rule
def hazard(score: float) -> float:
    """Events to be expected in a quarter, of which ``score`` is the logarithm; held where they are beyond doubt."""
    return exp(5.0 if score > 5.0 else score)


@rule
def probability(expected: float) -> float:
    """Probability of at least one event, when so many are ``expected``."""
    return 1.0 - exp(-expected)


@rule
def power(base: float, exponent: float) -> float:
    """``base ** exponent`` for ``base >= 0``; 0 ** 0 is 1, as an exponent of zero means "all alike"."""
    positive = base if base > 1e-300 else 1e-300
    raised = exp(exponent * log(positive))
    return raised if base > 0.0 else (1.0 if exponent == 0.0 else 0.0)


@rule
def central_quantile(uniform: float) -> float:
    """Quantile of the standard normal distribution for uniforms up to `CENTRAL` from one half, relative error 1e-15.

    Source: Wichura (1988), Algorithm AS 241, *Applied Statistics* 37, 477–484 (coefficients of PPND16), as are
    `tail_quantile` and `far_tail_quantile`.
    """
    q = uniform - 0.5
    r = 0.180625 - q * q
    numerator = 3.3430575583588128105e4 + r * 2.5090809287301226727e3
    numerator = 4.5921953931549871457e4 + r * (6.7265770927008700853e4 + r * numerator)
    numerator = 1.9715909503065514427e3 + r * (1.3731693765509461125e4 + r * numerator)
    numerator = 3.3871328727963666080e0 + r * (1.3314166789178437745e2 + r * numerator)
    denominator = 2.8729085735721942674e4 + r * 5.2264952788528545610e3
    denominator = 2.1213794301586595867e4 + r * (3.9307895800092710610e4 + r * denominator)
    denominator = 6.8718700749205790830e2 + r * (5.3941960214247511077e3 + r * denominator)
    denominator = 1.0 + r * (4.2313330701600911252e1 + r * denominator)
    return q * numerator / denominator


@rule
def _distance(uniform: float) -> float:
    """How far out in the tails a uniform is."""
    tail = uniform if uniform < 0.5 else 1.0 - uniform
    return math.sqrt(-log(tail if tail > 1e-300 else 1e-300))


@rule
def tail_quantile(uniform: float) -> float:
    """Quantile of the standard normal distribution for uniforms between `CENTRAL` and `TAIL` from one half."""
    r = _distance(uniform) - 1.6
    numerator = 2.27238449892691845833e-2 + r * 7.74545014278341407640e-4
    numerator = 1.27045825245236838258e0 + r * (2.41780725177450611770e-1 + r * numerator)
    numerator = 4.63033784615654529590e0 + r * (
        5.76949722146069140550e0 + r * (3.64784832476320460504e0 + r * numerator)
    )
    numerator = 1.42343711074968357734e0 + r * numerator
    denominator = 5.47593808499534494600e-4 + r * 1.05075007164441684324e-9
    denominator = 1.48103976427480074590e-1 + r * (1.51986665636164571966e-2 + r * denominator)
    denominator = 1.67638483018380384940e0 + r * (6.89767334985100004550e-1 + r * denominator)
    denominator = 1.0 + r * (2.05319162663775882187e0 + r * denominator)
    magnitude = numerator / denominator
    return -magnitude if uniform < 0.5 else magnitude


@rule
def far_tail_quantile(uniform: float) -> float:
    """Quantile of the standard normal distribution for uniforms further than `TAIL` from one half."""
    r = _distance(uniform) - 5.0
    numerator = 2.71155556874348757815e-5 + r * 2.01033439929228813265e-7
    numerator = 2.65321895265761230930e-2 + r * (1.24266094738807843860e-3 + r * numerator)
    numerator = 1.78482653991729133580e0 + r * (2.96560571828504891230e-1 + r * numerator)
    numerator = 6.65790464350110377720e0 + r * (5.46378491116411436990e0 + r * numerator)
    denominator = 1.42151175831644588870e-7 + r * 2.04426310338993978564e-15
    denominator = 7.86869131145613259100e-4 + r * (1.84631831751005468180e-5 + r * denominator)
    denominator = 1.36929880922735805310e-1 + r * (1.48753612908506148525e-2 + r * denominator)
    denominator = 1.0 + r * (5.99832206555887937690e-1 + r * denominator)
    magnitude = numerator / denominator
    return -magnitude if uniform < 0.5 else magnitude
