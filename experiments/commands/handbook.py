"""``concord handbook``: how is it used, what do its words mean, and what does the model say, in one page?

Writes one HTML page that needs no network: first steps, a glossary, commands, every parameter with meaning, unit,
prior and source, and the model in full with its equations. concord view serves the same at /handbook.

Examples
--------
concord handbook
concord handbook to=concord.html
"""

from pathlib import Path

from experiments.settings.asked import Asked
from experiments.settings.options import TO
from experiments.settings.places import path_of

OPTIONS = (TO,)


def conduct(asked: Asked) -> Path:
    """Write the handbook, aside first.

    Returns
    -------
    Path
        The page.
    """
    from experiments.reporting.handbook import handbook
    from experiments.runs.parts import write_whole

    path = path_of(asked.to).absolute()
    write_whole(path, handbook().encode())
    return path


def told(path: Path, output: str) -> str:
    """Say where the page is."""
    return str(path)
