"""A page of events with people, places and posts at hand, in the words of `journal_words`."""

from functools import cache

from django.apps import apps

from tongxin.access.posts import PostsThen
from tongxin.people.models import Person
from tongxin.places.models import Place

from .journal_words import CLOCK, FACTS, KINDS, VALUES, VERBS


def dress(events) -> list:
    """A page of events as a list, each with its words (`word`, `doer`, `post`, `where`, `what`, `change`, `details`): four statements for the page."""
    events = list(events.select_related("seal"))
    people = {event.actor_id for event in events} | _subjects(events, "people.person")
    persons = Person.objects.in_bulk(people - {None})
    places = {event.place_id for event in events} | _subjects(events, "places.place")
    found = Place.objects.filter(pk__in=places - {None}).with_ancestors()
    known = {place.pk: place for place in found}
    labels = {pk: place.label for pk, place in known.items()}
    held = PostsThen(persons)
    for event in events:
        doer = persons.get(event.actor_id)
        event.word = VERBS.get(event.verb, event.verb)
        event.doer = doer.shown_as if doer else (CLOCK if event.actor_id is None else f"已注销人员{event.actor_id}")
        event.post = held.words(event.actor_id, event.at, place=event.place_id and known.get(event.place_id))
        event.where = labels.get(event.place_id, "")
        event.change = _change(event)
        event.details = [(FACTS.get(name, name), _plain(value)) for name, value in event.facts.items() if value != ""]
        event.what = _what(event, persons, labels)
    return events


def _plain(value):
    return VALUES.get(value, value) if isinstance(value, str | bool) else value


@cache
def _statuses(kind) -> dict:
    """What the states of a subject are called; nothing for what has none (or no longer exists)."""
    model = next((model for model in apps.get_models() if model._meta.label_lower == kind), None)
    fields = {field.name: field for field in model._meta.fields} if model else {}
    return dict(fields["status"].choices or []) if "status" in fields else {}


def _change(event) -> str:
    states = _statuses(event.subject_kind)
    before, after = (states.get(word, word) for word in (event.came_from, event.went_to))
    return f"{before} → {after}" if before and after else before or after


def _subjects(events, kind) -> set:
    return {event.subject_id for event in events if event.subject_kind == kind}


def _what(event, persons, labels) -> str:
    if event.subject_kind == "people.person" and event.subject_id in persons:
        return f"{persons[event.subject_id].shown_as}（{event.subject_id}）"
    if event.subject_kind == "places.place" and event.subject_id in labels:
        return labels[event.subject_id]
    return f"{KINDS.get(event.subject_kind, event.subject_kind)} {event.subject_id or ''}".strip()
