"""Where pytest finds the tests' own helpers.

A conftest.py puts its folder on the path, so every test may import ``regions`` (small scenarios made in
a line) and ``oracles`` (independent calculations), whichever folder is run.
"""
