"""Calls of `dashboards`."""
