"""What a command is asked: one plain object, whoever asked it and in whatever way."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import yaml

from experiments.settings.configuration import Setting, setting_from
from experiments.settings.options import BASELINE, INSTITUTION, with_references
from experiments.settings.runner import Runner, runner_from
from model.errors import InvalidInput


@dataclass(frozen=True)
class Asked:
    """A command with the value of everything that can be set on it; options are attributes: ``asked.seed``.

    Attributes
    ----------
    command : str
        Its name.
    words : tuple of str
        What was typed behind it.
    chosen : mapping of str to str
        Which file of ``conf`` each option names that names one.
    options : mapping of str to object
        Every option's value; where an option names a file, the file's content.
    parameters : mapping of str to object
        Parameters set for every institution, as typed; nothing else is in it.
    files : mapping of str to object
        Content of ``conf/institution``, by name: of the institutions that options name, and the references of studies.
    """

    command: str
    words: tuple[str, ...]
    chosen: Mapping[str, str]
    options: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Value of an option."""
        # While a copy is being unpickled there is nothing to look into yet.
        if name.startswith("__") or "options" not in self.__dict__ or name not in self.options:
            raise AttributeError(f"concord {self.__dict__.get('command')} has no option '{name}'")
        return self.options[name]

    def __getitem__(self, name: str) -> Any:
        """Value of an option, whatever else has its name."""
        return self.options[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether the command has an option."""
        return name in self.options

    def names(self, option: str) -> bool:
        """Tell whether somebody set an option; otherwise its value is the default."""
        return any(word.partition("=")[0] == option for word in self.words)

    def shown(self) -> str:
        """Write it as YAML, for reading."""
        return str(yaml.safe_dump({**self.options, **self.parameters}, sort_keys=False, allow_unicode=True))

    @property
    def institution_names(self) -> list[str]:
        """Institutions that are meant: in a comparison those asked for and the references, in a sweep the baseline."""
        if "institutions" not in self:
            return [self.chosen["institution"]]
        if "design" in self.chosen:
            return list(dict.fromkeys([BASELINE, *self.institutions]))
        return with_references(self.institutions)

    def setting(self, names: Sequence[str]) -> Setting:
        """Make what runs are made of, and check all of it.

        Parameters
        ----------
        names : sequence of str
            Institutions that are run: some that an option names, or references of a study.

        Returns
        -------
        Setting

        Raises
        ------
        InvalidInput
            For anything unknown, out of range or that does not fit together, in one line.
        """
        for name in names:
            INSTITUTION.check(name)
            if name not in self.files:
                raise InvalidInput(f"institution '{name}': must be named by an option of concord {self.command}")
        return setting_from(self.chosen, self.options, self.parameters, {name: self.files[name] for name in names})

    @property
    def runner(self) -> Runner:
        """Where chunks of runs are done.

        Raises
        ------
        InvalidInput
            As `experiments.settings.runner.runner_from`.
        """
        return runner_from(self.chosen["runner"], self.options["runner"], self.options["workers"])

    def plain(self, setting: Setting) -> dict[str, Any]:
        """Write everything that was asked into plain data, for a manifest.

        Parameters
        ----------
        setting : Setting
            What `setting` made of it.

        Returns
        -------
        dict
            Every option; ``world`` with a digest of its states; ``institutions`` in full; ``values`` as set by
            world and calibration, by the command line, and for single institutions.
        """
        lenses = setting.world.lenses
        states = repr(setting.world.states).encode() + lenses.estimate.tobytes() + lenses.covariance.tobytes()
        options = {name: value for name, value in self.options.items() if name not in (*self.chosen, "override")}
        return options | {
            "world": {
                **self.world,
                "chosen": self.chosen["world"],
                "name": setting.world.name,
                "states": setting.world.size,
                "states_sha256": sha256(states).hexdigest(),
            },
            "calibration": self.chosen["calibration"],
            "channels": self.chosen.get("channels"),
            "institutions": {name: asdict(institution) for name, institution in setting.institutions.items()},
            "values": {
                "world_and_calibration": dict(setting.shared),
                "draws": {"of": list(setting.draws), "sha256": sha256(repr(dict(setting.draws)).encode()).hexdigest()},
                "channels": dict(setting.channels),
                "command_line": dict(setting.command_line),
                "override": {name: dict(values) for name, values in setting.overrides.items()},
            },
        }
