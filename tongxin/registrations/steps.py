"""The six-step chain (六步链): where one stands, who acted, since when, and what comes next."""

from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.service.models import Statement
from tongxin.teams.models import Membership

from .models import Contact, Registration

Status = Registration.Status
WORDS = ["报到", "审核", "联络", "入队", "认领", "年终"]
#: The event that ends each of the first four steps.
ENDS = ["registration.submit", "registration.accept", "registration.contact", "registration.join"]
#: How many steps are behind the person in each status.
BEHIND = {
    Status.SUBMITTED: 1, Status.REFUSED: 1, Status.ACCEPTED: 2, Status.CONTACTED: 3, Status.JOINED: 4, Status.LEFT: 4,
}  # fmt: skip
OVER = {Status.REFUSED, Status.LEFT}  # nothing is going on any more
ROSTER = "街镇名册登记"
_ROLES = list(Role)


@dataclass(frozen=True)
class Step:
    """One of the six: state is "done", "now" or "" (still to come)."""

    word: str
    state: str
    date: str  # as it stands under the word: 今天, 11月23日, 3次
    by: str = ""  # who acted, short: 王书记; 之前 under a deadline
    who: str = ""  # who acted, with the role: 居村党组织书记 王书记


@dataclass(frozen=True)
class Next:
    """What comes next, in a sentence, and where to press."""

    title: str
    text: str
    label: str = ""
    url: str = ""


def steps_of(registration) -> list[Step]:
    """The six steps of one registration; a fixed number of queries."""
    ends = {event.verb: event for event in _events(registration) if event.verb in ENDS}
    names = Names(registration, ends.values())
    behind = BEHIND[registration.status]
    steps = []
    for at, word in enumerate(WORDS[:4]):
        event = ends.get(ENDS[at])
        if at < behind:
            steps.append(_done(word, registration, event, names))
        elif at == behind:
            steps.append(_going_on(word, registration))
        else:
            steps.append(Step(word, "", ""))
    return [*steps, _claiming(registration), _year_end(registration)]


def _done(word, registration, event, names) -> Step:
    if registration.by_roster:
        return _from_paper(word, registration)
    if event is None:
        return Step(word, "done", "")
    return Step(word, "done", near(event.at), names.short(event.actor_id), names.full(event))


def _from_paper(word, registration) -> Step:
    """The office's list knows the day of joining and nothing of the steps before."""
    if word != WORDS[3]:
        return Step(word, "done", "名册", "", ROSTER)
    since = (
        Membership.objects.filter(person=registration.person_id)
        .order_by("since")
        .values_list("since", flat=True)
        .first()
    )
    if not since:
        return Step(word, "done", "名册", "", ROSTER)
    return Step(word, "done", f"{since.year}年", f"{since.month}月", ROSTER)  # two lines: the columns are narrow


def _going_on(word, registration) -> Step:
    if registration.status in OVER:
        return Step(word, "now", registration.get_status_display())
    if registration.due_at is None:
        return Step(word, "now", "等您确认")
    return Step(word, "now", near(registration.due_at), "之前")


def _claiming(registration) -> Step:
    mine = Event.objects.filter(verb__in=["claim.claim", "claim.withdraw"], actor_id=registration.person_id)
    taken = mine.aggregate(
        n=Count("pk", filter=Q(verb="claim.claim")) - Count("pk", filter=Q(verb="claim.withdraw")),  # leaves no trace
        first=Min("at"),
    )
    here = registration.status == Status.JOINED
    since = f"自{short(taken['first'])}" if taken["n"] else ""
    first = near(taken["first"]) if taken["n"] else ""  # bare: 自 would not fit under the word
    return Step(
        WORDS[4], "now" if here else "", f"{taken['n']}次" if taken["n"] else "", first, since and f"本人，{since}"
    )


def _year_end(registration) -> Step:
    last = (
        Statement.objects.filter(person=registration.person_id).order_by("-year__year").select_related("year").first()
    )
    who = f"{last.year.year}年已汇总" if last else ""
    return Step(WORDS[5], "", "12月31日" if registration.status == Status.JOINED else "", who, who)


