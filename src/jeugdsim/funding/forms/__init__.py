"""One module per contract form: its rules put together, in the order in which they work."""
