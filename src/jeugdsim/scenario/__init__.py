"""What is assumed: the scenario folder, read and checked into one frozen Scenario.

``load_scenario`` reads a folder (and the folder it ``extends``) and refuses it as a whole, with
every finding at once, when something is wrong. ``write_scenario`` writes a folder back.
"""

from jeugdsim.scenario.findings import Finding, ScenarioError
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.reader import load_scenario
from jeugdsim.scenario.writer import write_scenario

__all__ = ["Finding", "Scenario", "ScenarioError", "load_scenario", "write_scenario"]
