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
    return sorted(path.stem for path in (CONF / group).glob("*.yaml") if path.is_file())


def path_of(text: str) -> Path:
    """Say which path a user means: ``~`` is his home, and that of a user who is not there no folder."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def results_folder(results: str | Path | None) -> Path:
    """Say where all studies lie: where the user wants them, else in the checkout."""
    return RESULTS if results is None else path_of(str(results)).absolute()
