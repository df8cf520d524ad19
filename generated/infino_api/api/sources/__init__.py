"""Calls of `sources`."""
