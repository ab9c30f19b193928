"""How long a run of the compiled ensemble takes on one core, and just drawing its random numbers."""

from experiments.benchmarks.clock import fastest
from experiments.settings.configuration import Setting
from model.ensemble import NO_TRACE, simulate
from model.randomness import Chance, draw_chance, stream

NORMALS = ("drift", "private_error", "common_error", "interests", "reports")
"""Chance that is standard normal; the rest is uniform."""


def seconds_per_run(setting: Setting, seconds: float) -> float:
    """Time a run on one core: institutions live through a common future, whose drawing is included."""
    terrain = setting.world.terrain()
    prepared = [(setting.parameters(name), who.layout(setting.world)) for name, who in setting.institutions.items()]

    def one_future() -> None:
        chance = draw_chance(1, 0, setting.world.size, setting.quarters)
        for parameters, layout in prepared:
            simulate(parameters, layout, terrain, chance, NO_TRACE)

    return fastest(one_future, seconds) / len(prepared)


def seconds_per_draw(setting: Setting, seconds: float) -> float:
    """Time how long NumPy takes to draw as many normals and uniforms as one run has, by the generator runs use."""
    drawn = draw_chance(1, 0, setting.world.size, setting.quarters)
    sizes = {name: getattr(drawn, name).size for name in Chance._fields}
    normals = sum(sizes[name] for name in NORMALS)
    uniforms, generator = sum(sizes.values()) - normals, stream(1, 0, "benchmark")
    return fastest(lambda: (generator.standard_normal(normals), generator.random(uniforms)), seconds)
