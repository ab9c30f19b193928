"""Readers of published files: what happened, state by state and year by year. Nothing here knows a study."""
