"""Where a request comes from, as far as limits need to know: a network, never kept in clear."""

import ipaddress

from django.conf import settings


def network_of(request) -> str:
    """The visitor's network: an IPv4 address, or the /64 of an IPv6 one.

    Behind the TLS proxy (TONGXIN_SECURE) the last hop it noted counts, everything before it can be made up; without a
    proxy the header says nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))
