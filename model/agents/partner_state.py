"""A partner state: it suffers, consents, absorbs what is delivered, and trusts or does not."""

from typing import TYPE_CHECKING

import mesa

from model.rules import conflict, delivery, drivers, observation, partners, peacekeeping, priorities, trust
from model.world import PartnerStateRecord

if TYPE_CHECKING:
    from model.simulation import Concord

Three = tuple[float, float, float]


class PartnerState(mesa.Agent):
    """One state; ``position`` is its column in every array. Attributes are named as in `model.rules.table`."""

    model: "Concord"

    def __init__(self, model: "Concord", record: PartnerStateRecord, position: int) -> None:
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
        self.driver = list(conflict.expected_driver(self.status, x0, x1, x2, p.conflict))
        self.memory = conflict.first_memory(self.quarters_at_peace, p.conflict)
        self.mission = peacekeeping.mission_before(level, p.peacekeeping)
        self.trust = trust.FIRST_TRUST
        self.consent: Three = (0.0, 0.0, 0.0)
        self.effort: Three = (0.0, 0.0, 0.0)
        self.common_error = [0.0, 0.0, 0.0]
        self.donors = 0.0
        self.deaths = 0.0
        self.year_money = 0.0
        self.last_year_money = 0.0
        self.advised = 0.0
        self.voluntary = 0.0

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
        """Let the error that all observers share move on."""
        persistence, first = self.model.parameters.observation.noise_persistence, self.model.quarter == 0
        for k in range(3):
            self.common_error[k] = observation.next_error(self.common_error[k], normals[k], first, persistence)

    def attraction(self) -> float:
        """Weight of this state in international partners' spending."""
        return partners.attraction(self.mass, self.status, self.model.parameters.finance.donor_reaction)

    def next_door(self) -> float:
        """How far conflict next door spills over: over the border that is least covered by confidence-building."""
        p, here = self.model.parameters.delivery, self.effort[0]
        fighting = [other for other in self.neighbours if other.status > 0.0]
        return max((conflict.spillover(other.status, here, other.effort[0], p) for other in fighting), default=0.0)

    def reinforce(self, money: float) -> None:
        """Take in voluntary peacekeeping, £m this quarter, beside the assessed mission."""
        self.voluntary += peacekeeping.strength(money, self.model.parameters.peacekeeping)

    def danger(self, next_door: float) -> float:
        """Expected harm here at the true drivers."""
        p = self.model.parameters
        return priorities.expected_harm(
            self.driver[0], self.driver[1], self.driver[2], self.status, self.quarters_in_conflict, next_door,
            self.memory, self.mission, self.quarters_at_peace, self.log_population, self.origin[0],
            p.conflict, p.priorities,
        )  # fmt: skip

    def preventable(self, picture: Three, next_door: float, visible: float) -> Three:
        """Preventable harm per first £m of each instrument, as a picture of the drivers has it."""
        p = self.model.parameters
        by0, by1, by2, ended = priorities.marginal_harm(
            picture[0], picture[1], picture[2], self.status, self.quarters_in_conflict, next_door,
            self.memory, self.mission, self.quarters_at_peace, self.log_population, self.origin[0],
            p.conflict, p.priorities,
        )  # fmt: skip
        lasting, training = self.model.permanence, self.model.permanence_of_training
        consent, scale, donors = self.consent, self.scale, self.donors
        return (
            priorities.preventable_harm(picture[0], by0, 0.0, training, consent[0], scale, donors, visible),
            priorities.preventable_harm(picture[1], by1, 0.0, lasting, consent[1], scale, donors, visible),
            priorities.preventable_harm(picture[2], by2, ended, lasting, consent[2], scale, donors, visible),
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
        fall0, fall1, fall2, rise = delivery.work(x[0], x[1], x[2], *self.effort, self.advised, p)
        for k, fall, harm in ((0, fall0, rise), (1, fall1, 0.0), (2, fall2, 0.0)):
            x[k] = delivery.worked_driver(x[k], fall, harm)
            self.structural[k] = delivery.reformed(self.structural[k], fall - harm, p.lasting)
        return fall0 + fall1 + fall2 - rise

    def change_status(self, next_door: float, uniform: float, uniform_deaths: float) -> None:
        """Fall into conflict, escalate, calm down or make peace; remember it."""
        parameters = self.model.parameters
        p, x, before = parameters.conflict, self.driver, self.status
        status = conflict.transition(
            before, uniform, x[0], x[1], x[2], next_door, self.memory,
            peacekeeping.guarded(self.mission, self.voluntary), self.quarters_at_peace, self.log_population,
            self.origin[0], self.quarters_in_conflict, self.effort[2], p,
        )  # fmt: skip
        self.status = status
        self.deaths = conflict.deaths(status, uniform_deaths, p.deaths_exponent) if status > 0.0 else 0.0
        self.quarters_at_peace = conflict.next_quarters_at_peace(self.quarters_at_peace, status)
        self.quarters_in_conflict = conflict.next_quarters_in_conflict(
            self.quarters_in_conflict, status, self.quarters_at_peace
        )
        self.memory = conflict.next_memory(self.memory, status, self.model.memory_decay)
        self.mission = peacekeeping.next_mission(self.mission, status, parameters.peacekeeping)
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
        ]  # fmt: skip
