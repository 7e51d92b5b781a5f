"""What the neighbourhood and the 街镇 answer: each reason from a template or in own words, and the person reads it."""

from django import forms

from .forms import Housed, kind_choices, same

REASONS = [
    "不住在本居村，请到您住的居村报到",
    "信息对不上，请核对后重新报到",
    "暂时联系不上您，请核对手机号后重新报到",
]
RETURNS = [
    "住处没有写到楼栋，请补上",
    "姓名和我们知道的对不上，请核对",
    "人员类别请再核对一下",
]
OTHER = "other"


class AcceptForm(forms.Form):
    """The 人员类别 is confirmed with the review; specific identities only where the person agreed to it."""

    kind = forms.ChoiceField(label="确认人员类别", required=False, help_text="本人填的可以改")

    def __init__(self, *args, registration, reader, **kwargs):
        super().__init__(*args, **kwargs)
        declared = registration.kind_for(reader)
        sensitive = declared is not None and registration.agreed_to_sensitive_kind()
        blank = "不选，记作社区志愿者" if declared == "" else "照本人填的"
        self.fields["kind"].choices = kind_choices(sensitive=sensitive, blank=blank)
        self.fields["kind"].initial = declared or ""


class ReasonForm(forms.Form):
    """Why, in words the person can act on."""

    templates = REASONS
    template = forms.ChoiceField(
        label="原因", widget=forms.RadioSelect, error_messages={"required": "请选一个原因，本人会看到"}
    )
    words = forms.CharField(
        label="补充说明", required=False, max_length=150, help_text="本人会看到，请写明怎样补救",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [*same(self.templates), (OTHER, "其他，我来写")]

    def clean(self):
        data = super().clean()
        words = data.get("words", "").strip()
        if data.get("template") == OTHER and not words:
            self.add_error("words", "请写明原因，本人会看到")
        picked = [] if data.get("template") == OTHER else [data.get("template", "")]
        return data | {"reason": "。".join([*picked, *([words] if words else [])])}


class RefuseForm(ReasonForm):
    """Why not."""


class SendBackForm(ReasonForm):
    """What to mend."""

    templates = RETURNS


class RedirectForm(Housed):
    """The neighbourhood it belongs to; the building too, when it is known."""

    words = forms.CharField(
        label="补充说明", required=False, max_length=100, help_text="本人和那边的居委会看到，可以不填"
    )

    def reason(self, registration) -> str:
        """From where to where, and what was added."""
        words = self.cleaned_data["words"].strip()
        gone = f"从{registration.place.name}转到{self.cleaned_data['where'].neighbourhood.name}"
        return "。".join([gone, *([words] if words else [])])


class DecideForm(forms.Form):
    """The 街镇 looks again: one of two answers, with a reason."""

    verdict = forms.ChoiceField(
        label="复核结果", choices=[("overturn", "改为通过"), ("uphold", "维持不通过")], widget=forms.RadioSelect,
        error_messages={"required": "请选一个结果"},
    )  # fmt: skip
    words = forms.CharField(
        label="理由", required=False, max_length=200, help_text="本人会看到；维持不通过时请写明",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("verdict") == "uphold" and not data.get("words", "").strip():
            self.add_error("words", "请写明理由，本人会看到")
        return data

    def decide(self, registration, *, by) -> None:
        """Call the verb that was chosen."""
        getattr(registration, self.cleaned_data["verdict"])(by=by, reason=self.cleaned_data["words"].strip())
