"""Write the frozen outcomes anew, on purpose: ``make baselines`` (or ``python -m tests.baselines.update``)."""

import json
from pathlib import Path

from model.runs import simulate
from tests.support import INSTITUTIONS, institution, parameters_of, setting

BASELINES = Path(__file__).with_name("baselines.json")
WORLDS = ("africa", "stylised")
REPLICATIONS = range(2)


def outcomes() -> dict[str, dict[str, float]]:
    """Outcomes of twenty years by world, institution and replication, at the defaults, seed 1."""
    return {
        f"{world} {name} {replication}": simulate(
            institution(name), setting(world).world, parameters_of(name), 1, replication
        ).outcomes
        for world in WORLDS
        for name in INSTITUTIONS
        for replication in REPLICATIONS
    }


if __name__ == "__main__":
    BASELINES.write_text(json.dumps(outcomes(), indent=1) + "\n", encoding="utf-8")
