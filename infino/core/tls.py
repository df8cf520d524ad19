"""The TLS settings of a client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infino.core.config import Config
from infino.core.errors import ConfigError

if TYPE_CHECKING:
    import ssl


def tls_context(config: Config) -> ssl.SSLContext:
    """Build the TLS context, which is slow, only where TLS is spoken."""
    import ssl

    if isinstance(config.verify, ssl.SSLContext):
        return config.verify
    to_proxy = config.proxy is not None and config.proxy.reveal().startswith("https")
    if config.endpoint.scheme == "http" and not to_proxy:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context = _verifying(config)
        if config.client_certificate:
            given = config.client_certificate
            context.load_cert_chain(*((given,) if isinstance(given, str) else given))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the TLS settings cannot be used: {error}") from None
    return context


def _verifying(config: Config) -> ssl.SSLContext:
    import ssl

    if not config.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if config.ca_bundle is None:
        import certifi  # comes with httpx

        return ssl.create_default_context(cafile=certifi.where())
    if os.path.isdir(config.ca_bundle):
        return ssl.create_default_context(capath=config.ca_bundle)
    return ssl.create_default_context(cafile=config.ca_bundle)
