"""Rows as files for spreadsheets and Stata: encoding, units, labels, and text that stays text."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from experiments.reporting.exports import exported
from model.errors import InvalidInput

ROWS = pd.DataFrame(
    {
        "institution": ["uk_pools", "=cmd|' /C calc'!A1"],
        "seed": [1, 4294967295],
        "conflict_years": [10.25, float("nan")],
        "programme_money": [0.1, 1.0],
        "uk_pools.complementarity": [0.5, 0.25],
    }
)
LABELS = {"uk_pools": "Pools für alle, £"}


def test_csv_is_what_excel_wants_and_holds_every_bit(tmp_path: Path) -> None:
    files = exported(tmp_path / "a.csv", ROWS, LABELS)
    assert [path.name for path in files] == ["a.csv", "a_units.csv"]
    rows, units = files.values()
    assert rows.startswith(b"\xef\xbb\xbf") and units.startswith(b"\xef\xbb\xbf")
    text = rows.decode("utf-8-sig")
    assert text.splitlines()[0] == "row,institution,label,seed,conflict_years,programme_money,uk_pools.complementarity"
    assert text.splitlines()[1] == '0,uk_pools,"Pools für alle, £",1,10.25,0.1,0.5'
    assert "\n1,'=cmd" in text
    meant = pd.read_csv(io.BytesIO(units)).set_index("column")
    assert meant.loc["programme_money", "unit"] == "£m"
    assert str(meant.loc["uk_pools.complementarity", "meaning"]).endswith("; of uk_pools alone")
    assert "concord replay" in str(meant.loc["row", "meaning"])


def test_a_workbook_has_units_in_its_second_sheet_and_computes_no_cell(tmp_path: Path) -> None:
    [(path, content)] = exported(tmp_path / "a.xlsx", ROWS, LABELS).items()
    assert path.name == "a.xlsx"
    book = zipfile.ZipFile(io.BytesIO(content))
    assert 'name="units"' in book.read("xl/workbook.xml").decode()
    first = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in first and "10.25" in first and "4294967295" in first
    assert "Pools für alle, £" in book.read("xl/sharedStrings.xml").decode() + first


def test_stata_reads_labels_with_units(tmp_path: Path) -> None:
    files = exported(tmp_path / "a.dta", ROWS, LABELS)
    content = files[tmp_path / "a.dta"]
    frame = pd.read_stata(io.BytesIO(content))
    with pd.read_stata(io.BytesIO(content), iterator=True) as reader:
        labels = reader.variable_labels()
    assert labels["programme_money"].endswith("(£m)")
    assert frame["uk_pools_complementarity"].tolist() == [0.5, 0.25]
    assert frame["seed"].tolist() == [1, 4294967295]
    assert frame["label"].tolist()[0] == "Pools für alle, £"


def test_what_cannot_be_written_costs_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"must end in \.csv, \.xlsx or \.dta"):
        exported(tmp_path / "a.txt", ROWS, LABELS)
    with pytest.raises(InvalidInput, match=r"hold arrays \(status\), which only Python reads"):
        exported(tmp_path / "a.csv", pd.DataFrame({"status": [[0, 1], [1, 1]]}), LABELS)
    (tmp_path / "a_units.csv").write_text("mine")
    with pytest.raises(InvalidInput, match=r"a_units\.csv: exists already"):
        exported(tmp_path / "a.csv", ROWS, LABELS)
