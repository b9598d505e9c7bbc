"""Pythons of their own, for tests of what only a first process does: compiling into a cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def started(code: str, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Start a Python of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "JEUGDSIM_CACHE"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env={**kept, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> str:
    """Return what a process that did well printed."""
    return said(process)[0]


def said(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return what a process that did well printed, and what it wrote on stderr."""
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return out, errors


def kernels(cache: Path) -> dict[Path, int]:
    """Return the files of machine code in a cache, and when each was written."""
    return {file: file.stat().st_mtime_ns for file in cache.rglob("*.nbc")}
