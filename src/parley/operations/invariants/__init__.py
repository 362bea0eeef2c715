"""Parley's own check of what it promises: `parley doctor`. Reads, and changes nothing."""
