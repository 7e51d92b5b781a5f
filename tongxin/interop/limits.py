"""How often one address and one network may ask: a calendar program asks a few times an hour. Counted in this process alone."""

import hashlib

from django.core.cache import cache

HOUR = 3600
PER_ADDRESS, PER_NETWORK = 60, 1200


def too_often(token, network) -> bool:
    """Count this one; whether it is beyond the hour's limit."""
    keys = {f"ics:{hashlib.sha256(token.encode()).hexdigest()}": PER_ADDRESS, f"ics-net:{network}": PER_NETWORK}
    over = [_counted(key) > limit for key, limit in keys.items()]  # both are counted, whatever the first says
    return any(over)


def _counted(key) -> int:
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two
        return 1
