"""Finding members by what an office types: a name, its pinyin or initials, a whole number or its last four digits.

Names and numbers lie sealed in the database, so they are opened row by row, only within the places the reader may read.
A whole number goes by its blind index and opens nothing.
"""

import re

from tongxin.people.models import Person
from tongxin.people.phones import PhoneProblem, normalise_phone
from tongxin.people.vault import blind_index, unseal
from tongxin.places.spelling import compact, initials_of, pinyin_of

# Surnames whose reading is not the everyday one of the character.
SURNAMES = dict(
    zip(
        "曾单仇解查区任翟盖朴尹折缪晁",
        "zeng shan qiu xie zha ou ren zhai ge piao yin she miao chao".split(),
        strict=True,
    )
)
NAME, PHONE = (Person._meta.get_field(name) for name in ("name", "phone"))


def matching(members, typed: str):
    """Those of `members` (a Membership queryset) that were meant; nothing typed means all."""
    typed = compact(typed).lower()[:40]
    if not typed:
        return members
    if re.fullmatch(r"\+?\d{11,}", typed):
        return members.filter(person__phone_index=_index(typed))
    if re.fullmatch(r"\d{4}", typed):
        return members.filter(pk__in=_by(members, PHONE, lambda phone: phone.endswith(typed)))
    if typed.isdigit():
        return members.none()
    return members.filter(pk__in=_by(members, NAME, lambda name: fits(name, typed)))


def fits(name: str, typed: str) -> bool:
    """Whether a name holds what was typed, or sounds like it: "王敏", "wangminhua", "wmh"."""
    if typed in name.lower():
        return True
    if not typed.isascii():
        return False
    said = pinyin_of(name).split()
    if said and name[0] in SURNAMES:
        said[0] = SURNAMES[name[0]]
    return "".join(said).startswith(typed) or initials_of(" ".join(said)).startswith(typed)


def _by(members, field, wanted) -> list[int]:
    rows = members.order_by().values_list("pk", "person__uid", f"person__{field.name}")
    return [
        pk for pk, uid, blob in rows.iterator(chunk_size=5_000) if blob and wanted(unseal(blob, field.bound_to(uid)))
    ]


def _index(typed):
    try:
        return blind_index(normalise_phone(typed))
    except PhoneProblem:
        return ""
