"""Values: JSON without loss, and how paths, names and literals are written for the engine. Knows no other room."""
