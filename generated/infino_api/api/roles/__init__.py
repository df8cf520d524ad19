# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Calls of `roles`."""
