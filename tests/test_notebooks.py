"""The notebooks: clean in git, run from a clean kernel, and the council's buttons answer."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from notebook_run import (
    ANALYST,
    COUNCIL,
    NOTEBOOKS,
    Kernel,
    kernel_after,
    outputs,
    read,
    text_of,
    with_draws,
)
from regions import HAAGLANDEN

import jeugdsim as js
from jeugdsim.report.certainty import certainty_sentence

DRAWS = 12  # enough to see that it works; tests/prove runs the notebooks as they are
SEED = 2027
AMOUNT = re.compile(r"\d\s*(%|procent|mln|mld|miljoen|miljard|duizend|euro)")


def name_of(path: Path) -> str:
    return path.stem


def test_both_notebooks_are_there() -> None:
    assert [ANALYST, COUNCIL] == NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_no_output_is_kept_in_git(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    clear = f"jupyter nbconvert --clear-output --inplace notebooks/{path.name}"
    assert not outputs(notebook), clear
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}, "widget state, or more, is stored"
    for cell in notebook.cells:
        assert cell.get("execution_count") is None, clear
        assert not cell.get("attachments")
        assert set(cell.metadata) <= {"jupyter", "tags"}, "a notebook's own traces of a run"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_no_outcome_stands_in_the_text(path: Path) -> None:
    """Amounts and chances come from the kernel: in the text they would be wrong one day."""
    told = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert told
    assert [text for text in told if AMOUNT.search(text)] == []


def test_every_cell_of_the_analyst_has_its_question_and_its_reading() -> None:
    cells = read(ANALYST).cells
    code = [at for at, cell in enumerate(cells) if cell.cell_type == "code"]
    assert len(code) > 15
    for at in code:
        before, after = cells[at - 1], cells[at + 1]
        assert before.cell_type == after.cell_type == "markdown"
        assert re.search(r"\*\*[^*]+\?", before.source), before.source
        assert after.source.startswith("*Zo leest u dit:*")


def test_a_council_member_sees_one_short_cell_of_code() -> None:
    first, *others = [cell for cell in read(COUNCIL).cells if cell.cell_type == "code"]
    assert len(first.source.splitlines()) <= 6
    assert not first.metadata.get("jupyter")
    assert others
    for cell in others:
        assert cell.metadata.jupyter.source_hidden
        assert cell.source.startswith("# "), "the folded cell shows its first line: what it does"


# --------------------------------------------------------------- the analyst's


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("analyst")
    notebook = with_draws(read(ANALYST), DRAWS)
    with kernel_after(notebook, folder):
        return notebook, folder


def cell_outputs(notebook: Any, cell_id: str) -> list[Any]:
    (found,) = [cell for cell in notebook.cells if cell.get("id") == cell_id]
    return list(found.outputs)


def test_the_analyst_gets_an_answer_of_every_cell_and_no_complaint(
    explored: tuple[Any, Path],
) -> None:
    notebook, _ = explored
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs, f"{cell.id} shows nothing"
    seen = outputs(notebook)
    assert not [text_of(output) for output in seen if output.output_type == "error"]
    assert not [text_of(output) for output in seen if output.get("name") == "stderr"]
    assert not [text_of(output) for output in seen if re.search(r"\bnan\b", text_of(output), re.I)]


def test_too_few_draws_for_shares_are_told(explored: tuple[Any, Path]) -> None:
    notebook, _ = explored
    assert "te weinig trekkingen" in text_of(cell_outputs(notebook, "aandeel")[-1])


def test_the_draws_readers_get_are_enough_for_shares(explored: tuple[Any, Path]) -> None:
    _, folder = explored
    saved = json.loads((folder / "out/eerste-verkenning/summary.json").read_text(encoding="utf-8"))
    code = next(cell.source for cell in read(ANALYST).cells if cell.cell_type == "code")
    given = int(re.search(r"^DRAWS = (\d+)", code, re.M).group(1))
    assert given >= saved["provenance"]["draws_needed"] > DRAWS


def test_every_picture_of_the_analyst_is_drawn(explored: tuple[Any, Path]) -> None:
    notebook, _ = explored
    drawing = [cell for cell in notebook.cells if cell.source.rstrip().endswith(".figure")]
    assert len(drawing) >= 8
    for cell in drawing:
        assert "image/png" in cell.outputs[-1].data, cell.id


def test_the_analyst_saves_what_was_seen(explored: tuple[Any, Path]) -> None:
    notebook, folder = explored
    saved = json.loads((folder / "out/eerste-verkenning/summary.json").read_text(encoding="utf-8"))
    assert (saved["draws"], saved["seed"]) == (DRAWS, SEED)
    assert saved["hash"][:8] in text_of(cell_outputs(notebook, "laden")[-1])
    listed = text_of(cell_outputs(notebook, "bewaren")[-1])
    for path in (folder / "out/eerste-verkenning").iterdir():
        assert path.name in listed


def test_other_terms_are_settled_on_the_same_care(explored: tuple[Any, Path]) -> None:
    """What the table tells of "everything paid" is what P x Q pays for these very volumes."""
    notebook, _ = explored
    scenario = js.load_scenario(HAAGLANDEN)
    volumes = js.simulate(scenario, draws=DRAWS, seed=SEED, progress=False)
    own = js.settle(volumes, scenario)
    other = own["use_value"].sum() - own["payment"].sum()
    table = text_of(cell_outputs(notebook, "verschil")[-1])
    (line,) = [line for line in table.splitlines() if line.startswith("alles vergoed")][:1]
    told = re.search(r"(-?[\d.]+,\d)\s", line.removeprefix("alles vergoed (als P x Q)"))
    assert told
    shown = float(told[1].replace(".", "").replace(",", "."))
    assert shown == pytest.approx(float(other) / DRAWS / 1e6, abs=0.05 + 1e-9)


# --------------------------------------------------------------- the council's


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return the council's notebook in its kernel, after it ran."""
    notebook = with_draws(read(COUNCIL), DRAWS)
    with kernel_after(notebook, tmp_path_factory.mktemp("council")) as kernel:
        kernel.run("pictures_of_a_choice = pictures")
        yield kernel


