"""Questions put to the register of places."""

import re

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Length
from django.utils import timezone

from .spelling import as_short_code, compact, division_code, is_chinese, short_code, spelled


class PlaceQuerySet(models.QuerySet):
    def under(self, place, *, on=None):
        """The place itself and everything below it: one range on the path.

        With a date: what was below it that day, also when it has moved since.
        """
        below = Q(path__under=place.path)
        return self.filter(below if on is None else below_on(place, on, below))

    def within(self, places):
        """Everything under any of the places (each itself included)."""
        wanted, last = Q(pk__in=[]), None
        for path in sorted({place.path for place in places}):
            if last is None or not path.startswith(last):  # a place below one already taken adds nothing
                wanted, last = wanted | Q(path__under=path), path
        return self.filter(wanted)

    def at_level(self, *levels):
        return self.filter(level__in=levels)

    def as_of(self, date):
        """The register as valid on that day."""
        return self.filter(Q(since=None) | Q(since__lte=date), Q(until=None) | Q(until__gt=date))

    def current(self):
        """The register as valid today."""
        return self.as_of(timezone.localdate())

    def by_code(self, code, *, on=None):
        """The place that has this division code (padding zeros allowed) today, or had it on that day; None if there is none."""
        code = division_code(code)
        if not code:
            return None
        if on is None:
            return self.current().filter(code=code).first()
        return self.named_at(on).as_of(on).filter(code_then=code).first()

    def by_short_code(self, text):
        """The place whose short code was typed (blanks and case do not matter), or None."""
        code = as_short_code(text)
        return self.filter(short_code=code).first() if code else None

    def named_at(self, date):
        """Adds `name_then` and `code_then`: what each place was called on that day."""
        from .models import PlaceVersion

        that_day = PlaceVersion.objects.filter(place=OuterRef("pk")).as_of(date)
        return self.annotate(
            name_then=Coalesce(Subquery(that_day.values("name")[:1]), F("name")),
            code_then=Coalesce(Subquery(that_day.values("code")[:1]), F("code")),
        )

    def search(self, text):
        """Places found by name, pinyin, initials, a mixture, address, division code or short code, the best first.

        Places that no longer exist come last. Nothing typed finds nothing.
        """
        from .models import Level

        typed = compact(text)
        if not typed:
            return self.none()
        exact = Q(name=typed) | Q(address=typed)
        if short := as_short_code(typed):
            exact |= Q(short_code=short)
        start, inside = Q(name__istartswith=typed), Q(name__icontains=typed) | Q(address__icontains=typed)
        if typed.isdigit() and len(typed) >= 6:
            exact |= Q(code=division_code(typed))
            start |= Q(code__startswith=typed)
        ranks = [When(exact, then=0), When(start, then=1), When(inside, then=2)]
        found = exact | start | inside
        if pattern := spelled(typed):
            sounds = Q(pinyin__regex=pattern)
            ranks += [When(Q(initials=typed.lower()), then=1), When(Q(initials__startswith=typed.lower()), then=2)]
            if not all(map(is_chinese, typed)):
                sounds &= _has_characters_of(typed)
            found |= sounds
        closed = Case(When(until__lte=timezone.localdate(), then=1), default=0)
        rank = Case(*ranks, default=3)
        height = Case(*[When(level=level, then=depth) for depth, level in enumerate(Level.values)])
        return self.filter(found).order_by(closed, rank, height, Length("name"), "path")

    def with_ancestors(self):
        """The places as a list, each with its ancestors at hand: labels of a whole list cost one query more."""
        places = list(self)
        attach_ancestors(places)
        return places

    def plant(self, places, *, batch_size=2_000):
        """Write many new places whose parents are already written, and give them their paths: two statements, not 2n."""
        from .models import Level

        taken = None
        for number, place in enumerate(places):
            place.spell()
            place.path = f"{UNPLANTED}{number}"
            if place.level == Level.BUILDING and not place.short_code:
                if taken is None:
                    taken = set(self.model.objects.exclude(short_code=None).values_list("short_code", flat=True))
                place.short_code = fresh_short_code(taken.__contains__)
                taken.add(place.short_code)
        self.model.objects.bulk_create(places, batch_size=batch_size)
        above = self.model.objects.filter(pk=OuterRef("parent_id")).values("path")[:1]
        own = Concat(Cast(F("pk"), models.CharField()), Value("/"))
        waiting = self.model.objects.filter(path__startswith=UNPLANTED)
        waiting.update(path=Concat(Coalesce(Subquery(above), Value("/")), own))
        for place in places:
            place.path = f"{place.parent.path if place.parent else '/'}{place.pk}/"
        return places


UNPLANTED = "+"  # marks a row whose path is not made yet; lives only inside the transaction that plants it


class VersionQuerySet(models.QuerySet):
    def as_of(self, date):
        return self.filter(Q(since=None) | Q(since__lte=date), Q(until=None) | Q(until__gt=date))

    def due(self, date):
        """Versions that hold on that day and that the register does not show yet (a change entered in advance)."""
        shown = Q(name=F("place__name"), code=F("place__code")) & (
            Q(parent=F("place__parent")) | Q(parent=None, place__parent=None)
        )
        return self.as_of(date).exclude(shown)


def fresh_short_code(is_taken) -> str:
    """A short code that is not taken; `is_taken` answers for one code."""
    while is_taken(code := short_code()):
        pass
    return code


def attach_ancestors(places) -> None:
    """Load the ancestors of many places with one query."""
    from .models import Place

    wanted = {pk for place in places for pk in place.ancestor_ids()}
    known = Place.objects.in_bulk(wanted) if wanted else {}
    for place in places:
        place._ancestors = [known[pk] for pk in place.ancestor_ids() if pk in known]


def below_on(place, date, below: Q) -> Q:
    """The condition for what was below a place that day: today's prefix, put right for the few that moved since."""
    from .models import PlaceVersion

    moved = PlaceVersion.objects.as_of(date).exclude(parent=F("place__parent")).select_related("place", "parent")
    moved = [  # of what the place itself was part of says nothing about what was below it
        version for version in moved if version.parent_id and not place.path.startswith(version.place.path)
    ]
    then_parent = {version.place_id: version.parent for version in moved}

    def was_below(node) -> bool:
        while node is not None:
            if node.pk == place.pk:
                return True
            node = then_parent.get(node.pk) or node.parent
        return False

    for version in sorted(
        moved, key=lambda version: version.place.path.count("/")
    ):  # upper ones first, lower ones refine
        subtree = Q(path__under=version.place.path)
        below = (below | subtree) if was_below(version.parent) else (below & ~subtree)
    return below


def _has_characters_of(typed: str) -> Q:
    """Of a mixture like "万里mx": the characters typed must really be there."""
    wanted = Q()
    for run in re.split(r"[^\u3400-\u9fff]+", typed):
        if run:
            wanted &= Q(name__icontains=run) | Q(address__icontains=run)
    return wanted
