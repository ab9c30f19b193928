"""From overrides to what a command runs: precedence, files dropped in, and mistakes in one line."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.settings import places
from experiments.settings.commands import options, questions, takes_parameters
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.kinds import shown
from experiments.settings.places import CONF, names_in
from experiments.settings.worlds import read_world
from model.errors import InvalidInput
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters
from model.world import stylised

RUN = ("world=stylised",)


def setting(*overrides: str, command: str = "run") -> Setting:
    cfg = asked(command, [*RUN, *overrides])
    return cfg.setting(cfg.institution_names)


def value(parameters: Parameters, name: str) -> float:
    found: float = getattr(getattr(parameters, PARAMETERS[name].group), name)
    return found


@pytest.fixture
def own_conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of conf/ into which a test may write."""
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    monkeypatch.setattr(places, "CONF", copy)
    return copy


def test_later_layers_win() -> None:
    layers = [
        ("world.values.veto=0.1", 0.1),
        ("calibration.values.veto=0.2", 0.2),
        ("institution.values.veto=0.4", 0.4),
        ("veto=0.5", 0.5),
        ("override.siloed.veto=0.6", 0.6),
    ]
    for count in range(len(layers) + 1):
        overrides = [text for text, _ in reversed(layers[:count])]
        expected = layers[count - 1][1] if count else PARAMETERS["veto"].default
        assert value(setting(*overrides).parameters("siloed"), "veto") == expected


def test_a_draw_moves_what_nobody_set_and_nothing_else() -> None:
    made = setting("veto=0.5", "override.siloed.herding=0.25", "world.values.desks=6")
    drawn = {"veto": 0.9, "herding": 0.9, "desks": 20.0, "crowding": 0.9}
    parameters = made.parameters("siloed", drawn)
    assert [value(parameters, name) for name in drawn] == [0.5, 0.25, 6.0, 0.9]


def test_the_calibrations_values_are_drawn_for_all_unless_something_else_sets_them() -> None:
    made = dataclasses.replace(
        setting("override.siloed.onset_base=-6.5"),
        shared={"onset_base": -7.0, "onset_memory": 3.0},
        draws={"onset_base": (-7.2, -6.8), "onset_memory": (2.8, 3.2)},
    )
    drawn = made.drawn(3, 8)
    assert drawn == made.drawn(3, 8)
    assert (drawn.shared["onset_base"], drawn.shared["onset_memory"]) in {(-7.2, 2.8), (-6.8, 3.2)}
    assert value(drawn.parameters("siloed"), "onset_memory") == drawn.shared["onset_memory"]
    assert value(drawn.parameters("siloed"), "onset_base") == -6.5


def test_what_an_institution_sets_is_set_for_it_alone() -> None:
    made = setting("institutions=[siloed,full_information]", command="compare")
    drawn = {"veto": 0.9}
    assert value(made.parameters("full_information", drawn), "veto") == 0.0
    assert value(made.parameters("siloed", drawn), "veto") == 0.9


def test_an_override_holds_for_one_institution_of_a_list() -> None:
    made = setting("institutions=[siloed,uk_pools]", "override.uk_pools.veto=0.9", command="compare")
    assert value(made.parameters("uk_pools"), "veto") == 0.9
    assert value(made.parameters("siloed"), "veto") == PARAMETERS["veto"].default


def test_null_leaves_a_parameter_unset() -> None:
    assert value(setting("veto=null").parameters("siloed", {"veto": 0.9}), "veto") == 0.9


@pytest.mark.parametrize("world", ["africa", "stylised"])
@pytest.mark.parametrize("name", names_in("institution"))
def test_every_institution_fits_every_world(name: str, world: str) -> None:
    cfg = asked("run", [f"world={world}", f"institution={name}"])
    made = cfg.setting([name])
    assert made.world.size >= 48
    assert made.institutions[name].label != name
    assert sum(made.institutions[name].layout(made.world).share) == pytest.approx(1.0)
    assert set(made.institutions[name].names) == {
        "defence",
        "development",
        "foreign",
        "treasury",
        "parliament",
    }


