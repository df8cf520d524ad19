# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The calls of every operation as pure data; one module each."""
