"""Calls of `roles`."""
