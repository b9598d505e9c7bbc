"""What the answer and the pictures say about keys: numbers as given, nobody told what to choose."""

from __future__ import annotations

from typing import Any

import pytest

from jeugdsim.report import figures
from jeugdsim.report.answer import MOST_LINES, printed_answer
from jeugdsim.report.key_notes import key_notes
from jeugdsim.report.notation import MILLION
from jeugdsim.report.side import Side

from .pictures import EDGES, KEYS, pictured


def notes(results: dict[str, Any], most: int = 3, language: str = "nl") -> str:
    return key_notes(Side(results, "", language, MILLION), most)


def test_the_notes_tell_who_is_surprised_how_often() -> None:
    results = pictured()
    towns = results["keys"]["rolling_use"]["municipalities"]
    towns["Westland"]["surprise_over_5"] = 0.4
    told = notes(results, most=1)
    assert "10% tot 40% van de jaren, het vaakst in Westland." in told
    assert "Verrast" not in told


def test_the_notes_name_the_calmest_key_and_the_one_nearest_to_own_use() -> None:
    results = pictured()
    results["keys"]["inhabitants"]["region"]["moved"] = -1.0
    told = notes(results)
    assert "Verrast het minst: voortschrijdend gebruik (3 jaar)" in told
    assert "dichtst bij eigen gebruik: aantal inwoners" in told
    assert "Bij geen sleutel is een gemeente duurder uit dan alleen" in told
    results["keys"]["actual_use"]["municipalities"]["Delft"]["worse_than_alone"] = 0.2
    assert "duurder uit dan alleen (risico meegeteld) bij: werkelijk gebruik." in notes(results)


def test_every_contract_is_named_with_its_key_where_they_differ() -> None:
    results = pictured() | {
        "key": {"verblijf": "actual_use", "onderwijs": "shapley", "x": "actual_use"}
    }
    told = notes(results, language="en")
    assert "Keys: actual use (verblijf, x); Shapley value (onderwijs)." in told
    assert "P x Q contracts: own use." in told


def test_results_without_judgement_say_nothing_of_it() -> None:
    results = pictured() | {"keys": {}}
    assert notes(results) == "Contracten P x Q: eigen gebruik."
    del results["keys"]
    assert notes(results | {"key": None}) == ""


def test_keys_leave_the_answer_on_one_screen() -> None:
    lines = printed_answer(pictured(), pictured()).splitlines()
    assert len(lines) <= MOST_LINES
    assert "van de jaren" in " ".join(lines)


def test_a_bar_of_a_shift_runs_from_p10_to_p90() -> None:
    results = pictured(municipalities={"Delft": 0.6, "Rijswijk": 0.4})
    ax = figures.key_shift_chart(results)
    tilts = [100.0 * tilt for tilt in KEYS.values()]
    wanted = {
        (round(t * s + EDGES["p10"], 6), EDGES["p90"] - EDGES["p10"]) for t in tilts for s in (1, -1)
    }
    assert {(round(bar.get_x(), 6), bar.get_width()) for bar in ax.patches} == wanted
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["Rijswijk", "Delft"]  # by the key that shifts most: inhabitants, +30% in Delft


def test_no_more_than_four_keys_are_drawn_and_the_others_named() -> None:
    results = pictured()
    results["keys"]["extra"] = results["keys"]["expected_use"]
    ax = figures.key_shift_chart(results)
    assert len(ax.patches) == 4 * len(results["municipalities"])
    assert "niet getekend" in ax.texts[-1].get_text().replace("\n", " ")


def test_cells_of_criteria_hold_their_numbers() -> None:
    results = pictured()
    results["keys"]["shapley"] = {"computable": False, "needs_use": False, "reason": "te veel"}
    ax = figures.key_criteria(results)
    cells = [text.get_text() for text in ax.texts][:6]
    assert cells == ["10%", "2,0%", "0,90", "0,80", "0", "0"]
    assert "niet te berekenen: Shapley-waarde" in ax.texts[-1].get_text().replace("\n", " ")


@pytest.mark.parametrize("draw", [figures.key_shift_chart, figures.key_criteria])
def test_results_without_keys_are_refused(draw: Any) -> None:
    with pytest.raises(ValueError, match="no judgement of keys"):
        draw(pictured() | {"keys": {}})
