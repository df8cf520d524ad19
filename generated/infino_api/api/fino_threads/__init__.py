"""Calls of `fino.threads`."""
