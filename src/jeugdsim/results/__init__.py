"""What a run and a comparison hand back: results to read, print and write."""

from jeugdsim.results.comparison import Comparison
from jeugdsim.results.outcome import Outcome, Reference
from jeugdsim.results.summarised import KeptReference, SummarisedOutcome

__all__ = ["Comparison", "KeptReference", "Outcome", "Reference", "SummarisedOutcome"]
