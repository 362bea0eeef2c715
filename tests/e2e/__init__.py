"""The journey in a real browser, against a whole installation and a simulated WhatsApp."""
