"""A run on threads is cut into pieces that get shorter, each draw once, in order."""

from __future__ import annotations

import numpy as np
import pytest
from regions import care_form, region

import jeugdsim as js
from jeugdsim.engine import threads
from jeugdsim.engine.chunk import Room
from jeugdsim.engine.pieces import Arrays, Assumed, Recipe

REGION = region([care_form("zorg")], inflow=20.0)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """Give a list to which the draws of every piece are added when a thread simulates it."""
    noted: list[range] = []
    simulate_piece = threads.simulate_piece

    def noting(recipe: Recipe, assumed: Assumed, room: Room) -> Arrays:
        noted.append(assumed.draws)
        return simulate_piece(recipe, assumed, room)

    monkeypatch.setattr(threads, "simulate_piece", noting)
    return noted


@pytest.mark.parametrize("draws", [1, 7, 60, 700])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_draw_is_in_one_piece_and_none_is_longer_than_the_one_before(
    draws: int, workers: int, pieces: list[range]
) -> None:
    js.simulate(REGION, draws=draws, seed=3, threads=workers, progress=False)
    pieces.sort(key=lambda piece: piece.start)
    assert [draw for piece in pieces for draw in piece] == list(range(draws))
    sizes = np.array([len(piece) for piece in pieces])
    assert np.all(np.diff(sizes) <= 0)
    assert sizes[-1] <= max(10, draws // (4 * workers))


def test_pieces_are_as_long_as_asked(pieces: list[range]) -> None:
    js.simulate(REGION, draws=100, seed=3, threads=2, chunk_draws=30, progress=False)
    assert sorted(map(len, pieces)) == [10, 30, 30, 30]
