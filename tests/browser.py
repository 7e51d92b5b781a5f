"""Real Chromium, for the journeys and for the pictures: how it starts, what it must not see, and the table of all pages.

`PAGES` is shared: `tests/journeys/test_every_page.py` runs axe on every row for every reader named there, `python -m shots`
pictures the same rows in the demo. A page of the house without a row here fails a test.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse
from django.utils import timezone

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
CHINA = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} (${(node.any[0] || node.all[0] || node.none[0] || {}).message || rule.help})`));
}"""
STICKS_OUT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def launch(playwright):
    """Debian's Chromium, headless."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


def session_cookie(person, url) -> dict:
    """A signed-in session (second factor passed) as the cookie a browser would hold."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "tongxin.people.backends.PersonBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store["second_factor"] = True
    store.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": store.session_key, "url": url}


class Watch:
    """Notes everything a good page never does: errors and policy violations, dialogs, requests to anywhere else."""

    def __init__(self, context, url: str):
        self.url, self.wrong, self.allowed = url, [], []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"page error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("response", self._response)

    def allow(self, *words: str):
        """What this journey means to provoke, a part of the note."""
        self.allowed += words

    def _note(self, words: str):
        if not any(part in words for part in self.allowed):
            self.wrong.append(words)

    def _console(self, message):
        if message.type == "error" or "Content Security Policy" in message.text:
            self._note(f"console: {message.text} at {message.location.get('url', '')}")

    def _dialog(self, dialog):
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self._note(f"request to somewhere else: {request.url}")

    def _response(self, response):
        if response.status >= 500:
            self._note(f"{response.status} from {response.url}")


@cache
def axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def axe(page) -> list[str]:
    """What axe-core finds wrong on the page as it stands; an empty list when nothing."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    return page.evaluate(AXE_RUN)


def unrolled(page):
    """The window as tall as the page: nothing lies under the bar at the bottom, nothing has to be scrolled to."""
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(tall, 320)})
    return page


def sticks_out(page, *widths: int) -> list[str]:
    """What does not fit at these widths."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} px: {words}" for words in page.evaluate(STICKS_OUT)]
    return found


# the readers ---------------------------------------------------------------------------------------------------------

ROLES = {  # key → how they are called; the six of the demo, and those who are not in it
    "visitor": "没有登录的人",
    "newcomer": "新报到的人",
    "alan": "志愿者",
    "zhou": "队长",
    "wang": "居村党组织书记",
    "shen": "街镇工作人员",
    "he": "区级工作人员",
    "yan": "审计员",
    "guan": "系统管理员",
}
MEMBERS = ("newcomer", "alan", "zhou")
OFFICES = ("wang", "shen", "he", "yan")


def person_of(key: str):
    """The person behind a key: the cast by their demo key, the others by what they are; None for the visitor."""
    from tongxin.access.models import Appointment
    from tongxin.access.policy import Role
    from tongxin.people.models import Person
    from tongxin.registrations.models import Registration

    if key == "visitor":
        return None
    if key == "newcomer":
        waiting = Registration.objects.filter(status=Registration.Status.CONTACTED).order_by("-pk").first()
        return waiting and waiting.person
    if key == "guan":
        post = Appointment.objects.current().filter(role=Role.ADMIN).first()
        return post and post.person
    return Person.objects.filter(demo_key=key).first()


# the pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """One page as some readers see it."""

    name: str  # what it is called on the contact sheet; unique
    view: str  # the name of its URL
    who: tuple[str, ...]
    layout: str = "phone"  # the base page: "phone" pages are looked at in 长辈版 too
    find: Callable | None = None  # person → pk or tuple of arguments; None when there is no such thing for them
    query: str | Callable = ""
    status: int = 200

    def path(self, person) -> str | None:
        """The address for this reader; None when they have nothing of the kind."""
        args = self.find(person) if self.find else ()
        if args is None:
            return None
        query = self.query() if callable(self.query) else self.query
        return reverse(self.view, args=args if isinstance(args, tuple) else (args,)) + query


