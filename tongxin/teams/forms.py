"""What is chosen on the pages of a team."""

from django import forms

from tongxin.access.policy import Role
from tongxin.people.models import Person
from tongxin.places.models import Level, Place

from .handover import successors
from .models import Membership, Squad
from .posts import label_of
from .team import known_as

POSTS = {  # value → (role, deputy)
    "captain": (Role.CAPTAIN, False),
    "captain-deputy": (Role.CAPTAIN, True),
    "squad-leader": (Role.SQUAD_LEADER, False),
    "squad-leader-deputy": (Role.SQUAD_LEADER, True),
    "resident": (Role.RESIDENT_LEADER, False),
    "resident-deputy": (Role.RESIDENT_LEADER, True),
    "online": (Role.ONLINE_LEADER, False),
    "online-deputy": (Role.ONLINE_LEADER, True),
}
AT_BUILDING = ("resident", "resident-deputy", "online", "online-deputy")
DATE = {"type": "date"}


def choices(names=POSTS):
    return [(name, label_of(*POSTS[name])) for name in names]


class PersonField(forms.ModelChoiceField):
    """A person by name, in the order they joined."""

    def label_from_instance(self, person):
        return person.name


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        return place.own_label


class PostForm(forms.Form):
    """Who is to hold which post until when."""

    post = forms.ChoiceField(label="职务", choices=choices, widget=forms.RadioSelect())
    person = PersonField(label="请谁担任", queryset=Person.objects.none(), empty_label="请选一位队员")
    building = PlaceField(
        label="哪栋楼", queryset=Place.objects.none(), required=False, empty_label="—", help_text="只有楼长要选"
    )
    until = forms.DateField(
        label="任期至", required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text="这一天之前有效；不填表示没有期限",
        error_messages={"invalid": "日期看不懂，请写成 2027-03-01 这样"},
    )  # fmt: skip

    def __init__(self, *args, unit, posts=POSTS, **kwargs):
        super().__init__(*args, **kwargs)
        self.unit = unit
        for one in self.fields.values():
            one.error_messages["required"] = f"没有选{one.label}，请选一个"
        self.fields["post"].choices = choices(posts)
        members = Membership.objects.active().filter(team__place=unit).values("person")
        self.fields["person"].queryset = Person.objects.filter(pk__in=members, is_active=True).order_by("pk")
        buildings = Place.objects.current().under(unit).at_level(Level.BUILDING).order_by("path")
        self.fields["building"].queryset = buildings

    def clean(self):
        data = super().clean()
        if data.get("post") in AT_BUILDING and not data.get("building"):
            self.add_error("building", "请选是哪一栋楼")
        return data

    @property
    def chosen(self) -> dict:
        """For the verbs: person, role, place, deputy, until."""
        data = self.cleaned_data
        role, deputy = POSTS[data["post"]]
        place = data["building"] if data["post"] in AT_BUILDING else self.unit
        return {"person": data["person"], "role": role, "place": place, "deputy": deputy, "until": data["until"]}


class SuccessorForm(forms.Form):
    """Who takes over what is open."""

    new = PersonField(
        label="由谁接手", queryset=Person.objects.none(), empty_label="请选接手的人",
        error_messages={"required": "请选接手的人"},
    )  # fmt: skip

    def __init__(self, *args, unit, old, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new"].label_from_instance = lambda person: known_as(person, reader, unit)
        self.fields["new"].queryset = successors(unit, besides=old).order_by("pk")


class CutForm(forms.Form):
    """Which members and buildings go to which other squad."""

    to = forms.ModelChoiceField(
        label="调到", queryset=Squad.objects.none(), empty_label="请选一个分队",
        error_messages={"required": "请选调到哪个分队"},
    )  # fmt: skip
    members = forms.TypedMultipleChoiceField(label="队员", coerce=int, required=False)
    buildings = forms.TypedMultipleChoiceField(label="楼栋", coerce=int, required=False)

    def __init__(self, *args, squad, members, buildings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Squad.objects.filter(team=squad.team, until=None).exclude(pk=squad.pk)
        self.fields["members"].choices = members
        self.fields["buildings"].choices = buildings