@pytest.fixture
def quick(council: Kernel) -> Iterator[Kernel]:
    """Draw no pictures, so that clicks are quick; begin and end at the notebook's first choice."""
    council.run("pictures = lambda *choice: {}")
    reset(council)
    yield council
    reset(council)
    council.run("pictures = pictures_of_a_choice")


def reset(kernel: Kernel) -> None:
    kernel.run(
        "policy.value, key.value, place.value, certainty.value = "
        "AS_IT_IS, FIRST_KEY, 'alle gemeenten samen', 0.8"
    )


def click(kernel: Kernel, **choice: str | float) -> str:
    """Choose and press the button; return the answer as it is read."""
    for name, value in choice.items():
        kernel.run(f"{name}.value = {value!r}")
    kernel.run("button.click()")
    assert "Klaar" in kernel.ask("message.value")
    return html.unescape(kernel.ask("answer.value"))


def test_the_widgets_are_there_and_the_first_answer_stands(council: Kernel) -> None:
    scenario = js.load_scenario(HAAGLANDEN)
    kinds = council.ask("[type(control).__name__ for control in controls]")
    assert kinds == ["Dropdown", "Dropdown", "Dropdown", "SelectionSlider", "Button"]
    assert council.ask("list(PLACES)[1:]") == list(scenario.municipality_names)
    assert council.ask("list(KEYS.values())") == list(scenario.settings.allocation.keys)
    assert len(council.ask("list(POLICIES)")) == 4
    assert "Met 80% zekerheid" in council.ask("answer.value")
    images = re.findall(
        r'<img src="data:image/png;base64,\S+" alt="([^"]+)"', council.ask("gallery.value")
    )
    assert len(images) == 3
    errors = [output for output in outputs(council.client.nb) if output.output_type == "error"]
    assert not errors
    assert not [o for o in outputs(council.client.nb) if o.get("name") == "stderr"]


def expected_sentence(scenario: js.Scenario, town: str | None, certainty: float) -> str:
    """Work the sentence out by a run of its own."""
    overrun = overrun_of(js.run(scenario, draws=DRAWS, seed=SEED, progress=False), town)
    return certainty_sentence(overrun, scenario.calendar_years, place=town, certainty=certainty)


def overrun_of(outcome: js.Outcome, town: str | None) -> np.ndarray:
    values = outcome.overruns["overrun"]
    chosen = values.sum("municipality") if town is None else values.sel(municipality=town)
    return chosen.sum(["year", "segment"]).to_numpy()


def policies_by_hand() -> dict[int, js.Scenario]:
    """Return what the choices of funding mean, in the order of the list."""
    scenario = js.load_scenario(HAAGLANDEN)
    lump_sum = {
        f"contracts.{name}.{side}": []
        for name, terms in scenario.settings.contracts.items()
        if terms.form == "task_based"
        for side in ("loss_bands", "gain_bands")
    }
    twin = js.load_scenario(HAAGLANDEN.with_name("haaglanden-2027-pxq"))
    return {
        0: scenario,
        1: scenario.with_changes(lump_sum),
        2: scenario.with_changes({"funding_response": None}),
        3: twin,
    }


@pytest.mark.parametrize("number", range(4))
def test_every_way_of_funding_gives_the_answer_of_its_own_run(quick: Kernel, number: int) -> None:
    name = quick.ask(f"list(POLICIES)[{number}]")
    answer = click(quick, policy=name, place="Delft")
    assert name in answer
    assert expected_sentence(policies_by_hand()[number], "Delft", 0.8) in answer


def test_the_ways_of_funding_differ() -> None:
    runs = [
        js.run(scenario, draws=DRAWS, seed=SEED, progress=False)
        for scenario in policies_by_hand().values()
    ]
    for town in (None, "Delft"):
        quantiles = [float(np.quantile(overrun_of(run, town), 0.8)) for run in runs]
        assert len({round(euros) for euros in quantiles}) == len(runs)


