"""Estimators: arrays in, estimates with intervals out."""
