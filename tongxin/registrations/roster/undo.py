"""Taking an import back: everyone it brought in goes again, except those with whom something came after.

"Something came after" is read off two things: the journal (the person did something, or something was done to the person,
the registration, the membership or a post), and the foreign keys (a claim, a ledger entry, another registration…). Reading
a phone number does not tie anyone down. The journal keeps every event, also of those who are gone.
"""

from django.db import models

from tongxin.access.models import Appointment
from tongxin.journal.models import Event, kind_of
from tongxin.people.models import Category, Consent, Person
from tongxin.registrations.models import Registration
from tongxin.teams.areas import assign_areas
from tongxin.teams.models import Membership, Responsibility, Squad, Team

from .models import MemberFile

BATCH = 2_000
HARMLESS = ("person.reveal", "registration.import")
#: What the import itself made for each person, counted: (model, how many rows at most come from it).
MADE = {Registration: 1, Membership: 1}


def take_out(roster_import, *, by) -> int:
    """Delete what the import made, in set-based statements inside the caller's transaction; returns how many people stay."""
    brought = Registration.objects.filter(imported_by=roster_import)
    everyone = list(brought.order_by("pk").values_list("person_id", flat=True))
    places = set(brought.values_list("place_id", flat=True))
    kept = 0
    for start in range(0, len(everyone), BATCH):
        people = everyone[start : start + BATCH]
        staying = tied(people, roster_import)
        kept += len(staying)
        _delete([pk for pk in people if pk not in staying])
    _close_empty(roster_import.made or {})
    assign_areas(places)
    return kept


def tied(people, roster_import) -> set[int]:
    """Which of these people (ids) something came after."""
    return _in_journal(people) | _pointed_at(people, roster_import)


def _in_journal(people) -> set[int]:
    later = Event.objects.exclude(verb__in=HARMLESS)
    held = set(later.filter(actor_id__in=people).values_list("actor_id", flat=True))
    held |= set(later.filter(subject_kind=kind_of(Person), subject_id__in=people).values_list("subject_id", flat=True))
    for model in (Registration, Membership, Appointment, Category, Consent):
        owners = dict(model.objects.filter(person__in=people).values_list("pk", "person_id"))
        touched = later.filter(subject_kind=kind_of(model), subject_id__in=list(owners))
        held |= {owners[pk] for pk in touched.values_list("subject_id", flat=True)}
    return held


def _pointed_at(people, roster_import) -> set[int]:
    held = set(Person.objects.filter(pk__in=people).exclude(last_login=None).values_list("pk", flat=True))
    for relation in Person._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.on_delete is models.CASCADE:
            continue  # not pointing here; or, as notices and consents, going with the person
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": people})
        counted = rows.values_list(relation.field.attname).annotate(rows=models.Count("pk"))
        allowed = MADE.get(relation.related_model, 0) if relation.field.name == "person" else 0
        held |= {person for person, count in counted if count > allowed}
    return held


def _delete(people) -> None:
    registrations = Registration.objects.filter(person__in=people)
    MemberFile.objects.filter(registration__in=registrations).delete()
    registrations.delete()
    for model in (Membership, Appointment, Category, Consent):
        model.objects.filter(person__in=people).delete()
    Person.objects.filter(pk__in=people).delete()


def _close_empty(made) -> None:
    """Squads and teams that the import made and that nobody is left in."""
    empty = Squad.objects.filter(pk__in=made.get("squads", []), memberships=None)
    ids = list(empty.values_list("pk", flat=True))
    Responsibility.objects.filter(squad__in=ids).delete()
    Squad.objects.filter(pk__in=ids).delete()
    Team.objects.filter(pk__in=made.get("teams", []), memberships=None, squads=None).delete()
