"""Calls of `monitors`."""
