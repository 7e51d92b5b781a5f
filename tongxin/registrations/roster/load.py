"""Writing the good rows of a roster: people, consents on paper, registrations, memberships, posts.

In chunks, each one transaction, so that others can write in between: a row is wholly in or not at all, and because one
phone is one person a run that was interrupted simply goes on.
"""

import uuid
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.access.models import SINGLE, Appointment
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.people.models import SENSITIVE_KINDS, Basis, Category, Consent, Person, Purpose
from tongxin.people.vault import seal
from tongxin.places.models import Place
from tongxin.registrations.models import CONSENT_TEXT, Registration
from tongxin.teams.areas import assign_areas
from tongxin.teams.models import Membership, Responsibility, Squad, Team
from tongxin.workflow.transitions import CLOCK

from .bulk import draw_ids, insert, take_stock, uncollected
from .check import DONE, KNOWN, NEW, Check, known_names
from .columns import squad_order
from .models import MemberFile, RosterImport

NAME, PHONE = map(Person._meta.get_field, ("name", "phone"))
KIND = Category._meta.get_field("kind")
FILE = tuple(map(MemberFile._meta.get_field, ("employer", "address", "note")))
COLUMNS = {
    Person: ("id", "uid", "password", "name", "phone", "phone_index", "created_at"),
    Category: ("uid", "person", "kind", "since", "confirmed_by", "confirmed_at"),
    Consent: ("person", "purpose", "basis", "text_version", "given_at"),
    Registration: ("id", "person", "place", "home", "skills", "times", "status", "submitted_at", "imported_by"),
    Membership: ("person", "team", "squad", "home", "skills", "times", "since"),
    Appointment: ("person", "role", "place", "since", "deputy", "appointed_by"),
    MemberFile: ("uid", "registration", "employer", "address", "note"),
    Event: ("at", "actor_id", "verb", "subject_kind", "subject_id", "place_id", "went_to", "facts"),
}

CHUNK = 1_000  # rows a transaction: a third of a second that others wait at most


def load(roster_import: RosterImport, check: Check, *, by=None) -> None:
    """Bring in the new rows of a check and finish the import. Raises what the database raises; then it can go on later."""
    with uncollected():
        _Loader(roster_import, check, by).run()


