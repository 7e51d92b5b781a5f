"""Who came to check in (报到): waiting, returned, late, refused, in appeal, on the way from elsewhere, perhaps twice."""

import random

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.people import numbers
from tongxin.people.corrections import correct_name
from tongxin.people.merges import merge
from tongxin.people.models import Kind, Person
from tongxin.people.names import surname
from tongxin.places.models import Level, Place
from tongxin.registrations.models import Registration
from tongxin.teams.models import Membership

SEED = 42
WAITING = ["孙一鸣", "许文博", "何佳怡", "严志强", "欧阳若水", "曹海峰"]
SKILLS = ["教用手机", "修修补补", "陪伴长辈", "写写记记", "急救护理", "都可以"]
KINDS = [Kind.PARTY, Kind.PARTY, Kind.VOLUNTEER, ""]


class Desk:
    """The check-ins of one neighbourhood, one number after the other."""

    def __init__(self, diary, cast):
        self.diary, self.cast, self.made = diary, cast, 0
        self.chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self.buildings = list(
            Place.objects.under(cast.home).filter(level=Level.BUILDING, until=None).order_by("pk")[:24]
        )

    def comes(self, name, ago, hour=10.0, *, home=None, tail=None, **then):
        """Somebody checks in; `then` are the acts that follow: verb → (days ago, hour, by, what is given)."""
        n, self.made = self.made, self.made + 1
        given = {
            "phone": f"1992000{tail or n:04d}", "name": name, "place": self.cast.home, "times": "周末",
            "home": home or self.chance.choice(self.buildings), "kind": self.chance.choice(KINDS),
            "skills": self.chance.choice(SKILLS),
        }  # fmt: skip
        self.diary.note(self.diary.at(ago, hour), self._submit, given)
        for verb, (days, o_clock, by, words) in then.items():
            self.diary.note(
                self.diary.at(days, o_clock), self._act, given["phone"], verb.rstrip("0123456789"), by, words
            )
        return given["phone"]

    def _submit(self, given):
        Registration.submit(**given)

    def of(self, phone) -> Registration:
        return Registration.objects.filter(person=Person.objects.by_phone(phone)).order_by("-pk").first()

    def _act(self, phone, verb, by, words):
        one = self.of(phone)
        getattr(one, verb)(by=self.cast(by) if by else Person.objects.by_phone(phone), **words)


def tell(diary, cast):
    desk = Desk(diary, cast)
    for n, name in enumerate(WAITING):
        desk.comes(name, 1 if n < 3 else 0, 9 + n)
    desk.comes("周建平", 8)  # nobody looked at it for more than three working days
    desk.comes("顾小燕", 2, 10, home=desk.buildings[0])
    desk.comes("顾小燕", 1, 20, home=desk.buildings[0])  # the same again, with another number
    desk.comes("高晓晨", 3, send_back=(1, 10, "wang", {"reason": "楼号和室号对不上，请核对后再交"}))
    desk.comes(
        "沈立群", 12, refuse=(9, 10, "wang", {"reason": "登记的住处在真如镇街道，请向那里的居委报到，可打021-62000000"})
    )
    desk.comes(
        "罗海燕", 8,
        refuse=(5, 10, "wang", {"reason": "名单里没有这个楼号，没法确认住处"}),
        appeal=(2, 20, None, {"reason": "我住的是新交付的楼，登记册里还没有。请街镇再看一次"}),
    )  # fmt: skip
    desk.comes("金晓燕", 2, accept=(1, 10, "wang", {}))
    desk.comes("魏国良", 2, accept=(1, 10.5, "wang", {}))
    desk.comes(
        "蒋丽萍", 9,
        accept=(7, 10, "wang", {}),
        note_contact1=(6, 19, "zhou", {"result": "no_answer"}),
        note_contact2=(3, 18, "zhou", {"result": "no_answer"}),
    )  # fmt: skip
    _twice(diary, cast, desk)
    desk.comes("阿依古丽·买买提", 4, accept=(3, 10, "wang", {}), contact=(2, 19, "zhou", {}))
    _of_the_team(diary, cast, desk)
    _of_persons(diary, cast)


def _twice(diary, cast, desk):
    """Two check-ins of one man: put together, with the way back open."""
    kept = desk.comes("吴思远", 16, home=desk.buildings[3], accept=(13, 11, "wang", {}), contact=(12, 19, "zhou", {}))
    gone = desk.comes("吴思远", 15, home=desk.buildings[3])

    def put_together():
        words = "当面问过：换了号码，报到了两次"
        merge(kept=desk.of(kept).person, gone=desk.of(gone).person, by=cast("wang"), reason=words)

    diary.note(diary.at(14, 10), put_together)


def _of_the_team(diary, cast, desk):
    """A member who rests for a while, and one of the neighbouring team who moves in here."""
    diary.note(diary.at(20, 20), lambda: _joined(cast.plain[-1]).pause(by=cast(cast.plain[-1])))
    posts = Appointment.objects.current().exclude(role=Role.VOLUNTEER).values("person")
    near = Membership.objects.current().filter(team__place=cast.near).exclude(person__in=posts).order_by("pk")
    if mover := near.values_list("person_id", flat=True).first():
        diary.note(diary.at(1, 21), lambda: _joined(mover).move_home(by=cast(mover), home=desk.buildings[5]))


def _joined(person) -> Registration:
    return Registration.objects.get(person=person, status="joined")


def _of_persons(diary, cast):
    """A lost number, a number that went to somebody else, a name written wrongly."""
    lost, sold, misspelt = cast.members[0], cast.members[1], cast.members[2]

    def new_number():
        numbers.NumberChange.ask_for(
            person=cast(lost),
            number="+8619920008801",
            checked="known",
            by=cast("wang"),
            address=lambda token: "（演示）",
        )

    diary.note(diary.at(0, 6), new_number)
    diary.note(diary.at(2, 15), lambda: numbers.NumberChange.claim(number=cast(sold).phone))

    def other_name():
        person = cast(misspelt)
        correct_name(person, f"{surname(person.name)}晓芸", by=person)

    diary.note(diary.at(1, 19), other_name)
    for who, by, reason, ago in (
        ("alan", "zhou", "任务临时改时间", 6),
        ("alan", "wang", "核对住处", 25),
        ("zhou", "wang", "交接", 4),
    ):
        given = {"reason": reason, "place": cast.home}
        diary.note(diary.at(ago, 17), lambda who=who, by=by, given=given: cast(who).reveal_phone(by=cast(by), **given))
