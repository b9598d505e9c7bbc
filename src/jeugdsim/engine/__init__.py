"""What happens to children: keyed random numbers, plan, kernels, simulate, expected volumes.

The only folder that imports numba.
"""

from jeugdsim.engine.simulation import simulate

__all__ = ["simulate"]
