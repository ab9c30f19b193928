"""NumPy's generator SFC64, seeded as NumPy seeds it, compiled: to open one by NumPy takes as long as 5,000 numbers.

The bits are NumPy's, whose streams are promised to stay (NEP 19): `numpy.random.SeedSequence` makes three words of the
numbers that name a stream (O'Neill's ``seed_seq_fe``), from which SFC64 (Doty-Humphrey, PractRand) goes on.
"""

import numpy as np
import numpy.typing as npt

from model.rules.compiled import kernel_with_memory, rule
from model.world import Floats

Words = npt.NDArray[np.uint32]

_FIRST_HASH, _HASH_STEP = np.uint32(0x43B0D7E5), np.uint32(0x931E8875)
_FIRST_OUTPUT_HASH, _OUTPUT_HASH_STEP = np.uint32(0x8B51F9DD), np.uint32(0x58F38DED)
_MIX_LEFT, _MIX_RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_HALF_WORD, _ONE = np.uint32(16), np.uint64(1)
_POOL = 4
_UNUSED = 12
"""Numbers that SFC64 draws and throws away after seeding."""
_SMALLEST = 2.0**-54
"""Replaces a drawn zero, half a step of the generator's grid above it."""


def words(*numbers: int) -> Words:
    """Write whole numbers, 0 or more, as words of 32 bits, the lowest first: at least one word each."""
    cut = [number >> shift for number in numbers for shift in range(0, max(1, number.bit_length()), 32)]
    return np.array([part & 0xFFFFFFFF for part in cut], np.uint32)


@rule
def _hashed(word: np.uint32, const: np.uint32, step: np.uint32) -> tuple[np.uint32, np.uint32]:
    """Hash a word; the constant of the next comes second."""
    following = np.uint32(const * step)
    scrambled = np.uint32(np.uint32(word ^ const) * following)
    return np.uint32(scrambled ^ (scrambled >> _HALF_WORD)), following


@rule
def _mixed(left: np.uint32, right: np.uint32) -> np.uint32:
    """Mix two words."""
    both = np.uint32(np.uint32(_MIX_LEFT * left) - np.uint32(_MIX_RIGHT * right))
    return np.uint32(both ^ (both >> _HALF_WORD))


@kernel_with_memory
def _seeds(name: Words) -> npt.NDArray[np.uint64]:
    """Three words of 64 bits (3,) from a stream's name, as `numpy.random.SeedSequence` makes them."""
    pool, const = np.zeros(_POOL, np.uint32), _FIRST_HASH
    for i in range(_POOL):
        pool[i], const = _hashed(name[i] if i < name.shape[0] else np.uint32(0), const, _HASH_STEP)
    for source in range(_POOL):
        for to in range(_POOL):
            if source != to:
                word, const = _hashed(pool[source], const, _HASH_STEP)
                pool[to] = _mixed(pool[to], word)
    for further in range(_POOL, name.shape[0]):
        for to in range(_POOL):
            word, const = _hashed(name[further], const, _HASH_STEP)
            pool[to] = _mixed(pool[to], word)
    found, const = np.zeros(3, np.uint64), _FIRST_OUTPUT_HASH
    for i in range(6):
        word, const = _hashed(pool[i % _POOL], const, _OUTPUT_HASH_STEP)
        found[i // 2] |= np.uint64(word) << np.uint64(32 * (i % 2))
    return found


@rule
def inside(bits: np.uint64) -> float:
    """Uniform strictly between 0 and 1, of 64 drawn bits."""
    drawn = float(np.int64(bits >> np.uint64(11))) * 2.0**-53
    return drawn if drawn > 0.0 else _SMALLEST


@kernel_with_memory
def draw(name: Words, found: Floats) -> None:
    """Draw the first uniforms, strictly between 0 and 1, of the stream of this name.

    Parameters
    ----------
    name : ndarray (any number,)
        From `words`.
    found : ndarray (any number,)
        Set in place.
    """
    seeds = _seeds(name)
    a, b, c, counter = seeds[0], seeds[1], seeds[2], _ONE
    for position in range(-_UNUSED, found.shape[0]):
        bits = a + b + counter
        counter += _ONE
        a = b ^ (b >> np.uint64(11))
        b = c + (c << np.uint64(3))
        c = ((c << np.uint64(24)) | (c >> np.uint64(40))) + bits
        if position >= 0:
            found[position] = inside(bits)
