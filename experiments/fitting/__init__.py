"""The conflict process fitted to the record, and forecasts from it."""
