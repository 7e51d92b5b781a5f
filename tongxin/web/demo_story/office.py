"""The offices (机关): complaints and suggestions, exports, emergency views, lost tokens, deputies, the calendar."""

import datetime as dt

from tongxin.access.deputies import delegate, posts_to_lend
from tongxin.feedback.models import Feedback
from tongxin.oversight.exporting import exporters
from tongxin.oversight.models import Finding, Glass, Reset
from tongxin.oversight.models.export import write_down
from tongxin.workflow.calendar import set_day


def tell(diary, cast):
    _feedback(diary, cast)
    _exports(diary, cast)
    _glass(diary, cast)
    _factors(diary, cast)
    _deputies(diary, cast)


def _feedback(diary, cast):
    def sent(key, person=None, about=None, **words):
        about_kind = "unit" if about else "app"
        Feedback.send(key=f"demo-{key}", person=person and cast(person), about=about, about_kind=about_kind, **words)

    def of(words):
        return Feedback.objects.select_related("place").get(words__startswith=words)

    def answered(words, answer):
        of(words).answer(by=cast("he"), words=answer)

    diary.note(diary.at(12, 20), sent, "a", kind="suggestion", words="任务能不能放进手机日历，免得忘记")
    diary.note(diary.at(11, 10), lambda: of("任务能不能").take_up(by=cast("he")))
    diary.note(
        diary.at(9, 10), answered, "任务能不能", "已经可以：打开任务页，点“加到日历”；“我的”里还能一次订阅全部。"
    )
    diary.note(diary.at(8, 20), sent, "b", person="alan", kind="access", words="字小的时候按钮离得太近，容易按错")
    diary.note(diary.at(7, 10), lambda: of("字小的时候").take_up(by=cast("he")))
    diary.note(
        diary.at(6, 20),
        sent,
        "c",
        about=cast.near,
        kind="complaint",
        words="报到打了两次电话都没有人接，请看看是不是号码写错了",
    )
    diary.note(diary.at(5, 11), lambda: of("报到打了").take_up(by=cast("he")))
    diary.note(
        diary.at(3, 15), answered, "报到打了", "核对过：对外电话写错了一位，已改正，并请居委当天回电。谢谢您告诉我们。"
    )
    diary.note(diary.at(2, 20), lambda: of("报到打了").rated(happy=False, why="电话改了，还是没有人回"))
    diary.note(
        diary.at(9, 9), sent, "d", about=cast.home, kind="complaint", words="楼道任务总排在工作日白天，上班的人参加不了"
    )
    diary.note(diary.at(0, 5), sent, "e", about=cast.home, kind="praise", words="周末大扫除组织得好，谢谢大家")


def _exports(diary, cast):
    def taken(by, what, place, purpose, rows):
        write_down(by=cast(by), exporter=exporters()[what], place=place, purpose=purpose, params={}, rows=rows)

    diary.note(diary.at(4, 15), taken, "wang", "roster", cast.home, "核对分队名单", 22)
    diary.note(diary.at(1, 14), taken, "fang", "roster", cast.district, "与民政志愿者信息核对", 8957)


def _glass(diary, cast):
    def opened(by, who, case, reason):
        Glass.open(person=cast(who), case=case, reason=reason, by=cast(by))

    diary.note(
        diary.at(20, 22), opened, "he", cast.members[2], "weather", "台风夜转移安置，登记电话无人知道，需要当面确认去向"
    )
    diary.note(
        diary.at(18, 10),
        lambda: Glass.objects.order_by("pk").first().find_fine(by=cast("yan"), reason="与值班记录一致"),
    )
    diary.note(
        diary.at(2, 22), opened, "shen", cast.members[7], "missing", "家属联系不上，担心在家摔倒，请邻居上门看看"
    )

    def noted():
        words = "同一天为多位新报到的人看了完整号码，请核实是否都打了电话"
        Finding.note(unit=cast.home, words=words, by=cast("yan"))

    diary.note(diary.at(3, 10), noted)


def _factors(diary, cast):
    """A colleague whose phone with the authenticator was lost."""
    diary.note(diary.at(90, 9), lambda: cast("lu").keep_totp("JBSWY3DPEHPK3PXP"))
    diary.note(
        diary.at(1, 9.5), lambda: Reset.ask(person=cast("lu"), how="call", by=cast("guan"), reason="手机丢失，已停机")
    )


def _deputies(diary, cast):
    def stands_in(by, to, since, until, reason):
        post = posts_to_lend(cast(by)).first()
        days = {"since": diary.at(since).date(), "until": diary.at(until).date()}
        delegate(post, to=cast(to), reason=reason, by=cast(by), **days)

    diary.note(diary.at(40, 9), stands_in, "wang", "lu", 39, 36, "市里培训")
    diary.note(diary.at(1, 9), stands_in, "shen", "lu", -6, -10, "休年假")

    def calendar():
        day = diary.at(-21).date()
        saturday = day + dt.timedelta(days=(5 - day.weekday()) % 7)
        set_day(saturday, working=True, note="换届选举日，居委和街镇上班", by=cast("he"))

    diary.note(diary.at(4, 9), calendar)
