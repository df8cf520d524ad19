"""Calls of `client`."""
