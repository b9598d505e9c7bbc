"""The record of the last proof: ``make prove`` writes latest.txt, committed with the code it ran on."""
