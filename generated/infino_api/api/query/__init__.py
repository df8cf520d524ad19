"""Calls of `query`."""
