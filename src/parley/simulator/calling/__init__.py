"""The parts of the handle by which tests hold a running simulator; use `parley.simulator.testing`."""
