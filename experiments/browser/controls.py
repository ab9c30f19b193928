"""What the controls show: every declared parameter with its unit, range and meaning, and what has been changed."""

from experiments.accounts.witness import Plain
from experiments.browser.selection import FILES, Ready
from experiments.settings.files import read_yaml
from experiments.settings.places import CONF, names_in
from model.parameters import GROUPS, PARAMETERS, Parameters

_STEPS = 100


def declared() -> list[Plain]:
    """Describe every parameter, by group; the same for every visitor and run.

    Returns
    -------
    list of dict
        ``group`` and its ``parameters``: name, unit, range, prior, step of a slider, meaning, source, words of a
        choice.
    """
    return [
        {
            "group": group,
            "title": group.capitalize(),
            "about": (kind.__doc__ or "").strip().split("\n")[0],
            "parameters": [_described(name) for name in kind._fields],
        }
        for group, kind in GROUPS.items()
    ]


def _described(name: str) -> Plain:
    """Describe one parameter."""
    told = PARAMETERS[name]
    off = None if told.off is None or told.low <= told.off <= told.high else told.off
    return vars(told) | {
        "title": name.replace("_", " "),
        "step": 1 if told.whole else float(f"{(told.high - told.low) / _STEPS:.1g}"),
        "prior": str(told.prior),
        "range": f"{told.low:g} to {told.high:g}" + ("" if off is None else f", {off:g}: off"),
    }


def chosen(ready: Ready, stamp: int) -> Plain:
    """Tell what is chosen.

    Returns
    -------
    dict
        ``options``: world, seed and the like; ``files``, which worlds, calibrations and sets of channels there are; a
        world that needs a file is there only if it was given one on the command line. ``values`` by parameter: what it
        is ``now`` for A and B, and whether each is ``changed``. ``stamp`` is another one whenever something was
        refused.
    """
    now, preset = ([_flat(getattr(start, kind)) for start in ready.sides] for kind in ("parameters", "preset"))
    options = ready.selection.options
    return {
        "options": options,
        "files": {of: [name for name in names_in(of) if name != "csv" or name == options[of]] for of in FILES},
        "values": {
            name: {
                "now": [side[name] for side in now],
                "changed": [one[name] != other[name] for one, other in zip(now, preset, strict=True)],
            }
            for name in PARAMETERS
        },
        "stamp": stamp,
    }


def _flat(parameters: Parameters) -> dict[str, float]:
    """Lay the groups out."""
    return {name: value for group in parameters for name, value in group._asdict().items()}


def institutions() -> dict[str, str]:
    """Name the institutions to choose from, as their files call them."""
    files = {name: CONF / "institution" / f"{name}.yaml" for name in names_in("institution")}
    nodes = {name: read_yaml(path, f"institution '{name}'") or {} for name, path in files.items()}
    return {name: str(node.get("label", name)) for name, node in nodes.items()}
