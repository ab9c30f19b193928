"""Where configuration and results lie, and which names a configuration folder offers."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CONF = CHECKOUT / "conf"
RESULTS = CHECKOUT / "results"


def names_in(group: str) -> list[str]:
    """List what can be chosen in a folder of ``conf``: any YAML file put there counts at once.

    Parameters
    ----------
    group : str
        ``institution``, ``world``, ``calibration``, ``channels``, ``runner`` or ``hypotheses``.

    Returns
    -------
    list of str
        File names without their ending, in alphabetical order.
    """
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))
