"""`concord import` and `check_world` as a user types them: what they write, and that a mistake writes nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.maintenance import check_world
from experiments.settings.places import CHECKOUT
from experiments.settings.worlds import read_world
from tests.official_files import LACKING, Files, acd_row, write_files

Typed = Callable[..., tuple[int, str, str]]

ALL = ("acd=acd.csv", "panel=panel.csv", "borders=borders.csv")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """The files, in the folder the user is in."""
    monkeypatch.chdir(tmp_path)
    return write_files(tmp_path)


@pytest.fixture
def typed(files: Files, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run a command in this process; returns its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def test_a_world_is_made_and_run(typed: Typed, tmp_path: Path) -> None:
    code, out, err = typed("import", *ALL, "year=1995", "to=mine.csv")
    assert (code, err.splitlines()) == (0, LACKING)
    assert out == "mine.csv: 6 states on 1 January 1995, 1 in conflict, 0 of them at war\n"
    assert read_world("mine", tmp_path / "mine.csv").codes == ("DZA", "ERI", "LBY", "MAR", "SDN", "TUN")
    code, out, _ = typed(
        *("run", "world=csv", "world.path=mine.csv", "institution=uk_pools", "quarters=8", "output=json")
    )
    assert code == 0
    assert json.loads(out)["outcomes"]["conflict_years"] >= 0
    assert {path.name for path in tmp_path.iterdir()} == {*(f"{n}.csv" for n in Files._fields), "mine.csv"}


def test_the_command_works_in_a_shell_and_says_what_it_filled(files: Files, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "experiments.cli", "import", *ALL),
            *("violence=violence.csv", "region=world", "without=[CAN]", "year=1989", "to=out file.csv"),
        ],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "out file.csv: 5 states on 1 January 1989, 0 in conflict, 0 of them at war\n"
    assert done.stderr.splitlines() == ["the panel has no year 1988: states and figures are those of 1989", *LACKING]
    assert read_world("out", tmp_path / "out file.csv").size == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("year=1995 to=new.csv acd=acd.cvs", "acd=acd.cvs: no such file, must be a CSV file; did you mean 'acd.csv'?"),
        ("year=1995 to=new.csv acd=~nobody9/acd.csv", "acd=~nobody9/acd.csv: no such file, must be a CSV file"),
        ("year=1995 to=new.csv acd=.", "acd=.: is a folder, must be a CSV file"),
        ("year=1995 to=new.csv acd=null", "acd=null: must be a CSV file"),
        ("year=1995 to=new.csv acd=???", "acd=???: must be a CSV file"),
        ("year=1995 to=new.csv violence=no.csv", "violence=no.csv: no such file, must be a CSV file, or null"),
        ("year=1995.5 to=new.csv", "year=1995.5: must be a whole year, 1947 to 2999"),
        ("year=1900 to=new.csv", "year=1900: must be a whole year, 1947 to 2999"),
        ("to=new.csv", "year=null: must be a whole year"),
        ("year=1995", "to=null: must be a file that does not exist yet"),
        ("year=1995 to=???", "to=???: must be a file that does not exist yet"),
        ("year=1995 to=panel.csv", "to=panel.csv: must be a file that does not exist yet, in a folder that does"),
        ("year=1995 to=nowhere/new.csv", "to=nowhere/new.csv: must be a file that does not exist yet, in a folder"),
        ("year=1995 to=new.csv region=afrika", "must be africa, sub_saharan or world; did you mean 'africa'?"),
        ("year=1995 to=new.csv without=TUN", "without=TUN: must be a list of ISO3 codes"),
        ("year=1995 to=new.csv without=[TUN,TUN]", "without=[TUN,TUN]: must be a list of ISO3 codes"),
        ("year=1995 to=new.csv without=[TUX]", "without=TUX: must be a state of this world; did you mean 'TUN'?"),
        ("year=1995 to=new.csv yaer=1996", "import has no option or parameter 'yaer': did you mean 'year'?"),
        ("year=1995 to=new.csv veto=0.5", "import has no option or parameter 'veto'"),
        ("year=2009 to=new.csv", "acd.csv: covers 1948 to 1995, must cover 2008 to 2008"),
    ],
)
def test_a_mistake_costs_one_line_and_writes_nothing(typed: Typed, tmp_path: Path, arguments: str, said: str) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    chosen = arguments.split()
    given = [option for option in ALL if option.partition("=")[0] not in {word.partition("=")[0] for word in chosen}]
    code, out, err = typed("import", *given, *chosen)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("concord import: ")
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("further", [False, True])
def test_a_forecast_may_begin_years_after_the_panel_ends(typed: Typed, files: Files, further: bool) -> None:
    if further:
        files.further()
    with files.acd.open("a", encoding="utf-8") as file:
        file.writelines(acd_row(11, "Libya", year, 2, 3, "620", 2002) + "\n" for year in (2002, 2003, 2004))
    code, _, err = typed("import", *ALL, "year=2002", "to=mine.csv")
    assert code == 0
    assert "the panel ends in 1995: the states of that year are taken to be those of 1996 to 2001\n" in err
    world = ("world=csv", "world.path=mine.csv", "first=2002", "years=5", "replications=20", "results=.")
    code, out, err = typed("forecast", *ALL, *world, "output=json")
    assert code == 0
    assert "gdp_per_capita_usd2011 of 1995 stands for 1996 to 2004\n" in err
    found = json.loads(out)
    assert [year["year"] for year in found["years"]] == [2002, 2003, 2004, 2005, 2006]
    assert found["scores"]["truth"] != []


def test_paths_may_begin_at_home(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    files = [option.replace("=", "=~/") for option in ALL]
    quoted = [option.replace("=~/", "='~/") + "'" for option in files]
    assert typed("import", *files, "year=1995", "to=~/here.csv")[0] == 0
    assert typed("import", *quoted, "year=1995", "to='~/and here.csv'")[0] == 0
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "and here.csv").read_bytes()


def test_a_damaged_file_is_refused_before_anything_is_written(typed: Typed, files: Files, tmp_path: Path) -> None:
    files.replaced("acd", '"751",4,25.1', '"751",4')
    code, out, err = typed("import", *ALL, "year=1995", "to=new.csv")
    assert (code, out) == (2, "")
    assert err == (
        "concord import: acd.csv row 13: has 27 cells, must have 28 like the header; "
        "it begins '7 Hyderabad Government of Hyderabad 9  R'\n"
    )
    assert not (tmp_path / "new.csv").exists()


def test_an_existing_file_stays_as_it_is(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("precious", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere.csv")
    for name in ("mine.csv", "link.csv"):
        assert typed("import", *ALL, "year=1995", f"to={name}")[0] == 2
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "nowhere.csv").exists()


def test_help_names_every_file_and_its_columns(typed: Typed) -> None:
    code, out, _ = typed("import", "--help")
    assert code == 0
    for word in ("gwno_loc", "gdp_per_capita_usd2011", "gw, nb", "sb_intrastate_deaths_best_cy", "to=", "year"):
        assert word in out
    assert "import" in typed("--help")[1]


def test_check_world_says_what_differs(files: Files, capsys: pytest.CaptureFixture[str], typed: Typed) -> None:
    arguments = ["panel=panel.csv", "borders=borders.csv", "world=africa", "year=1994"]
    assert check_world.main(arguments) == 1
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "world africa, 48 states, against 1994" in shown.out
    assert "rank correlation of income_per_head: " in shown.out
    assert "only in the world: AGO-COD, " in shown.out
    assert "South Sudan (626) counts as Sudan (625)" in shown.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["panel=panel.csv"], "borders= is missing"),
        (["panel=panel.csv", "borders=borders.csv", "wrold=africa"], "unknown option 'wrold': did you mean 'world'?"),
        (["panel=panel.csv", "borders=borders.csv", "world=afrika"], "world=afrika: must be the name of a file in"),
        (["panel=panel.csv", "borders=borders.csv", "world=stylised"], "has 0 states of world 'stylised' in 2000"),
        (["panel=panel.csv", "borders=borders.csv", "year=soon"], "year=soon: must be a year of the panel"),
        (["panel=none.csv", "borders=borders.csv"], "none.csv: no such file or directory"),
    ],
)
def test_check_world_refuses_in_one_line(
    files: Files, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert check_world.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1
