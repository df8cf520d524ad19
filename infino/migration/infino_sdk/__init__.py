"""The old SDK's names on the new client: programs written for infino-sdk 0.7 run unchanged and are told what is new.

Each method warns once, with the new call. `infino migrate PATH` lists all old calls of a program.
"""

from infino_sdk.lib import InfinoError, InfinoSDK, RetryConfig

__version__ = "0.7.0"
__all__ = ["InfinoError", "InfinoSDK", "RetryConfig"]
