"""What people choose and type here, checked."""

import uuid
from decimal import Decimal

from django import forms
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import held_by, places_where
from tongxin.places.models import Level, Place

from .models import Checked, Factor, members_at

AS_ASKED, AS_IS, OTHER = "as_asked", "as_is", "other"
NAMED_BY = {"captain", "squad_leader", "volunteer", "registrant"}  # posts of a member: the team they are in


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


def words(label, *, most=500, rows=3, required=True, **more):
    """A few lines of text; says what to do when it is empty."""
    box = forms.Textarea(attrs={"rows": rows})
    errors = {"required": f"请写一写{label}"}
    return forms.CharField(label=label, max_length=most, widget=box, required=required, error_messages=errors, **more)


def hours(label="时长（小时）", *, least="0.5", **more):
    """Hours in steps of half an hour."""
    box = forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"})
    errors = {
        "required": "请填几小时",
        "invalid": "请填数字，例如1.5",
        "min_value": f"最少{least}小时",
        "max_value": "一天最多24小时",
    }
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=24,
        max_digits=4,
        decimal_places=1,
        widget=box,
        error_messages=errors,
        **more,
    )


def day(label, **more):
    errors = {"required": f"请选{label}", "invalid": "日期不对，请重新选"}
    return forms.DateField(label=label, widget=DateInput(), error_messages=errors, **more)


class YearForm(forms.Form):
    """Which year to look at."""

    year = forms.IntegerField(min_value=2020, max_value=2200, required=False)

    def chosen(self, default: int) -> int:
        """The year asked for; `default` when none or no year was asked for."""
        return (self.is_valid() and self.cleaned_data["year"]) or default


class PointsForm(forms.Form):
    """Whether the person wants to see points at all."""

    shown = forms.BooleanField(required=False)


class ReasonForm(forms.Form):
    """Why, in words the other side reads."""

    reason = words("原因", most=200, rows=2)


class SayForm(forms.Form):
    """What the person still says about an answer or a decision."""

    reason = words("哪里不对", help_text="写给下一步裁定的人看")


class DisputeForm(forms.Form):
    """What is wrong with a line; everything known is filled in."""

    hours = hours("应该是几小时", least="0", help_text="不是您做的请填0")
    factor = forms.ChoiceField(label="服务类型", choices=Factor, widget=forms.RadioSelect(), help_text="只影响积分")
    words = words("哪里不对", help_text="写一两句就可以")


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        return place.own_label


class MissingForm(forms.Form):
    """What was done and never entered."""

    place = PlaceField(label="哪个居村", queryset=None, empty_label=None)
    served_on = day("哪一天")
    what = forms.CharField(label="做了什么", max_length=60, error_messages={"required": "请写做了什么"})
    hours = hours("做了几小时")
    factor = forms.ChoiceField(
        label="服务类型", choices=Factor, initial=Factor.ORDINARY, widget=forms.RadioSelect(), help_text="只影响积分"
    )
    words = words("谁可以证明、还要说明什么", help_text="例如：和周队长一起做的")

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        mine = [place.neighbourhood or place for role, place in held_by(person) if role in NAMED_BY]
        self.fields["place"].queryset = Place.objects.filter(pk__in=[place.pk for place in mine])
        self.initial |= {"place": mine[0] if mine else None, "served_on": timezone.localdate()}


class VerdictForm(forms.Form):
    """What the hours should be, and why."""

    verdict = forms.ChoiceField(label="结果", widget=forms.RadioSelect(), error_messages={"required": "请选一个结果"})
    other = hours("改为几小时", least="0", required=False, help_text="只有选“改为别的时长”时填")
    reason = words("理由", help_text="本人会看到，下一步裁定的人也会看到")

    def __init__(self, *args, dispute, **kwargs):
        super().__init__(*args, **kwargs)
        self.dispute = dispute
        asked, now = f"{dispute.hours.normalize():f}", f"{dispute.standing.normalize():f}"
        self.fields["verdict"].choices = [
            (AS_ASKED, f"按本人说的，{asked}小时"), (AS_IS, f"按现在记的，{now}小时"), (OTHER, "改为别的时长")
        ]  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("verdict") == OTHER and data.get("other") is None:
            self.add_error("other", "请填改为几小时")
        return data

    @property
    def given(self) -> dict:
        """What the verb takes."""
        data = self.cleaned_data
        found = {AS_ASKED: self.dispute.hours, AS_IS: self.dispute.standing, OTHER: data["other"]}
        return {"hours": found[data["verdict"]], "reason": data["reason"]}