@pytest.mark.parametrize(
    "key", ["actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population"]
)
def test_every_key_gives_the_answer_of_its_own_run(quick: Kernel, key: str) -> None:
    label = quick.ask(f"next(label for label, name in KEYS.items() if name == {key!r})")
    answer = click(quick, key=label, place="Westland")
    assert label in answer
    scenario = js.load_scenario(HAAGLANDEN).with_changes({"allocation.used": key})
    assert expected_sentence(scenario, "Westland", 0.8) in answer
    assert ("bij het scenario zoals het is" in answer) == (key != "rolling_use")


def test_a_key_changes_nothing_for_all_together(quick: Kernel) -> None:
    label = quick.ask("next(label for label, name in KEYS.items() if name == 'inhabitants')")
    assert "in elke trekking gelijk" in click(quick, key=label)


def test_every_municipality_gets_its_own_answer(quick: Kernel) -> None:
    outcome = js.run(js.load_scenario(HAAGLANDEN), draws=DRAWS, seed=SEED, progress=False)
    years = outcome.scenario.calendar_years
    answers = set()
    for town in (None, *outcome.scenario.municipality_names):
        answer = click(quick, place="alle gemeenten samen" if town is None else town)
        assert certainty_sentence(overrun_of(outcome, town), years, place=town) in answer
        answers.add(answer)
    assert len(answers) == 1 + len(outcome.scenario.municipality_names)


def test_more_certainty_means_a_larger_amount(quick: Kernel) -> None:
    overrun = overrun_of(
        js.run(js.load_scenario(HAAGLANDEN), draws=DRAWS, seed=SEED, progress=False), None
    )
    for certainty in (0.5, 0.95):
        answer = click(quick, certainty=certainty)
        assert certainty_sentence(overrun, range(2027, 2033), certainty=certainty) in answer
    assert np.quantile(overrun, 0.95) > np.quantile(overrun, 0.5)


def test_the_assumption_behind_task_based_is_told_with_every_answer(quick: Kernel) -> None:
    told = {number: click(quick, policy=quick.ask(f"list(POLICIES)[{number}]")) for number in range(4)}
    for number, answer in told.items():
        assert ("Hierin zit de aanname" in answer) == (number in (0, 1))
        assert ("In het scenario zit de aanname" in answer) == (number in (2, 3))


def test_under_pxq_there_is_no_key_to_choose(quick: Kernel) -> None:
    quick.run("policy.value = ALL_PXQ")
    assert quick.ask("key.disabled")
    assert "eigen gebruik" in quick.ask("message.value")
    assert "sleutel" not in click(quick)
    assert quick.ask("key.disabled")
    quick.run("policy.value = AS_IT_IS")
    assert not quick.ask("key.disabled")


def test_a_changed_choice_says_that_the_answer_is_of_before(quick: Kernel) -> None:
    before = click(quick)
    quick.run("place.value = 'Delft'")
    assert "Druk op <b>Bereken</b>" in quick.ask("message.value")
    assert html.unescape(quick.ask("answer.value")) == before


def test_while_busy_nothing_can_be_pressed(quick: Kernel) -> None:
    quick.run(
        "told = sentences\nseen = []\n"
        "def sentences(*choice):\n"
        "    seen.append([[control.disabled for control in controls], message.value])\n"
        "    return told(*choice)"
    )
    click(quick)
    quick.run("sentences = told")
    ((disabled, said),) = quick.ask("seen")
    assert all(disabled)
    assert "Bezig" in said
    assert not any(quick.ask("[control.disabled for control in controls]"))


def test_what_goes_wrong_is_told_in_plain_dutch_and_can_be_tried_again(quick: Kernel) -> None:
    click(quick)
    quick.run(
        "told = sentences\ndef sentences(*choice):\n    raise ValueError('places < 1 & no answer')"
    )
    assert quick.run("button.click()") == [], "no traceback"
    said = quick.ask("message.value")
    assert "niet gelukt" in said
    assert "places &lt; 1 &amp; no answer" in said
    assert quick.ask("[answer.value, gallery.value]") == ["", ""], "no old answer under a new choice"
    assert not any(quick.ask("[control.disabled for control in controls]"))
    quick.run("sentences = told")
    assert "Met 80% zekerheid" in click(quick)


@pytest.mark.parametrize(
    ("policy", "last"), [("AS_IT_IS", "onder elke sleutel"), ("ALL_PXQ", "per gemeente en jaar")]
)
def test_the_pictures_are_of_the_choice(council: Kernel, policy: str, last: str) -> None:
    council.run("seen = []\ntold = image\nimage = lambda ax, text: seen.append(ax) or told(ax, text)")
    council.run(f"policy.value, place.value = {policy}, 'Rijswijk'\nbutton.click()")
    titles = council.ask("[ax.get_title(loc='left') for ax in seen]")
    descriptions = re.findall(r' alt="([^"]+)"', council.ask("gallery.value"))
    council.run("image = told")
    reset(council)
    assert "Rijswijk" in titles[0]
    assert len(titles) == len(descriptions) == 3
    assert last in descriptions[-1]
