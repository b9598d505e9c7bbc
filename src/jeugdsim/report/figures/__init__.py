"""Pictures of results, for a council paper: one module per picture.

Every picture reads the dictionary of ``summary.json`` (or plain draws), draws on given axes or on a
figure of its own, and returns the axes. matplotlib loads when the first picture is drawn.
"""

from jeugdsim.report.figures.collection import all_pictures
from jeugdsim.report.figures.exceedance import exceedance
from jeugdsim.report.figures.fan import fan_chart
from jeugdsim.report.figures.heatmap import overrun_heatmap
from jeugdsim.report.figures.key_criteria import key_criteria
from jeugdsim.report.figures.key_shift import key_shift_chart
from jeugdsim.report.figures.keys import key_contributions
from jeugdsim.report.figures.risk import risk_carriers
from jeugdsim.report.figures.saving import save_figure
from jeugdsim.report.figures.target import target_chance
from jeugdsim.report.figures.waiting import waiting_children
from jeugdsim.report.figures.waterfall import driver_waterfall

__all__ = [
    "all_pictures",
    "driver_waterfall",
    "exceedance",
    "fan_chart",
    "key_contributions",
    "key_criteria",
    "key_shift_chart",
    "overrun_heatmap",
    "risk_carriers",
    "save_figure",
    "target_chance",
    "waiting_children",
]
