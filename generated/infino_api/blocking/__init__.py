"""The blocking client and its flows, generated from their async sources."""