class BackForm(forms.Form):
    """A paper sign-in sheet: one piece of work, several people."""

    place = PlaceField(label="哪个居村", queryset=None, empty_label=None)
    served_on = day("哪一天")
    what = forms.CharField(label="做了什么", max_length=60, error_messages={"required": "请写做了什么"})
    hours = hours("每人几小时", help_text="有人不一样的，在名单里单独填")
    factor = forms.ChoiceField(label="服务类型", choices=Factor, initial=Factor.ORDINARY, widget=forms.RadioSelect())
    evidence = forms.CharField(
        label="依据", max_length=200, help_text="如：11月20日签到表第2页，原件在居委",
        error_messages={"required": "请写依据是什么，原件在哪里"},
    )  # fmt: skip
    sheet = forms.CharField(max_length=40, widget=forms.HiddenInput(), required=False)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        places = places_where(by, P.ENTER_HOURS).filter(until=None, level=Level.NEIGHBOURHOOD)
        self.fields["place"].queryset = places
        if not self.is_bound:
            self.initial |= {
                "sheet": uuid.uuid4().hex,
                "served_on": timezone.localdate(),
                "place": places.first(),
                "hours": 2,
            }

    @property
    def here(self):
        """The place chosen, or the first one."""
        field = self.fields["place"]
        chosen = str(self.data.get("place", "")) if self.is_bound else ""
        return (
            field.queryset.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
        ) or field.queryset.first()

    def people(self):
        """Whom the list offers."""
        return members_at(self.here, besides=self.by) if self.here else []

    def ticked(self) -> set[str]:
        return set(self.data.getlist("people")) if self.is_bound else set()

    @property
    def rows(self) -> list[tuple]:
        """(person, hours) of everybody ticked; hours of one's own where they were typed."""
        common = self.cleaned_data["hours"]
        return [(one, self._own(one) or common) for one in self.people() if str(one.pk) in self.ticked()]

    def _own(self, person):
        typed = self.data.get(f"hours_{person.pk}", "").strip()
        try:
            return Decimal(typed) if typed and len(typed) < 6 and Decimal(typed).is_finite() else None
        except ArithmeticError:
            return None

    @property
    def given(self) -> dict:
        data = self.cleaned_data
        return {name: data[name] for name in ("place", "served_on", "what", "factor", "evidence")} | {
            "sheet": data["sheet"] or uuid.uuid4().hex
        }


class AgainForm(forms.Form):
    """A line that was sent back, put right."""

    hours = hours()
    evidence = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写依据是什么"})


class RuleForm(forms.Form):
    """The next version of the points rule; the present one is filled in."""

    place = PlaceField(label="由谁起草", queryset=None, empty_label=None)
    version = forms.CharField(
        label="版本名称", max_length=20, help_text="如 v2", error_messages={"required": "请填版本名称"}
    )
    since = day("起用日期", help_text="离批准至少10天，大家好提前知道")
    ordinary = forms.DecimalField(label="普通服务的系数", max_digits=4, decimal_places=2)
    skilled = forms.DecimalField(label="专业技能的系数", max_digits=4, decimal_places=2)
    hard = forms.DecimalField(label="夜间或恶劣天气的系数", max_digits=4, decimal_places=2)
    day_cap = forms.DecimalField(label="每天计分的时长最多（小时）", max_digits=4, decimal_places=1)
    year_cap = forms.DecimalField(label="全年显示的积分最多", max_digits=6, decimal_places=2)
    note = words("为什么改", most=200, rows=2, help_text="大家会看到")

    def __init__(self, *args, by, rule, **kwargs):
        super().__init__(*args, **kwargs)
        places = places_where(by, P.SET_RULE).filter(until=None, level=Level.DISTRICT)
        self.fields["place"].queryset = places
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"
        caps = {"day_cap": rule.day_cap, "year_cap": rule.year_cap}
        self.initial |= rule.factors | caps | {"place": places.first()}

    @property
    def given(self) -> dict:
        data = dict(self.cleaned_data)
        return data | {"factors": {name: data.pop(name) for name in Factor.values}}


class CheckForm(forms.Form):
    """What came of looking at an unusual row."""

    key = forms.CharField(max_length=120, widget=forms.HiddenInput())
    result = forms.ChoiceField(label="结果", choices=Checked.Result)
    note = forms.CharField(label="说明", max_length=200, required=False)
