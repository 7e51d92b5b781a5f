"""A person's own copy (个人信息副本, PIPL Art. 45): everything about oneself in this room and who opened it.

Rooms above add their part by registering a source: a function person → (key, plain data).
"""

from django.utils import timezone

from tongxin.journal.models import Event, kind_of

from .models import Person

SOURCES = []


def source(function):
    """Register a room's part of the copy."""
    SOURCES.append(function)
    return function


def own_data(person) -> dict:
    """Plain, readable data; times in Shanghai."""
    data = {
        "姓名": person.name,
        "手机号": person.local_phone if person.phone_index else "",
        "称呼": person.salutation,
        "同意": [
            {
                "用途": c.get_purpose_display(),
                "依据": c.get_basis_display(),
                "给出": _when(c.given_at),
                "撤回": _when(c.withdrawn_at),
            }
            for c in person.consents.order_by("pk")
        ],
        "人员类别": [
            {"类别": c.kind, "自": str(c.since), "至": str(c.until or "")} for c in person.categories.order_by("pk")
        ],
        "who_looked": who_looked(person),
    }
    for function in SOURCES:
        key, part = function(person)
        data[key] = part
    return data


def who_looked(person) -> list[dict]:
    """Who opened the full number, when and why."""
    events = Event.objects.filter(verb="person.reveal", subject_kind=kind_of(person), subject_id=person.pk).order_by(
        "-id"
    )[:50]
    names = {p.pk: p.shown_as for p in Person.objects.filter(pk__in=[e.actor_id for e in events])}
    return [{"when": _when(e.at), "who": names.get(e.actor_id, ""), "why": e.reason} for e in events]


def _when(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
