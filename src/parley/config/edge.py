"""The edge alone: webhooks and live streams, for machines that serve nothing else."""

from parley.engines.edge import Edge

application = Edge()
