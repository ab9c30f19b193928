"""Behaviour, written once: small pure functions that both engines call."""
