"""Calls of `imports`."""
