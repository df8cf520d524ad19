"""The part of the SDK that does no input or output: plans, signatures, decisions, errors."""

import infino

# PyPI's distribution `infino` writes its own __init__ over ours when it is installed into the same folder.
if getattr(infino, "__distribution__", None) != "infino-sdk":
    raise ImportError(
        "the import name 'infino' belongs to another distribution here. Both cannot live in one environment: run "
        "pip uninstall infino, then pip install --force-reinstall infino-sdk"
    )
