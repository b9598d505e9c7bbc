"""The key scanner: every key that tomllib reads has the line on which it stands."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeugdsim.scenario.toml_file import KeyPath, key_lines

TRICKY = '''\
# [comment]
a = 1 # = "x"
"b c".d = "[x]\\"" # after
'e.f' = """
g = 1
[h]
\\"""" # four quotes, the first of them text
i = \'\'\'
j = "
\'\'\'\'
k = [
  1, # ] in a comment
  "]",
  [2, {l = 1}],
]
m = {n = "}", o = [1, 2]}
[ p . "q" ]
r = 2027-01-01
[[s]]
t = 1
[s.u]
v = 1
[[s]]
[[s.w]]
x = 1
[[s.w]]
x.y = 1
"\\u00e9" = 1
[z]'''


def test_tricky_text() -> None:
    assert key_lines(TRICKY) == {
        ("a",): 2,
        ("b c",): 3,
        ("b c", "d"): 3,
        ("e.f",): 4,
        ("i",): 8,
        ("k",): 11,
        ("m",): 16,
        ("p",): 17,
        ("p", "q"): 17,
        ("p", "q", "r"): 18,
        ("s",): 19,
        ("s", 0): 19,
        ("s", 0, "t"): 20,
        ("s", 0, "u"): 21,
        ("s", 0, "u", "v"): 22,
        ("s", 1): 23,
        ("s", 1, "w"): 24,
        ("s", 1, "w", 0): 24,
        ("s", 1, "w", 0, "x"): 25,
        ("s", 1, "w", 1): 26,
        ("s", 1, "w", 1, "x"): 27,
        ("s", 1, "w", 1, "x", "y"): 27,
        ("s", 1, "w", 1, "\u00e9"): 28,
        ("z",): 29,
    }
    assert missing_keys(TRICKY) == {("m", "n"), ("m", "o")}


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """Return the paths of all keys, those in plain arrays left out."""
    found: set[KeyPath] = set()
    if isinstance(value, dict):
        for key, part in value.items():
            found |= {(*path, key)} | paths(part, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        for number, part in enumerate(value):
            found |= paths(part, (*path, number))
    return found


def missing_keys(text: str) -> set[KeyPath]:
    """Return the paths tomllib reads and the scanner has no line for."""
    return paths(tomllib.loads(text)) - set(key_lines(text))


BASIC = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"\\'), max_size=6)
LITERAL = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="'"), max_size=6)
KEYS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True),
    BASIC.map('"{}"'.format),
    LITERAL.map("'{}'".format),
    st.just('"\\"[\\u0041"'),
)
SCALARS = st.one_of(
    st.just("1"),
    st.just("2027-01-01"),
    BASIC.map('"{}"'.format),
    LITERAL.map("'{}'".format),
    BASIC.map('"""\n{}\n= [x]"""'.format),
    LITERAL.map("'''\n# {}\n'''".format),
)
ARRAYS = st.lists(SCALARS, max_size=3).map(
    lambda parts: "[ # ]\n" + "".join(f"{p},\n" for p in parts) + "]"
)
HEADERS = st.tuples(
    st.sampled_from(["[{}]", "[[{}]]", "[ {} ]"]), st.lists(KEYS, min_size=1, max_size=3)
)
STATEMENTS = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=2), st.one_of(SCALARS, ARRAYS)).map(
        lambda pair: f"{' . '.join(pair[0])} = {pair[1]} # remark ]"
    ),
    HEADERS.map(lambda pair: pair[0].format(".".join(pair[1]))),
    st.sampled_from(["", "# [x]", "   "]),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_every_key_has_the_line_of_its_statement(statements: list[str]) -> None:
    """Statements that make the text incorrect are left out one by one."""
    kept: list[str] = []
    for statement in statements:
        try:
            tomllib.loads("\n".join([*kept, statement]))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(statement)
    text = "\n".join(kept)
    assert missing_keys(text) == set()
    begins = set()
    line = 1
    for statement in kept:
        begins.add(line)
        line += statement.count("\n") + 1
    assert set(key_lines(text).values()) <= begins


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark", "a = 1"])
def test_short_texts(text: str) -> None:
    assert missing_keys(text) == set()
