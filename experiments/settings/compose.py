"""From words to what a command is asked: read by Hydra's parser and composed by Hydra, once; checked by us.

Nothing else here knows Hydra. It composes from ``conf`` alone, and what is typed only ever sets what exists already.
"""

import contextlib
import itertools
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import RLock
from typing import Any, cast

import yaml
from hydra import compose, initialize_config_dir
from hydra import main as hydra_main
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import OverrideType
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.settings import commands, places
from experiments.settings.asked import Asked
from experiments.settings.files import check_conf, defaults
from experiments.settings.kinds import typed
from experiments.settings.options import BASELINE, BEST, NOTHING, REFERENCE
from experiments.settings.words import (
    Word,
    check_value,
    check_word,
    names,
    refuse_one_study_for_several,
    unreadable,
)
from model.errors import InvalidInput
from model.parameters import PARAMETERS

_VERSION = "1.3"
_ONE_AT_A_TIME = RLock()
"""Hydra keeps what it is initialised with in one place for the whole process."""

_OF_INSTITUTIONS = ("institution", "institutions", "than", "condition")
"""Options that name institutions."""

_PLACE = "institutions_composed"

_QUIET = (
    "hydra.sweep.subdir=.",
    "hydra.output_subdir=null",
    "hydra.job.chdir=false",
    "hydra/job_logging=stdout",
    "hydra.job_logging.root.level=WARNING",
    "hydra.job_logging.handlers.console.stream='ext://sys.stderr'",
    "hydra.hydra_logging.handlers.console.stream='ext://sys.stderr'",
)
"""Hydra would log into files and on stdout, where results are printed."""


def asked(command: str, overrides: Sequence[str] = (), options: Mapping[str, object] | None = None) -> Asked:
    """Read, compose and check what a command is asked.

    Parameters
    ----------
    command : str
        A key of `experiments.settings.commands.questions`.
    overrides : sequence of str
        As on the command line, one value each.
    options : mapping of str to object, optional
        The same by name, as a notebook gives them.

    Returns
    -------
    Asked

    Raises
    ------
    InvalidInput
        For a name that does not exist or a value that is not admitted, in one line.
    """
    texts = (*overrides, *(f"{name}={typed(value)}" for name, value in (options or {}).items()))
    with _ready():
        words = [_read(command, text) for text in texts]
        chosen, institutions = _files(command, words)
        for group, name in [*chosen.items(), *(("institution", name) for name in institutions)]:
            check_conf(group, name)
        # A list cannot stand in Hydra's defaults: each institution goes to a place of its own, all in one composition.
        placed = [f"+institution@{_PLACE}.{place}={name}" for place, name in enumerate(institutions)]
        plain = _plain(compose(command, [*map(_as_hydra_takes_it, words), *placed]))
    composed = plain.pop(_PLACE, {})
    for name, option in commands.options(command).items():
        try:
            option.check(chosen.get(name, plain.get(name)))
        except InvalidInput as error:
            has_default = chosen.get(name, plain.get(name)) not in (None, [], "???")
            if has_default and all(word.root != name for word in words):
                raise InvalidInput(f"conf/{command}.yaml: {error}") from None
            raise
    files = {name: composed.get(str(place)) for place, name in enumerate(institutions)}
    if "institution" in chosen:
        files[chosen["institution"]] = plain["institution"]
    parameters = {name: plain[name] for name in PARAMETERS if plain.get(name) is not None}
    kept = {name: plain[name] for name in plain if name not in PARAMETERS}
    return Asked(command, texts, chosen, kept, parameters, files)


def check_several(command: str, texts: Sequence[str]) -> None:
    """Check everything that several values ask for, so that nothing runs if any of it is wrong.

    Every distinct structure is composed once; values that are right or wrong by themselves are checked by their own
    declarations: composing takes a tenth of a second, which hundreds of runs with other seeds should not pay for.

    Raises
    ------
    InvalidInput
        For the first mistake, in one line.
    """
    with _ready():
        words = [_read(command, text, multirun=True) for text in texts]
        if commands.question(command) is not None:
            refuse_one_study_for_several(words)
        seen: set[tuple[str, ...]] = set()
        known: dict[str, Word] = {}
        for job in itertools.product(*(word.each for word in words if not word.is_hydras)):
            fresh = [known.setdefault(text, _read(command, text)) for text in job if text not in known]
            structure = tuple(text for text in job if not known[text].is_simple)
            if structure not in seen:
                seen.add(structure)
                _check(asked(command, job))
            for word in fresh:
                if word.is_simple:
                    check_value(command, word)


def _check(one: Asked) -> None:
    """Check all that a command can say of what it is asked before it begins."""
    if (question := commands.question(one.command)) is not None:
        question(one)
    elif commands.takes_parameters(one.command):
        one.setting(one.institution_names)
    if "runner" in one:
        _ = one.runner


