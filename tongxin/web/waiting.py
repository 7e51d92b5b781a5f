"""How much waits for somebody, as the menu shows it on every page: counted again as soon as they do something."""

from django.core.cache import cache
from django.db.models import Max

from tongxin.journal.models import Event
from tongxin.notifications import digest

SECONDS = 30  # so long what others do may go unseen in the menu; the desk itself always counts anew


def todo(person, *, fresh=True) -> dict:
    """What waits for this person; in the menu as counted before, unless they have acted since."""
    last = Event.objects.filter(actor_id=person.pk).aggregate(last=Max("id"))["last"]
    key = f"todo:{person.pk}:{person.uid}:{last}"
    found = None if fresh else cache.get(key)
    if found is None:
        found = digest.todo(person)
        cache.set(key, found, SECONDS)
    return found
