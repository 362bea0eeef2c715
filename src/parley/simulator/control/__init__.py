"""The simulator's own doors: the page, its JSON, the fault switches."""
