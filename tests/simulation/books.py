"""What the simulation itself wrote down, in plain dictionaries, held against what the product says.

Hours come from the acts as they were made: the book never reads the ledger, except once for what the comparison is with.
States and seats come from playing the journal again.
"""

from collections import Counter, defaultdict
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from tongxin.journal.models import Event, kind_of
from tongxin.registrations.models import Registration
from tongxin.service.models import BackEntry, Correction, Entry, half_up
from tongxin.tasks.models import Claim, Task

OPEN = {"submitted", "returned", "accepted", "contacted", "joined", "paused", "appealed"}
SEATED = {"claimed", "reported", "corrected", "disputed", "verified", "absent"}


class Books:
    """Hours, states and seats as a neighbour with a notebook would keep them."""

    def __init__(self, sim):
        self.sim = sim
        self.lines: dict[tuple, tuple[int, Decimal]] = {}  # what was done → (whose, hours as they stand)
        self.sources = {kind_of(Claim): "claim", kind_of(BackEntry): "back"}
        self.claims: dict[int, str] = {}
        self.registrations: dict[int, str] = {}
        self.read, self.counted = 0, 0  # the last event and the last line looked at

    # writing down -----------------------------------------------------------------------------------------------------

    def saw(self, name, row, given, done):
        """Remember what an act means for hours; everything else means nothing for them."""
        if name == "claim.verify":
            self.lines["claim", row.pk] = row.person_id, row.hours
        elif name == "claim.accept":
            self.lines["claim", row.pk] = row.person_id, row.corrected_hours
        elif name == "claim.decide":
            self.lines["claim", row.pk] = row.person_id, given["hours"]
        elif name == "backentry.confirm":
            self.lines["back", row.pk] = row.person_id, row.hours
        elif name in ("dispute.answer_it", "dispute.decide", "dispute.finish"):
            whose = row.entry.person_id if row.entry_id else row.person_id
            self.lines[self._line_of(row)] = whose, given["hours"]

    def _line_of(self, dispute) -> tuple:
        """Which line of the book a dispute is about; one about a corrected line is about what was corrected."""
        if dispute.entry_id is None:
            return "missing", dispute.pk
        entry = dispute.entry
        if entry.source_kind == kind_of(Correction):
            return self._line_of(Correction.objects.get(pk=entry.source_id).dispute)
        return self.sources[entry.source_kind], entry.source_id

    # looking ----------------------------------------------------------------------------------------------------------

    def problems(self):
        """Where the product and the book differ."""
        self._play()
        yield from self._hours()
        yield from self._registrations()
        yield from self._seats()
        yield from self._new_lines()

    def _play(self):
        """Every state a claim or a check-in went to since yesterday, from the journal."""
        new = Event.objects.filter(id__gt=self.read).order_by("id")
        kept = {kind_of(Claim): self.claims, kind_of(Registration): self.registrations}
        for pk, kind, subject, to in new.values_list("id", "subject_kind", "subject_id", "went_to"):
            self.read = pk
            if to and kind in kept:
                kept[kind][subject] = to

    def _hours(self):
        mine = defaultdict(Decimal)
        for whose, hours in self.lines.values():
            mine[whose] += hours
        theirs = dict(Entry.objects.order_by().values_list("person").annotate(Sum("hours")))
        for person in sorted({*mine, *theirs}):
            if mine.get(person, 0) != half_up(theirs.get(person, 0)):
                yield f"people.person {person}: {mine.get(person)} hours by the book, {theirs.get(person)} in the ledger"

    def _registrations(self):
        states = dict(Registration.objects.values_list("pk", "status"))
        for pk in sorted({*states, *self.registrations}):
            if states.get(pk) != self.registrations.get(pk):
                yield f"registrations.registration {pk}: {states.get(pk)}, but the journal says {self.registrations.get(pk)}"
        whose = Counter(
            person for person, status in Registration.objects.values_list("person", "status") if status in OPEN
        )
        yield from (f"people.person {pk}: {n} open check-ins" for pk, n in whose.items() if n > 1)

    def _seats(self):
        holders = defaultdict(list)
        for pk, task, person in Claim.objects.values_list("pk", "task", "person"):
            if self.claims.get(pk) in SEATED:
                holders[task].append(person)
        for pk, taken, seats in Task.objects.values_list("pk", "taken", "seats"):
            held = holders[pk]
            if taken != len(held) or len(held) != len(set(held)) or taken > seats:
                yield f"tasks.task {pk}: {taken} of {seats} seats taken, but {len(held)} claims hold one by the journal"

    def _new_lines(self):
        """No line falls but by a human who says why; and every line counts in the year it was written in."""
        new = Entry.objects.filter(pk__gt=self.counted).order_by("pk")
        for line in new:
            self.counted = line.pk
            if line.year != timezone.localdate(line.at).year:
                yield f"service.entry {line.pk}: written {line.at}, counts in {line.year}"
            if line.hours < 0:
                said = Event.objects.filter(verb="entry.reverse", subject_kind=kind_of(Entry), subject_id=line.pk)
                human = said.filter(actor_id=line.by_id).exclude(actor_id=None).exclude(reason="").exists()
                if not human or line.by_id == line.person_id:
                    yield f"service.entry {line.pk}: hours fell without a human's reason"
