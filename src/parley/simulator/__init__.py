"""A simulated WhatsApp: WAHA's HTTP API and Meta's Cloud API on one port, with people who answer.

Parley's gateways talk to it in tests and in the demo exactly as they talk to the real ones. It knows nothing
of Parley's database. What it accepted stands in an append-only ledger before the answer leaves.
"""
