"""A person's own copy (个人信息副本, PIPL Art. 45): everything about oneself in this room and who opened it.

Rooms above add their part by registering a source: a function person → (key, plain data).
"""

from django.utils import timezone

from tongxin.journal.models import Event, kind_of

from .models import Person, selves

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
        "年龄段": person.get_age_band_display(),
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
        "换号记录": [
            {"怎么换的": c.get_kind_display(), "结果": c.get_status_display(), "时间": _when(c.asked_at)}
            for c in person.number_changes.order_by("pk")
        ],
        "姓名更正": [
            {"结果": c.get_status_display(), "时间": _when(c.asked_at), "说明": c.reason}
            for c in person.corrections.order_by("pk")
        ],
        "合并记录": [{"时间": _when(m.at), "撤回": _when(m.undone_at)} for m in person.merges_kept.order_by("pk")],
        "who_looked": who_looked(person),
    }
    for function in SOURCES:
        key, part = function(person)
        data[key] = part
    return data


#: verb of an event about the person → what of theirs was opened. Rooms above add what they open.
LOOKS = {"person.reveal": "完整手机号"}
TITLES = {"who_looked": "谁看过您的资料", "when": "时间", "who": "谁", "what": "看了什么", "why": "原因"}


def looks_at(person):
    """Events of somebody opening something of this person (of all rows that are this person), newest first."""
    return Event.objects.filter(verb__in=LOOKS, subject_kind=kind_of(person), subject_id__in=selves(person)).order_by(
        "-id"
    )


def who_looked(person, *, limit=50, events=None) -> list[dict]:
    """Who opened what of mine, when and why."""
    events = looks_at(person)[:limit] if events is None else list(events)
    names = {p.pk: p.shown_as for p in Person.objects.filter(pk__in=[e.actor_id for e in events])}
    return [
        {"when": _when(e.at), "who": names.get(e.actor_id, "系统"), "what": LOOKS[e.verb], "why": e.reason}
        for e in events
    ]


def readable(data: dict) -> list[dict]:
    """The copy as a page: each part a title with facts, or a table, or a word that there is nothing."""
    facts = [(TITLES.get(key, key), str(value or "没有填")) for key, value in data.items() if not _nested(value)]
    parts = [{"title": "基本资料", "facts": facts}]
    for key, value in data.items():
        if isinstance(value, dict):
            parts.append({"title": TITLES.get(key, key), "facts": [(k, _plain(v)) for k, v in value.items()]})
        elif isinstance(value, list):
            rows = [row if isinstance(row, dict) else {"内容": row} for row in value]
            heads = list(dict.fromkeys(head for row in rows for head in row))
            cells = [[_plain(row.get(head, "")) for head in heads] for row in rows]
            parts.append({"title": TITLES.get(key, key), "heads": [TITLES.get(h, h) for h in heads], "rows": cells})
    return parts


def _nested(value) -> bool:
    return isinstance(value, dict | list)


def _plain(value) -> str:
    if isinstance(value, dict):
        return "；".join(f"{TITLES.get(k, k)}：{_plain(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    return "" if value is None else str(value)


def _when(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
