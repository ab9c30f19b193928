"""Concord: a model of how defence, development and foreign ministries prevent conflict, together or apart."""
