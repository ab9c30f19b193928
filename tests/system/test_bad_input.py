"""Every mistake costs one line with culprit, rule and nearest right name; nothing runs or is written."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.settings import places, worlds
from experiments.settings.places import CHECKOUT, CONF
from experiments.settings.worlds import read_world

Refusal = Callable[..., str]


@pytest.fixture
def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Run a command that must be refused, in this process; returns the line it says."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        assert main(list(arguments)) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        assert shown.err.startswith("concord")
        assert sorted(tmp_path.rglob("*")) == before
        return shown.err

    return call


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("rnu", "unknown command 'rnu': did you mean 'run'?"),
        ("run institution=uk_pool", "the name of a file in conf/institution; did you mean 'uk_pools'?"),
        ("run institution=[siloed,none]", "institution=[siloed,none]: must be the name of a file"),
        ("run world=afrika", "world=afrika: must be the name of a file in conf/world; did you mean 'afr"),
        ("run world=null", "world=null: must be the name of a file in conf/world; known: africa, africa_1989, csv"),
        ("run calibration=non", "did you mean 'none'?"),
        ("run vetto=0.5", "run has no option or parameter 'vetto': did you mean 'veto'?"),
        ("run sede=3", "did you mean 'seed'?"),
        ("run zzzzzz=3", "concord run --help lists them"),
        ("run veto=2", "veto=2: outside its range, 0 to 1 share"),
        ("run veto=nan", "veto=nan: a number is needed, 0 to 1 share"),
        ("run veto=inf", "veto=inf: a number is needed, 0 to 1 share"),
        ("run veto=much", "veto=much: a number is needed, 0 to 1 share"),
        ("run veto=true", "veto=True: a number is needed, 0 to 1 share"),
        ("run veto=[1]", "veto=[1]: a number is needed, 0 to 1 share"),
        ("run reversion=0.01", "reversion=0.01: outside its range, 0.02 to 0.15 1/quarter (or 0: off)"),
        ("run desks=7.5", "desks=7.5: a whole number is needed"),
        ("run seed=-1", "seed=-1: must be a whole number, 0 to 4294967295"),
        ("run seed=nan", "seed=nan: must be a whole number"),
        ("run seed=1 seed=2", "'seed=1' and 'seed=2': seed must stand there once"),
        ("run veto=0.5 institution=none veto=0.5", "'veto=0.5' and 'veto=0.5': veto must stand there once"),
        ("run institution=none institution=siloed", "institution must stand there once"),
        ("run world=csv world.path=a.csv world.path=b.csv", "world.path must stand there once"),
        ("run override.siloed.veto=0 override.siloed.veto=1", "override.siloed.veto must stand there once"),
        ("run -m seed=1,2 seed=3", "'seed=1,2' and 'seed=3': seed must stand there once"),
        ("sweep -m seed=1,2 study=two", "'study=two': one name for several studies (seed=1,2); without it"),
        ("sweep axes=[veto] axes=[effect]", "axes must stand there once"),
        ("report first studies=[second]", "studies must stand there once"),
        ("parameters veto name=effect", "name must stand there once"),
        ("view host=127.0.0.1 --host 0.0.0.0", "host must stand there once"),
        ("run seed=1.5", "seed=1.5: must be a whole number"),
        ("run seed=???", "seed=???: must be a whole number"),
        ("run replication=-1", "replication=-1: must be a whole number"),
        ("run quarters=81", "quarters=81: must be a whole number of years in quarters"),
        ("run quarters=0", "quarters=0: must be a whole number of years in quarters"),
        ("run engine=messa", "engine=messa: must be ensemble or mesa; did you mean 'mesa'?"),
        ("run output=jsno", "output=jsno: must be table or json; did you mean 'json'?"),
        ("run trajectory=missing/x.parquet", "must be a file that does not exist yet, in a folder that does"),
        ("run override.uk_pools.veto=1", "uk_pools: must be override.<institution>.<parameter>=value"),
        ("run override.siload.veto=1", "did you mean 'siloed'?"),
        ("run override.siloed.vetto=1", "override.siloed: unknown parameter 'vetto': did you mean 'veto'?"),
        ("run override.siloed.veto=-1", "override.siloed: veto=-1: outside its range"),
        ("run override.siloed=1", "must be override.siloed.<parameter>=value"),
        ("run override=1", "must be override.<institution>.<parameter>=value"),
        ("compare futures=0", "must be a whole number, 1 or more"),
        ("compare futures=5000", "futures=5000: must be 4,000 or fewer; ask for more draws instead"),
        ("compare hypothesis=joint_beats_siloed", "did you mean 'hypothesis=[joint_beats_siloed]'?"),
        ("run institution.lable=x", "institution 'siloed': unknown key 'lable': did you mean 'label'?"),
        ("run calibration.values.vetto=1", "calibration 'africa_1989_2008': unknown parameter 'vetto': did you mean"),
        ("run world.values.vetto=1", "world 'africa': unknown parameter 'vetto': did you mean 'veto'?"),
        ("run world=stylised world.sise=3", "world 'stylised': unknown key 'sise': did you mean 'size'?"),
        ("run world=stylised world.size=1", "world.size=1: must be a whole number of states, 2 or more"),
        ("run world=stylised world.size=many", "world.size=many: must be a whole number of states, 2"),
        ("run world=stylised world.path=x.csv", "must come from exactly one of file, path and size"),
        ("run world=csv", "world.path: must name a CSV file"),
        ("run world=csv world.path=missing.csv", "missing.csv: no such file or directory"),
        ("run world=csv world.path=.", "is a directory"),
        ("run foo", "'foo': must be name=value"),
        ("run sed", "'sed': must be name=value; did you mean 'seed'?"),
        ("run =3", "no option or parameter ''"),
        ("run +x=1", "no option or parameter 'x'"),
        ("run +seed=1", "'+seed=1': every name exists already, must be seed=value"),
        ("run ~seed", "'~seed': every name exists already"),
        ("run seed.x=1", "'seed.x=1': seed has no parts, must be seed=value"),
        ("run institution@x=siloed", "every name exists already"),
        ("run institution=[siloed", "cannot be read: must be name=value"),
        ("run seed=1,2", "'seed=1,2': several values need -m"),
        ("run seed=${nowhere}", "Interpolation key 'nowhere' not found"),
        ("run seed=${oc.env:HOME}", "seed=${oc.env:HOME}: must be a value itself, or ${name}"),
        ("run institution.label=${oc.env:HOME}", "institution.label=${oc.env:HOME}: must be a value itself"),
        ("run hydra.run.dir=elsewhere", "'hydra.run.dir=elsewhere': of Hydra's own only hydra/launcher"),
        ("run -m seed=1,2 hydra.run.dir=elsewhere", "of Hydra's own only hydra/launcher"),
        ("run -m seed=1,2 hydra.sweep.subdir=../elsewhere", "of Hydra's own only hydra/launcher"),
        ("run hydra.sweep.dir=elsewhere", "with -m"),
        ("run hydra.searchpath=[elsewhere]", "of Hydra's own only"),
        ("run world=stylised world.size=1000000", "must be a whole number of states, 2 or more (at most 2,000)"),
        ("compare replications=1000000000", "replications=1000000000: must be a whole number, 1 or more (at most 1,0"),
        ("compare workers=99999", "workers=99999: must be a whole number, 1 or more, or null (at most "),
        ("compare study=--help", "study=--help: must be letters, digits, _ and -"),
        ("run hydra.nowhere=1", "nowhere"),
        ("run hydra/launcher=nowhere", "nowhere"),
        ("run --multi-run seed=1", "unknown flag '--multi-run': did you mean '--multirun'?"),
        ("run --cfg jbo", "invalid choice: 'jbo'"),
        ("run --config-dir .", "--config-dir: cannot be used"),
        ("run -m seed=1,-2", "seed=-2: must be a whole number"),
        ("run -m institution=siloed,uk_pool", "institution=uk_pool: must be the name of a file"),
        ("run -m veto=0,0.5,5 output=json", "veto=5: outside its range, 0 to 1 share"),
        ("parameters group=trus", "group=trus: must be a group of parameters, or null; did you mean 't"),
        ("parameters output=xml", "output=xml: must be table or json"),
        ("parameters veto=1", "parameters has no option or parameter 'veto'"),
        ("parameters override.siloed.veto=1", "parameters has no option or parameter 'override'"),
        ("compare replications=0", "replications=0: must be a whole number, 1 or more"),
        ("compare replications=-5", "replications=-5: must be a whole number, 1 or more"),
        ("compare draws=0", "draws=0: must be a whole number, 1 or more"),
        ("compare workers=0", "workers=0: must be a whole number, 1 or more, or null"),
        ("compare study=a/b", "study=a/b: must be letters, digits, _ and -"),
        ("compare institutions=[siloed,uk_pool]", "did you mean 'uk_pools'?"),
        ("compare institutions=[siloed,siloed]", "different files in conf/institution"),
        ("compare institutions=[]", "institutions=[]: must be a list"),
        ("compare institutions=siloed", "institutions=siloed: must be a list"),
        ("compare seed=-1", "seed=-1: must be a whole number"),
        ("view institutions=[siloed]", "institutions=[siloed]: must be two, as in 'institutions=[siloed,uk_pools]'"),
        ("view institutions=[siloed,uk_pool]", "did you mean 'uk_pools'?"),
        ("view veto=2", "veto=2: outside its range, 0 to 1 share"),
        ("view override.full_information.veto=1", "with an institution that is run here"),
        ("view port=70000", "port=70000: must be a whole number, 0 to 65535"),
        ("view host=", "host=: must be an address or name of this machine"),
        ("view --host", "--host: must be followed by an address, as in --host 0.0.0.0"),
        ("view hosts=[*]", "hosts=[*]: must be a list of names or addresses without port"),
        ("view hosts=[http://a]", "hosts=[http://a]: must be a list of names or addresses without port"),
        ("view visitors=0", "visitors=0: must be a whole number, 1 to 1000"),
        ("view --hots 0.0.0.0", "unknown flag '--hots'"),
        ("view open=perhaps", "open=perhaps: must be true or false"),
        ("view -m seed=1,2 open=false", "-m: the browser opens once; give one value each"),
    ],
)  # fmt: skip
def test_a_mistake_costs_one_line(refusal: Refusal, arguments: str, said: str) -> None:
    assert said in refusal(*arguments.split())


def test_rules_are_compiled(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert "NUMBA_DISABLE_JIT: must be unset" in refusal("run", "world=stylised")


def test_an_existing_file_is_not_overwritten(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "mine.parquet").write_text("precious", encoding="utf-8")
    assert "must be a file that does not exist yet" in refusal("run", "trajectory=mine.parquet")
    assert (tmp_path / "mine.parquet").read_text(encoding="utf-8") == "precious"


AFRICA = (CONF / "world" / "africa.csv").read_text(encoding="utf-8")
HEADER = AFRICA.splitlines()[0]
CELLS = HEADER.count(",") + 1


def without_column(name: str) -> str:
    """Return the table of Africa without one column."""
    position = HEADER.split(",").index(name)
    rows = (line.split(",") for line in AFRICA.splitlines())
    return "\n".join(",".join(cells[:position] + cells[position + 1 :]) for cells in rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no rows; must have a header and at least one row"),
        ("\n\n", "has no rows; must have a header and at least one row"),
        (HEADER, "has no rows; must have a header and at least one row"),
        (without_column("exclusion"), "column 'exclusion' is missing; needed: iso3, name"),
        (AFRICA.replace("exclusion", "exclusoin"), "column 'exclusion' is missing; did you mean 'exclusoin'?"),
        (AFRICA.replace("polity2", "Exclusion"), "column 'exclusion' appears twice, must appear once"),
        (AFRICA.replace(" ZMB,15.1", " ZMX,15.1"), "row 2 column neighbours: unknown state 'ZMX'"),
        (AFRICA.replace(" ZMB,15.1", ",15.1"), "names 'AGO', but 'AGO' does not name 'ZMB' (borders run"),
        (AFRICA.replace("\nBDI,", "\nAGO,"), "row 3 column iso3: 'AGO' is used twice"),
        (AFRICA.replace(",15.1,", ",-15.1,"), "row 2 column population_millions: '-15.1'"),
        (AFRICA.replace(",15.1,", ",nan,"), "row 2 column population_millions: 'nan'"),
        (AFRICA.replace(",15.1,", ","), f"row 2: has {CELLS - 1} cells, must have {CELLS}"),
        (AFRICA.replace(",15.1,", ",1_5,"), "row 2 column population_millions: '1_5' must be a positive number"),
        (AFRICA.replace(",15.1,", ",\u0661\u0665,"), "row 2 column population_millions: '\u0661\u0665' must be"),
        (AFRICA.replace(",15.1,", ",\uff11\uff15,"), "row 2 column population_millions: '\uff11\uff15' must be"),
        (AFRICA.replace(",2280,-6,", ",2280,-11,"), "row 2 column polity2: '-11' must be between -10 and 10, or"),
        (AFRICA.replace(",2280,-6,", ",2280,66,"), "row 2 column polity2: '66' must be between -10 and 10, or empty"),
        (AFRICA.replace(",6,6\n", ",6,8\n", 1), "row 3 columns row and column: '6', '8' is the tile of 'AGO' in row"),
        (AFRICA.replace("Angola,sub_saharan", "Angola,sub_sahara"), "did you mean 'sub_saharan'?"),
        (AFRICA.replace("Angola,sub_saharan", "Angola,rest"), "row 2 column region: 'rest' must be a region that a"),
        (AFRICA.replace("Angola,sub_saharan", "Angola,all"), "row 2 column region: 'all' must be a region that a"),
        (AFRICA.replace("\nBDI,", "\n\n" + "," * (CELLS - 1) + "\nAGO,"), "row 5 column iso3: 'AGO' is used twice"),
        (AFRICA.replace("Angola", '"Ango"la'), "must be a CSV file"),
        (AFRICA.replace(",", "|"), "one cell, 'iso3|name|region|subregion|neighbours|po'; cells must be parted"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_is_named_with_row_and_column(
    refusal: Refusal, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "states.csv").write_text(content, encoding="utf-8")
    assert said in refusal("run", "world=csv", "world.path=states.csv")


@pytest.mark.parametrize(
    "content",
    [
        AFRICA.replace(",", ";"),
        AFRICA.replace(",", "\t"),
        AFRICA.replace(HEADER, HEADER.upper().replace("_", "")),
        "\n".join(f"{line},{'v2x_polyarchy' if line == HEADER else 0.5}" for line in AFRICA.splitlines()),
        AFRICA.replace("\nBDI,", "\n\n,,,,,,,,,,,,,,,\n \nBDI,") + "\n,,,,,,,,,,,,,,,\n\n",
        "\ufeff" + AFRICA.replace("\n", "\r\n"),
        AFRICA.replace(",0,0,,3,5\n", ",0,0,NA,3,5\n"),
    ],
    ids=["semicolons", "tabs", "capitals", "further column", "blank lines", "from Excel", "from R"],
)
def test_a_table_is_read_as_people_save_them(tmp_path: Path, content: str) -> None:
    (tmp_path / "states.csv").write_text(content, encoding="utf-8", newline="")
    assert read_world("africa", tmp_path / "states.csv") == read_world("africa", CONF / "world" / "africa.csv")


def test_a_region_of_an_institution_of_the_user_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "institution").mkdir()
    (tmp_path / "institution" / "mine.yaml").write_text(
        "pools: [{name: West, region: sahel, lead: foreign}, {name: Rest, region: rest, lead: foreign}]\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(places, "CONF", tmp_path)
    monkeypatch.setattr(worlds, "CONF", tmp_path)
    (tmp_path / "states.csv").write_text(AFRICA.replace("Angola,sub_saharan", "Angola,sahel"), encoding="utf-8")
    assert read_world("africa", tmp_path / "states.csv").regions[0] == "sahel"


def test_a_path_may_begin_at_home(refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my states.csv").write_text(AFRICA, encoding="utf-8")
    # Nobody of that name is here: it is no traceback.
    assert "~nobody9/x.csv: no such file" in refusal("run", "world=csv", "world.path=~nobody9/x.csv")
    for path in ("~/my states.csv", "'~/my states.csv'"):
        assert main(["run", "world=csv", f"world.path={path}", "quarters=4"]) == 0


def test_a_path_may_have_blanks_and_accents(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "mes états.csv").write_text(AFRICA, encoding="utf-8")
    assert "no such file" in refusal("run", "world=csv", "world.path=mes étata.csv")
    assert main(["run", "world=csv", "world.path=mes états.csv", "quarters=4"]) == 0


def test_a_table_must_be_utf8(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "states.csv").write_bytes(AFRICA.replace("Angola", "Angöla").encode("latin-1"))
    assert "is not UTF-8; must be a CSV file in UTF-8" in refusal("run", "world=csv", "world.path=states.csv")


def test_full_errors_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert main(["run", "seed=-1"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("experiments.cli", "run", "veto=2"), "concord run: veto=2: outside its range, 0 to 1 share\n"),
        (("experiments", "run", "foo"), "concord run: 'foo': must be name=value; "),
        (("experiments", "parameters", "-m", "output=json,xml"), "concord parameters: output=xml: must be"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_shell(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert shown.stderr.startswith(said)
    assert shown.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
