"""Calls of `datasets`."""
