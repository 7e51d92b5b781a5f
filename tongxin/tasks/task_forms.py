"""What publishers type: a task, once or again and again; from a template; what changes; who takes over."""

import datetime as dt
import uuid

from django import forms
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import ALWAYS
from tongxin.access.policy import Permission as P
from tongxin.access.rules import places_where
from tongxin.people.models import AgeBand, Person
from tongxin.places.models import Level
from tongxin.service.models import STEP, Factor
from tongxin.teams.abilities import ANYTHING, SKILLS

from .builtin import CAREFUL, SAFE
from .models import Every, Family, Risk, Series, Task

RISK_TEXTS = {
    Risk.LOW: SAFE,
    Risk.SOME: CAREFUL,
    Risk.HIGH: "到场先由联系人讲解并示范，两人一组，戴好护具，听联系人安排；不适合或觉得不安全可以随时停下。参加前先读书面协议。",
}
FURTHEST = dt.timedelta(days=366)
USUAL_EVENING = {"starts": dt.time(18, 30), "ends": dt.time(20)}  # when most tasks are; saves typing
REACHES = [("own", "本居村的志愿者"), ("wide", "整个街镇的志愿者")]
PAST = "这个时间已经过去了，请检查日期和开始时间"


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        return place.own_label


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


def moment(day, time):
    return timezone.make_aware(dt.datetime.combine(day, time))


def publishing_places(publisher):
    """Where this person may publish: the neighbourhood, an estate, a building."""
    levels = [Level.NEIGHBOURHOOD, Level.ESTATE, Level.BUILDING]
    return places_where(publisher, P.PUBLISH_TASK).filter(until=None, level__in=levels)


class _WhenForm(forms.Form):
    """Date and times as on the clock on the wall, brought together into two moments."""

    date = forms.DateField(label="日期", widget=DateInput())
    starts = forms.TimeField(label="开始", widget=TimeInput())
    ends = forms.TimeField(label="结束", widget=TimeInput())
    until = forms.DateField(
        label="最晚哪天做完", required=False, widget=DateInput(), help_text="只有时间自己安排的任务要填"
    )
    seats = forms.IntegerField(label="名额", min_value=1, max_value=500, initial=4, help_text="满了可以排候补")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day > timezone.localdate() + FURTHEST:
            raise forms.ValidationError("日期太远了，最多提前一年发布，请检查年份")
        return day

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day and day > timezone.localdate() + FURTHEST:
            raise forms.ValidationError("日期太远了，最多一年，请检查年份")
        return day

    def is_flexible(self, data) -> bool:
        return False

    def clean(self):
        data = super().clean()
        if {"date", "starts", "ends", "until"} - data.keys():
            return data
        flexible = self.is_flexible(data)
        starts = moment(data["date"], data["starts"])
        ends = moment(data["until"] or data["date"] if flexible else data["date"], data["ends"])
        if ends <= starts:
            self.add_error("ends", "结束要晚于开始，请检查时间；过夜的任务请分成两个")
        elif (ends if flexible else starts) <= timezone.now():
            self.add_error("date", PAST)
        return data | {"starts_at": starts, "ends_at": ends}


