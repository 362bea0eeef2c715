"""Made-up data: the sample company of the demo, and plain volume for measuring."""
