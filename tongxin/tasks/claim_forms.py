"""What people type about claims and incidents, checked."""

import uuid
from decimal import Decimal

from django import forms

from .models import Incident


def in_words(hours) -> str:
    return f"{float(hours):g}小时"


class ReportForm(forms.Form):
    """How long it took; the plan is filled in."""

    hours = forms.TypedChoiceField(
        label="做了多久", coerce=Decimal, help_text="半小时一档，不含路上；中途离开的照实少填"
    )
    note = forms.CharField(label="想说的话", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, task, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hours"].choices = [(str(hours), in_words(hours)) for hours in task.hours_offered]
        planned = min(task.planned_hours, task.hours_offered[-1])
        self.initial.setdefault("hours", next(str(hours) for hours in task.hours_offered if hours >= planned))


class SaidForm(forms.Form):
    """Words the other side reads."""

    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="对方会看到",
        error_messages={"required": "请写明原因，对方会看到"},
    )  # fmt: skip


class HoursForm(SaidForm):
    """Other hours with the reason; 0 is "was not there"."""

    hours = forms.TypedChoiceField(label="实际时长", coerce=Decimal, help_text="没有参加的选0小时")
    field_order = ["hours", "reason"]

    def __init__(self, *args, claim, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [Decimal(0), *claim.task.hours_offered]
        self.fields["hours"].choices = [(str(hours), in_words(hours)) for hours in offered]
        proposed = claim.corrected_hours if claim.corrected_hours is not None else claim.hours
        self.initial.setdefault("hours", next((str(hours) for hours in offered if hours == proposed), "0"))


class IncidentForm(forms.Form):
    """A few words, if the person wants to add any; the telephone comes first."""

    kind = forms.ChoiceField(label="发生了什么", choices=Incident.Kind, widget=forms.RadioSelect())
    words = forms.CharField(
        label="简单说说", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="在哪里、需要什么。不用写病情，只有跟进的人看得到",
    )  # fmt: skip
    submit_key = forms.CharField(max_length=40, widget=forms.HiddenInput(), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial |= {"submit_key": uuid.uuid4().hex, "kind": Incident.Kind.HURT}


class OutcomeForm(forms.Form):
    outcome = forms.CharField(max_length=300, error_messages={"required": "请写明怎么办好的"})


class SampleForm(forms.Form):
    """What looking again came to."""

    result = forms.ChoiceField(choices=[("fine", "没有问题"), ("look", "需要核对")])
    reason = forms.CharField(max_length=200, required=False)
