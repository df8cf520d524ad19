"""Calls of `files`."""
