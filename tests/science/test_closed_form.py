"""With everything off that moves hazards, conflict is a Markov chain whose answers can be written down."""

import numpy as np
import numpy.typing as npt

from model.institution import Institution
from model.parameters import Parameters, build_parameters
from model.randomness import draw_chance
from model.rules.table import STATUS
from model.world import World, stylised
from tests.support import engine_run, states

QUARTERS, REPLICATIONS = 80, 120


def still(base: Parameters) -> Parameters:
    """Nothing but the chain: no money, drift, shocks, damage, scars, contagion, memory, ageing, missions' effects."""
    idle = {name: 0.0 for name in base.effects._fields if "_on_" in name}
    quiet = {"volatility": 0.0, "war_damage": 0.0, "scarring": 0.0, "environmental_rate": 0.0, "pandemic_rate": 0.0}
    return base._replace(
        drivers=base.drivers._replace(**quiet, crime_rate=0.0, rivalry_rate=0.0),
        conflict=base.conflict._replace(
            onset_neighbours=0.0, onset_memory=0.0, onset_return=0.0, onset_base=-6.0,
            onset_exclusion=-0.5, escalation_exclusion=0.8, termination_duration=0.0, termination_base=-1.5,
            termination_war=-0.5,
        ),
        effects=base.effects._replace(**idle),
        expected=base.expected._replace(**dict.fromkeys(base.expected._fields, 0.0)),
        degrees=base.degrees._replace(programme=0.0),
    )  # fmt: skip


def cloglog(score: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
    return np.asarray(-np.expm1(-np.exp(np.asarray(score))))


def chain_of(world: World, p: Parameters) -> npt.NDArray[np.float64]:
    """Each state's transition matrix (n, 3, 3), written from the description and not from the rules."""
    t, c = world.terrain(), p.conflict
    _, deprivation, exclusion = t.structural[0]
    onset = cloglog(
        c.onset_base + c.onset_deprivation * deprivation + c.onset_exclusion * exclusion
        + c.onset_population * t.log_population
    )  # fmt: skip
    up, down = cloglog(c.escalation_base + c.escalation_exclusion * exclusion), cloglog(c.deescalation_base)
    ending = c.termination_base + c.termination_exclusion * exclusion + c.termination_population * t.log_population
    end, end_war = cloglog(ending), cloglog(ending + c.termination_war)
    chain = np.zeros((world.size, 3, 3))
    chain[:, 0, 0], chain[:, 0, 1] = 1.0 - onset, onset
    chain[:, 1, 0], chain[:, 1, 2] = end, up
    chain[:, 1, 1] = 1.0 - end - up
    chain[:, 2, 0], chain[:, 2, 1], chain[:, 2, 2] = end_war, down, 1.0 - end_war - down
    return chain


def observed(world: World, p: Parameters) -> npt.NDArray[np.float64]:
    """Status (replications, quarters, n)."""
    runs = [
        states(engine_run(p, Institution(), world, draw_chance(1, r, world.size, QUARTERS)), world.size)[:, STATUS]
        for r in range(REPLICATIONS)
    ]
    return np.array(runs)


def test_incidence_and_spells_are_those_of_the_chain() -> None:
    world = stylised(24)
    p = still(build_parameters())
    chain, status = chain_of(world, p), observed(world, p)
    start = who_still_fights(world, chain)
    expected = np.zeros(3)
    at = start
    for _ in range(QUARTERS):
        at = np.einsum("ns,nst->nt", at, chain)
        expected += at.mean(axis=0) / QUARTERS
    for level in (0, 1, 2):
        shares = (status == level).mean(axis=(1, 2))
        error = shares.std(ddof=1) / np.sqrt(REPLICATIONS)
        assert abs(shares.mean() - expected[level]) < 4.0 * error, f"level {level}"
    lengths, mean = spell_lengths(status), expected_spell(chain, start)
    assert abs(lengths.mean() - mean) < 4.0 * lengths.std(ddof=1) / np.sqrt(len(lengths))


def who_still_fights(world: World, chain: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chances of each status (n, 3) at the start: three quarters have passed in which a conflict may have ended."""
    t = world.terrain()
    assert set(t.years_in_conflict[t.level > 0].tolist()) == {3.0}
    start = np.zeros((world.size, 3))
    for i, level in enumerate(t.level.astype(int)):
        lasts = (1.0 - chain[i, level, 0]) ** 3 if level else 0.0
        calms = 1.0 - (1.0 - chain[i, 2, 1]) ** 1.5 if level == 2 else 1.0
        start[i] = 1.0 - lasts, lasts * calms, lasts * (1.0 - calms)
    return start


def spell_lengths(status: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Lengths of spells that begin in the first half and are not cut off by the end."""
    found = []
    for path in np.moveaxis(status, 1, -1).reshape(-1, QUARTERS):
        begins = np.flatnonzero((path[1:] > 0) & (path[:-1] == 0)) + 1
        for begin in begins[begins < QUARTERS // 4]:
            after = np.flatnonzero(path[begin:] == 0)
            found.append(float(after[0]) if len(after) else float(QUARTERS - begin))
    return np.array(found)


def expected_spell(chain: npt.NDArray[np.float64], start: npt.NDArray[np.float64]) -> float:
    """Mean length of those spells, cut at the end of the run, weighted by when and where they begin."""
    total, weight = 0.0, 0.0
    at = start
    for quarter in range(QUARTERS // 4):
        begins = at[:, 0] * chain[:, 0, 1]
        at = np.einsum("ns,nst->nt", at, chain)
        if quarter == 0:
            continue  # a spell in the first quarter of the record has no peaceful quarter before it there
        alive = np.tile([1.0, 0.0], (len(chain), 1))
        length = np.zeros(len(chain))
        for _ in range(QUARTERS - quarter):
            length += alive.sum(axis=1)
            alive = np.einsum("ns,nst->nt", alive, chain[:, 1:, 1:])
        total += float(begins @ length)
        weight += float(begins.sum())
    return total / weight
