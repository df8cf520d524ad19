"""Resource classes, sync and async, and their raw-response forms."""
