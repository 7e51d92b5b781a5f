"""What the shell of every page shows: who, where, the menu of what this person may do."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tongxin.access.policy import RANK, STAFF_ROLES, Permission, Role
from tongxin.access.rules import held_by, may_anywhere
from tongxin.places.models import Level, Place

from .waiting import todo

P = Permission
# group; then label, icon, and the pages behind it with the permission of each: the first one may open is the way in.
MENU = [
    ("", [
        ("待办", "list-checks", [("web:desk", p) for p in (P.VIEW_REGISTRATION, P.HANDLE_FEEDBACK, P.REVIEW_GLASS, P.RESET_FACTOR)]),
        ("数据总览", "chart-column", [("figures:district", P.VIEW_FIGURES)]),
    ]),
    ("办理", [
        ("报到", "users", [("registrations:queue", P.VIEW_REGISTRATION)]),
        ("导入名册", "upload", [("registrations:imports", P.IMPORT_ROSTER)]),
        ("人员事项", "id-card", [("people:matters", P.CHANGE_NUMBER)]),
        ("任务", "hand-heart", [("tasks:board", P.PUBLISH_TASK)]),
        ("时长核验", "badge-check", [("tasks:verify", P.VERIFY_CLAIM)]),
        ("时长账", "clipboard-check", [
            ("service:disputes", P.VERIFY_CLAIM), ("service:disputes", P.DECIDE_APPEAL), ("service:check_list", P.CHECK_HOURS),
            ("service:years", P.CLOSE_YEAR), ("service:back_entries", P.ENTER_HOURS), ("service:rules_desk", P.SET_RULE),
            ("tasks:disputes", P.DECIDE_DISPUTE), ("tasks:disputes", P.DECIDE_APPEAL), ("tasks:sample", P.CHECK_HOURS),
        ]),
        ("投诉建议", "message-square", [("feedback:desk", P.HANDLE_FEEDBACK)]),
    ]),
    ("队伍", [
        ("在队名册", "book-user", [("teams:roster", P.VIEW_ROSTER)]),
        ("本居村队伍", "users", [("teams:team", P.VIEW_TEAM)]),
        ("楼组与双楼长", "building-2", [("teams:buildings", P.VIEW_TEAM)]),
    ]),
    ("单位和账号", [
        ("单位登记册", "map-pin", [("web:register", P.VIEW_REGISTER)]),
        ("撤并调整", "route", [("web:reorganise", P.REORGANISE)]),
        ("对外电话", "phone", [("web:contacts", P.EDIT_CONTACT)]),
        ("工作日历", "calendar-days", [("web:calendar", P.SET_CALENDAR)]),
        ("任职", "id-card", [("access:appointments", P.APPOINT)]),
        ("请人代理", "user-plus", [("access:deputies", P.DELEGATE)]),
        ("账号与动态口令", "key-round", [("oversight:resets", P.RESET_FACTOR), ("oversight:resets", P.ASK_RESET)]),
        ("紧急查看", "siren", [("oversight:glasses", P.BREAK_GLASS), ("oversight:glasses", P.REVIEW_GLASS)]),
        ("查阅记录", "history", [("web:journal", P.READ_JOURNAL)]),
        ("安全记录", "shield-check", [("oversight:security", P.READ_SECURITY)]),
    ]),
]  # fmt: skip
FIRST = [
    (P.VIEW_REGISTRATION, "web:desk"),
    (P.READ_JOURNAL, "web:journal"),
    (P.APPOINT, "access:appointments"),
    (P.RESET_FACTOR, "oversight:resets"),
    (P.VIEW_FIGURES, "figures:district"),
]
DOCK = [
    ("首页", "house", "web:home"),
    ("任务", "list-checks", "tasks:list"),
    ("消息", "bell", "notifications:list"),
    ("我的", "user", "people:me"),
]


@dataclass
class Shell:
    """Everything the base pages need, worked out once and only when a page asks."""

    person: object = None
    role_label: str = ""
    place_label: str = ""
    place: object = None
    staff: bool = False
    menu: list = field(default_factory=list)
    dock: list = field(default_factory=list)
    unread: int = 0
    elder: bool = False
    demo: bool = False
    contact_phone: str = ""
    emergency: object = None


def main_post(person):
    """The highest post of a person: what the shell calls them."""
    held = held_by(person)
    return min(held, key=lambda pair: RANK.index(pair[0]), default=None)


def is_desk(person) -> bool:
    """Whether home is the desk (staff) or the phone page (everybody else)."""
    return any(role in STAFF_ROLES for role, _ in held_by(person))


def first_page(person) -> str:
    """Where staff begin: what waits for them, or else what their post is for."""
    return next((name for permission, name in FIRST if may_anywhere(person, permission)), "people:me")


def district_phone() -> str:
    """The number of last resort, for visitors and for people who belong nowhere yet."""
    known = Place.objects.filter(level=Level.DISTRICT, until=None).exclude(contact_phone="").order_by("pk")
    try:
        return known.values_list("contact_phone", flat=True).first() or ""
    except DatabaseError:  # the page that says so must not fail over the number in its foot
        return ""


def menu_of(person, here) -> list[dict]:
    """What this person may open, in groups; each entry with the pages behind it, the nearest to `here` marked."""
    found = [
        {"group": group, "label": label, "icon": icon, "urls": urls, "url": urls[0], "current": False}
        for group, rows in MENU
        for label, icon, pages in rows
        if (urls := [reverse(name) for name, permission in pages if may_anywhere(person, permission)])
    ]
    near = [(len(url), row["label"]) for row in found for url in row["urls"] if here.startswith(url)]
    for row in found:
        row["current"] = bool(near) and row["label"] == max(near)[1]
    if found and found[0]["url"] == reverse("web:desk"):
        found[0]["waiting"] = SimpleLazyObject(lambda: todo(person, fresh=False))
    return found


def build_shell(request) -> Shell:
    person = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
    shell = Shell(person=person, demo=settings.DEMO, elder=request.COOKIES.get("elder") == "1")
    shell.contact_phone = settings.CONTACT_PHONE or district_phone()
    here = request.path
    if person is None:
        return shell
    if post := main_post(person):
        role, shell.place = post
        shell.role_label, shell.place_label = Role(role).label, shell.place.label
        shell.contact_phone = shell.place.human or shell.contact_phone
    shell.staff = is_desk(person)
    shell.unread = person.notices.filter(read_at=None).count()
    shell.menu = menu_of(person, here)
    shell.dock = [
        {"label": label, "icon": icon, "url": reverse(name), "current": here == reverse(name),
         "count": shell.unread if name == "notifications:list" else 0}
        for label, icon, name in DOCK
    ]  # fmt: skip
    return shell


def shell(request):
    """Context processor: lazy, so that fragments pay nothing for it."""
    return {"shell": SimpleLazyObject(lambda: build_shell(request))}
