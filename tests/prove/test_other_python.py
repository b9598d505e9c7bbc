"""Another Python, with the locked libraries it takes, gives the same counts and the same euros.

The project is tested on Python 3.11 and 3.13. Whichever runs this test, the other is looked for: the
one named in PROVE_PYTHON, one on the path, pyenv's, uv's; else uv fetches it. Without it the test
fails: a proof that was not done must not look done.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import given_numbers
import numpy as np
import pytest
from regions import DATA, HAAGLANDEN, ROOT

pytestmark = pytest.mark.prove

OTHER = "3.11" if sys.version_info >= (3, 13) else "3.13"
DRAWS = 6
EUROS = 1e-9  # relative, of every number that is no count; counts are equal
NOTHING = {"euro": 1e-6, "number": 1e-12}  # euros and other numbers this small are zero
PROJECT = ("src", "pyproject.toml", "README.md", "LICENSE", "requirements.lock")


def candidates() -> Iterator[str]:
    """Name every place where the other Python may be; most are not there."""
    yield os.environ.get("PROVE_PYTHON", "")
    yield shutil.which(f"python{OTHER}") or ""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{OTHER}*/bin/python{OTHER}"), reverse=True))
    yield printed([sys.executable, "-m", "uv", "python", "find", "--no-project", OTHER])


def printed(words: list[str]) -> str:
    """Return what a command prints, nothing when it fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def is_the_other(python: str) -> bool:
    ask = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    return bool(python) and printed([python, "-c", ask]) == OTHER


def other_python(folder: Path) -> str:
    """Return a Python of the other version that runs; fetch it where there is none."""
    for python in candidates():
        if is_the_other(python):
            return python
    uv = [sys.executable, "-m", "uv", "python", "install", "--install-dir", str(folder), OTHER]
    printed(uv)
    fetched = sorted(map(str, folder.glob(f"*/bin/python{OTHER}")))
    if fetched and is_the_other(fetched[0]):
        return fetched[0]
    pytest.fail(
        f"no Python {OTHER} was found and none could be fetched, so nothing is proved about it: "
        f"install it, or name it in PROVE_PYTHON",
        pytrace=False,
    )


def installed(python: str, folder: Path) -> Path:
    """Return the Python of a new venv with the locked libraries and a copy of this project."""
    copy = folder / "project"
    copy.mkdir()
    for name in PROJECT:
        take = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        take(ROOT / name, copy / name)
    venv = folder / "venv"
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    for words in (
        [python, "-m", "venv", str(venv)],
        [*pip, "-r", str(copy / "requirements.lock")],
        [*pip, "--no-deps", str(copy)],
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    return venv / "bin" / "python"


def test_another_python_gives_the_same_counts_and_euros(tmp_path: Path) -> None:
    python = installed(other_python(tmp_path / "fetched"), tmp_path)
    folders = [DATA / "small", HAAGLANDEN]
    results = tmp_path / "there.npz"
    script = [str(python), given_numbers.__file__, str(results), str(DRAWS), *map(str, folders)]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    there, compared, furthest = np.load(results), 0, 0.0
    for folder in folders:
        for name, here in given_numbers.numbers(folder, DRAWS).items():
            found = there[f"{folder.name}/{name}"]
            if name.startswith("count"):
                assert np.array_equal(found, here), name
            else:
                nothing = NOTHING[name.split()[0]]
                np.testing.assert_allclose(found, here, rtol=EUROS, atol=nothing, err_msg=name)
                size = np.abs(here)
                off = np.abs(found - here)[size > 1.0] / size[size > 1.0]
                furthest = max(furthest, off.max(initial=0.0))
            compared += here.size
    assert compared > 10_000
    print(
        f"Python {sys.version.split()[0]} beside {done.stdout.strip()}: {compared:,} numbers, "
        f"counts equal, euros within {furthest:.1e}"
    )
