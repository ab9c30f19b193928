"""What the page opens with: said once by the command before the server starts, read by each visitor's session."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Opening:
    """What was asked for on the command line.

    Attributes
    ----------
    institutions : tuple of str
        A and B: files of ``conf/institution``.
    overrides : tuple of str
        What else was typed, as ``concord run`` takes it: ``seed=7``, ``veto=0.5``, ``override.uk_pools.veto=0``.
    """

    institutions: tuple[str, str] = ("siloed", "uk_pools")
    overrides: tuple[str, ...] = ()


_said: list[Opening] = [Opening()]


def open_with(opening: Opening) -> None:
    """Let sessions that start from now on open with this."""
    _said[0] = opening


def opening() -> Opening:
    """Tell what a session opens with."""
    return _said[0]
