"""What happened to a check-in, who acted with which post, and when (经过); also before and after a move of home."""

from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.journal.models import Event, kind_of
from tongxin.people.models import Person

from .models import Contact, Registration

ROSTER = "街镇名册登记"
_ROLES = list(Role)
_SAID = {
    "registration.submit": "交了报到",
    "registration.resubmit": "改好又交了",
    "registration.correct": "更正了报到",
    "registration.send_back": "请本人补充",
    "registration.redirect": "转到对的居村",
    "registration.accept": "审核通过",
    "registration.refuse": "没有通过",
    "registration.appeal": "提出申诉",
    "registration.uphold": "街镇复核，维持不通过",
    "registration.overturn": "街镇复核，改为通过",
    "registration.contact": "队长已联系",
    "registration.recontact": "“已联系”是按错了，改回待联络",
    "registration.unreached": "三次没有接通，已请本人方便时回电",
    "registration.overdue": "到期还没有办，已提醒",
    "registration.escalate": "过期较久，街镇已知道",
    "registration.tell_apart": "核对过，与另一位不是同一个人",
    "registration.join": "确认入队",
    "registration.pause": "暂停参加",
    "registration.resume": "恢复参加",
    "registration.change_building": "在本居村换了住处",
    "registration.rehome": "居村调整，随住处划转",
    "registration.hand_over": "联络交接给了接任的人",
    "registration.lapse": "随资料删除结束",
    "registration.merge": "两份合为一份，这一份结束",
    "registration.unmerge": "合并撤回，照旧办理",
    "registration.set_out": "迁居，等新居村答复",
    "registration.stay": "留在原来的队伍",
    "registration.stay_paused": "留在原来的队伍",
    "registration.transfer": "新居村接收，这里办结迁出",
    "registration.leave": "退出了队伍",
}
_KIND = {
    "registration.refuse": "off", "registration.uphold": "off", "registration.leave": "off", "registration.try_contact": "wait",
    "registration.send_back": "wait", "registration.appeal": "wait", "registration.set_out": "wait",
    "registration.pause": "wait", "registration.unreached": "wait", "registration.recontact": "wait",
    "registration.overdue": "late", "registration.escalate": "late",
}  # fmt: skip
_TRIED = {Contact.Result.NO_ANSWER: "打过电话，没有接通", Contact.Result.LATER: "约了改天再联系"}


def timeline_of(registration) -> list[dict]:
    """What happened to a registration, newest first, for `c-timeline`; a move of home shows at both ends."""
    chain = {one.pk: one for one in _chain(registration)}
    events = list(Event.objects.filter(subject_kind=kind_of(Registration), subject_id__in=list(chain)).order_by("id"))
    names = Names(registration, events)
    lines = [
        {"kind": _KIND.get(event.verb, "done"), "what": _what(event, chain, registration), "when": long(event.at), "by": names.full(event)}
        for event in reversed(events)
    ]  # fmt: skip
    first = min(chain.values(), key=lambda one: one.pk)
    if first.by_roster:
        lines.append({"kind": "done", "what": ROSTER, "when": long(first.submitted_at), "by": ""})
    return [line for line in lines if line["what"]]


def _chain(registration) -> list:
    """This registration and those it moved from or on to."""
    everything = list(Registration.objects.filter(person=registration.person_id).select_related("place").order_by("pk"))
    linked = {registration.pk}
    grown = 0
    while grown != len(linked):
        grown = len(linked)
        linked |= {one.previous_id for one in everything if one.pk in linked and one.previous_id}
        linked |= {one.pk for one in everything if one.previous_id in linked}
    return [one for one in everything if one.pk in linked]


def _what(event, chain, registration) -> str:
    if event.verb == "registration.try_contact":
        said = _TRIED.get(event.facts.get("result"), "联系过")
    else:
        said = _SAID.get(event.verb, "")
        said = f"{said}：{event.reason}" if said and event.reason else said
    other = event.subject_id != registration.pk
    return f"{chain[event.subject_id].place.name}：{said}" if said and other else said


def before_of(registration) -> list:
    """What the same person had before, here or elsewhere: for whoever reviews."""
    return list(Registration.objects.before(registration.person).exclude(pk=registration.pk)[:10])


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
