"""Calls of `connections`."""
