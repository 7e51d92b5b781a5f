"""What the shell of every page shows: who, where, the menu of what this person may do."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tongxin.access.policy import STAFF_ROLES, Permission, Role
from tongxin.access.rules import held_by, may_anywhere

P = Permission
# label, icon, url name, permission
MENU = [
    ("待办", "list-checks", "web:desk", P.VIEW_REGISTRATION),
    ("报到", "users", "registrations:queue", P.VIEW_REGISTRATION),
    ("导入名册", "upload", "registrations:imports", P.IMPORT_ROSTER),
    ("在队名册", "book-user", "teams:roster", P.VIEW_ROSTER),
    ("任务", "hand-heart", "tasks:board", P.PUBLISH_TASK),
    ("时长核验", "badge-check", "tasks:verify", P.VERIFY_CLAIM),
    ("楼组与双楼长", "building-2", "teams:buildings", P.VIEW_TEAM),
    ("数据总览", "chart-column", "figures:district", P.VIEW_FIGURES),
    ("单位登记册", "map-pin", "web:register", P.VIEW_REGISTER),
    ("查阅记录", "history", "web:journal", P.READ_JOURNAL),
    ("任职", "id-card", "access:appointments", P.APPOINT),
]
FIRST = [
    (P.VIEW_REGISTRATION, "web:desk"),
    (P.READ_JOURNAL, "web:journal"),
    (P.APPOINT, "access:appointments"),
    (P.VIEW_FIGURES, "figures:district"),
]
DOCK = [
    ("首页", "house", "web:home"),
    ("任务", "list-checks", "tasks:list"),
    ("消息", "bell", "notifications:list"),
    ("我的", "user", "people:me"),
]
RANK = [Role.ADMIN, Role.SECURITY, Role.AUDITOR, Role.DISTRICT, Role.CLERK, Role.SECRETARY, Role.CAPTAIN, Role.SQUAD_LEADER,
        Role.RESIDENT_LEADER, Role.ONLINE_LEADER, Role.VOLUNTEER, Role.REGISTRANT]  # fmt: skip


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


def build_shell(request) -> Shell:
    person = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
    shell = Shell(person=person, demo=settings.DEMO, elder=request.COOKIES.get("elder") == "1")
    shell.contact_phone = settings.CONTACT_PHONE
    here = request.path
    if person is None:
        return shell
    if post := main_post(person):
        role, shell.place = post
        shell.role_label, shell.place_label = Role(role).label, shell.place.label
        shell.contact_phone = shell.place.contact_phone or shell.contact_phone
    shell.staff = is_desk(person)
    shell.unread = person.notices.filter(read_at=None).count()
    open_to_me = [row for row in MENU if may_anywhere(person, row[3])]
    urls = [reverse(name) for _, _, name, _ in open_to_me]
    nearest = max((url for url in urls if here.startswith(url)), key=len, default="")
    shell.menu = [
        {"label": label, "icon": icon, "url": url, "current": url == nearest, "count": 0}
        for (label, icon, *_), url in zip(open_to_me, urls, strict=True)
    ]
    shell.dock = [
        {"label": label, "icon": icon, "url": reverse(name), "current": here == reverse(name),
         "count": shell.unread if name == "notifications:list" else 0}
        for label, icon, name in DOCK
    ]  # fmt: skip
    return shell


def shell(request):
    """Context processor: lazy, so that fragments pay nothing for it."""
    return {"shell": SimpleLazyObject(lambda: build_shell(request))}
