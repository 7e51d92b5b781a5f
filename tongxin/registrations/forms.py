"""What people type when they check in, and what the neighbourhood and the captain answer."""

import unicodedata
import uuid
from functools import cached_property

from django import forms
from django.urls import reverse

from tongxin.people.codes import CodeField, CodeForm, PhoneField
from tongxin.people.models import SENSITIVE_KINDS, Kind
from tongxin.people.names import LONGEST, clean_name
from tongxin.teams.abilities import SKILLS, TIMES

from . import where
from .models import Registration


def same(words):
    return [(word, word) for word in words]


def kind_choices(*, sensitive: bool, blank: str):
    """The 人员类别 to choose from; specific identities in a group of their own, which says that they ask more."""
    plain = [(kind.value, kind.label) for kind in Kind if kind not in SENSITIVE_KINDS]
    more = [("需要另行同意的身份", [(kind.value, kind.label) for kind in Kind if kind in SENSITIVE_KINDS])]
    return [("", blank), *plain, *(more if sensitive else [])]


class NameField(forms.CharField):
    """One name, 2 to 25 characters; a middle dot and rare characters are fine."""

    def __init__(self, **kwargs):
        super().__init__(
            label="姓名", max_length=60, error_messages={"required": "没有填姓名，请补上"},
            widget=forms.TextInput(attrs={"autocomplete": "name"}), **kwargs,
        )  # fmt: skip

    def clean(self, value):
        name = clean_name(super().clean(value))
        if not 2 <= len(name) <= LONGEST:
            raise forms.ValidationError(f"姓名要2到{LONGEST}个字，请检查")
        if strange := [char for char in name if not _in_a_name(char)]:
            raise forms.ValidationError(f"姓名里有“{strange[0]}”，请只填文字和“·”")
        return name


def _in_a_name(char) -> bool:
    # Letters of any script, 〇 (a number letter), marks on letters, and the private area where old systems keep rare characters.
    return char in "·' -." or unicodedata.category(char) in {"Lo", "Lu", "Ll", "Lt", "Lm", "Nl", "Mn", "Mc", "Co"}


