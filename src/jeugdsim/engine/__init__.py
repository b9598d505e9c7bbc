"""What happens to children: keyed random numbers, plan, kernels, simulate, expected volumes.

The only folder that imports numba.
"""

from jeugdsim.engine.audit import audit
from jeugdsim.engine.expected import expected
from jeugdsim.engine.replay import clients, trace
from jeugdsim.engine.simulation import simulate

__all__ = ["audit", "clients", "expected", "simulate", "trace"]
