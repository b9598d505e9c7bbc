"""The README keeps its promises: its Python runs, its variant loads, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jeugdsim as js

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_of_the_readme_runs(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    assert "2032" in capsys.readouterr().out


@pytest.mark.parametrize("toml", blocks("toml"))
def test_variant_of_the_readme_loads(toml: str, tmp_path: Path) -> None:
    (tmp_path / "variant").mkdir()
    (tmp_path / "haaglanden-2027").symlink_to(ROOT / "scenarios" / "haaglanden-2027")
    (tmp_path / "variant" / "scenario.toml").write_text(toml, encoding="utf-8")
    variant = js.load_scenario(tmp_path / "variant")
    assert variant.settings.contracts["verblijf"].form == "pxq"


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z]+)\b", README)):
        if target not in ("and",):
            assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_provenance_counts_of_the_readme_are_those_of_the_scenario() -> None:
    from jeugdsim.scenario.provenance import kind_counts

    counts = kind_counts(js.load_scenario(ROOT / "scenarios" / "haaglanden-2027"))
    told = f"{counts['measured']} are measured, {counts['derived']} are derived"
    assert told in README
    assert f"{counts['assumption']} are assumptions" in README
    assert f"Of the {sum(counts.values())} inputs" in README
