"""Calls to a running simulator, for tests; use `parley.simulator.testing`."""