def test_an_institution_is_the_same_alone_and_in_a_list() -> None:
    every = (
        asked("compare", options={"institutions": names_in("institution")})
        .setting(names_in("institution"))
        .institutions
    )
    for name in names_in("institution"):
        assert setting(f"institution={name}").institutions[name] == every[name]


def test_siloed_is_nothing_but_defaults() -> None:
    assert setting().institutions["siloed"].values == {}


def test_an_institution_works_as_soon_as_its_file_is_there(own_conf: Path) -> None:
    (own_conf / "institution" / "my-own.yaml").write_text(
        "defaults: [uk_pools, _self_]\nlabel: Mine\nvalues: {veto: 0.75}\n", encoding="utf-8"
    )
    assert "my-own" in names_in("institution")
    made = setting("institutions=[siloed,my-own]", command="compare")
    mine, model = made.institutions["my-own"], setting("institution=uk_pools").institutions["uk_pools"]
    assert mine.label == "Mine"
    assert mine.pools == model.pools
    assert mine.values == {**model.values, "veto": 0.75}
    assert setting("institution=my-own").institutions["my-own"] == mine


def test_an_empty_institution_file_is_siloed_under_another_name(own_conf: Path) -> None:
    (own_conf / "institution" / "plain.yaml").write_text("", encoding="utf-8")
    assert setting("institution=plain").institutions["plain"] == Institution(name="plain", label="plain")
    assert setting("institutions=[plain]", command="compare").institutions["plain"].values == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lable: x", "institution 'bad': unknown key 'lable': did you mean 'label'?"),
        ("values: {vetto: 1}", "institution 'bad': unknown parameter 'vetto': did you mean 'veto'?"),
        ("values: {veto: 2}", "institution 'bad': veto=2: outside its range, 0 to 1 share"),
        ("values: {veto: .nan}", "institution 'bad': veto=nan: a number is needed"),
        ("values: {veto: true}", "institution 'bad': veto=True: a number is needed"),
        ("values: [veto]", "institution 'bad': values must be a mapping"),
        ("names: {defense: MOD}", "institution 'bad' names: unknown key 'defense': did you mean 'defence'?"),
        ('label: "a\\eb"', "institution 'bad': label must be text without control characters, not 'a\\x1bb'"),
        ("label: 3", "institution 'bad': label must be text, not '3'"),
        ("pools: {name: x}", "institution 'bad': pools must be a list"),
        ("pools: []", "institution 'bad': at least one pool"),
        ("pools: [{name: x, region: all}]", "institution 'bad': a pool lacks 'lead'"),
        ("pools: [{name: x, region: all, lead: forein}]", "did you mean 'foreign'?"),
        ("pools: [{name: x, region: all, lead: foreign, weight: 1}]", "pools: unknown key 'weight'"),
        ("pools: [{name: x, region: all, lead: foreign, weight_per_state: -1}]", "must be above 0"),
        (
            "pools: [{name: x, region: all, lead: foreign, weight_per_state: many}]",
            "must be a number above 0",
        ),
        ("pools: [{name: x, region: sub_sahara, lead: foreign}]", "did you mean 'sub_saharan'?"),
        ("pools: [{name: x, region: north_africa, lead: foreign}]", "is covered by "),
        ("pools: [{name: defence, region: all, lead: foreign}]", "no department or other pool has"),
        ("- a list", "institution 'bad': '['a list']' must be a mapping of label, names, pools, values"),
        ("label: [unclosed", "configuration: "),
        ("label: ${nowhere}", "configuration: Interpolation key 'nowhere' not found"),
    ],
)
def test_a_mistake_in_an_institution_costs_one_line(own_conf: Path, content: str, said: str) -> None:
    (own_conf / "institution" / "bad.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        setting("institution=bad")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_a_listed_institution_costs_one_line(own_conf: Path) -> None:
    (own_conf / "institution" / "bad.yaml").write_text("values: {vetto: 1}", encoding="utf-8")
    with pytest.raises(InvalidInput, match="institution 'bad': unknown parameter 'vetto'"):
        setting("institutions=[siloed,bad]", command="compare")


def test_a_world_may_bring_values_of_its_own(own_conf: Path) -> None:
    (own_conf / "world" / "small.yaml").write_text("size: 9\nvalues: {desks: 5}\n", encoding="utf-8")
    made = setting("world=small")
    assert (made.world.name, made.world.size) == ("small", 9)
    assert value(made.parameters("siloed"), "desks") == 5.0


@pytest.mark.parametrize("size", [2, 96, 2000])
def test_money_of_a_world_that_is_nobodys_goes_by_the_number_of_states(size: int) -> None:
    made = asked("run", ["world=stylised", f"world.size={size}"]).setting(["siloed"])
    finance = made.parameters("siloed").finance
    assert (finance.settlement, finance.reserve_cap) == (1.5 * size, 2.5 * size)
    assert asked("run", ["world=stylised", "settlement=7"]).setting(["siloed"]).parameters("siloed").finance[0] == 7.0


def test_a_world_made_of_files_has_money_by_the_number_of_states() -> None:
    made = asked("run", ["world=global", "desks=5"]).setting(["siloed"])
    assert made.parameters("siloed").finance.settlement == 256.0
    moved = made.moved(stylised(10)).parameters("siloed")
    assert (moved.finance.settlement, moved.finance.reserve_cap) == (17.5, 39.0)
    assert (moved.budgeting.programme_target, moved.priorities.desks) == (12.5, 5.0)


def test_what_a_state_adds_must_be_admitted_for_the_whole_world(own_conf: Path) -> None:
    file = own_conf / "world" / "stylised.yaml"
    file.write_text("size: 48\nper_state: {oda_foreign: 0.5}\n", encoding="utf-8")
    said = r"^world 'stylised': per_state times 48 states: oda_foreign=24.0: outside its range, 0 to 1 share$"
    with pytest.raises(InvalidInput, match=said):
        asked("run", ["world=stylised"]).setting(["siloed"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Every institution had the same money, £84m a year and a Reserve that paid up to £188m of assessed "
             "peacekeeping; a top-up came out of it."),
        (("override.uk_pools.top_up=0",), "peacekeeping."),
        (("top_up_source=on_top",), "the top-up came on top, so that those who pooled had more."),
        (("budget_rule=equal_programme",), "£60m a year were settled on each institution, all peacekeeping on top"),
        (("budget_rule=endogenous",), "£84m a year, moved by attention and belief, were settled"),
        (("override.uk_pools.settlement=90",), "Institutions did not have equal money: rules or sums differ."),
        (("override.uk_pools.budget_rule=1",), "Institutions did not have equal money: rules or sums differ."),
    ],
)  # fmt: skip
def test_a_study_says_whether_money_was_equal(words: tuple[str, ...], said: str) -> None:
    listed = asked("compare", ["institutions=[siloed,uk_pools]", *words])
    told = listed.setting(["siloed", "uk_pools"]).money()
    assert said in told and told.endswith(".")


