"""What the district writes down when neighbourhoods are reorganised, one form for each kind."""

from django import forms
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import places_where
from tongxin.places.models import Level, Place
from tongxin.teams.models import Membership, Reorganisation

Kind = Reorganisation.Kind
MOST_PARTS = 4
CODE = "12位统计用区划代码"


class UnitField(forms.ModelChoiceField):
    """A neighbourhood with its 街镇, in the order of the register."""

    def label_from_instance(self, place):
        return f"{place.parent.name} · {place.name}"


def units(person):
    """The neighbourhoods this person may reorganise."""
    places = places_where(person, P.REORGANISE).current().at_level(Level.NEIGHBOURHOOD)
    return places.select_related("parent").order_by("path")


class ChooseForm(forms.Form):
    """Which neighbourhood."""

    place = UnitField(label="从哪个居村开始", queryset=Place.objects.none(), empty_label="请选一个居村")

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = units(person)


class PlanForm(forms.Form):
    """The day; each kind adds its own."""

    kind = ""
    on = forms.DateField(
        label="从哪一天起", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="选今天马上办，选以后到那天自动办",
        error_messages={"required": "请选日期", "invalid": "日期看不懂，请写成 2027-01-01 这样"},
    )  # fmt: skip

    def __init__(self, *args, place, person, **kwargs):
        super().__init__(*args, initial={"on": timezone.localdate()}, **kwargs)
        self.place, self.person = place, person
        self.add_fields()
        for one in self.fields.values():
            one.error_messages["required"] = f"没有填{one.label}，请补上"

    def add_fields(self):
        """The fields of this kind."""

    def plan(self) -> dict:
        """What the verb wants, from clean data."""
        return {}

    def others(self):
        return units(self.person).exclude(pk=self.place.pk)

    def prepared(self) -> Reorganisation:
        data = self.cleaned_data
        return Reorganisation.prepare(
            by=self.person, kind=self.kind, place=self.place, on=data["on"], target=data.get("target"), plan=self.plan()
        )


class RenameForm(PlanForm):
    """A new name, or code."""

    kind = Kind.RENAME

    def add_fields(self):
        self.fields["name"] = forms.CharField(label="新名称", max_length=60, initial=self.place.name)
        self.fields["code"] = forms.RegexField(
            r"^\d{12}$", label="新代码", required=False, help_text=f"{CODE}，不变就不填",
            error_messages={"invalid": f"请写{CODE}"},
        )  # fmt: skip

    def plan(self):
        return {"name": self.cleaned_data["name"], "code": self.cleaned_data["code"]}


class SplitForm(PlanForm):
    """The new neighbourhoods, and which estate goes to which."""

    kind = Kind.SPLIT

    def add_fields(self):
        numbers = [(str(n), f"第{n + 1}个") for n in range(MOST_PARTS)]
        for n in range(MOST_PARTS):
            self.fields[f"name{n}"] = forms.CharField(label=f"第{n + 1}个的名称", max_length=60, required=n < 2)
            self.fields[f"code{n}"] = forms.RegexField(
                r"^\d{12}$", label=f"第{n + 1}个的代码", required=n < 2, help_text=CODE if n < 2 else "",
                error_messages={"invalid": f"请写{CODE}"},
            )  # fmt: skip
        self.estates = list(estates_of(self.place))
        for estate in self.estates:
            self.fields[f"estate{estate.pk}"] = forms.ChoiceField(label=estate.own_label, choices=numbers)
        self.fields["rest"] = forms.ChoiceField(
            label="没有登记住处的人和居村的任务", choices=numbers, help_text="跟哪一个走"
        )

    def clean(self):
        data = super().clean()
        self.parts = [
            {"name": data[f"name{n}"], "code": data[f"code{n}"]}
            for n in range(MOST_PARTS)
            if data.get(f"name{n}") and data.get(f"code{n}")
        ]
        for name in ["rest", *(f"estate{estate.pk}" for estate in self.estates)]:
            if int(data.get(name) or 0) >= len(self.parts):
                self.add_error(name, "这个新居村还没有写名称和代码，请补上或改选")
        return data

    def plan(self):
        data = self.cleaned_data
        estates = {str(estate.pk): int(data[f"estate{estate.pk}"]) for estate in self.estates}
        return {"parts": self.parts, "estates": estates, "rest": int(data["rest"])}


class MergeForm(PlanForm):
    """Into which neighbourhood."""

    kind = Kind.MERGE

    def add_fields(self):
        self.fields["target"] = UnitField(label="并入", queryset=self.others(), empty_label="请选一个居村")


class TransferForm(PlanForm):
    """Which estates go to which other neighbourhood."""

    kind = Kind.TRANSFER

    def add_fields(self):
        self.fields["target"] = UnitField(label="划到", queryset=self.others(), empty_label="请选一个居村")
        choices = [(place.pk, place.own_label) for place in estates_of(self.place)]
        self.fields["estates"] = forms.TypedMultipleChoiceField(
            label="哪些小区", coerce=int, choices=choices, widget=forms.CheckboxSelectMultiple()
        )

    def plan(self):
        return {"estates": self.cleaned_data["estates"]}


class MembersForm(PlanForm):
    """Which members go to which team of the same 街镇."""

    kind = Kind.MEMBERS

    def add_fields(self):
        near = self.others().filter(parent=self.place.parent_id)
        self.fields["target"] = UnitField(label="划到", queryset=near, empty_label="请选一个居村")
        rows = Membership.objects.current().filter(team__place=self.place).select_related("person", "squad")
        choices = [
            (row.pk, f"{row.person.name}（{row.squad.name if row.squad else '未编分队'}）")
            for row in rows.order_by("squad", "pk")
        ]
        self.fields["members"] = forms.TypedMultipleChoiceField(
            label="哪些队员", coerce=int, choices=choices, widget=forms.CheckboxSelectMultiple()
        )

    def plan(self):
        return {"members": self.cleaned_data["members"]}


FORMS = {form.kind: form for form in (RenameForm, SplitForm, MergeForm, TransferForm, MembersForm)}


def estates_of(place):
    """What is divided or moved: the estates, and buildings that stand in none."""
    return Place.objects.current().filter(parent=place).order_by("path")
