"""Simulations of small regions held against queueing theory, small or large.

``tests/engine/test_queue_theory.py`` does them in seconds (8 tests); ``tests/prove`` with so many draws
that a theory a few percent wrong would be seen (20 tests with draws). Each alarms falsely for 1 seed in
10,000, together for 1 in 1,250 and 1 in 500, so that no seed is chosen for its outcome.
"""
