"""The conflict process alone, over the drivers that a record has: the model's own rules, all else at what is expected.

Programmes, missions, noise and shocks enter the rules by their difference from what is expected under ``siloed``. At
that difference zero the process needs nothing but a history, and thousands of records are simulated in seconds. States
join as the panel has them, at peace and without a past.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.records.history import Flags, History
from experiments.records.pattern_counts import Levels
from model.parameters import Conflict, Delivery
from model.randomness import stream
from model.rules import conflict
from model.rules.compiled import kernel, kernel_with_memory
from model.world import Floats, Integers


def simulated(history: History, sets: Sequence[Mapping[str, float]], seed: int) -> Levels:
    """Simulate records, one under each set of values.

    Parameters
    ----------
    history : History
        Where they start, at the end of its first year, and the drivers, borders and states of every year.
    sets : sequence of mapping of str to float
        Values of conflict parameters; others keep their defaults.
    seed : int
        The same numbers are drawn for the same seed and place in the sequence, whatever the values.

    Returns
    -------
    ndarray of int8 (records, quarters, states)
        Status from the history's second year on; 0 for a state that does not exist.
    """
    return np.stack([simulated_once(history, values, seed, number) for number, values in enumerate(sets)])


def simulated_once(history: History, values: Mapping[str, float], seed: int, number: int) -> Levels:
    """Simulate record `number` of a seed (quarters, states), see `simulated`."""
    years, states = len(history.years) - 1, len(history.states)
    chance = stream(seed, number, "record").random((1 + 4 * years, states))
    p = Conflict(**values)
    return _simulate(
        history.there, history.level[0].astype(np.float64), history.spell, history.quiet, history.deprivation,
        history.exclusion, history.log_population, history.around, chance, p, Delivery(),
    )  # fmt: skip


@kernel_with_memory
def _simulate(
    there: Flags,
    level: Floats,
    spell: Floats,
    quiet: Floats,
    deprivation: Floats,
    exclusion: Floats,
    log_population: Floats,
    around: Integers,
    chance: Floats,
    p: Conflict,
    delivery: Delivery,
) -> Levels:
    """Run the process over every quarter; a year goes by the drivers known when it begins, and its own borders."""
    years, n = there.shape
    found = np.zeros((4 * (years - 1), n), np.int8)
    status, fought, peace, memory = np.zeros(n), np.zeros(n), np.full(n, conflict.LONG_AGO), np.zeros(n)
    decay = conflict.memory_decay(p)
    for i in range(n):
        if there[0, i] and there[1, i]:
            status[i], fought[i], peace[i] = conflict.start_of(
                level[i], spell[i], quiet[i], chance[0, i], exclusion[0, i], log_population[0, i], p
            )
        memory[i] = conflict.first_memory(peace[i], p)
    for quarter in range(found.shape[0]):
        year, before = quarter // 4, status.copy()
        for i in range(n):
            if not there[year + 1, i]:
                status[i], fought[i], peace[i], memory[i] = 0.0, 0.0, conflict.LONG_AGO, 0.0
                continue
            next_door = _next_door(before, around[year + 1, i], delivery)
            status[i] = conflict.transition(
                before[i], chance[1 + quarter, i], deprivation[year, i], exclusion[year, i],
                p.onset_neighbours * next_door, memory[i], peace[i], log_population[year, i], fought[i],
                (0.0, 0.0, 0.0), p,
            )  # fmt: skip
            peace[i] = conflict.next_quarters_at_peace(peace[i], status[i])
            fought[i] = conflict.next_quarters_in_conflict(fought[i], status[i], peace[i])
            memory[i] = conflict.next_memory(memory[i], status[i], decay)
            found[quarter, i] = int(status[i])
    return found


@kernel
def _next_door(status: Floats, around: Integers, delivery: Delivery) -> float:
    """What comes over the border from the neighbour that is worst off; -1 is no neighbour."""
    worst = 0.0
    for other in around:
        if other >= 0:
            worst = max(worst, conflict.spillover(status[other], 0.0, 0.0, delivery))
    return worst
