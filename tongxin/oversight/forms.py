"""What is typed in the pages of second looks."""

from django import forms

from tongxin.people.models import Person
from tongxin.places.models import Place

from .models import Glass, Reset


class PurposeForm(forms.Form):
    """导出: what for, in words; it goes on record and onto the sheet."""

    purpose = forms.CharField(
        label="用途",
        min_length=4,
        max_length=200,
        help_text="写明给谁看、做什么用，会记在查阅记录里，也会印在表上",
        error_messages={"required": "请写明用途", "min_length": "请写得具体一点，比如“区委办季度汇总”"},
    )


class ReasonForm(forms.Form):
    """One line of reason, kept in the journal."""

    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请写一句原因"})


class ResetForm(forms.Form):
    """重置: what of whom, and how it was checked that it is them."""

    person = forms.ModelChoiceField(
        label="哪一位", queryset=Person.objects.none(), empty_label="请选一位", error_messages={"required": "请选一位"}
    )
    kind = forms.ChoiceField(
        label="重置什么",
        choices=Reset.Kind.choices,
        initial=Reset.Kind.FACTOR,
        required=False,
        widget=forms.RadioSelect,
    )
    how = forms.ChoiceField(
        label="怎么核对的身份",
        choices=Reset.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种核对方式"},
    )
    reason = forms.CharField(label="说明", max_length=200, required=False, help_text="例如：换了手机、忘了密码")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = lambda person: f"{person.name}（{person.username}）"

    def clean_kind(self):
        return self.cleaned_data["kind"] or Reset.Kind.FACTOR


class FindForm(forms.Form):
    """紧急查看, first step: who. Only a whole name finds somebody; nobody is browsed."""

    place = forms.ModelChoiceField(
        label="居村", queryset=Place.objects.none(), empty_label="请选居村", error_messages={"required": "请选居村"}
    )
    name = forms.CharField(label="姓名", max_length=25, help_text="请写全名", error_messages={"required": "请写全名"})

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places
        self.fields["place"].label_from_instance = lambda place: place.label


class GlassForm(forms.Form):
    """紧急查看, second step: why."""

    case = forms.ChoiceField(
        label="什么情况",
        choices=Glass.Case.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种情况"},
    )
    reason = forms.CharField(
        label="具体说明",
        min_length=4,
        max_length=200,
        help_text="本人、居村书记和审计员都会看到",
        error_messages={"required": "请写清楚为什么现在要看", "min_length": "请写得具体一点"},
    )


class FindingForm(forms.Form):
    """审计意见: what was noticed."""

    words = forms.CharField(
        label="发现了什么，希望怎么办",
        min_length=4,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会告诉上一级单位。请不要写姓名和号码，写记录编号就可以",
        error_messages={"required": "请写清楚发现了什么", "min_length": "请写得具体一点"},
    )
