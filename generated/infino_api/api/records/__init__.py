"""Calls of `records`."""
