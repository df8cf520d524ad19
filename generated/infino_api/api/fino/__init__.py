"""Calls of `fino`."""
