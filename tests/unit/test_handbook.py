"""The handbook: every link leads somewhere, every formula is drawn, and nothing in it runs or is fetched."""

import json
import re
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.reporting.handbook import handbook
from experiments.reporting.moved import moved
from experiments.settings.places import CHECKOUT
from model.parameters import PARAMETERS


def test_every_link_leads_to_a_place_on_the_page_or_elsewhere() -> None:
    for page in (handbook(), handbook(served=True)):
        places = re.findall(r'\bid="([^"]+)"', page)
        assert len(places) == len(set(places))
        links = re.findall(r'href="([^"]*)"', page)
        own = {link for link in links if link.startswith("#")}
        assert {link.removeprefix("#") for link in own} <= set(places)
        others = {link for link in links if not link.startswith(("#", "https://", "data:"))}
        assert others == ({"/", "/studies"} if page == handbook(served=True) else set())


def test_every_formula_of_the_model_is_there_and_none_is_left_as_it_was_typed() -> None:
    text = (CHECKOUT / "model" / "ODD.md").read_text(encoding="utf-8")
    page = handbook()
    assert len(re.findall(r'<math[^>]* display="block"', page)) == text.count("```math")
    assert page.count("<math") > 300
    drawn = " ".join(re.findall(r"<math.*?</math>", page, flags=re.DOTALL))
    assert "\\" not in re.sub(r"<[^>]*>", "", drawn)
    assert "&amp;" not in re.sub(r"<[^>]*>", "", drawn)
    plain = re.sub(r"<code.*?</code>", "", page.partition('id="model"')[2], flags=re.DOTALL)
    assert not re.search(r"\\[A-Za-z]|\$[^$<]*[\\_^{]", plain)


def test_what_parameters_move_is_read_from_what_mechanisms_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(mechanism: str, moves: str, why: str, level: str = "across_ranges", *beside: str) -> dict[str, object]:
        gap = {"estimate": -0.25}
        return {"mechanism": mechanism, "parameters": beside or [mechanism], "level": level, "gap": gap,
                "metric": "conflict_years", "moves": moves, "why": why}  # fmt: skip

    file = tmp_path / "result.json"
    rows = [
        row("veto", "no", "not told from luck"), row("effect", "no", "moves less than counts"),
        row("effect", "yes", "", "defaults"), row("own_lens", "yes", "", "across_ranges", "unknown_where"),
        row("top_up_added", "yes", "", "across_ranges", "top_up", "top_up_source"),
    ]  # fmt: skip
    file.write_text(json.dumps({"rows": rows}))
    found = moved(file)
    assert found["veto"] == "no: not told from luck"
    assert found["effect"] == found["unknown_where"] == "yes, gap -0.25"
    assert "top_up" not in found
    assert moved(tmp_path / "none.json") == {}
    monkeypatch.setattr("experiments.reporting.handbook.moved", lambda: found)
    assert "<td>no: not told from luck</td>" in handbook.__wrapped__(served=True)


def test_every_parameter_stands_in_it_and_nothing_runs() -> None:
    page = handbook()
    for name, declared in PARAMETERS.items():
        assert f"<td>{name}</td>" in page
        assert declared.unit
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "src=" not in page


def test_it_is_written_whole_and_over_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "book.html"
    assert main(["handbook", f"to={target}"]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    assert target.read_text(encoding="utf-8") == handbook()
    assert main(["handbook", f"to={target}"]) == 2
    assert "book.html" in capsys.readouterr().err
