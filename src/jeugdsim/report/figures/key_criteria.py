"""The heat map of keys: what each is judged on, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked, check_part
from jeugdsim.report.figures.cells import draw_cells, head_cells
from jeugdsim.report.figures.letters import width_of, wrapped
from jeugdsim.report.figures.look import HEIGHT, WHITE_TO_VERMILION
from jeugdsim.report.figures.places import POINTS_PER_INCH
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.key_notes import town_mean, worse_off
from jeugdsim.report.words import word, word_or_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES_PER_ROW: Final = 0.24
INCHES_AROUND: Final = 1.6
INCHES_FOR_CELLS: Final = 4.0
LONGEST_NAME: Final = 34
FILLED: Final = 0.92
Key = Mapping[str, Any]


def key_criteria(summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl") -> Axes:
    """Draw what every key is judged on: a row per key, a column per criterion.

    Colours compare keys within a column: the largest number is darkest, and dark is good in one
    column and bad in another. Chances of a surprise, swings and correlation are means over
    municipalities; "dearer than alone" counts municipalities.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made, higher with more keys.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError, ValueError
        When the summary is not the dictionary of ``summary.json``, it holds no judgement of keys, or
        the language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> key_criteria(summary).get_title(loc="left")
    'Waar verdeelsleutels op worden beoordeeld'
    """
    check_asked(summary, language)
    judged = check_part(summary, "judgement of keys", "keys")
    keys: dict[str, Key] = {name: key for name, key in judged.items() if key["computable"]}
    if not keys:
        raise ValueError("summary: none of its keys can be computed (keys)")
    unit = notation.unit_for(key["region"]["moved"] for key in keys.values())
    columns = _columns(int(summary["draws"]), unit, language)
    values = [[number(key) for number, _ in columns.values()] for key in keys.values()]
    written = [[write(number(key)) for number, write in columns.values()] for key in keys.values()]
    sheet = make_sheet(ax, max(HEIGHT, INCHES_AROUND + INCHES_PER_ROW * len(keys)))
    draw_cells(sheet.ax, _shades(values), written, WHITE_TO_VERMILION, (0.0, 1.0))
    names = [word_or_name("key", name, language) for name in keys]
    short = word(f"unit.short.{unit.euros}", language)
    heads = [
        _head(word(f"figure.criteria.{name}", language).replace("{unit}", short), len(columns))
        for name in columns
    ]
    head_cells(sheet.ax, names, heads, LONGEST_NAME)
    missing = [word_or_name("key", name, language) for name in judged if name not in keys]
    told = [word("figure.not_computable", language, names=", ".join(missing))] if missing else []
    note = Note(word("figure.criteria", language))
    finish(
        sheet, word("figure.criteria_title", language), [note], footer_text([summary], language, *told)
    )
    return sheet.ax


def _columns(
    draws: int, unit: notation.Unit, language: str
) -> dict[str, tuple[Callable[[Key], float | None], Callable[[float | None], str]]]:
    """Return per criterion how it is read from a key, and how it is written."""

    def decimals(value: float | None) -> str:
        return notation.number(value, 2, language=language)

    return {
        "surprise_over_5": (
            lambda key: town_mean(key, "surprise_over_5"),
            lambda value: notation.chance(value, draws),
        ),
        "volatility": (
            lambda key: town_mean(key, "volatility"),
            lambda value: notation.percentage(value, 1, language=language),
        ),
        "correlation": (lambda key: town_mean(key, "correlation"), decimals),
        "marginal": (lambda key: key["region"]["marginal"], decimals),
        "moved": (
            lambda key: key["region"]["moved"],
            lambda value: notation.amount(value, unit=unit, language=language),
        ),
        "worse_than_alone": (
            lambda key: None if key["region"]["worse_than_alone"] is None else float(worse_off(key)),
            lambda value: notation.number(value, language=language),
        ),
    }


def _shades(values: Sequence[Sequence[float | None]]) -> list[list[float]]:
    """Return every number as a fraction of the largest in its column; nothing is 0."""
    largest = [
        max((abs(x) for x in column if x is not None), default=0.0)
        for column in zip(*values, strict=True)
    ]
    return [
        [
            max(x, 0.0) / most if x is not None and most else 0.0
            for x, most in zip(row, largest, strict=True)
        ]
        for row in values
    ]


def _head(label: str, columns: int) -> str:
    width = INCHES_FOR_CELLS * POINTS_PER_INCH / columns
    longest_word = max(width_of(part) for part in label.split())
    return wrapped(label, max(FILLED * width, min(longest_word, width)))
