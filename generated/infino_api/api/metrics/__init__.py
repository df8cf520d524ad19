"""Calls of `metrics`."""
