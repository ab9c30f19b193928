"""``concord completion``: how does a shell complete commands, options and parameters? (bash, zsh, fish)

Prints a script for the shell. It is made of what is declared, so it knows every command, every option with the names
that it admits, and every parameter; print it again after an update. Where shells look for it: a line
``source <(concord completion bash)`` in .bashrc, likewise for zsh in .zshrc; for fish the file
~/.config/fish/completions/concord.fish.

Examples
--------
concord completion bash
concord completion fish
"""

from collections.abc import Mapping, Sequence

from experiments.settings import commands
from experiments.settings.asked import Asked
from experiments.settings.kinds import Choice
from experiments.settings.options import Option
from model.parameters import PARAMETERS

SHELLS = ("bash", "zsh", "fish")

SHELL = Option("shell", Choice(lambda: SHELLS), "which shell; may stand alone")

OPTIONS = (SHELL,)

FIRST = "shell"
"""``concord completion bash`` is ``concord completion shell=bash``."""


def conduct(asked: Asked) -> str:
    """Write the script."""
    words = {command: _words(command) for command in commands.questions()}
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[asked.shell](words)


def told(script: str, output: str) -> str:
    """Print it as it is."""
    return script


def _words(command: str) -> list[str]:
    """List what can be typed behind a command: options with names of theirs as whole words, the others up to ``=``."""
    found = ["--help"]
    for name, option in commands.options(command).items():
        admitted = list(option.kind.names()) if isinstance(option.kind, Choice) else []
        found += [f"{name}={value}" for value in admitted] or [f"{name}="]
    return found + ([f"{name}=" for name in PARAMETERS] if commands.takes_parameters(command) else [])


def _bash(words: Mapping[str, Sequence[str]]) -> str:
    """Write it for bash, which ends a word at an equals sign, so that what stands before it is not to be repeated."""
    cases = "\n".join(f'    {command}) words="{" ".join(each)}" ;;' for command, each in words.items())
    return f"""_concord() {{
  local line="${{COMP_LINE:0:COMP_POINT}}" words="help {" ".join(words)}" typed
  read -ra typed <<< "$line"
  local current="${{line##* }}"
  if [ "${{#typed[@]}}" -gt 2 ] || [ "${{#typed[@]}}" -eq 2 -a -z "$current" ]; then
    case "${{typed[1]}}" in
{cases}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "${{COMPREPLY[0]}}" in *=) compopt -o nospace 2>/dev/null ;; esac
  case "$COMP_WORDBREAKS$current" in *=*=*) COMPREPLY=("${{COMPREPLY[@]#${{current%%=*}}=}}") ;; esac
}}
complete -F _concord concord"""


def _zsh(words: Mapping[str, Sequence[str]]) -> str:
    """Write it for zsh, which can do as bash does."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash(words)}"


def _fish(words: Mapping[str, Sequence[str]]) -> str:
    """Write it for fish."""
    first = "\n".join(
        f"complete -c concord -f -n __fish_use_subcommand -a {command} -d '{_quoted(question)}'"
        for command, question in commands.questions().items()
    )
    each = "\n".join(
        f"complete -c concord -f -n '__fish_seen_subcommand_from {command}' -a '{' '.join(found)}'"
        for command, found in words.items()
    )
    return f"{first}\n{each}"


def _quoted(text: str) -> str:
    """Write a text between single quotes of fish."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
