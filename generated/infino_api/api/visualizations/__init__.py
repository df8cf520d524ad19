"""Calls of `visualizations`."""
