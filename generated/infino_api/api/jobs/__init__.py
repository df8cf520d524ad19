"""Calls of `jobs`."""
