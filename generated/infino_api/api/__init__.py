"""The calls of every operation as pure data; one module each."""
