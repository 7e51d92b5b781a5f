"""The pages of `teams`."""

from .finding import D, Sight, first, model, seen_place


def _unit(person):
    """The neighbourhood of the cast."""
    return first(model("places.Place").objects.filter(team__memberships__person__demo_key="zhou"))


def _captain(person):
    posts = model("access.Appointment").objects.current().filter(role="captain", place=_unit(person))
    return first(posts)


def _leaving(person):
    zhou = first(model("people.Person").objects.filter(demo_key="zhou"))
    return zhou and (_unit(person), zhou)


def _squad(person):
    return first(model("teams.Squad").objects.filter(team__place=_unit(person), until=None))


def _building(person):
    unit = model("places.Place").objects.filter(pk=_unit(person)).first()
    return unit and first(model("places.Place").objects.current().under(unit).filter(level="building"))


def _handed(person):
    return first(model("teams.Handover").objects.filter(place=_unit(person)))


def _asked(person):
    return first(model("teams.Invitation").objects.filter(person=person))


SIGHTS = [
    Sight("导出名册", "teams:roster_export", ("wang", "he"), D, find=seen_place("neighbourhood")),
    Sight("在队名册", "teams:roster", ("wang", "shen", "he"), D),
    Sight("楼组与双楼长", "teams:buildings", ("zhou", "wang", "shen"), D),
    Sight("本居村队伍", "teams:team", ("zhou", "wang", "shen"), D),
    Sight("我的队伍", "teams:mine", ("alan", "zhou", "newcomer")),
    Sight("任命", "teams:post_new", ("wang",), D, find=_unit),
    Sight("结束任职", "teams:post_end", ("wang",), D, find=_captain),
    Sight("交接", "teams:handover", ("zhou", "wang"), D, find=_leaving),
    Sight("交接单", "teams:handed", ("wang",), "print", find=_handed),
    Sight("一个分队", "teams:squad", ("zhou", "wang"), D, find=_squad),
    Sight("邀请楼长", "teams:invite", ("zhou", "wang"), D, find=_building),
    Sight("邀请分队长", "teams:invite", ("wang",), D, find=_unit),
    Sight("我收到的邀请", "teams:invitation", ("alan",), find=_asked),
]
