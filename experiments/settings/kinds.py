"""What an option's value may be: each type knows its rule as text, and whether a value keeps to it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.settings.files import labels_in
from experiments.settings.places import names_in, path_of
from model.errors import InvalidInput, nearest

MANY = 1_000_000
"""The most that is taken of whatever is counted: more would fill memory before anything runs."""


def shown(value: Any, text: Callable[[str], str] = str) -> str:
    """Write a value as a user types it.

    Parameters
    ----------
    value : object
        Plain data.
    text : callable, optional
        How texts in it are written.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(shown(item, text) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{shown(item, text)}' for name, item in value.items())}}}"
    return text(str(value)) if isinstance(value, str | Path) else str(value)


def typed(value: Any) -> str:
    """Write a value so that a command line reads the very same: texts in quotes where they could mean anything else."""
    return shown(value, _quoted)


def _quoted(text: str) -> str:
    """Put a text in quotes unless it is a plain name or path."""
    is_plain = re.fullmatch(r"[A-Za-z_/][A-Za-z0-9_./-]*", text) is not None
    if is_plain and text.lower() not in ("null", "true", "false", "nan", "inf"):
        return text
    escaped = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), text)
    return f"'{escaped}'"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type of values.

    Attributes
    ----------
    optional : bool
        Whether null is one, too.
    said : str, optional
        The rule in words of its own.
    """

    optional: bool = False
    said: str | None = None

    @property
    def rule(self) -> str:
        """What is admitted, as in "engine=x: must be <rule>"."""
        return (self.said or self.words()) + (", or null" if self.optional else "")

    def words(self) -> str:
        """Say which values are admitted, null apart."""
        raise NotImplementedError

    def admits(self, value: Any) -> bool:
        """Tell whether a value is admitted, null apart."""
        raise NotImplementedError

    def names(self) -> Iterable[str]:
        """List the names among which the nearest right one is looked for; none for numbers."""
        return ()

    def labels(self) -> Mapping[str, str]:
        """Say what names are called, where that is another thing."""
        return {}

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is not admitted.

        Raises
        ------
        InvalidInput
            Names the option, the value, the rule and the nearest right name.
        """
        if self.optional if value is None else self.admits(value):
            return
        known = list(self.names())
        given = value if isinstance(value, list) else [value]
        wrong = next((str(item) for item in given if item not in known), str(value))
        # A right name where a list is asked for lacks its brackets only.
        meant = f"did you mean '{name}=[{wrong}]'?" if wrong in known else nearest(wrong, known, self.labels())
        raise InvalidInput(f"{name}={shown(value)}: must be {self.rule}" + (f"; {meant}" if known else ""))


@dataclass(frozen=True)
class Whole(Kind):
    """Whole numbers, written as such: from low to high, or from low to more than anybody means, `at_most`."""

    low: int
    high: int | None = None
    of: str = "a whole number"
    multiple_of: int = 1
    at_most: int = MANY

    @property
    def rule(self) -> str:
        """The rule; a limit that nobody meets who means what he asks comes last."""
        return super().rule + (f" (at most {self.at_most:,})" if self.high is None else "")

    def words(self) -> str:
        """Say the bounds."""
        return f"{self.of}, {self.low} " + ("or more" if self.high is None else f"to {self.high}")

    def admits(self, value: Any) -> bool:
        """Tell whether a value is such a number."""
        high = self.at_most if self.high is None else self.high
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and self.low <= value <= high and value % self.multiple_of == 0


@dataclass(frozen=True)
class Wholes(Kind):
    """A list of different whole numbers of one kind."""

    each: Whole

    def words(self) -> str:
        """Say what each is."""
        return f"a list, none twice: {self.each.words()}"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is such a list."""
        return isinstance(value, list) and all(map(self.each.admits, value)) and 0 < len(value) == len(set(value))


@dataclass(frozen=True)
class Number(Kind):
    """Finite numbers from low to high, or above low."""

    low: float = 0.0
    high: float = math.inf
    above: bool = False

    def words(self) -> str:
        """Say the bounds."""
        if self.above:
            return f"a number above {self.low:g}" + ("" if self.high == math.inf else f", up to {self.high:g}")
        if self.high == math.inf:
            return f"a number, {self.low:g} or more"
        return f"a number between {self.low:g} and {self.high:g}"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is such a number."""
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
        return number and self.low <= value <= self.high and not (self.above and value == self.low)


@dataclass(frozen=True)
class YesNo(Kind):
    """True or false."""

    def words(self) -> str:
        """Say both."""
        return "true or false"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is one of them."""
        return isinstance(value, bool)


@dataclass(frozen=True)
class Choice(Kind):
    """One of several names; those that are dear to find are found when a value is held against them."""

    of: Callable[[], Iterable[str]]
    group: str = ""
    """The folder of ``conf`` whose files they are."""

    def words(self) -> str:
        """List them."""
        *others, last = self.of()
        return f"{', '.join(others)} or {last}"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is one of them."""
        return isinstance(value, str) and value in self.names()

    def names(self) -> Iterable[str]:
        """List them."""
        return list(self.of())

    def labels(self) -> Mapping[str, str]:
        """Say what their files call them."""
        return labels_in(self.group) if self.group else {}


