# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The blocking client and its flows, generated from their async sources."""
