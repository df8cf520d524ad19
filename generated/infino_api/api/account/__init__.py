"""Calls of `account`."""
