"""Calls of `alerts`."""
