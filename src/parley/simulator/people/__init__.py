"""The customers: how they receive, read, write and play their scripts."""