def launch(command: str, texts: Sequence[str], body: Callable[[Sequence[str]], int]) -> None:
    """Let Hydra start one run of a command after another, or wherever its launchers do.

    Parameters
    ----------
    command : str
        Whose runs.
    texts : sequence of str
        As typed, several values included; they went through `check_several`.
    body : callable
        Receives the words of one run, returns its exit code.
    """

    def job(_: object) -> None:
        if code := body([text.removeprefix("++") for text in HydraConfig.get().overrides.task]):
            # Hydra would turn an error into a report and an exit code of its own.
            sys.exit(code)

    with _ready():
        words = [_as_hydra_takes_it(_read(command, text, multirun=True)) for text in texts]
    before, root = sys.argv, logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # Hydra's sweeper insists on writing a file about itself.
    with tempfile.TemporaryDirectory(prefix="concord-") as scratch:
        sys.argv = [f"concord {command}", "-m", f"hydra.sweep.dir='{scratch}'", *_QUIET, *words]
        try:
            hydra_main(str(places.CONF), command, _VERSION)(job)()
        finally:
            sys.argv = before
            # Hydra sends every log to where stderr was: nothing of that may outlive it.
            root.handlers[:], root.level = handlers, level


@contextlib.contextmanager
def _ready() -> Iterator[None]:
    """Let Hydra compose from ``conf``, inside one of its jobs or outside; its errors become one line."""
    with _ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        if not GlobalHydra.instance().is_initialized():
            stack.enter_context(initialize_config_dir(str(places.CONF), job_name="concord", version_base=_VERSION))
        try:
            yield
        except (HydraException, OmegaConfBaseException, yaml.YAMLError, RecursionError) as error:
            raise InvalidInput(_one_line(error)) from error


def _one_line(error: BaseException) -> str:
    """Say what Hydra says in one line, innermost cause first."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines()]
    return "configuration: " + "; ".join(
        line for line in lines if line and not line.startswith(("object_type=", "full_key:"))
    )


def _read(command: str, text: str, multirun: bool = False) -> Word:
    """Read a word and check that what it sets exists."""
    name, _, given = text.partition("=")
    # Hydra takes no tilde for the beginning of a text, and no accents in it; people's paths have both.
    is_text = given.startswith("~") or (not given.isascii() and not set(given) & set("[]{}'\"$,="))
    text = f"{name}={typed(given)}" if is_text else text
    try:
        read = OverridesParser.create(GlobalHydra.instance().config_loader()).parse_overrides([text])[0]
        several, key = read.is_sweep_override(), read.get_key_element()
        if several and not read.is_discrete_sweep():
            raise InvalidInput(f"'{text}': must be a list of values, as in {key}=1,2,3 or {key}=range(1,4)")
        each = read.sweep_string_iterator() if several else [read.get_value_element_as_str()]
        plain = read.type is OverrideType.CHANGE and read.package is None
        value = None if several else read.value()
        word = Word(text, read.key_or_group, value, tuple(f"{key}={one}" for one in each), several, plain)
    except (HydraException, RecursionError):
        raise unreadable(command, text) from None
    check_word(command, word, multirun)
    return word


def _files(command: str, words: Sequence[Word]) -> tuple[dict[str, str], list[str]]:
    """Name the file that each option chooses, and further institutions: mentioned ones, and a study's references."""
    options, values = commands.options(command), defaults(command, names(command))
    typed_values = {word.key: word.value for word in words}
    chosen = {name: str(typed_values.get(name, values.get(name))) for name, one in options.items() if one.composed}
    texts = values | {word.key: word.text.partition("=")[2] for word in words}
    mentioned = " ".join(str(texts.get(name)) for name in _OF_INSTITUTIONS if name in options)
    references = [NOTHING, BASELINE, BEST, REFERENCE] if {"institutions", "study"} & set(options) else []
    named = [name for name in places.names_in("institution") if _mentions(mentioned, name)]
    institutions = dict.fromkeys([*references, *named]) if commands.takes_parameters(command) else {}
    return chosen, [name for name in institutions if name != chosen.get("institution")]


def _mentions(text: str, name: str) -> bool:
    """Tell whether a name stands in a text as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _as_hydra_takes_it(word: Word) -> str:
    """Write a word for Hydra: files of ``conf`` are chosen; values are set, though ``conf`` may lack the name."""
    return word.text if word.is_hydras or (places.CONF / word.key).is_dir() else f"++{word.text}"


def _plain(cfg: Any) -> dict[str, Any]:
    """Turn a composed configuration into plain data, the values of other names looked up."""
    _refuse_resolvers("", OmegaConf.to_container(cfg, resolve=False))
    return cast(dict[str, Any], OmegaConf.to_container(cfg, resolve=True))


def _refuse_resolvers(where: str, node: Any) -> None:
    """Refuse ``${oc.env:NAME}`` and its like: what is asked stands on the command line and in ``conf`` alone."""
    if isinstance(node, dict):
        for name, value in node.items():
            _refuse_resolvers(f"{where}.{name}".strip("."), value)
    elif isinstance(node, list):
        for value in node:
            _refuse_resolvers(where, value)
    elif isinstance(node, str) and re.search(r"\$\{[^}]*:", node):
        raise InvalidInput(f"{where}={node}: must be a value itself, or ${{name}} for the value of another name")
