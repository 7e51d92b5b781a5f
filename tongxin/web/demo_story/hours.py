"""Hours (时长): disputes in every state, paper entered afterwards, the year before, the rule to come, whom to thank."""

from tongxin.people.models import Purpose, give_consent
from tongxin.service.clockwork import disputes_go_on, years_freeze
from tongxin.service.models import BackEntry, Dispute, Entry, Factor, Review, Rule, findings, note_checked

CONSENT_TEXT = "2026-11"
CAPS = {"day_cap": 8, "year_cap": 200}


def tell(diary, cast):
    _disputes(diary, cast)
    _paper(diary, cast)
    _year(diary, cast)
    _rules(diary, cast)
    for who in ("alan", "zhou", *cast.members[:6]):
        diary.note(
            diary.at(30, 19),
            lambda who=who: give_consent(cast(who), Purpose.THANKS, text_version=CONSENT_TEXT, by=cast(who)),
        )


def _disputes(diary, cast):
    members = cast.members

    def raised(who, title, more, words):
        line = Entry.objects.filter(person=cast(who), reason=title, reverses=None).order_by("-served_on", "-pk").first()
        Dispute.raise_on(line, by=cast(who), words=words, hours=line.hours + more)

    def then(who, verb, by=None, **given):
        one = Dispute.objects.filter(person=cast(who)).select_related("place", "entry").order_by("-pk").first()
        hours = {"hours": one.standing} if verb == "answer_it" else {}
        getattr(one, verb)(by=cast(by or who), **hours, **given)

    diary.note(diary.at(5, 20), raised, "alan", "手机小课堂", 1, "那天讲到七点半才结束，少记了一小时")
    diary.note(
        diary.at(3, 10),
        then,
        "alan",
        "answer_it",
        "zhou",
        reason="问过一起去的邻居，说是按时结束的。您要是有别的印象，请居村再看一次",
    )
    diary.note(diary.at(2, 20), raised, members[15], "台风夜值守", 1, "我到凌晨一点才交班")
    diary.note(diary.at(6, 20), raised, members[14], "服务日登记台", 1, "收拾场地也算在内，差一小时")
    diary.note(diary.at(5, 10), then, members[14], "answer_it", "zhou", reason="收拾场地另有两位邻居，当时没有安排您")
    diary.note(diary.at(4, 20), then, members[14], "ask", reason="是王书记临时请我留下来的")
    diary.note(diary.at(9, 20), raised, members[3], "迎节大扫除", 1, "我负责借还工具，多做了一小时")
    diary.note(diary.at(8, 10), then, members[3], "answer_it", "zhou", reason="按大家一样的时间核的")
    diary.note(diary.at(7, 20), then, members[3], "ask", reason="工具是我一个人还的")
    diary.note(
        diary.at(7, 21), lambda: disputes_go_on(diary.at(7, 21))
    )  # whoever could decide had verified it: it goes up
    diary.note(diary.at(12, 20), raised, members[4], "迎节大扫除", 1, "多扫了一个楼道")
    diary.note(diary.at(11, 10), then, members[4], "answer_it", "zhou", reason="那个楼道是物业扫的，已向您当面说明")
    diary.note(diary.at(11, 20), then, members[4], "accept")


def _paper(diary, cast):
    members = cast.members

    def entered(sheet, ago, hours, people, what, evidence):
        rows = [(cast(who), hours) for who in people]
        given = {
            "place": cast.home,
            "served_on": diary.at(ago).date(),
            "what": what,
            "evidence": evidence,
            "sheet": sheet,
        }
        BackEntry.enter(rows, by=cast("zhou"), **given)

    def all_of(sheet, verb, **given):
        for line in BackEntry.objects.filter(sheet=sheet).select_related("place", "person", "entered_by"):
            getattr(line, verb)(by=cast("wang"), **given)

    diary.note(
        diary.at(10, 15),
        entered,
        "demo-1",
        95,
        "2",
        [members[16], members[17]],
        "暑期看护班",
        "8月签到表第3页，原件在居委",
    )
    diary.note(diary.at(9, 10), all_of, "demo-1", "confirm")
    diary.note(
        diary.at(1, 15), entered, "demo-2", 3, "1.5", members[:3], "消防演练引导", "消防演练签到表第1页，原件在居委"
    )
    diary.note(diary.at(2, 15), entered, "demo-3", 6, "4", [members[18]], "旧衣捐赠整理", "旧衣捐赠签到表")
    diary.note(diary.at(1, 10), all_of, "demo-3", "send_back", reason="签到表上写的是2小时，请核对")

    def looked_at():
        found = next((one for one in findings(cast("shen")) if one.kind == "paper"), None)
        if found:
            note_checked(found, by=cast("shen"), result="fine", note="对过签到表原件")

    diary.note(diary.at(8, 10), looked_at)


def _year(diary, cast):
    """The year before: frozen at midnight, looked at by everybody, confirmed by a human when the time for it is over."""
    new_year = diary.now.replace(month=1, day=1, hour=0, minute=10, second=0, microsecond=0)
    diary.note(new_year, lambda: years_freeze(new_year))
    if (over := new_year.replace(day=26, hour=10)) < diary.now:
        diary.note(over, lambda: Review.objects.select_related("year__place").get().confirm(by=cast("he"), reason=""))


def _rules(diary, cast):
    """A version that is announced, and a draft that waits for a second person."""

    def drafted(version, ahead, skilled, note):
        factors = {Factor.ORDINARY: "1.0", Factor.SKILLED: skilled, Factor.HARD: "1.3"}
        since = diary.at(-ahead).date()
        Rule.draft(
            by=cast("fang"), place=cast.district, version=version, since=since, factors=factors, note=note, **CAPS
        )

    diary.note(diary.at(6, 10), drafted, "v2", 38, "1.2", "夜间和恶劣天气的服务改按1.3计")
    diary.note(diary.at(4, 10), lambda: Rule.objects.get(version="v2").approve(by=cast("he")))
    diary.note(diary.at(1, 11), drafted, "v3", 128, "1.3", "专业技能的服务改按1.3计，请何老师看")
