"""What people type about tasks, checked."""

import datetime as dt
import uuid
from decimal import Decimal

from django import forms
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import places_where
from tongxin.places.models import Level
from tongxin.service.models import Factor

from .models import Family, Risk

RISK_TEXT = "请量力而行，累了或不舒服就停下来，马上告诉联系人。"
FURTHEST = dt.timedelta(days=366)


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


USUAL_EVENING = {"starts": "18:30", "ends": "20:00"}  # when most tasks are; saves typing


class TaskForm(forms.Form):
    """A new task: what, where, when, how many, how safe. Times are those of the clock on the wall."""

    title = forms.CharField(label="任务名称", max_length=60, help_text="一句话说清做什么")
    summary = forms.CharField(
        label="具体做什么", max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    place = PlaceField(label="在哪里发布", queryset=None, empty_label=None)
    spot = forms.CharField(label="集合地点", max_length=80, help_text="如：22号楼一楼门厅")
    date = forms.DateField(label="日期", widget=DateInput())
    starts = forms.TimeField(label="开始", widget=TimeInput())
    ends = forms.TimeField(label="结束", widget=TimeInput())
    seats = forms.IntegerField(label="名额", min_value=1, max_value=500, initial=4, help_text="满了可以排候补")
    family = forms.ChoiceField(label="哪一类", choices=Family, initial=Family.GOVERNANCE, widget=forms.RadioSelect())
    factor = forms.ChoiceField(
        label="服务类型", choices=Factor, initial=Factor.ORDINARY, widget=forms.RadioSelect(), help_text="只影响积分"
    )
    risk = forms.ChoiceField(
        label="安全", choices=Risk, initial=Risk.LOW, widget=forms.RadioSelect(), help_text="有风险的，认领前先读说明"
    )
    risk_text = forms.CharField(
        label="安全说明和保障", max_length=300, initial=RISK_TEXT, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="有没有保险、带什么、注意什么",
    )  # fmt: skip
    from_home = forms.BooleanField(label="在家就可以做", required=False)
    submit_key = forms.CharField(max_length=40, widget=forms.HiddenInput(), required=False)

    def __init__(self, *args, publisher, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        places = places_where(publisher, P.PUBLISH_TASK).filter(
            until=None, level__in=[Level.NEIGHBOURHOOD, Level.ESTATE]
        )
        self.fields["place"].queryset = places
        if not self.is_bound:
            home = places.filter(level=Level.NEIGHBOURHOOD).first()
            tomorrow = timezone.localdate() + dt.timedelta(days=1)
            self.initial |= {"submit_key": uuid.uuid4().hex, "place": home, "date": tomorrow} | USUAL_EVENING

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day > timezone.localdate() + FURTHEST:
            raise forms.ValidationError("日期太远了，最多提前一年发布，请检查年份")
        return day

    def clean(self):
        data = super().clean()
        if {"date", "starts", "ends"} - data.keys():
            return data
        day = data.pop("date")
        starts, ends = (timezone.make_aware(dt.datetime.combine(day, data.pop(name))) for name in ("starts", "ends"))
        if ends <= starts:
            self.add_error("ends", "结束要晚于开始，请检查时间；过夜的任务请分成两个")
        elif starts <= timezone.now():
            self.add_error("date", "这个时间已经过去了，请检查日期和开始时间")
        return data | {"starts_at": starts, "ends_at": ends}


class ReportForm(forms.Form):
    """How long it took; the plan is filled in."""

    hours = forms.TypedChoiceField(label="做了多久", coerce=Decimal, help_text="半小时一档，不含路上")
    note = forms.CharField(label="想说的话", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, task, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hours"].choices = [(str(hours), f"{float(hours):g}小时") for hours in task.hours_offered]
        self.initial.setdefault("hours", str(task.planned_hours))


class ReasonForm(forms.Form):
    """Why; the people concerned can read it."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text="会告诉已认领的人",
        error_messages={"required": "请写明原因，已认领的人会看到"},
    )
