"""How fast the model is on this machine: one file per thing measured, `measured` puts them together."""