@dataclass(frozen=True)
class Composed(Choice):
    """The name of a file in ``conf`` whose content is composed into what is asked, under the option's name."""


def file_in(group: str, kind: type[Choice] = Choice) -> Choice:
    """Give the type of the name of a file in a folder of ``conf``."""
    return kind(lambda: names_in(group), group, said=f"the name of a file in conf/{group}")


def composed(group: str) -> Choice:
    """Give the type of the name of a file in a folder of ``conf``, composed into what is asked."""
    return file_in(group, Composed)


@dataclass(frozen=True)
class Several(Kind):
    """A list of different names, known ones or any; where one is enough, it may stand alone. Or one of a few words."""

    of: Callable[[], Iterable[str]] | None = None
    least: int = 1
    alone: bool = False
    also: tuple[str, ...] = ()

    def words(self) -> str:
        """Say so; most say it better in words of their own."""
        return "a list of different names"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is such a list."""
        if isinstance(value, str) and value in self.also:
            return True
        given = [value] if self.alone and not isinstance(value, list) else value
        if not isinstance(given, list) or not all(map(self._is_name, given)):
            return False
        return self.least <= len(given) == len({str(name) for name in given})

    def _is_name(self, item: Any) -> bool:
        """Tell whether an item is a name: a known one, or any; one of digits reads as a number."""
        if self.of is not None:
            return isinstance(item, str) and item in self.names()
        return isinstance(item, str | int) and not isinstance(item, bool) and bool(str(item).strip())

    def names(self) -> Iterable[str]:
        """List the names that are known."""
        return () if self.of is None else list(self.of())


@dataclass(frozen=True)
class Axes(Kind):
    """Parameters to vary: a word for many of them, a list of names, or a mapping of names to ranges or values."""

    many: str = "swept"

    def words(self) -> str:
        """Say how each is written."""
        return f"{self.many}, a list, as in '[effect,veto]', or a mapping, as in '{{effect:[0.01,0.05],veto:null}}'"

    def admits(self, value: Any) -> bool:
        """Tell whether a value has one of these forms."""
        return value == self.many or (isinstance(value, list | dict) and len(value) > 0)


@dataclass(frozen=True)
class Values(Kind):
    """Values of parameters by name."""

    def words(self) -> str:
        """Say how it is written."""
        return "a mapping, as in '{veto: 0.5}'"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is a mapping."""
        return isinstance(value, dict)


@dataclass(frozen=True)
class Text(Kind):
    """Text that is not empty and fits a pattern."""

    pattern: str = r".*\S.*"
    numbers: bool = False

    def words(self) -> str:
        """Say so; most say it better in words of their own."""
        return "text"

    def admits(self, value: Any) -> bool:
        """Tell whether a value is such text; a name may be all digits, which reads as a number."""
        whole = self.numbers and isinstance(value, int) and not isinstance(value, bool)
        return (whole or isinstance(value, str)) and re.fullmatch(self.pattern, str(value), re.DOTALL) is not None


@dataclass(frozen=True)
class Folder(Text):
    """A folder; one that need not be there yet, unless it must."""

    must_exist: bool = False

    def words(self) -> str:
        """Say so."""
        return "a folder"

    def admits(self, value: Any) -> bool:
        """Tell whether a value names one."""
        return super().admits(value) and (not self.must_exist or path_of(value).is_dir())


@dataclass(frozen=True)
class ExistingFile(Text):
    """A file that is there."""

    def words(self) -> str:
        """Say of which format."""
        return "a CSV file"

    def admits(self, value: Any) -> bool:
        """Tell whether a value names one."""
        return super().admits(value) and path_of(value).is_file()

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is not admitted; say of a file whether it is missing, or which one was meant."""
        if isinstance(value, str) and value.strip() not in ("", "???") and not self.admits(value):
            path = path_of(value)
            if path.is_dir():
                raise InvalidInput(f"{name}={shown(value)}: is a folder, must be {self.rule}")
            beside = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
            said = nearest(path.name, beside)
            meant = f"; {said}" if said.startswith("did you mean") else ""
            raise InvalidInput(f"{name}={shown(value)}: no such file, must be {self.rule}{meant}")
        super().check(name, value)


@dataclass(frozen=True)
class NewFile(Text):
    """A file that can be written without losing anything."""

    def words(self) -> str:
        """Say what that takes."""
        return "a file that does not exist yet, in a folder that does"

    def admits(self, value: Any) -> bool:
        """Tell whether a value names one."""
        # Three question marks are Hydra's way to say that a value is missing.
        if not super().admits(value) or value.strip() == "???":
            return False
        path = path_of(value)
        return path.parent.is_dir() and not path.exists() and not path.is_symlink()
