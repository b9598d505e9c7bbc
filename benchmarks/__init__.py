"""How fast the simulation is, told as ratios within one run: machines differ, ratios hardly do."""
