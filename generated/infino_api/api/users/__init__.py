"""Calls of `users`."""
