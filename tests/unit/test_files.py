"""Whatever stands in a YAML file costs one line and no memory."""

from pathlib import Path

import pytest

from experiments.settings.files import read_yaml
from model.errors import InvalidInput

EXPLODING = "\n".join(["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"] + [
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)
])  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 5000 + b"]" * 5000, "nests deeper than 50 levels"),
        (b"a: &x [*x]", "*x refers to itself"),
        (b"&x {a: {b: *x}}", "*x refers to itself"),
        (EXPLODING.encode(), "holds more than 100,000 values"),
        (b"x" * 4_000_001, "must be at most 4,000,000 bytes"),
        (b"\x00\x01\xff\xfe", "no readable YAML"),
        (b"\x7fELF\x02\x01", "no readable YAML"),
        (b"a: !!python/object/apply:os.system [ls]", "no readable YAML"),
        (b"a: *nowhere", "no readable YAML"),
        (b"a: [unclosed", "no readable YAML"),
        (b"a: 2020-99-99", "no readable YAML"),
        (b"a: 1\n---\nb: 2", "no readable YAML"),
        (b"a: " + b"9" * 6000, "no readable YAML"),
    ],
)
def test_a_hostile_file_costs_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_yaml(path, "where it stands")
    assert str(caught.value).startswith("where it stands: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_costs_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"x: .*nowhere.yaml: no such file or directory"):
        read_yaml(tmp_path / "nowhere.yaml", "x")
    with pytest.raises(InvalidInput, match="is a directory"):
        read_yaml(tmp_path, "x")


def test_plain_data_with_modest_repetition_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("\ufeffa: &a {x: 1}\nb:\n  <<: *a\n  y: [*a, *a]\n", encoding="utf-8")
    assert read_yaml(path, "x") == {"a": {"x": 1}, "b": {"x": 1, "y": [{"x": 1}, {"x": 1}]}}
    path.write_text("", encoding="utf-8")
    assert read_yaml(path, "x") is None
