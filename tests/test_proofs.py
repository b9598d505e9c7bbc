"""The record of a proof tells what it ran on, refuses a tree with changes and is there whole or not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from proofs import record

PROVED = ("timeit", "-n1", "-r1", "-s", "print('a measurement')", "pass")
FAILED = ("timeit", "-n1", "-r1", "raise SystemExit(1)")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a committed project of one file."""
    (tmp_path / "code.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("out/\n", encoding="utf-8")
    name = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    for words in (("init", "-q"), ("add", "."), (*name, "commit", "-q", "-m", "first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def commit_of(project: Path) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_clean_tree_gives_a_record_of_its_commit(project: Path) -> None:
    for _ in range(2):  # the record itself does not make the tree unclean
        assert record.record(project, draft=False, proofs=PROVED, bench=False) == 0
    told = (project / record.RECORD).read_text(encoding="utf-8")
    assert f"commit:    {commit_of(project)}\n" in told
    assert "tree:      clean\n" in told
    assert "numpy " in told
    assert "a measurement" in told
    assert [path.name for path in (project / "proofs").iterdir()] == ["latest.txt"]


@pytest.mark.parametrize("change", ["code.py", "new.py"])
def test_a_tree_with_changes_is_refused(
    change: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / change).write_text("x = 2\n", encoding="utf-8")
    assert record.record(project, draft=False, proofs=PROVED, bench=False) == record.WRONG_TREE
    assert change in capsys.readouterr().err
    assert not (project / record.RECORD).exists()


def test_a_draft_says_so_and_stands_elsewhere(project: Path) -> None:
    (project / "code.py").write_text("x = 2\n", encoding="utf-8")
    assert record.record(project, draft=True, proofs=PROVED, bench=False) == 0
    assert "DRAFT: 1 files differ" in (project / record.DRAFT).read_text(encoding="utf-8")
    assert not (project / record.RECORD).exists()


def test_failed_proofs_are_recorded_and_told(project: Path) -> None:
    assert record.record(project, draft=False, proofs=FAILED, bench=False) == 1
    assert (project / record.RECORD).exists()


def test_files_that_change_meanwhile_give_no_record(project: Path) -> None:
    change = ("timeit", "-n1", "-r1", "-s", "open('code.py', 'w').write('x = 3')", "pass")
    assert record.record(project, draft=False, proofs=change, bench=False) == record.WRONG_TREE
    assert not (project / record.RECORD).exists()


def test_a_commit_made_meanwhile_gives_no_record(project: Path) -> None:
    commit = "git -c user.name=T -c user.email=t@example.org commit -q --allow-empty -m second"
    words = ("timeit", "-n1", "-r1", "-s", f"import os; os.system({commit!r})", "pass")
    assert record.record(project, draft=False, proofs=words, bench=False) == record.WRONG_TREE
    assert not (project / record.RECORD).exists()


def test_make_prove_runs_the_tests_that_are_marked() -> None:
    words = list(record.PROOFS)
    assert words[words.index("-m") + 1] == "prove"
    proofs = list((record.ROOT / "tests" / "prove").glob("test_*.py"))
    assert proofs
    for proof in proofs:
        assert "pytestmark = pytest.mark.prove" in proof.read_text(encoding="utf-8"), proof.name
