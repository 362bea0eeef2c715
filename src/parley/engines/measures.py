"""What the engines count, for /metrics. No label carries a workspace, a number or a person."""

from prometheus_client import Counter, Gauge, Histogram

webhooks_answered = Counter("parley_webhooks_answered_total", "Webhook requests by answer", ["answer"])
webhooks_events = Counter("parley_webhook_events_total", "New events kept", ["provider"])
events_applied = Counter("parley_events_applied_total", "Events by what became of them", ["outcome"])
messages_repaired = Counter("parley_messages_repaired_total", "Messages found in a provider's history")
apply_seconds = Histogram("parley_apply_seconds", "From receipt of an event to its being applied")
sends = Counter("parley_sends_total", "Send attempts by outcome", ["outcome"])
leases_held = Gauge("parley_sender_leases", "Channels this sender owns")
streams_open = Gauge("parley_streams_open", "Open live streams")
hints_sent = Counter("parley_live_hints_total", "Hints written to live streams")
