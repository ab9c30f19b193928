"""Conflict on record: files as published, patterns, and the same patterns in the model."""
