"""The six-step chain (六步链): where one stands, who acted, since when, and what comes next."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.service.models import Statement
from tongxin.teams.models import Membership

from .history import ROSTER, Names, near, short
from .models import Registration
from .models.guards import appeal_until
from .models.states import OVER

Status = Registration.Status
WORDS = ["报到", "审核", "联络", "入队", "认领", "年终"]
#: The events that end each of the first four steps.
ENDS = [
    ("registration.submit", "registration.resubmit"),
    ("registration.accept", "registration.overturn"),
    ("registration.contact",),
    ("registration.join",),
]
#: How many steps are behind the person in each status.
BEHIND = {
    Status.SUBMITTED: 1, Status.RETURNED: 1, Status.REFUSED: 1, Status.APPEALED: 1, Status.ACCEPTED: 2, Status.CONTACTED: 3,
    Status.JOINED: 4, Status.PAUSED: 4, Status.MOVING: 4, Status.TRANSFERRED: 4, Status.LEFT: 4,
}  # fmt: skip
#: What stands under the step going on where no day is due.
NO_DAY = {Status.RETURNED: "请您补充", Status.ACCEPTED: "请您回电", Status.CONTACTED: "等您确认"}


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
    main: bool = True  # the main button of the page; else a quiet one


def steps_of(registration) -> list[Step]:
    """The six steps of one registration; a fixed number of queries."""
    ending = {verb: at for at, verbs in enumerate(ENDS) for verb in verbs}
    ends = {ending[event.verb]: event for event in Event.objects.about(registration) if event.verb in ending}
    names = Names(registration, ends.values())
    behind = BEHIND[registration.status]
    steps = []
    for at, word in enumerate(WORDS[:4]):
        event = ends.get(at)
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
        return Step(word, "now", NO_DAY.get(registration.status, ""))
    if registration.status == Status.APPEALED:
        return Step(word, "now", near(registration.due_at), "前复核")
    return Step(word, "now", near(registration.due_at), "之前")


def _since(moment) -> str:
    """Bare, as 自 would not fit under the word; of another year only the year fits."""
    day = timezone.localtime(moment)
    return near(moment) if day.year == timezone.localdate().year else f"{day.year}年起"


def _claiming(registration) -> Step:
    mine = Event.objects.filter(verb__in=["claim.claim", "claim.withdraw"], actor_id=registration.person_id)
    taken = mine.aggregate(
        n=Count("pk", filter=Q(verb="claim.claim")) - Count("pk", filter=Q(verb="claim.withdraw")),  # leaves no trace
        first=Min("at"),
    )
    here = registration.status in (Status.JOINED, Status.MOVING)
    since = f"自{short(taken['first'])}" if taken["n"] else ""
    first = _since(taken["first"]) if taken["n"] else ""
    count = f"{taken['n']}次" if taken["n"] else ""
    if registration.status == Status.PAUSED:
        return Step(WORDS[4], "now", "已暂停", count, since and f"本人，{since}")
    return Step(WORDS[4], "now" if here else "", count, first, since and f"本人，{since}")


def _year_end(registration) -> Step:
    last = (
        Statement.objects.filter(person=registration.person_id).order_by("-year__year").select_related("year").first()
    )
    who = f"{last.year.year}年已汇总" if last else ""
    return Step(
        WORDS[5],
        "",
        "12月31日" if registration.status in (Status.JOINED, Status.PAUSED, Status.MOVING) else "",
        who,
        who,
    )


def next_of(registration) -> Next:
    """What comes next: what, by when, and what one can do oneself."""
    return _NEXT[registration.status](registration)


def _day(at) -> str:
    return f"{short(at)}前" if at else ""


def _submitted(it) -> Next:
    due = _day(it.due_at)
    text = f"{due}答复，结果写在这一页和“消息”里；您同意收短信的，还会发一条短信。"
    if it.is_late():
        text = f"原定{due}答复，比约定晚了。请打电话问一问。"
    return Next("居委正在审核", text, "填错了，我要更正", "registrations:mend", main=False)


def _returned(it) -> Next:
    return Next(
        "请您补充一下",
        "按上面写的改好再交，别的都替您留着；交了以后重新算3个工作日。",
        "去改好再交",
        "registrations:mend",
    )


def _accepted(it) -> Next:
    due = _day(it.due_at)
    who = "队长" if it.captain() else "居委"
    vacant = "" if who == "队长" else "队长空缺，由居委联系您。"
    if it.due_at is None:
        tries = settings.CONTACT_TRIES
        return Next("请您方便时打个电话", f"我们打了{tries}次没有接通。报到一直有效，不急；方便时打给{who}就好。")
    if it.is_late():
        return Next(f"请等{who}的电话", f"原定{due}联系您，比约定晚了。请打电话问一问。{vacant}")
    return Next(f"请等{who}的电话", f"{due}会打电话给您，说说队里的事。{vacant}")


def _contacted(it) -> Next:
    text = "看过风险说明和您的权利，愿意就加入；不愿意也没关系。"
    return Next("请您看说明，确认入队", text, "看说明并确认入队", "registrations:join")


def _joined(it) -> Next:
    return Next("可以认领任务了", "看看附近有什么要帮忙的，愿意就认领。", "看任务", "tasks:list")


def _paused(it) -> Next:
    text = "您还在队里，只是不再叫您，也不能认领任务。什么时候想回来都可以，不用说原因。"
    return Next("您已暂停参加", text, "恢复参加", "registrations:resume")


def _moving(it) -> Next:
    return Next(
        "正在迁居", "新居村接收以前，您还在原来的队里，照常参加。新居村的答复会通知您。", "看任务", "tasks:list"
    )


def _refused(it) -> Next:
    if it.is_final:
        text = "街镇已经复核，这是最后的结果。情况有变化可以重新报到；仍有不同意见可以打12345，或请居委当面说明。"
        return Next("复核后维持不通过", text, "重新报到", "registrations:start", main=False)
    text = "按上面的原因改好，可以马上重新报到。觉得不对，可以申诉，由街镇另一位同事复核"
    until = appeal_until(it)
    text += f"（{short(until)}前）。" if until else "。"
    return Next("这次没有通过", text, "重新报到", "registrations:start")


def _appealed(it) -> Next:
    due = _day(it.due_at)
    text = f"街镇会请没有经手过的同事复核，{due}答复。您不用做什么。"
    if it.is_late():
        text = f"原定{due}答复，比约定晚了。请打电话问一问。"
    return Next("街镇正在复核", text)


def _left(it) -> Next:
    return Next("您已退出队伍", "想回来随时可以重新报到。", "重新报到", "registrations:start")


def _transferred(it) -> Next:
    return Next("您已从这里迁出", "时长和记录都跟着您走。现在的进度看新居村的那一份。", "看进度", "registrations:mine")


_NEXT = {
    Status.SUBMITTED: _submitted, Status.RETURNED: _returned, Status.ACCEPTED: _accepted, Status.CONTACTED: _contacted,
    Status.JOINED: _joined, Status.PAUSED: _paused, Status.MOVING: _moving, Status.TRANSFERRED: _transferred,
    Status.REFUSED: _refused, Status.APPEALED: _appealed, Status.LEFT: _left,
}  # fmt: skip