class Housed(forms.Form):
    """A form that asks where somebody lives; the page includes `_where.html` with `form.choice`."""

    where = forms.CharField(
        label="您住在哪里", max_length=60, help_text="小区、居村、路名门牌都可以",
        error_messages={"required": "没有填住处，请补上"},
        widget=forms.TextInput(attrs={"placeholder": "拼音首字母、门牌码都可以", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["where"].widget.attrs |= {
            "hx-get": reverse("registrations:where"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#where-found",
        }
        self.choice = Choice.of(self.data) if self.is_bound else Choice.given(self.initial.get("home"))
        self.fields["where"].initial = self.choice.text

    def clean_where(self):
        if why := self.choice.problem:
            raise forms.ValidationError(why)
        return self.choice.place

    def home(self) -> dict:
        """The neighbourhood, and the building if it is known."""
        chosen = self.cleaned_data["where"]
        return {"place": chosen.neighbourhood, "home": chosen if chosen != chosen.neighbourhood else None}


class StartForm(Housed, CodeForm):
    """报到: six fields, a code, one consent for each purpose; none is ticked beforehand."""

    name = NameField()
    phone = PhoneField(help_text="只用于联系您")
    code = CodeField(help_text="发到上面的号码")
    kind = forms.ChoiceField(label="人员类别", required=False, help_text="可以不选，审核时确认")
    skills = forms.MultipleChoiceField(
        label="您愿意做什么", required=False, help_text="可多选，可不选", choices=same(SKILLS),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    times = forms.MultipleChoiceField(
        label="什么时候方便", required=False, choices=same(TIMES), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    contact = forms.BooleanField(
        label="同意居委和所在分队队长查看以上信息，用于联络和安排任务。",
        help_text="随时可以撤回，撤回后不再打电话给您，也不再看得到您的号码。",
        error_messages={"required": "同意这一项，居委才能联系您。不同意也可以到居委当面办"},
    )
    sms = forms.BooleanField(
        label="同意用短信通知与我有关的事。", help_text="不勾也能报到，消息在网页上看。", required=False
    )
    sensitive = forms.BooleanField(
        label="同意登记两代表一委员或统战人士身份，只由指定人员查看。",
        help_text="只有选了这两类才需要勾；不登记也能报到。", required=False,
    )  # fmt: skip
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices(sensitive=True, blank="审核时确认")
        self.fields["key"].initial = uuid.uuid4().hex

    def wants_code(self) -> bool:
        pressed = super().wants_code()
        if self.sent:
            self.fields["code"].widget.attrs["autofocus"] = True  # the page goes on where the person goes on
        return pressed

    def sent_before(self) -> bool:
        """The very same form was accepted already: a second press, or a reload."""
        key = self.data.get("key", "")
        return bool(key) and Registration.objects.filter(submit_key=key).exists()

    def is_done(self) -> bool:
        """Pressed to the end and in order; False for a first look, a press of 发验证码, or something to mend."""
        return self.is_bound and not self.wants_code() and self.is_valid()

    def clean(self):
        picked, agreed = self.cleaned_data.get("kind"), self.cleaned_data.get("sensitive")
        if picked in SENSITIVE_KINDS and not agreed:
            self.add_error("sensitive", "登记这一身份需要您另行同意；也可以改选别的类别")
        data = super().clean()  # spends the code, so it comes last
        if not self.errors and Registration.somebody_else_has(phone=data["phone"], name=data["name"]):
            self.add_error(
                "phone",  # whose name it is stays unsaid: the number may have been sold on to a stranger
                "这个手机号登记在另一个姓名下。请检查姓名，或填您自己的手机号；"
                "号码是新换到您手里的，请在登录页点“号码以前是别人的”",
            )
        return data

    def facts(self) -> dict:
        """What `Registration.submit` is told."""
        data = self.cleaned_data
        return {
            "name": data["name"], "phone": data["phone"], "kind": data["kind"], **self.home(),
            "skills": "、".join(data["skills"]), "times": "、".join(data["times"]),
            "sms": data["sms"], "sensitive": data["sensitive"], "submit_key": data["key"] or None,
        }  # fmt: skip


class Choice:
    """Where somebody lives: what was typed, the lines offered for it, and the line that was chosen."""

    def __init__(self, text="", chosen=None):
        self.text, self.chosen = text.strip(), chosen

    @classmethod
    def of(cls, data) -> "Choice":
        """As sent: a chosen line counts only for the words it was offered for."""
        text = data.get("where", "")[:60]
        return cls(text, where.by_id(data.get("place")) if data.get("asked", "").strip() == text.strip() else None)

    @classmethod
    def given(cls, place) -> "Choice":
        """Known beforehand: from a link or a door sign. The short name fits the field; the line below says the rest."""
        return cls(place.own_label, place) if place else cls()

    @cached_property
    def fits(self):
        return [self.chosen] if self.chosen else where.matches(self.text)

    @cached_property
    def offers(self):
        """The lines to choose from."""
        return self.fits[: where.SHOWN] or where.nearest(self.text)

    @property
    def more(self) -> bool:
        return len(self.fits) > where.SHOWN

    @cached_property
    def place(self):
        """The place that is meant beyond doubt, or None."""
        place = self.chosen or where.only_one(self.text, self.fits)
        return place if place and place.neighbourhood else None

    @property
    def problem(self) -> str:
        if self.place:
            return ""
        if self.fits:
            return "有几处都对得上，请在下面点选一处"
        if self.offers:
            return f"没找到“{self.text}”，是下面的一处吗？请点选，或换个写法"
        return f"没找到“{self.text}”，请换个写法：小区名、路名门牌，或门牌上的6位代码"


class JoinForm(forms.Form):
    """Joining is one's own decision, after reading."""

    read = forms.BooleanField(
        label="我已读过上面的说明，愿意加入。", error_messages={"required": "请先读说明，愿意加入再勾选这一项"}
    )


class MendForm(Housed):
    """What was sent, to be put right: everything stands there already, only what is wrong is changed."""

    name = NameField()
    kind = forms.ChoiceField(label="人员类别", required=False, help_text="不改就留空，审核时确认")
    skills = forms.MultipleChoiceField(
        label="您愿意做什么", required=False, help_text="可多选，可不选", choices=same(SKILLS),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    times = forms.MultipleChoiceField(
        label="什么时候方便", required=False, choices=same(TIMES), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    sensitive = forms.BooleanField(
        label="同意登记两代表一委员或统战人士身份，只由指定人员查看。",
        help_text="只有改选这两类才需要勾；不登记也能报到。", required=False,
    )  # fmt: skip

    def __init__(self, *args, registration, **kwargs):
        super().__init__(*args, initial=registration.as_typed(), **kwargs)
        self.agreed = registration.agreed_to_sensitive_kind()
        self.fields["kind"].choices = kind_choices(sensitive=True, blank="照原来的")

    def clean(self):
        data = super().clean()
        if data.get("kind") in SENSITIVE_KINDS and not (data.get("sensitive") or self.agreed):
            self.add_error("sensitive", "登记这一身份需要您另行同意；也可以改选别的类别")
        return data

    def facts(self) -> dict:
        """What `Registration.mend` is told."""
        data = self.cleaned_data
        return {
            "name": data["name"], **self.home(), "kind": data["kind"], "sensitive": data["sensitive"],
            "skills": "、".join(data["skills"]), "times": "、".join(data["times"]),
        }  # fmt: skip


class MoveForm(Housed):
    """迁居: the new home, and nothing else."""


class AppealForm(forms.Form):
    """Why the person sees it differently, in their own words."""

    words = forms.CharField(
        label="您的理由", max_length=300, help_text="写给街镇复核的同事看，几句话就好",
        widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": "请写一句您的理由，街镇好复核"},
    )  # fmt: skip
