"""What people see: numbers, the printed answer, figures and files.

This room reads results only: the plain dict of ``summary.json`` and plain numbers. It imports
nothing from the other rooms, so a stored summary can be shown again without the model.
"""
