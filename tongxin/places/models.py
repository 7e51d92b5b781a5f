"""Where: 区 → 街镇 → 居村 → 小区 → 楼. A register with versions: a place keeps its id, names and codes come and go."""

from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from tongxin.journal.models import record

from .contact import Reachable
from .paths import PathField
from .problems import RegisterProblem
from .registers import PlaceQuerySet, VersionQuerySet, fresh_short_code
from .spelling import division_code, initials_of, pinyin_of


class Level(models.TextChoices):
    DISTRICT = "district", "区"
    SUBDISTRICT = "subdistrict", "街镇"
    NEIGHBOURHOOD = "neighbourhood", "居村"
    ESTATE = "estate", "小区"
    BUILDING = "building", "楼栋"


class Mode(models.TextChoices):
    ROUTINE = "routine", "平时"
    EMERGENCY = "emergency", "应急"


class Datum(models.TextChoices):
    UNKNOWN = "unknown", "未注明"
    WGS84 = "wgs84", "WGS-84"
    GCJ02 = "gcj02", "GCJ-02"


class Kind(models.TextChoices):
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"


DEPTH = {level: depth for depth, level in enumerate(Level.values)}


class Place(Reachable, models.Model):
    """One place (地方) at one of five levels; everything is asked "here and below", which is one prefix of `path`."""

    level = models.CharField(max_length=20, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = PathField()
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=12, blank=True, db_index=True)  # official division code; none below 居村
    short_code = models.CharField(max_length=6, unique=True, null=True, blank=True)  # printed on the door sign
    address = models.CharField(max_length=200, blank=True)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)
    households = models.PositiveIntegerField(null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)  # degrees, in `datum`
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    datum = models.CharField(max_length=10, choices=Datum.choices, default=Datum.UNKNOWN)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.ROUTINE)
    since = models.DateField(null=True, blank=True)  # None: since ever
    until = models.DateField(null=True, blank=True)  # the first day it is no more
    edition = models.CharField(max_length=100, blank=True)  # of the source it was taken from
    pinyin = models.CharField(max_length=600, blank=True)  # "wan li ming xuan"
    initials = models.CharField(max_length=200, blank=True)  # "wlmx"

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="place_level"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="place_mode"),
            models.CheckConstraint(condition=Q(datum__in=Datum.values), name="place_datum"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")), name="place_since_before_until"
            ),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None) | Q(longitude__isnull=False, latitude__isnull=False),
                name="place_position_paired",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.DISTRICT) | Q(parent__isnull=False), name="place_only_district_on_top"
            ),
            models.UniqueConstraint(fields=["code"], condition=Q(until=None) & ~Q(code=""), name="place_open_code"),
            models.UniqueConstraint(
                fields=["parent", "level", "name", "address"],
                condition=Q(until=None, level__in=[Level.ESTATE, Level.BUILDING]),
                name="place_open_estate_or_building",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        if not self._state.adding:
            return super().save(*args, **kwargs)
        if self.level == Level.BUILDING and not self.short_code:
            self.short_code = fresh_short_code(lambda code: Place.objects.filter(short_code=code).exists())
        self.code = division_code(self.code)
        self.spell()
        with transaction.atomic():
            self.path = "+"
            super().save(*args, **kwargs)
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
            Place.objects.filter(pk=self.pk).update(path=self.path)

    # questions ---------------------------------------------------------------------------------------------------

    def ancestor_ids(self) -> list[int]:
        return [int(pk) for pk in self.path.split("/")[1:-2]]

    @property
    def ancestors(self) -> list["Place"]:
        """The places above, the district first; one query, then remembered."""
        if "_ancestors" not in self.__dict__:
            ids = self.ancestor_ids()
            known = Place.objects.in_bulk(ids) if ids else {}
            self._ancestors = [known[pk] for pk in ids]
        return self._ancestors

    def ancestor(self, level) -> "Place | None":
        """The place itself or the one above it at this level; None when there is none."""
        if self.level == level:
            return self
        if DEPTH[level] > DEPTH[self.level]:
            return None
        return next((place for place in self.ancestors if place.level == level), None)

    def heirs(self) -> list["Place"]:
        """What stands today where this stood: itself, or what it became, over several changes."""
        if self.is_valid_on(timezone.localdate()):
            return [self]
        new = (step.new for step in self.successions.select_related("new"))
        return list(dict.fromkeys(heir for place in new for heir in place.heirs()))

    @property
    def district(self):
        return self.ancestor(Level.DISTRICT)

    @property
    def subdistrict(self):
        return self.ancestor(Level.SUBDISTRICT)

    @property
    def neighbourhood(self):
        return self.ancestor(Level.NEIGHBOURHOOD)

    @property
    def estate(self):
        return self.ancestor(Level.ESTATE)

    def is_under(self, other) -> bool:
        """Is this place the other one, or somewhere below it?"""
        return self.path.startswith(other.path)

    @property
    def own_label(self) -> str:
        """What a building is called on its street; anything else by its name."""
        return self.address or self.name if self.level == Level.BUILDING else self.name

    @property
    def label(self) -> str:
        """ "万里街道·中浩云居委会", so that the two 海棠苑 of one district are told apart; a district is just its name."""
        above = [self.ancestor(level) for level in (Level.SUBDISTRICT, Level.NEIGHBOURHOOD)]
        names = [place.name for place in above if place is not None and place is not self]
        return "·".join([*names, self.own_label])

    @property
    def whereabouts(self) -> str:
        """What it is part of: "万里街道·中浩云居委会·中浩云小区" for a building."""
        levels = (Level.SUBDISTRICT, Level.NEIGHBOURHOOD, Level.ESTATE)
        above = [self.ancestor(level) for level in levels]
        return "·".join(place.name for place in above if place is not None and place is not self)

    def is_valid_on(self, date) -> bool:
        return (self.since is None or self.since <= date) and (self.until is None or date < self.until)

    def name_on(self, date) -> str | None:
        """What the place was called that day; None when it was not there."""
        return self._state_on(date, "name")

    def code_on(self, date) -> str | None:
        """The division code it had that day; None when it was not there."""
        return self._state_on(date, "code")

    def parent_on(self, date) -> "Place | None":
        """What it belonged to that day; None when it was not there (or is a district)."""
        return self._state_on(date, "parent")

    def _state_on(self, date, field):
        if not self.is_valid_on(date):
            return None
        return getattr(self.versions.as_of(date).first() or self, field)

    # verbs -------------------------------------------------------------------------------------------------------

    def spell(self) -> None:
        """Make the pinyin that search looks through; a building is looked for by its address."""
        self.pinyin = pinyin_of(self.own_label)[:600]
        self.initials = initials_of(self.pinyin)[:200]

    def rename(self, *, name, on, by, edition=""):
        """Called `name` from that day on. Raises RegisterProblem when a later change is already entered."""
        name = name.strip()
        if not name:
            raise RegisterProblem("no_name", "请填写新名称")
        self._change("place.rename", on=on, by=by, edition=edition, name=name)

    def recode(self, *, code, on, by, edition=""):
        """Has this division code from that day on. Raises RegisterProblem when another place has it."""
        code = division_code(code)
        other = Place.objects.filter(code=code).exclude(pk=self.pk).filter(Q(until=None) | Q(until__gt=on)).first()
        if code and other:
            raise RegisterProblem("code_taken", f"代码{code}正由“{other.label}”使用，请先核对")
        self._change("place.recode", on=on, by=by, edition=edition, code=code)

    def move(self, *, to, on, by, edition=""):
        """Belongs to `to` from that day on, with everything below it."""
        if to.is_under(self):
            raise RegisterProblem("own_child", "一个地方不能划到自己下面，请重新选择")
        if DEPTH[to.level] >= DEPTH[self.level]:
            raise RegisterProblem("wrong_level", f"“{self.name}”不能划到{to.get_level_display()}“{to.name}”下面")
        self._change("place.move", on=on, by=by, edition=edition, parent=to)

    def split(self, *, into, on, by, children=None):
        """Becomes several places from that day on; returns them.

        `into` is a list of (code, name); `children` maps a new code to the places below that go to it, the rest go to
        the first. This place ends that day and stays in the register, with a Succession to each new one.
        """
        if len(into) < 2:
            raise RegisterProblem("too_few", "拆分后至少要有两个地方，请补充")
        with transaction.atomic():
            self._end(on)
            parts = []
            for code, name in into:
                code = division_code(code)
                if code and Place.objects.filter(code=code, until=None).exists():
                    raise RegisterProblem("code_taken", f"代码{code}已在使用，请先核对")
                part = Place(
                    level=self.level, parent=self.parent, code=code, name=name.strip(), since=on, mode=self.mode
                )
                part.save()
                parts.append(part)
            chosen = {part.code: part for part in parts}
            given = [(chosen[division_code(code)], list(kids)) for code, kids in (children or {}).items()]
            placed = {kid.pk for _, kids in given for kid in kids}
            rest = [kid for kid in self._open_children(on) if kid.pk not in placed]
            for part, kids in [*given, (parts[0], rest)]:
                self._hand_over(kids, to=part, on=on, by=by)
            Succession.objects.bulk_create(Succession(old=self, new=part, kind=Kind.SPLIT, on=on) for part in parts)
            facts = {"on": on.isoformat(), "into": [part.pk for part in parts]}
            record("place.split", subject=self, by=by, place=self, facts=facts)
        return parts

    def merge_into(self, *, other, on, by):
        """Becomes part of `other` from that day on, with everything below it; this place ends and stays in the register."""
        if other.pk == self.pk or other.level != self.level or not other.is_valid_on(on):
            raise RegisterProblem("wrong_target", f"“{self.name}”只能并入同级、仍在使用的地方，请重新选择")
        with transaction.atomic():
            self._end(on)
            self._hand_over(self._open_children(on), to=other, on=on, by=by)
            Succession.objects.create(old=self, new=other, kind=Kind.MERGE, on=on)
            facts = {"on": on.isoformat(), "into": [other.pk]}
            record("place.merge", subject=self, by=by, place=self, facts=facts)

    def close(self, *, on, by, reason=""):
        """Ends that day, with everything below it."""
        with transaction.atomic():
            open_below = Place.objects.under(self).filter(Q(until=None) | Q(until__gt=on))
            younger = open_below.filter(since__gte=on).first()
            if younger:
                raise RegisterProblem("not_yet_there", f"“{younger.name}”在这一天之后才设立，请改用更晚的日期")
            self._end(on)
            below = open_below.exclude(pk=self.pk).update(until=on)
            facts = {"on": on.isoformat(), "below": below}
            record("place.close", subject=self, by=by, place=self, reason=reason, facts=facts)

    def correct(self, *, name, by, edition=""):
        """The name was entered wrongly from the start: no history, only the journal knows."""
        if self.versions.exists():
            raise RegisterProblem("has_history", f"“{self.name}”已有更名记录，请写明从哪一天起改用新名称")
        with transaction.atomic():
            facts = {"from": self.name, "to": name, "edition": edition}
            self._show(name=name.strip())
            record("place.correct", subject=self, by=by, place=self, facts=facts)

    # how changes are kept ----------------------------------------------------------------------------------------

    def _change(self, verb, *, on, by, edition="", **fields):
        with transaction.atomic():
            before = self._write_version(on, edition, fields)
            if before is None:
                return
            if on <= timezone.localdate():
                self._show(**fields)
            facts = {"on": on.isoformat(), "edition": edition}
            for field, value in fields.items():
                facts |= {f"{field}_from": _plain(before[field]), f"{field}_to": _plain(value)}
            record(verb, subject=self, by=by, place=self, facts=facts)

    def _write_version(self, on, edition, fields) -> dict | None:
        """Close the version that holds before `on` and open one with the changed fields; None when nothing changes."""
        here = Place.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if not here.is_valid_on(on):
            raise RegisterProblem("not_there", f"“{here.name}”在{_chinese(on)}不在登记册中，请核对日期")
        last = self.versions.filter(until=None).first() or PlaceVersion(
            place=self, name=here.name, code=here.code, parent=here.parent, since=here.since, edition=here.edition
        )
        if last.since and on < last.since:
            raise RegisterProblem("later_change", f"“{here.name}”在{_chinese(last.since)}已有更晚的变更，请核对日期")
        before = {"name": last.name, "code": last.code, "parent": last.parent}
        after = before | fields
        if after == before:
            return None
        if last.since == on:  # a second change on the same day: the first one never held for a whole day
            last.name, last.code, last.parent, last.edition = after["name"], after["code"], after["parent"], edition
            last.save()
            return before
        last.until = on
        last.save()
        PlaceVersion.objects.create(place=self, since=on, edition=edition, **after)
        return before

    def _show(self, **fields):
        """Make the row say what holds today; a new parent takes the whole subtree along in one statement."""
        old_path = self.path
        for field, value in fields.items():
            setattr(self, field, value)
        if "name" in fields:
            self.spell()
        changed = {name: getattr(self, name) for name in [*fields, "pinyin", "initials"]}
        Place.objects.filter(pk=self.pk).update(**changed)
        if "parent" in fields:
            self.path = f"{self.parent.path}{self.pk}/"
            _repath(Q(path__under=old_path), old_path, self.path)
            self.__dict__.pop("_ancestors", None)

    def _end(self, on):
        if not self.is_valid_on(on) or self.since == on:
            raise RegisterProblem("not_there", f"“{self.name}”在{_chinese(on)}不在登记册中，请核对日期")
        self.until = on
        self.versions.filter(since__gte=on).delete()  # changes entered in advance that will now never hold
        self.versions.filter(Q(until=None) | Q(until__gt=on)).update(until=on)
        Place.objects.filter(pk=self.pk).update(until=on)

    def _open_children(self, on):
        return list(self.children.filter(Q(until=None) | Q(until__gt=on)))

    def _hand_over(self, children, *, to, on, by):
        """Give places below this one to another, as of that day; namesakes among estates and buildings become one."""
        twins = {(kid.level, kid.name, kid.address): kid for kid in to._open_children(on)}
        movers = []
        for kid in children:
            twin = twins.get((kid.level, kid.name, kid.address))
            if twin and kid.level in (Level.ESTATE, Level.BUILDING):
                kid.merge_into(other=twin, on=on, by=by)
            elif self._write_version_of(kid, on, to):
                movers.append(kid)
        if movers and on <= timezone.localdate():
            Place.objects.filter(pk__in=[kid.pk for kid in movers]).update(parent=to)
            below = Q(pk__in=[])
            for kid in movers:
                below |= Q(path__under=kid.path)
            _repath(below, self.path, to.path)

    @staticmethod
    def _write_version_of(kid, on, to) -> bool:
        return kid._write_version(on, "", {"parent": to}) is not None


class PlaceVersion(models.Model):
    """What a place was (or will be) called, coded and part of in a span of days; none for a place that never changed."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="versions")
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=12, blank=True)
    parent = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    edition = models.CharField(max_length=100, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = [F("since").asc(nulls_first=True)]
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")), name="version_since_before_until"
            ),
            models.UniqueConstraint(fields=["place"], condition=Q(until=None), name="version_one_open"),
            models.UniqueConstraint(fields=["place", "until"], name="version_one_end"),
        ]


class Succession(models.Model):
    """What became of a place (沿革): split into several, or merged into one."""

    old = models.ForeignKey(Place, models.PROTECT, related_name="successions")
    new = models.ForeignKey(Place, models.PROTECT, related_name="origins")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.DateField()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="succession_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="succession_not_itself"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="succession_kind"),
        ]


def bring_up_to_date(today=None) -> int:
    """Let changes entered in advance take effect once their day has come; returns how many. Run daily, and by each import."""
    due = PlaceVersion.objects.due(today or timezone.localdate()).select_related("place", "parent")
    for version in due:
        version.place._show(name=version.name, code=version.code, parent=version.parent)
    return len(due)


def _repath(which: Q, old: str, new: str) -> None:
    Place.objects.filter(which).update(path=Concat(Value(new), Substr("path", len(old) + 1)))


def _plain(value):
    return value.pk if isinstance(value, Place) else value


def _chinese(date) -> str:
    return f"{date.year}年{date.month}月{date.day}日"
