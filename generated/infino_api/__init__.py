"""Generated from openapi/infino.yaml by scripts/generate; changes belong there."""