class TaskForm(_WhenForm):
    """A new task: what, where, when, how many, how safe; at once for a whole series if it comes again."""

    title = forms.CharField(label="任务名称", max_length=60, help_text="一句话说清做什么")
    summary = forms.CharField(
        label="具体做什么", max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    place = PlaceField(label="在哪里", queryset=None, empty_label=None, help_text="选到楼，住得近的人会先看到")
    spot = forms.CharField(label="集合地点", max_length=80, help_text="如：22号楼一楼门厅")
    family = forms.ChoiceField(label="哪一类", choices=Family, initial=Family.GOVERNANCE, widget=forms.RadioSelect())
    factor = forms.ChoiceField(
        label="服务类型", choices=Factor, initial=Factor.ORDINARY, widget=forms.RadioSelect(), help_text="只影响积分"
    )
    risk = forms.ChoiceField(
        label="安全", choices=Risk, initial=Risk.LOW, widget=forms.RadioSelect(), help_text="有风险的，认领前先读说明"
    )
    risk_text = forms.CharField(
        label="安全说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="没有改过的话，按所选的风险自动换成合适的一段",
    )  # fmt: skip
    insurance = forms.CharField(label="保险", max_length=80, required=False, help_text="如：居委已投保志愿者意外险")
    bring = forms.CharField(label="要带什么", max_length=80, required=False)
    skill = forms.ChoiceField(
        label="最好会什么",
        required=False,
        choices=[("", "不限"), *((word, word) for word in SKILLS if word != ANYTHING)],
    )
    minors = forms.BooleanField(label="14–17岁也可以参加（只限风险低的）", required=False, initial=True)
    from_home = forms.BooleanField(label="在家就可以做", required=False)
    reach = forms.ChoiceField(
        label="谁可以认领", choices=REACHES, initial="own", widget=forms.RadioSelect(), required=False
    )
    flexible = forms.BooleanField(label="时间自己安排，在两个日子之间做完就行", required=False)
    hours = forms.DecimalField(
        label="大约几小时", required=False, min_value=STEP, max_value=24, decimal_places=1, help_text="半小时一档"
    )
    repeat = forms.ChoiceField(
        label="重复", required=False, choices=[("", "不重复"), *Every.choices], help_text="从这一天开始，同一个星期几"
    )
    repeat_until = forms.DateField(label="重复到哪天", required=False, widget=DateInput(), help_text="最长一年")
    skip_holidays = forms.BooleanField(label="法定节假日不排", required=False)
    submit_key = forms.CharField(max_length=40, widget=forms.HiddenInput(), required=False)

    def __init__(self, *args, publisher, like=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places = publishing_places(publisher)
        if not self.is_bound:
            home = places.filter(level=Level.NEIGHBOURHOOD).first()
            tomorrow = timezone.localdate() + dt.timedelta(days=1)
            self.initial |= {"submit_key": uuid.uuid4().hex, "place": home, "date": tomorrow, "risk_text": SAFE}
            self.initial |= USUAL_EVENING | (as_typed(like) if like else _last_time(publisher))

    def is_flexible(self, data) -> bool:
        return data.get("flexible", False)

    def clean_hours(self):
        hours = self.cleaned_data["hours"]
        if hours and hours % STEP:
            raise forms.ValidationError("请按半小时填，如1.5")
        return hours

    def clean(self):
        data = super().clean()
        data["risk_text"] = _fitting_text(data.get("risk_text"), data.get("risk"))
        if not data.get("flexible"):
            data["hours"] = None
        elif not data.get("hours"):
            self.add_error("hours", "没有填大约几小时，请补上")
        if data.get("repeat"):
            self._clean_repeat(data)
        return data

    def _clean_repeat(self, data):
        until, first = data.get("repeat_until"), data.get("date")
        if data.get("flexible"):
            self.add_error("repeat", "时间自己安排的任务请一次发一个")
        elif until is None or first is None:
            self.add_error("repeat_until", "没有填重复到哪天，请补上")
        elif not first <= until <= first + FURTHEST:
            self.add_error("repeat_until", "重复最长一年，不能早于第一次，请检查日期")

    @property
    def asked(self) -> dict:
        """What a task and a series have in common, from a valid form."""
        data = self.cleaned_data
        said = {name: data[name] for name in _SAID}
        wide = data["place"].subdistrict if data["reach"] == "wide" else None
        return said | {
            "place": data["place"],
            "seats": data["seats"],
            "open_to": wide,
            "submit_key": data["submit_key"],
        }

    def keep(self, *, by, publish) -> Task | Series:
        """The task as asked for, or the series that makes it again and again. Raises what they raise."""
        data = self.cleaned_data
        if data["repeat"]:
            often = {"every": data["repeat"], "first": data["date"], "until": data["repeat_until"]}
            times = {"starts": data["starts"], "ends": data["ends"], "skip_holidays": data["skip_holidays"]}
            return Series.begin(by=by, opens=publish, **self.asked, **often, **times)
        when = {name: data[name] for name in ("starts_at", "ends_at", "flexible", "hours")}
        return Task.draft(by=by, publish=publish, **self.asked, **when)


_SAID = [
    "title", "summary", "spot", "family", "factor", "risk", "risk_text", "insurance", "bring", "skill", "minors", "from_home",
]  # fmt: skip


def as_typed(task) -> dict:
    """A task as it would have been typed, a week later (or as many as it takes to be tomorrow or after)."""
    start, end = timezone.localtime(task.starts_at), timezone.localtime(task.ends_at)
    weeks = max((timezone.localdate() - start.date()).days // 7 + 1, 1)
    later = dt.timedelta(weeks=weeks)
    typed = task.words | {"place": task.place_id, "seats": task.seats, "flexible": task.flexible, "hours": task.hours}
    typed |= {"date": start.date() + later, "starts": start.time(), "ends": end.time()}
    typed |= {"until": end.date() + later if task.flexible else None}
    return typed | {"reach": "wide" if task.open_to_id else "own"}


def _last_time(publisher) -> dict:
    """What stays the same from one task to the next: where, how safe, how long; not what and not on which day."""
    last = Task.objects.filter(contact=publisher).order_by("-pk").first()
    if last is None:
        return {}
    typed = as_typed(last)
    same = ("place", "spot", "family", "risk", "risk_text", "insurance", "seats", "starts", "ends", "reach")
    return {name: typed[name] for name in same if not (last.flexible and name in ("starts", "ends"))}


def _fitting_text(text, risk) -> str:
    """The words typed; where they are nobody's own, those that fit the risk chosen."""
    return RISK_TEXTS.get(risk, SAFE) if not text or text in RISK_TEXTS.values() else text


class UseForm(forms.Form):
    """A task from a template: when and how many; where to meet only where the template does not know."""

    date = forms.DateField(label="日期", widget=DateInput())
    starts = forms.TimeField(label="开始", widget=TimeInput())
    seats = forms.IntegerField(label="名额", min_value=1, max_value=500)
    place = PlaceField(label="在哪里", queryset=None, empty_label=None)
    spot = forms.CharField(label="集合地点", max_length=80)
    submit_key = forms.CharField(max_length=40, widget=forms.HiddenInput(), required=False)
    clean_date = _WhenForm.clean_date

    def __init__(self, *args, publisher, template, **kwargs):
        super().__init__(*args, **kwargs)
        self.template = template
        places = publishing_places(publisher).filter(level=Level.NEIGHBOURHOOD)
        self.fields["place"].queryset = places
        self.home = template.place or (places[0] if len(places) == 1 else None)
        if self.home:
            del self.fields["place"]
        if template.spot:
            del self.fields["spot"]
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        if not self.is_bound:
            tomorrow = timezone.localdate() + dt.timedelta(days=1)
            last = Task.objects.filter(contact=publisher).order_by("-pk").values_list("spot", flat=True).first()
            self.initial |= {
                "submit_key": uuid.uuid4().hex,
                "date": tomorrow,
                "seats": template.seats,
                "spot": last or "",
            }
            self.initial |= {"starts": USUAL_EVENING["starts"]}

    def clean(self):
        data = super().clean()
        if {"date", "starts"} - data.keys():
            return data
        starts = moment(data["date"], data["starts"])
        if starts <= timezone.now():
            self.add_error("date", PAST)
        return data | {"starts_at": starts, "ends_at": starts + dt.timedelta(hours=float(self.template.hours))}

    def keep(self, *, by) -> Task:
        """The open task. Raises what `Task.draft` raises."""
        names = ("starts_at", "ends_at", "seats", "submit_key", *(["spot"] if "spot" in self.fields else []))
        asked = self.template.words | {name: self.cleaned_data[name] for name in names}
        return Task.draft(by=by, publish=True, place=self.home or self.cleaned_data["place"], **asked)


class ChangeForm(_WhenForm):
    """Another time, spot or number of seats for an open task."""

    spot = forms.CharField(label="集合地点", max_length=80)

    def __init__(self, *args, task, **kwargs):
        start, end = timezone.localtime(task.starts_at), timezone.localtime(task.ends_at)
        now = {"date": start.date(), "starts": start.time(), "ends": end.time(), "until": end.date()}
        super().__init__(*args, initial=now | {"spot": task.spot, "seats": task.seats}, **kwargs)
        self.task = task
        self.fields["seats"].help_text = f"已有{task.taken}位在册" if task.taken else "还没有人认领"
        if not task.flexible:
            self.fields["until"].widget = forms.HiddenInput()

    def is_flexible(self, data) -> bool:
        return self.task.flexible

    @property
    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "spot", "seats")}


class ContactForm(forms.Form):
    """Who is the contact from now on: somebody who leads there."""

    to = forms.ModelChoiceField(
        label="换谁做联系人", queryset=None, empty_label=None, error_messages={"required": "请选一位联系人"}
    )

    def __init__(self, *args, task, **kwargs):
        super().__init__(*args, **kwargs)
        leads = [role for role, may in ALWAYS.items() if P.VERIFY_CLAIM in may]
        above = [*task.place.ancestor_ids(), task.place_id]
        posts = Appointment.objects.current().filter(role__in=leads, place__in=above, person__is_active=True)
        people = Person.objects.filter(pk__in=posts.values("person")).exclude(pk=task.contact_id)
        self.fields["to"].queryset = people.order_by("pk")


class StopForm(forms.Form):
    """Why a series stops, and what becomes of the dates that stand already."""

    reason = forms.CharField(
        label="原因", max_length=200, help_text="取消的场次会告诉已认领的人", error_messages={"required": "请写明原因"}
    )
    cancel_coming = forms.BooleanField(label="已经排出的几场也一起取消", required=False)


class AgeForm(forms.Form):
    """How old, if they like to say."""

    band = forms.ChoiceField(
        label="您的年龄段", required=False, widget=forms.RadioSelect(), choices=[("", "不填"), *AgeBand.choices]
    )