def test_a_table_may_start_with_a_byte_order_mark_and_end_with_empty_lines(tmp_path: Path) -> None:
    text = (CONF / "world" / "africa.csv").read_text(encoding="utf-8")
    path = tmp_path / "states.csv"
    path.write_text("\ufeff" + text + "\n,,\n\n", encoding="utf-8")
    assert read_world("africa", path) == setting("world=africa").world


def test_every_option_has_a_default_and_the_name_of_no_parameter() -> None:
    for command in questions():
        content = yaml.safe_load((CONF / f"{command}.yaml").read_text(encoding="utf-8"))
        for entry in content.pop("defaults", ()):
            content |= {key: name for key, name in entry.items() if " " not in key} if isinstance(entry, dict) else {}
        assert set(content) == set(options(command))
        if takes_parameters(command):
            assert not set(PARAMETERS) & {*options(command), "override", "hydra"}


def test_every_command_composes_as_it_stands() -> None:
    has_to_be_told = {"explain": ["state=KEN"], "report": ["studies=x"], "plot": ["studies=x"]}
    has_to_be_told |= {"compact": ["study=x"], "replay": ["study=x"], "export": ["study=x", "to=x.csv"]}
    needs_files = ("import",)
    for command in set(questions()) - set(needs_files):
        cfg = asked(command, has_to_be_told.get(command, []))
        if takes_parameters(command):
            assert cfg.setting(cfg.institution_names).quarters == 80


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("seed", [0, 2**32 - 1], [-1, 2**32, 1.0, "1", True, None, float("nan")]),
        ("replications", [1], [0, -5, 2.5]),
        ("draws", [1], [0]),
        ("quarters", [4, 400], [0, 6, 404]),
        ("workers", [None, 1], [0, "all"]),
        ("study", ["a-B_3", 2024, None], ["a/b", "..", "", 1.5, ["a"]]),
        (
            "institutions",
            [["none", "siloed"]],
            [[], ["siloed", "siloed"], "siloed", ["silo"], [["siloed"]], None],
        ),
        ("trajectory", [None, "new.parquet"], ["", "missing/new.parquet", ".", 3]),
        ("studies", ["x", ["compare/x", 2024]], [[], ["x", "x"], None, "", [[]]]),
        ("group", [None, "trust"], ["trus", ["trust"]]),
        ("output", ["json"], ["csv", None, ["json"]]),
    ],
)
def test_options_admit_what_their_rule_says(
    name: str, good: list[Any], bad: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    option = next(found[name] for found in map(options, questions()) if name in found)
    for admitted in good:
        option.check(admitted)
    for refused in bad:
        with pytest.raises(InvalidInput) as caught:
            option.check(refused)
        assert str(caught.value).startswith(f"{name}={shown(refused)}: must be {option.kind.rule}")


def test_the_manifest_says_everything_and_notices_another_table(tmp_path: Path) -> None:
    table = (CONF / "world" / "africa.csv").read_text(encoding="utf-8")
    path = tmp_path / "states.csv"

    def manifest() -> dict[str, Any]:
        cfg = asked(
            "run", ["calibration=none", "world=csv", f"world.path={path}", "veto=0.5", "override.siloed.desks=6"]
        )
        plain: dict[str, Any] = json.loads(json.dumps(cfg.plain(cfg.setting(["siloed"]))))
        return plain

    path.write_text(table, encoding="utf-8")
    before = manifest()
    assert before["values"].pop("draws")["of"] == []
    assert before["values"] == {
        "world_and_calibration": {"settlement": 84.0, "reserve_cap": 3.9 * 48, "programme_target": 60.0},
        "channels": {},
        "command_line": {"veto": 0.5},
        "override": {"siloed": {"desks": 6.0}},
    }
    assert before["institutions"]["siloed"]["label"] == "Siloed departments"
    assert (before["seed"], before["world"]["name"], before["calibration"]) == (1, "csv", "none")
    path.write_text(
        table.replace(
            "AGO,Angola,sub_saharan,middle,COD COG NAM ZMB,15.1",
            "AGO,Angola,sub_saharan,middle,COD COG NAM ZMB,15.2",
        ),
        encoding="utf-8",
    )
    after = manifest()
    assert after["values"].pop("draws")["of"] == []
    assert after["world"].pop("states_sha256") != before["world"].pop("states_sha256")
    assert after == before


def test_the_manifest_tells_one_calibrations_draws_from_anothers() -> None:
    cfg = asked("run", ["onset_base=-7"])
    made = cfg.setting(["siloed"])
    told = cfg.plain(made)["values"]["draws"]
    assert told["of"] == list(made.draws) and made.draws and "onset_base" not in made.draws
    name, values = next(iter(made.draws.items()))
    other = dataclasses.replace(made, draws={**made.draws, name: (values[0] + 1e-9, *values[1:])})
    assert cfg.plain(other)["values"]["draws"]["sha256"] != told["sha256"]


def test_axes_of_two_institutions_own_values_are_two() -> None:
    axes = "axes={uk_pools.veto:[0,1],three_ds.veto:[0,1]}"
    assert list(asked("sweep", [axes]).axes) == ["uk_pools.veto", "three_ds.veto"]
    with pytest.raises(InvalidInput, match=r"uk_pools\.veto stands there twice"):
        asked("sweep", ["axes={uk_pools.veto:[0,1],uk_pools.veto:null}"])
