"""The part of the SDK that does no input or output: plans, signatures, decisions, errors."""
