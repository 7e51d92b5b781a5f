"""The journal in words: what each verb is called, and a page of events with people, places and posts at hand."""

from functools import cache

from django.apps import apps
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.people.models import Basis, Person, Purpose
from tongxin.places.models import Place

from .context import RANK

VERBS = {
    "registration.submit": "提交报到",
    "registration.import": "按纸质名册入队",
    "registration.accept": "通过报到",
    "registration.refuse": "不通过报到",
    "registration.try_contact": "试着联系",
    "registration.contact": "已联系",
    "registration.join": "确认入队",
    "registration.leave": "退出队伍",
    "registration.lapse": "报到到期",
    "registration.withdraw": "撤回报到",
    "membership.begin": "入队",
    "membership.end": "退队",
    "rosterimport.upload": "上传名册",
    "rosterimport.download": "下载待修改的行",
    "rosterimport.drop": "换一个文件",
    "rosterimport.confirm": "导入名册",
    "rosterimport.resume": "继续导入",
    "rosterimport.finish": "导入完成",
    "rosterimport.fail": "导入中断",
    "rosterimport.undo": "撤回导入",
    "task.draft": "起草任务",
    "task.publish": "发布任务",
    "task.cancel": "取消任务",
    "task.close": "任务结束",
    "task.remind": "任务提醒",
    "claim.claim": "认领",
    "claim.promote": "候补转正",
    "claim.withdraw": "退出认领",
    "claim.report": "登记时长",
    "claim.verify": "核验时长",
    "claim.send_back": "退回时长",
    "claim.drop": "随任务结束",
    "entry.award": "记入时长",
    "entry.reverse": "冲正时长",
    "year.close": "年终封账",
    "appointment.begin": "任职",
    "appointment.end": "离任",
    "person.sign_in": "登录",
    "person.reveal": "查看完整手机号",
    "person.salutation": "更改称呼",
    "person.second_factor": "绑定验证器",
    "consent.give": "同意",
    "consent.withdraw": "撤回同意",
    "place.import": "导入登记册",
    "place.import_buildings": "导入楼栋",
    "place.rename": "更名",
    "place.recode": "换代码",
    "place.move": "划转",
    "place.split": "拆分",
    "place.merge": "合并",
    "place.close": "撤销",
    "place.correct": "更正名称",
    "figures.rows": "查看分类明细",
    "figures.export": "导出数据",
    "journal.read": "查阅记录",
    "demo.load": "载入演示数据",
}
KINDS = {
    "people.person": "人员",
    "people.consent": "同意",
    "registrations.registration": "报到",
    "registrations.rosterimport": "名册导入",
    "teams.membership": "在队",
    "teams.team": "队伍",
    "tasks.task": "任务",
    "tasks.claim": "认领",
    "service.entry": "时长账",
    "access.appointment": "任职",
    "places.place": "地方",
}
CLOCK = "系统"  # the clock, or a command of the operator
FACTS = {
    "role": "角色", "person": "人员编号", "deputy": "副职", "post": "职务", "post_place": "职务所在", "import": "导入批次", "basis": "依据", "rows": "行数",
    "on": "自", "as_of": "截止日", "metric": "指标", "kind": "类别", "purpose": "用途", "text": "文本版本", "name_from": "原名",
    "name_to": "新名", "code_from": "原代码", "code_to": "新代码", "edition": "版次", "into": "去向", "below": "随同下级", "year": "年度",
}  # fmt: skip
METRICS = {  # as the figures call them; that room is a neighbour, so its words are repeated here
    "subdistricts": "街镇",
    "neighbourhoods": "居村",
    "covered_neighbourhoods": "覆盖居村",
    "buildings": "楼栋",
    "members": "第二梯队",
    "in_service_party_members": "在职党员",
    "in_service_party_share": "在职党员占比",
    "members_by_kind": "人员类别",
}
VALUES = {True: "是", False: "否"} | METRICS | dict(Role.choices) | dict(Basis.choices) | dict(Purpose.choices)


def dress(events) -> list:
    """A page of events as a list, each with its words (`word`, `doer`, `post`, `where`, `what`, `change`, `details`): four statements for the page."""
    events = list(events.select_related("seal"))
    people = {event.actor_id for event in events} | _subjects(events, "people.person")
    persons = Person.objects.in_bulk(people - {None})
    places = {event.place_id for event in events} | _subjects(events, "places.place")
    found = Place.objects.filter(pk__in=places - {None}).with_ancestors()
    labels = {place.pk: place.label for place in found}
    posts = _posts(persons)
    for event in events:
        doer = persons.get(event.actor_id)
        event.word = VERBS.get(event.verb, event.verb)
        event.doer = doer.shown_as if doer else (CLOCK if event.actor_id is None else f"已注销人员{event.actor_id}")
        event.post = _post_then(posts.get(event.actor_id, []), event.at)
        event.where = labels.get(event.place_id, "")
        event.change = _change(event)
        event.details = [(FACTS.get(name, name), _plain(value)) for name, value in event.facts.items() if value != ""]
        event.what = _what(event, persons, labels)
    return events


def _plain(value):
    return VALUES.get(value, value) if isinstance(value, str | bool) else value


@cache
def _statuses(kind) -> dict:
    """What the states of a subject are called; nothing for what has none (or no longer exists)."""
    model = next((model for model in apps.get_models() if model._meta.label_lower == kind), None)
    fields = {field.name: field for field in model._meta.fields} if model else {}
    return dict(fields["status"].choices or []) if "status" in fields else {}


def _change(event) -> str:
    states = _statuses(event.subject_kind)
    before, after = (states.get(word, word) for word in (event.came_from, event.went_to))
    return f"{before} → {after}" if before and after else before or after


def _subjects(events, kind) -> set:
    return {event.subject_id for event in events if event.subject_kind == kind}


def _posts(persons) -> dict[int, list]:
    posts = {}
    for post in Appointment.objects.filter(person__in=list(persons)):
        posts.setdefault(post.person_id, []).append(post)
    return posts


def _post_then(posts, at) -> str:
    """The highest post the person had when it happened."""
    day = timezone.localdate(at)
    held = [post.role for post in posts if post.since <= day and (post.until is None or day <= post.until)]
    return Role(min(held, key=RANK.index)).label if held else ""


def _what(event, persons, labels) -> str:
    if event.subject_kind == "people.person" and event.subject_id in persons:
        return f"{persons[event.subject_id].shown_as}（{event.subject_id}）"
    if event.subject_kind == "places.place" and event.subject_id in labels:
        return labels[event.subject_id]
    return f"{KINDS.get(event.subject_kind, event.subject_kind)} {event.subject_id or ''}".strip()
