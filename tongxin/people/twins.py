"""Finding somebody within one's reach, and rows that may be one person. Names lie sealed, so they are opened row by row."""

import re

from tongxin.places.spelling import compact, initials_of, pinyin_of

from .models import Person
from .vault import unseal

SHOWN = 20
NAME, PHONE = (Person._meta.get_field(name) for name in ("name", "phone"))


def find_people(people, typed) -> list[Person]:
    """Those of a queryset that were meant: a name, its pinyin, a whole number or its tail; nothing typed finds nobody."""
    typed = compact(typed).lower()
    if not typed:
        return []
    if re.fullmatch(r"\+?\d{11,}", typed):
        holder = Person.objects.by_phone(typed)
        return list(people.filter(pk=holder.pk)) if holder else []
    if re.fullmatch(r"\d{4}", typed):
        return _by(people, PHONE, lambda phone: phone.endswith(typed))
    return [] if typed.isdigit() else _by(people, NAME, lambda name: _fits(name, typed))


def same_names(people) -> list[list[Person]]:
    """Groups of rows under one name, for a human to look at; two people may well share a name."""
    groups = {}
    for pk, name in _opened(people, NAME):
        groups.setdefault(compact(name), []).append(pk)
    pairs = [group for group in groups.values() if len(group) > 1][:SHOWN]
    rows = Person.objects.in_bulk([pk for group in pairs for pk in group])
    return [[rows[pk] for pk in group] for group in pairs]


def _fits(name, typed) -> bool:
    if typed in name.lower():
        return True
    if not typed.isascii():
        return False
    said = pinyin_of(name)
    return said.replace(" ", "").startswith(typed) or initials_of(said).startswith(typed)


def _by(people, field, wanted) -> list[Person]:
    found = [pk for pk, text in _opened(people, field) if wanted(text)]
    return list(Person.objects.filter(pk__in=found[:SHOWN]).order_by("pk"))


def _opened(people, field):
    rows = people.order_by("pk").values_list("pk", "uid", field.name)
    return [(pk, unseal(blob, field.bound_to(uid))) for pk, uid, blob in rows.iterator(chunk_size=5_000) if blob]
