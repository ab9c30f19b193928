"""Which command has which options; what each means stands in `experiments.settings.options`."""

_MODEL = ("world", "calibration", "channels", "seed", "quarters")

_STUDY = ("study", "results", "runner", "workers", "output")
_PAIR = ("institution", "than")
_RECORD = ("acd", "panel", "borders", "region", "first", "last")

OPTIONS_OF: dict[str, tuple[str, ...]] = {
    "run": ("institution", *_MODEL, "replication", "engine", "output", "trajectory"),
    "explain": ("institution", "state", "quarter", *_MODEL, "replication", "output"),
    "compare": ("institutions", "hypothesis", *_MODEL, "replications", "draws", "channel_draws", *_STUDY),
    "sweep": (
        "design", "axes", "institutions", *_MODEL, "replications", "precision", "max_replications", "trajectories",
        "dry_run", "large", *_STUDY,
    ),
    "attribute": ("institution", "level", *_MODEL, "replications", *_STUDY),
    "breakeven": (*_PAIR, "assumptions", "metric", "margin", "steps", "level", *_MODEL, "replications", *_STUDY),
    "robustness": ("institutions", "margin", *_MODEL, "draws", "futures", *_STUDY),
    "sensitivity": (*_PAIR, "metric", "axes", "morris", "keep", "base", *_MODEL, "replications", *_STUDY),
    "discover": (*_PAIR, "condition", "axes", "points", "source", *_MODEL, "replications", *_STUDY),
    "view": ("institutions", *_MODEL, "replication", "host", "port", "open", "results"),
    "patterns": (*_RECORD, "to", "institution", *_MODEL, "replications", "study", "results", "workers", "output"),
    "calibrate": (
        "free", *_RECORD, "institution", "world", "calibration", "points", "replications", "proposals", "histories",
        "seed", "study", "results", "workers", "to", "output",
    ),
    "forecast": (
        "first", "years", "institution", "world", "calibration", "acd", "panel", "borders", "region", "seed",
        "replications", "coverage", "workers", "output",
    ),
    "plot": ("studies", "results"),
    "report": ("studies", "results", "to"),
    "parameters": ("group", "output"),
    "import": ("acd", "panel", "borders", "violence", "year", "region", "without", "to"),
    "status": ("results", "output"),
    "compact": ("study", "command", "results"),
    "bench": ("institutions", "world", "calibration", "channels", "quarters", "seconds", "workers", "output"),
}  # fmt: skip
"""Which command has which options."""


def takes_parameters(command: str) -> bool:
    """Tell whether a command runs the model, so that parameters can be set on it."""
    return "world" in OPTIONS_OF[command]
