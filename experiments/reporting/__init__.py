"""Finished studies as one page that can be handed on."""
