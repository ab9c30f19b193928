"""``concord patterns``: how conflict behaves on record, and how it does in the model."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application
from model.errors import InvalidInput

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.records.pattern_comparison import PatternStudy
    from experiments.records.stored_record import Record

_FILES = ("acd", "panel", "borders")


def record(cfg: "DictConfig") -> "Record":
    """Compute the record from the files a configuration names.

    Parameters
    ----------
    cfg : DictConfig
        A configuration of ``patterns`` that went through `experiments.settings.configuration.finished`.

    Returns
    -------
    Record

    Raises
    ------
    InvalidInput
        When a file is missing or damaged.
    """
    from experiments.records.record import read_record
    from experiments.records.stored_record import record_of, write_record

    missing = [name for name in _FILES if cfg[name] is None]
    if missing:
        raise InvalidInput(f"{missing[0]}=null: the record takes three files, acd=FILE panel=FILE borders=FILE")
    sources = {name: Path(cfg[name]).expanduser() for name in _FILES}
    if cfg.last < cfg.first:
        raise InvalidInput(f"last={cfg.last}: must not lie before first={cfg.first}")
    acd, panel, borders = sources.values()
    found = record_of(read_record(acd, panel, borders, cfg.region, cfg.first, cfg.last), cfg.region)
    if cfg.to is not None:
        write_record(Path(cfg.to).expanduser(), found, sources)
    return found


def patterns(*overrides: str, **options: object) -> "Record | PatternStudy":
    """Do in a notebook what the command does, without printing.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"calibration=none"``.
    **options : object
        The same by keyword: ``acd="acd.csv", panel="panel.csv", borders="borders.csv"``.

    Returns
    -------
    Record or PatternStudy
        With files the record by itself, else the stored record beside the model.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("patterns", overrides, options))


def _conduct(cfg: "DictConfig") -> "Record | PatternStudy":
    """Compute the record, or hold the model against the one that is stored."""
    if any(cfg[name] is not None for name in _FILES):
        return record(cfg)
    if cfg.to is not None:
        raise InvalidInput(f"to={cfg.to}: a record is written from files, acd=FILE panel=FILE borders=FILE")
    from experiments.records.pattern_comparison import conduct

    return conduct(cfg)


def _command(cfg: "DictConfig") -> None:
    """Print patterns."""
    from experiments.records.pattern_comparison import record_result, record_table
    from experiments.records.stored_record import Record

    found = _conduct(cfg)
    if cfg.output == "json":
        result = record_result(found) if isinstance(found, Record) else found.result()
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    else:
        print(record_table(found) if isinstance(found, Record) else found.terminal())


main = application("patterns", _command)

if __name__ == "__main__":
    sys.exit(main())