def _model(label):
    from django.apps import apps

    return apps.get_model(label)


def _first(rows):
    return getattr(rows.first(), "pk", None)


def _task(person, *, claimed=None, **wanted):
    """A task this person sees; `claimed` is the status of their claim, None for one that is not theirs."""
    Task = _model("tasks.Task")
    tasks = Task.objects.visible_to(person).filter(**wanted).order_by("starts_at")
    if claimed:
        return _first(tasks.filter(claims__person=person, claims__status=claimed))
    return _first(
        tasks.exclude(claims__person=person, claims__status__in=["waiting", "claimed", "reported", "verified"])
    )


def _coming(person, **more):
    return _task(person, status="open", starts_at__gt=timezone.now(), **more)


def _done_claim(person):
    return _first(
        _model("tasks.Claim").objects.filter(person=person, status="claimed", task__starts_at__lt=timezone.now())
    )


def _registration(status):
    return lambda person: _first(_model("registrations.Registration").objects.in_scope(person).filter(status=status))


def _import(**wanted):
    return lambda person: _first(_model("registrations.RosterImport").objects.visible_to(person).filter(**wanted))


def _seen_place(level):
    def find(person):
        from tongxin.access.policy import Permission
        from tongxin.access.rules import places_where

        places = places_where(person, Permission.VIEW_FIGURES) if person else _model("places.Place").objects
        peopled = places.filter(level=level, until=None).filter(_peopled(level))
        return _first(peopled) or _first(places.filter(level=level, until=None))

    return find


def _peopled(level):
    from django.db.models import Q

    from tongxin.people.models import Person

    cast = Person.objects.filter(demo_key="zhou").values("memberships__team__place")
    return Q(pk__in=cast) if level == "neighbourhood" else Q()


def _rows(level, metric):
    def find(person):
        pk = _seen_place(level)(person)
        return pk and (pk, metric)

    return find


def _building():
    """A building where the cast lives."""
    homes = _model("teams.Membership").objects.filter(person__demo_key="alan").exclude(home=None).values("home")
    buildings = _model("places.Place").objects.filter(level="building", until=None)
    return buildings.filter(pk__in=homes).first() or buildings.first()


def _peoples_registrations(status):
    def query():
        waiting = _model("registrations.Registration").objects.filter(status=status).order_by("pk")[:3]
        return "?" + "&".join(f"pick={registration.pk}" for registration in waiting)

    return query


def _contact(person):
    return _first(_model("people.Person").objects.filter(demo_key="alan"))