def timeline_of(registration) -> list[dict]:
    """What happened to a registration, newest first, for `c-timeline`."""
    events = list(_events(registration))
    names = Names(registration, events)
    lines = [
        {"kind": _KIND.get(event.verb, "done"), "what": _what(event), "when": long(event.at), "by": names.full(event)}
        for event in reversed(events)
    ]
    if registration.by_roster:
        lines = [line for line in lines if line["what"]]
        lines.append({"kind": "done", "what": ROSTER, "when": long(registration.submitted_at), "by": ""})
    return [line for line in lines if line["what"]]


_SAID = {
    "registration.submit": "交了报到",
    "registration.accept": "审核通过",
    "registration.refuse": "没有通过",
    "registration.contact": "队长已联系",
    "registration.join": "确认入队",
    "registration.leave": "退出了队伍",
    "registration.reveal": "",
}
_KIND = {"registration.refuse": "off", "registration.try_contact": "wait"}
_TRIED = {Contact.Result.NO_ANSWER: "打过电话，没有接通", Contact.Result.LATER: "约了改天再联系"}


def _what(event) -> str:
    if event.verb == "registration.try_contact":
        return _TRIED.get(event.facts.get("result"), "联系过")
    said = _SAID.get(event.verb, "")
    return f"{said}：{event.reason}" if said and event.reason else said


def next_of(registration) -> Next:
    """What comes next: what, by when, and what one can do oneself."""
    due = f"{short(registration.due_at)}前" if registration.due_at else ""
    late = registration.is_late()
    return {
        Status.SUBMITTED: Next(
            "居委正在审核",
            f"原定{due}答复，比约定晚了。请打电话问一问。"
            if late
            else f"{due}答复，结果写在这一页和“消息”里；您同意收短信的，还会发一条短信。",
        ),
        Status.ACCEPTED: Next(
            "请等队长的电话",
            f"原定{due}联系您，比约定晚了。请打电话问一问。"
            if late
            else f"{due}会打电话给您，说说队里的事。队长空缺时由居委打。",
        ),
        Status.CONTACTED: Next(
            "请您看说明，确认入队",
            "看过风险说明和您的权利，愿意就加入；不愿意也没关系。",
            "看说明并确认入队",
            "registrations:join",
        ),
        Status.JOINED: Next("可以认领任务了", "看看附近有什么要帮忙的，愿意就认领。", "看任务", "tasks:list"),
        Status.REFUSED: Next(
            "这次没有通过",
            "按上面的原因改好，可以马上重新报到。觉得不对，请打电话给居委。",
            "重新报到",
            "registrations:start",
        ),
        Status.LEFT: Next("您已退出队伍", "想回来随时可以重新报到。", "重新报到", "registrations:start"),
    }[registration.status]


class Names:
    """Who acted, by name and by the post held at that time; two queries for any number of events."""

    def __init__(self, registration, events):
        self.registration = registration
        ids = {event.actor_id for event in events} - {None}
        self.people = Person.objects.in_bulk(ids) if ids else {}
        self.posts = list(Appointment.objects.filter(person_id__in=ids).select_related("place")) if ids else []

    def short(self, actor_id) -> str:
        """王书记; 本人 for oneself; nothing for the clock."""
        if actor_id == self.registration.person_id:
            return "本人"
        return self.people[actor_id].shown_as if actor_id in self.people else ""

    def full(self, event) -> str:
        """队长 周队长."""
        name = self.short(event.actor_id)
        if not name or name == "本人":
            return name
        return f"{self._role(event)} {name}".strip()

    def _role(self, event) -> str:
        on, here = timezone.localdate(event.at), self.registration.place.path
        held = [
            post.role
            for post in self.posts
            if post.person_id == event.actor_id
            and here.startswith(post.place.path)
            and post.since <= on
            and (post.until is None or on <= post.until)
        ]
        return Role(max(held, key=_ROLES.index)).label if held else ""


def _events(registration):
    return Event.objects.about(registration)


def near(at) -> str:
    """今天, 昨天, 明天, else 11月23日: the columns of the bar are narrow."""
    gap = (timezone.localtime(at).date() - timezone.localdate()).days
    return {-1: "昨天", 0: "今天", 1: "明天"}.get(gap) or short(at)


def short(at) -> str:
    """11月23日; the year stands in front when it is another one."""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localdate().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日"


def long(at) -> str:
    """11月23日 14:30."""
    return f"{short(at)} {timezone.localtime(at):%H:%M}"
