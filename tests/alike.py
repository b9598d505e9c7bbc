"""Whether two summaries are the same, percentiles within what a histogram promises."""

from __future__ import annotations

from typing import Any

import pytest

ALLOWED = 0.002  # of the distance from P5 to P95


def alike(ours: Any, theirs: Any, rel: float = 1e-9, least: float = 1e-6, path: str = "") -> None:
    """Check that all is equal but percentiles, which may differ by 0.2% of the spread.

    Numbers may differ by ``rel``, and by ``least`` whatever their size: what rounding leaves where
    large sums of euros take each other away.
    """
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), path
        spread = (theirs.get("p95") or 0.0) - (theirs.get("p5") or 0.0)
        for name, part in theirs.items():
            if name.startswith("p") and name[1:].isdigit() and part is not None:
                near = ALLOWED * spread if spread > 0 else least
                expected = pytest.approx(part, rel=rel, abs=near, nan_ok=True)
                assert ours[name] == expected, f"{path}.{name}"
            else:
                alike(ours[name], part, rel, least, f"{path}.{name}")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=rel, abs=least, nan_ok=True), path
    else:
        assert ours == theirs, path
