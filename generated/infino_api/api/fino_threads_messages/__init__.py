"""Calls of `fino.threads.messages`."""
