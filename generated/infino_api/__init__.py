# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Generated from openapi/infino.yaml by scripts/generate; changes belong there."""
