# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Resource classes, sync and async, and their raw-response forms."""
