"""Calls that the document alone cannot plan: one pure function each, from which `make generate` writes four methods."""
