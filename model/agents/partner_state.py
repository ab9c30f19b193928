"""A partner state: it suffers, consents, absorbs what is delivered, and trusts or does not."""

from typing import TYPE_CHECKING

import mesa

from model.rules import conflict, delivery, drivers, effects, observation, partners, peacekeeping, trust
from model.world import PartnerStateRecord

if TYPE_CHECKING:
    from model.simulation import Simulation

Three = tuple[float, float, float]
Four = tuple[float, float, float, float]


class PartnerState(mesa.Agent):
    """One state; ``position`` is its column in every array. Attributes are named as in `model.rules.table`."""

    model: "Simulation"

    def __init__(self, model: "Simulation", record: PartnerStateRecord, position: int) -> None:
        """Start from the world's record."""
        super().__init__(model)
        p, terrain = model.parameters, model.terrain
        self.record = record
        self.position = position
        self.pool = int(model.layout.pool_of_state[position])
        self.neighbours: list[PartnerState] = []
        self.log_population = float(terrain.log_population[position])
        self.path: list[list[float]] = terrain.structural[:, :, position].tolist()
        self.origin = self.path[0]
        self.scale = delivery.absorptive_scale(self.log_population, p.delivery)
        self.mass = partners.mass(self.log_population)
        self.structural = list(self.origin)
        level, uniform = float(terrain.level[position]), float(model.chance.start[position])
        fought, quiet = float(terrain.years_in_conflict[position]), float(terrain.years_at_peace[position])
        self.status, self.quarters_in_conflict, self.quarters_at_peace = conflict.start_of(
            level, fought, quiet, uniform, self.origin[2], self.log_population, p.conflict
        )
        x0, x1, x2 = self.origin
        self.driver = list(effects.expected_driver(self.status, x0, x1, x2, p.expected))
        self.memory = conflict.first_memory(self.quarters_at_peace, p.conflict)
        self.mission = peacekeeping.mission_before(level, p.peacekeeping)
        self.trust = trust.FIRST_TRUST
        self.consent: Three = (0.0, 0.0, 0.0)
        self.effort: Three = (0.0, 0.0, 0.0)
        self.work: Three = (0.0, 0.0, 0.0)
        self.contested, self.unaccountable, self.habit = 0.0, 0.0, 0.0
        self.mediated = p.expected.expected_mediated_peace
        self.common_error = [0.0, 0.0]
        self.known: Four = self.condition()
        self._conditions: list[Four] = []
        normals = model.chance.works[:, position].tolist()
        self.works_normals: Three = (normals[0], normals[1], normals[2])
        works = [observation.works(normal, p.effects) for normal in normals]
        self.works: Three = (works[0], works[1], works[2])
        self.precision, self.lesson = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        self.donors, self.deaths = 0.0, 0.0
        self.year_money, self.last_year_money = 0.0, 0.0
        self.advised, self.voluntary = 0.0, 0.0

    def live(self, shocks: list[float], normals: list[float]) -> None:
        """Let structural levels heal and drivers drift, take shocks and suffer from conflict."""
        p = self.model.parameters.drivers
        shifts = drivers.shocks_to_drivers(shocks[0], shocks[1], shocks[2], shocks[3], p)
        self.origin = self.path[min(self.model.quarter // 4, len(self.path) - 1)]
        for k in range(3):
            self.structural[k] = drivers.healed(self.structural[k], self.origin[k], p.healing)
            self.driver[k] = drivers.next_driver(
                self.driver[k], self.structural[k], self.status, normals[k], shifts[k], p
            )

    def renew_consent(self) -> None:
        """Decide how far to consent to each line of engagement in the coming year."""
        self.consent = trust.consent(self.trust, self.driver[2], self.model.parameters.trust)

    def be_reported(self, normals: list[float]) -> None:
        """Let the error that all observers share move on, and what is known of conflict here come up to date, late."""
        p, first = self.model.parameters.observation, self.model.quarter == 0
        persistence, late = p.noise_persistence, int(p.unknown_status)
        self._conditions.insert(0, self.condition())
        del self._conditions[observation.LONGEST_DELAY + 2 :]
        self.known = self._conditions[min(late, self.model.quarter)]
        for k in range(2):
            self.common_error[k] = observation.next_error(self.common_error[k], normals[k], first, persistence)

    def attraction(self) -> float:
        """Weight of this state in international partners' spending."""
        return partners.attraction(self.mass, self.status, self.model.parameters.finance.donor_reaction)

    def condition(self) -> Four:
        """Status, quarters fought and at peace, memory: what takes time to be known."""
        return self.status, self.quarters_in_conflict, self.quarters_at_peace, self.memory

    def next_door(self, known: bool = True) -> float:
        """What conflict next door adds to the log-hazard of onset, as it is ``known`` now, assessed missions alone."""
        fighting = self.fighting_neighbours(known)
        return self._contagion(
            [(other, other.known[0] if known else other.status, other.mission) for other in fighting]
        )

    def spilled(self) -> float:
        """What conflict next door adds in truth, voluntary missions held against it."""
        return self._contagion(
            [
                (other, other.status, peacekeeping.guarded(other.mission, other.voluntary))
                for other in self.fighting_neighbours(known=False)
            ]
        )

    def fighting_neighbours(self, known: bool) -> list["PartnerState"]:
        """Neighbours in conflict, as far as is ``known`` or in truth."""
        return [other for other in self.neighbours if (other.known[0] if known else other.status) > 0.0]

    def _contagion(self, fighting: list[tuple["PartnerState", float, float]]) -> float:
        """Borders count by the most open one, missions by their mean; neighbours with their status and mission."""
        if not fighting:
            return 0.0
        p, reach, open_border, missions = self.model.parameters, self.model.reach, 0.0, 0.0
        for other, status, mission in fighting:
            open_border = max(open_border, conflict.spillover(status, self.effort[0], other.effort[0], p.delivery))
            missions += mission
        return effects.contagion(
            open_border, missions / len(fighting), p.conflict.onset_neighbours, reach.missions[4],
            reach.usual_mission_next_door,
        )  # fmt: skip

    def reinforce(self, money: float) -> None:
        """Take in voluntary peacekeeping, £m this quarter, beside the assessed mission."""
        self.voluntary += peacekeeping.strength(money, self.model.parameters.peacekeeping)

    def learn_what_works(self, misled: list[float]) -> None:
        """Let the year's programmes tell a little of what works here."""
        p = self.model.parameters.observation
        for k in range(3):
            self.precision[k], self.lesson[k] = observation.lesson(
                self.precision[k], self.lesson[k], self.work[k], self.works_normals[k], misled[k], p
            )

    def absorb(self, missions: list[Three], departments: int) -> float:
        """Turn the money of separate missions (£m this quarter by instrument) into effort, effect and trust.

        The first so many are ``departments``' own. Returns the fall of the drivers, summed, that this brought.
        """
        parameters = self.model.parameters
        p, persuasion = parameters.delivery, parameters.degrees.persuasion
        money, count = [0.0, 0.0, 0.0], 0.0
        for spender, mission in enumerate(missions):
            total = mission[0] + mission[1] + mission[2]
            if total > 0.0:
                for k, spent in enumerate(mission):
                    if spent > 0.0:
                        money[k] += delivery.within_remits(spent, persuasion, p) if spender < departments else spent
                count += 1.0
                self.year_money += total
        # Most states get no money in a quarter: nothing is worked out for them that can only be zero.
        self.effort, imposed, winning, fall = (0.0, 0.0, 0.0), 0.0, 0.0, 0.0
        self.work, self.contested, self.unaccountable = (0.0, 0.0, 0.0), 0.0, 0.0
        if count > 0.0:
            imposed = trust.without_consent(self.status, self.consent[0], money[0], parameters.trust)
            self.effort = self._efforts(money, imposed)
            winning = trust.winning(*self.effort, p.defence_ties, parameters.trust)
            fall = self._improve()
        self.trust = trust.next_trust(self.trust, winning, count, imposed, parameters.trust)
        return fall

    def _efforts(self, money: list[float], imposed: float) -> Three:
        """Effort of each instrument, from its £m; the part ``imposed`` of security work goes without consent."""
        p, total = self.model.parameters.delivery, money[0] + money[1] + money[2]
        consents = (self.consent[0] + imposed, self.consent[1], self.consent[2])
        first, second, third = (
            delivery.effort(own, total - own, self.donors, consent, self.scale, p) if own > 0.0 else 0.0
            for own, consent in zip(money, consents, strict=True)
        )
        return first, second, third

    def _improve(self) -> float:
        """Let this quarter's efforts work on the drivers; returns their fall, summed."""
        p, x = self.model.parameters.delivery, self.driver
        *work, self.contested, self.unaccountable = delivery.effective(
            x[0], x[1], x[2], *self.effort, self.advised, self.works, p
        )
        self.work = (work[0], work[1], work[2])
        falls = [delivery.fall(done, level, p) for done, level in zip(work, x, strict=True)]
        for k, fall in enumerate(falls):
            x[k] = delivery.worked_driver(x[k], fall)
            self.structural[k] = delivery.reformed(self.structural[k], fall, p.lasting)
        return falls[0] + falls[1] + falls[2]

    def _above(self) -> Three:
        """What drivers off the path, programmes and missions add to the record's log-hazards."""
        x, origin = self.driver, self.origin
        return effects.on_hazards(
            self.status, (x[0] - origin[0], x[1] - origin[1], x[2] - origin[2]), self.memory, self.quarters_at_peace,
            peacekeeping.guarded(self.mission, self.voluntary), self.work, self.contested, self.unaccountable,
            effects.withdrawn(self.habit, self.work[1]), self.mediated, self.model.reach,
        )  # fmt: skip

    def change_status(self, next_door: float, uniform: float, uniform_deaths: float) -> None:
        """Fall into conflict, escalate, calm down or make peace; remember it."""
        parameters = self.model.parameters
        p, before = parameters.conflict, self.status
        status = conflict.transition(
            before, uniform, self.origin[1], self.origin[2], next_door, self.memory, self.quarters_at_peace,
            self.log_population, self.quarters_in_conflict, self._above(), p,
        )  # fmt: skip
        self.status = status
        self.deaths = conflict.deaths(status, uniform_deaths, p.deaths_exponent) if status > 0.0 else 0.0
        self.quarters_at_peace = conflict.next_quarters_at_peace(self.quarters_at_peace, status)
        self.quarters_in_conflict = conflict.next_quarters_in_conflict(
            self.quarters_in_conflict, status, self.quarters_at_peace
        )
        self.memory = conflict.next_memory(self.memory, status, self.model.memory_decay)
        self.mission = peacekeeping.next_mission(self.mission, status, parameters.peacekeeping)
        self.mediated = effects.next_mediated(self.mediated, before, status, self.work[2])
        self.habit = effects.next_habit(self.habit, self.work[1])
        for k in range(3) if status != before else ():
            self.structural[k] = drivers.scarred(self.structural[k], before, status, parameters.drivers.scarring)

    def compare_years(self, has_last_year: bool) -> None:
        """Close the year's account of the donor's money; stop-start costs trust."""
        if has_last_year:
            change = trust.stop_start(self.year_money, self.last_year_money)
            self.trust = trust.shaken(self.trust, change, self.model.parameters.trust.trust_volatility)
        self.last_year_money = self.year_money
        self.year_money = 0.0

    def column(self) -> list[float]:
        """This state's own rows of the table `model.rules.table`, those of departments' pictures excluded."""
        return [
            *self.driver, *self.structural, *self.consent, *self.effort, self.status, self.quarters_in_conflict,
            self.quarters_at_peace, self.memory, self.mission, self.trust, self.donors, self.deaths,
            self.year_money, self.last_year_money, self.advised, self.voluntary, *self.common_error, *self.origin,
            *self.work, self.contested, self.unaccountable, self.habit, self.mediated,
            *self.precision, *self.lesson,
        ]  # fmt: skip
