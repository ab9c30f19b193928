"""All parameters as one vector, for the way into compiled code: one by one they take a twentieth of a run."""

from collections.abc import Callable
from itertools import chain
from typing import Any, cast

import numba
import numpy as np
from numba.core import types
from numba.core.cgutils import gep_inbounds
from numba.extending import intrinsic

from model.parameters import PARAMETERS, Parameters, build_parameters
from model.world import Floats


def packed(parameters: Parameters) -> Floats:
    """Put parameters into a vector (parameters,), group by group."""
    return np.fromiter(chain.from_iterable(parameters), np.float64, len(PARAMETERS))


def _taken_out(typing_context: Any, vector: Any) -> Any:
    """Build the code that makes records of a vector again."""
    # Loaded when compiled, since compiled code is mostly loaded from disk.
    from numba.np.arrayobj import make_array

    kind = numba.typeof(build_parameters())  # type: ignore[no-untyped-call]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = make_array(signature.args[0])(context, builder, arguments[0])  # type: ignore[no-untyped-call]
        places = iter(range(len(PARAMETERS)))

        def value(of: Any) -> Any:
            if isinstance(of, types.Float):
                place = gep_inbounds(builder, vector.data, next(places))  # type: ignore[no-untyped-call]
                return builder.load(place)
            return context.make_tuple(builder, of, [value(part) for part in of])

        return value(kind)

    return kind(vector), generate


# Typed by what it does in compiled code, as in `model.rules.elementary`.
unpacked = cast("Callable[[Floats], Parameters]", intrinsic(_taken_out))
