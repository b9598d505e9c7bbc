"""The words of the report: two languages, the same fields in both."""

from __future__ import annotations

import subprocess
import sys
from string import Formatter

import pytest

from jeugdsim.report.words import WORDS, word, word_or_name


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_fill_in_the_same_fields(key: str) -> None:
    dutch, english = ({field for _, field, *_ in Formatter().parse(x)} for x in WORDS[key])
    assert dutch == english
    assert all(WORDS[key])


def test_words() -> None:
    assert word("cost") == "kosten"
    assert word("cost", "en") == "cost"
    assert word_or_name("form", "availability") == "beschikbaar"
    assert word_or_name("absent", "moves.csv") == "moves.csv"
    with pytest.raises(ValueError, match="'de'"):
        word("cost", "de")


def test_importing_the_report_does_not_import_matplotlib() -> None:
    names = "answer, figures, files, notation, words"
    code = f"import sys; from jeugdsim.report import {names}; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
