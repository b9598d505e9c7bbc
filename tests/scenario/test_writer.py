"""Writing a scenario and reading it back; counts of where numbers come from."""

from pathlib import Path

import pytest

from jeugdsim.scenario import load_scenario, write_scenario
from jeugdsim.scenario.provenance import kind_counts, provenance

from .folders import FILES, write_folder, write_variant

DATA = Path(__file__).parents[1] / "data"
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def folders() -> list[Path]:
    """Return all scenario folders of the project."""
    return sorted(file.parent for root in (DATA, SCENARIOS) for file in root.glob("*/scenario.toml"))


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_every_scenario_of_the_project_reads_back(folder: Path, tmp_path: Path) -> None:
    scenario = load_scenario(folder)
    for number, one in enumerate((scenario, scenario.reference(), scenario.all_pxq())):
        write_scenario(one, tmp_path / str(number))
        again = load_scenario(tmp_path / str(number))
        assert again == one
        assert again.hash == one.hash


def test_rich_scenario_reads_back(tmp_path: Path) -> None:
    season = "care_form,month,factor,source\n" + "".join(f"crisis,{m},1,A1\n" for m in range(1, 13))
    note = FILES["demand.csv"].replace("1.5,,S1,", '1.5,,S1,"een ""noot"", met\nalles; \rerin "')
    scenario = load_scenario(write_folder(tmp_path / "a", {"season.csv": season, "demand.csv": note}))
    changed = scenario.with_changes(
        {
            "care_forms.crisis.tariff": {"mean": 300, "cv": 0.1},
            "care_forms.begeleiding.tariff": {"p10": 90, "p50": 100.5, "p90": 1e22},
            "care_forms.pleegzorg.tariff": 1 / 3,
            "demand.Delft.crisis.inflow_per_1000_youth": 1e-7,
            "contracts.verblijf.budget": {"per_youth": 812.5},
            "levers.sterke lokale teams.municipalities": ["Delft"],
            "levers.sterke lokale teams.care_forms": ["begeleiding", "crisis"],
            "allocation.used": {"verblijf": "inhabitants"},
            "world.indexation": 0.04,
            "name": 'Test "x" \\ \t é \x7f',
        }
    )
    write_scenario(changed, tmp_path / "b" / "c")
    again = load_scenario(tmp_path / "b" / "c")
    assert again == changed
    assert again.hash == changed.hash
    assert again.demand[1].note == 'een "noot", met\nalles; \rerin '
    assert sorted(path.name for path in (tmp_path / "b" / "c").iterdir()) == sorted(
        [*FILES, "season.csv"]
    )


def test_writing_over_another_scenario_leaves_nothing_of_it(tmp_path: Path) -> None:
    season = "care_form,month,factor,source\n" + "".join(f"crisis,{m},1,A1\n" for m in range(1, 13))
    plain = load_scenario(write_folder(tmp_path / "a"))
    write_folder(tmp_path / "b", {"season.csv": season, "mine.txt": "x"})
    write_scenario(plain, tmp_path / "b")
    assert load_scenario(tmp_path / "b") == plain
    assert (tmp_path / "b" / "mine.txt").exists()


def test_failure_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    other = plain.with_changes({"demand.Delft.crisis.clients_at_start": 3})
    write = Path.write_text

    def fail(self: Path, text: str, **how: str) -> int:
        if "population" in self.name:
            raise OSError("no space left on device")
        return write(self, text, **how)

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(OSError, match="no space"):
        write_scenario(other, tmp_path / "a")
    assert load_scenario(tmp_path / "a") == plain
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)


def test_written_variant_has_its_base_folded_in(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = 'extends = "../base"\n[contracts.verblijf]\nform = "pxq"\n'
    variant = load_scenario(write_variant(tmp_path / "v", toml))
    write_scenario(variant, tmp_path / "elsewhere" / "v")
    assert load_scenario(tmp_path / "elsewhere" / "v") == variant


def test_provenance(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path / "a"))
    inputs = {one.path: one for one in provenance(scenario)}
    assert inputs["world.indexation.mean"].kind == "measured"
    assert inputs["world.inflow_growth_per_year"].source == "A1"
    assert inputs["world.inflow_growth_per_year"].value == "{p10 = -0.01, p50 = 0.01, p90 = 0.03}"
    assert inputs["demand.Delft.pleegzorg.inflow_per_1000_youth"].source == "S1"
    assert inputs["care_forms.crisis.tariff"].kind == "assumption"
    assert inputs["levers.sterke lokale teams.effect"].kind == "assumption"
    assert "years" not in inputs
    assert list(inputs) == sorted(inputs)
    assert kind_counts(scenario) == {"measured": 20, "derived": 0, "assumption": 34}
    bare = scenario.with_changes({"sources": None, "demand.Delft.crisis.source": None})
    assert kind_counts(bare) == {"measured": 15, "derived": 0, "assumption": 39}
    assert len(bare.warnings) == 2
