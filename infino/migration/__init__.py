"""From infino-sdk 0.7 to this SDK: the module `infino_sdk` with the old methods, and a tool that finds their calls."""