class _Loader:
    def __init__(self, roster_import, check, by):
        self.job, self.check, self.now = roster_import, check, timezone.now()
        self.by_id = by.pk if by else None
        self.teams: dict[int, int] = {}  # 居村 id → team id
        self.squads: dict[tuple[int, str], int] = {}
        self.held: set[tuple[str, int]] = set()  # posts that have their one holder

    def run(self):
        with transaction.atomic():
            self._make_teams()
            self._see_posts()
        waiting = iter(self.check.having(NEW))
        self.job.done = self.check.states[DONE]
        while rows := list(islice(waiting, CHUNK)):
            self._write_or_see_why_not(rows)
            self.job.done += len(rows)
            self.job.beat_at = timezone.now()
            RosterImport.objects.filter(pk=self.job.pk).update(done=self.job.done, beat_at=self.job.beat_at)
        with transaction.atomic():
            take_stock(Place, Membership, Squad, Team)
            assign_areas({row.place.pk for row in self.check.having(NEW, DONE, KNOWN)})
            take_stock(Responsibility, Registration, Appointment)
            self.check.__post_init__()
            self.job.finish(by=CLOCK, check=self.check)

    def _make_teams(self):
        rows = self.check.having(NEW)
        places = {row.place.pk: row.place for row in rows}
        found = dict(Team.objects.filter(place__in=places).values_list("place_id", "pk"))
        teams = [Team(place=place, name=f"{place.name}第二梯队") for pk, place in places.items() if pk not in found]
        Team.objects.bulk_create(teams)
        self.teams = found | {team.place_id: team.pk for team in teams}
        wanted = {(self.teams[row.place.pk], row.squad) for row in rows if row.squad}
        there = Squad.objects.filter(team__in=self.teams.values()).values_list("team_id", "name", "pk")
        self.squads = {(team, name): pk for team, name, pk in there}
        missing = sorted(wanted - self.squads.keys(), key=lambda key: (key[0], squad_order(key[1])))
        squads = Squad.objects.bulk_create(Squad(team_id=team, name=name) for team, name in missing)
        self.squads |= {(squad.team_id, squad.name): squad.pk for squad in squads}
        made = self.job.made or {"teams": [], "squads": []}
        made["teams"] += [team.pk for team in teams]
        made["squads"] += [squad.pk for squad in squads]
        self.job.made = made
        RosterImport.objects.filter(pk=self.job.pk).update(made=made)

    def _see_posts(self):
        wanted = {row.post[1] for row in self.check.having(NEW) if row.post}
        holders = Appointment.objects.filter(until=None, deputy=False, role__in=SINGLE, place__in=wanted)
        self.held = set(holders.values_list("role", "place_id"))

    def _write_or_see_why_not(self, rows):
        try:
            with transaction.atomic():
                self._write(rows)
        except IntegrityError:
            # Somebody checked in, or was appointed, since we looked: look again, once.
            self._see_posts()
            known = known_names({row.index for row in rows})
            for row in rows:
                row.state = KNOWN if row.index in known else NEW
            with transaction.atomic():
                self._write([row for row in rows if row.state == NEW])

    def _write(self, rows):
        people = [(person, uuid.uuid4(), row) for person, row in zip(draw_ids(Person, len(rows)), rows, strict=True)]
        registrations = draw_ids(Registration, len(rows))
        self._insert(Person, people, self._person)
        self._insert(Category, people, self._category)
        self._insert(Consent, people, self._consents)
        joined = [(registration, *entry) for registration, entry in zip(registrations, people, strict=True)]
        self._insert(Registration, joined, self._registration)
        self._insert(Membership, people, self._membership)
        self._insert(Appointment, people, self._posts)
        self._insert(MemberFile, joined, self._file)
        self._insert(Event, joined, self._event)

    def _insert(self, model, entries, rows_of):
        insert(model, COLUMNS[model], (row for entry in entries for row in rows_of(*entry)))

    def _person(self, person, uid, row):
        # "!" makes the password unusable, as set_unusable_password would.
        yield (
            person, uid, f"!{uid.hex}", seal(row.name, NAME.bound_to(uid)), seal(row.phone, PHONE.bound_to(uid)), row.index,
            self.now,
        )  # fmt: skip

    def _category(self, person, uid, row):
        yield uid, person, seal(row.kind, KIND.bound_to(uid)), row.since, self.by_id, self.now

    def _consents(self, person, uid, row):
        yield person, Purpose.CONTACT.value, Basis.PAPER.value, CONSENT_TEXT, self.now
        if row.kind in SENSITIVE_KINDS:
            yield person, Purpose.SENSITIVE_KIND.value, Basis.PAPER.value, CONSENT_TEXT, self.now

    def _registration(self, registration, person, uid, row):
        joined = Registration.Status.JOINED.value
        yield registration, person, row.place.pk, row.home, row.skills, row.times, joined, self.now, self.job.pk

    def _membership(self, person, uid, row):
        team = self.teams[row.place.pk]
        yield person, team, self.squads.get((team, row.squad)), row.home, row.skills, row.times, row.since

    def _posts(self, person, uid, row):
        yield person, Role.VOLUNTEER.value, row.place.pk, row.since, False, self.by_id
        if row.post:
            role, place = row.post
            deputy = role in SINGLE and row.post in self.held  # the first in the file holds the post
            self.held.add(row.post)
            yield person, role.value, place, row.since, deputy, self.by_id

    def _file(self, registration, person, uid, row):
        address = "" if row.at_door else row.address
        if row.employer or row.note or address:
            words = zip(FILE, (row.employer, address, row.note), strict=True)
            yield uid, registration, *(seal(text, field.bound_to(uid)) if text else None for field, text in words)

    def _event(self, registration, person, uid, row):
        facts = {"import": self.job.pk, "basis": Basis.PAPER.value}
        if row.post:
            facts["post"], facts["post_place"] = row.post[0].value, row.post[1]
        kind, went_to = Registration._meta.label_lower, Registration.Status.JOINED.value
        yield self.now, self.by_id, "registration.import", kind, registration, row.place.pk, went_to, facts


def imported_indexes(roster_import) -> set[str]:
    """The phones (blind indexes) this import has brought in so far."""
    mine = Person.objects.filter(registrations__imported_by=roster_import)
    return set(mine.values_list("phone_index", flat=True))