P, D = "phone", "desk"
PAGES = [
    # web
    Sight("欢迎", "web:home", ("visitor",)),
    Sight("首页", "web:home", MEMBERS),
    Sight("楼门", "web:door", ("visitor", "alan"), find=lambda person: _building().short_code),
    Sight("帮助", "web:help", ("visitor", "alan", "wang")),
    Sight("演示人物", "web:demo", ("visitor",)),
    Sight("待办", "web:desk", (*OFFICES, "guan"), D),
    Sight("登记册", "web:register", ("wang", "shen", "he", "yan", "guan"), D),
    Sight("登记册·找到的", "web:register", ("he",), D, query="?q=中浩"),
    Sight("登记册·居村", "web:register_place", ("shen", "he"), D, find=_seen_place("neighbourhood")),
    Sight("查阅记录", "web:journal", ("yan",), D),
    # people
    Sight("登录", "people:sign_in", ("visitor",)),
    Sight("工作人员登录", "people:staff_sign_in", ("visitor",)),
    Sight("第二步", "people:second_factor", ("wang",)),
    Sight("我的", "people:me", (*MEMBERS, "wang")),
    Sight("看完整号码", "people:reveal", ("zhou", "wang"), find=_contact),
    Sight("隐私说明", "people:privacy", ("visitor",)),
    # places
    Sight("帮我找", "places:find", ("visitor",)),
    Sight("帮我找·找到的", "places:find", ("visitor",), query="?q=中浩云"),
    # access
    Sight("任职", "access:appointments", ("guan",), D),
    Sight("新任职", "access:new", ("guan",), D),
    # registrations
    Sight("报到", "registrations:start", ("visitor",)),
    Sight("报到·从楼门来", "registrations:start", ("visitor",), query=lambda: f"?building={_building().pk}"),
    Sight("我的报到", "registrations:mine", MEMBERS),
    Sight("确认入队", "registrations:join", ("newcomer",)),
    Sight("退出队伍", "registrations:leave", ("newcomer",)),
    Sight("联络", "registrations:contacts", ("zhou",)),
    Sight("报到待审核", "registrations:queue", ("zhou", "wang", "shen"), D),
    Sight("报到·一位", "registrations:detail", ("wang", "shen"), D, find=_registration("submitted")),
    Sight("报到·待联络的一位", "registrations:detail", ("zhou",), D, find=_registration("accepted")),
    Sight("预览", "registrations:preview", ("wang",), D, query=_peoples_registrations("submitted")),
    Sight("导入名册", "registrations:imports", ("shen",), D),
    Sight("导入·检查", "registrations:import_check", ("shen",), D, find=_import(status="checked", missing=[])),
    Sight("导入·指定列", "registrations:import_check", ("shen",), D, find=_import(status="checked", missing=["phone"])),
    Sight("导入·完成", "registrations:import_progress", ("shen",), D, find=_import(status__in=["done", "undone"])),
    # tasks
    Sight("任务", "tasks:list", MEMBERS),
    Sight("我认领的", "tasks:mine", ("alan", "zhou")),
    Sight("我做过的", "tasks:mine", ("alan",), query="?which=over"),
    Sight("任务·可认领", "tasks:detail", ("alan", "zhou", "wang"), find=lambda p: _coming(p, risk="low")),
    Sight("任务·先读说明", "tasks:detail", ("alan",), find=lambda p: _coming(p, risk="some")),
    Sight("任务·已认领", "tasks:detail", ("alan",), find=lambda p: _coming(p, claimed="claimed")),
    Sight("任务·已登记", "tasks:detail", ("alan",), find=lambda p: _task(p, claimed="reported")),
    Sight("登记时长", "tasks:report", ("alan",), find=_done_claim),
    Sight("任务板", "tasks:board", ("zhou", "wang"), D),
    Sight("发布任务", "tasks:new", ("zhou", "wang"), D),
    Sight("取消任务", "tasks:cancel", ("zhou", "wang"), D, find=lambda p: _coming(p)),
    Sight("时长核验", "tasks:verify", ("zhou", "wang"), D),
    # service
    Sight("我的时长", "service:mine", ("alan", "zhou")),
    Sight("积分规则", "service:rules", ("alan",)),
    # teams
    Sight("在队名册", "teams:roster", ("wang", "shen", "he"), D),
    Sight("楼组与双楼长", "teams:buildings", ("zhou", "wang", "shen"), D),
    # figures
    Sight("数据总览", "figures:district", OFFICES, D),
    Sight("口径", "figures:definitions", ("he",), D),
    Sight("数据·街镇", "figures:place", ("shen", "he"), D, find=_seen_place("subdistrict")),
    Sight("数据·居村", "figures:place", ("wang", "he"), D, find=_seen_place("neighbourhood")),
    Sight("明细·区", "figures:rows", ("he",), D, find=_rows("district", "members")),
    Sight("明细·街镇", "figures:rows", ("shen",), D, find=_rows("subdistrict", "members")),
    Sight("明细·人", "figures:rows", ("wang", "he"), D, find=_rows("neighbourhood", "members")),
    Sight("导出", "figures:export", ("he",), D, find=_seen_place("district")),
    # notifications
    Sight("消息", "notifications:list", (*MEMBERS, "wang")),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "web:livez": "one word for a supervisor",
    "web:readyz": "one word for a supervisor",
    "registrations:where": "lines inside the form of 报到, pictured there",
    "registrations:import_bad_rows": "a file",
    "people:own_copy": "a file",
    "service:download": "a file",
}


def must_not_skip() -> bool:
    """In CI a missing browser is a fault, not a reason to skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
