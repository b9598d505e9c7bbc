"""Run the proofs (tests marked ``prove``) and the benchmarks, and keep what they print.

    python -m proofs.record            refuses a tree with changes; writes proofs/latest.txt
    python -m proofs.record --draft    takes any tree; writes out/proofs-draft.txt, marked as a draft

The record begins with the commit, Python, platform and versions it ran on. It is written when all is
done and moved into place at once, also when tests failed: a failed proof is a finding too.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from jeugdsim.report.files import moved_into_place

ROOT = Path(__file__).resolve().parents[1]
RECORD = Path("proofs", "latest.txt")
DRAFT = Path("out", "proofs-draft.txt")
LIBRARIES = ("numpy", "scipy", "pandas", "numba", "xarray", "pydantic", "matplotlib")
PROOFS = ("pytest", "tests", "-m", "prove", "-rP", "--durations=0", "-p", "no:cacheprovider")
WRONG_TREE = 2


def changed_files(root: Path) -> list[str]:
    """Return what git calls changed or new, the record itself left out."""
    lines = _git(root, "status", "--porcelain", "--untracked-files=all").splitlines()
    return [line[3:] for line in lines if line[3:] != RECORD.as_posix()]


def header(commit: str, changed: Sequence[str]) -> str:
    """Return what a reader must know to run the same again."""
    tree = f"DRAFT: {len(changed)} files differ from this commit" if changed else "clean"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = {
        "commit": commit,
        "tree": tree,
        "jeugdsim": version("jeugdsim"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{platform.system()} {platform.machine()}, {platform.libc_ver()[1] or 'libc?'}",
        "libraries": libraries,
    }
    return "".join(f"{name + ':':<11}{told}\n" for name, told in lines.items())


def benchmark_table(root: Path, folder: Path) -> str:
    """Measure speed and return the table of ratios, or why there is none."""
    results, page = folder / "benchmarks.json", folder / "table.md"
    page.write_text("<!-- bench:start -->\n<!-- bench:end -->\n", encoding="utf-8")
    for words in (
        ("pytest", "benchmarks", f"--benchmark-json={results}", "-p", "no:cacheprovider"),
        ("benchmarks.table", str(results), str(page)),
    ):
        done = _run(root, words)
        if done.returncode:
            return f"no table: {' '.join(words[:2])} failed\n{done.stdout}"
    lines = page.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("<!--")).strip() + "\n"


def record(root: Path, *, draft: bool, proofs: Sequence[str] = PROOFS, bench: bool = True) -> int:
    """Run everything and write the record.

    Parameters
    ----------
    root : Path
        The project.
    draft : bool
        Take a tree with changes as well, and write a draft outside git.
    proofs : sequence of str
        The module to run for the proofs, and its arguments.
    bench : bool
        Whether to measure speed too.

    Returns
    -------
    int
        0 when all proofs hold, 2 for a tree with changes, else pytest's exit status.
    """
    changed = changed_files(root)
    if changed and not draft:
        listed = "\n".join(f"  {name}" for name in changed[:20])
        print(
            "A proof belongs to a commit, but these files differ from it:\n"
            f"{listed}\nCommit them first; or ask for a draft: python -m proofs.record --draft",
            file=sys.stderr,
        )
        return WRONG_TREE
    commit = _commit(root)
    print("The proofs run: this takes long, and prints when all is done.", file=sys.stderr)
    ran = _run(root, proofs)
    speed = ""
    if bench:
        with tempfile.TemporaryDirectory() as folder:
            speed = f"\nSpeed\n-----\n{benchmark_table(root, Path(folder))}"
    if not draft and (_commit(root), changed_files(root)) != (commit, []):
        print("The files changed while the proofs ran: nothing was written.", file=sys.stderr)
        return WRONG_TREE
    place = root / (DRAFT if draft else RECORD)
    place.parent.mkdir(exist_ok=True)
    with moved_into_place(place) as temporary:
        written = f"{header(commit, changed)}\nProofs\n------\n{ran.stdout}{speed}"
        temporary.write_text(written.replace(str(root), "."), encoding="utf-8")
    lines = ran.stdout.strip().splitlines() or ["no output"]
    print(f"{lines[-1]}\n{place.relative_to(root)}")
    return ran.returncode


def _run(root: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a module of this Python, its errors among its output."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _commit(root: Path) -> str:
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m proofs.record", description="Run the proofs.")
    parser.add_argument("--draft", action="store_true", help="any tree; writes a draft outside git")
    return record(ROOT, draft=parser.parse_args().draft)


if __name__ == "__main__":
    sys.exit(main())
