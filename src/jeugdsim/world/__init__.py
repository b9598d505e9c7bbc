"""What is uncertain: drawn assumptions, yearly shocks, index paths, calendar. numpy and scipy only."""
