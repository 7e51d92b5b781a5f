"""The tasks (任务): what was done since last winter, what is reported and argued about, what comes next."""

import datetime as dt
import random
from decimal import Decimal

from tongxin.service.models import Factor
from tongxin.tasks import chasing
from tongxin.tasks.models import (
    Claim,
    Every,
    Family,
    Incident,
    Risk,
    Series,
    Task,
    TaskTemplate,
    close_past,
    verify_many,
)

from .cast import last_december
from .newcomers import SEED

SAFE = "居委已为志愿者投保意外险；身体不适请随时停下，有事打居委电话。"
RISKY = "有登高作业：须两人一组、穿防滑鞋、系安全绳；大风大雨不上楼顶。居委已投保意外险。"
COMING = [  # title, spot, days ahead, hour, hours, seats, risk, factor, from home
    ("手机小课堂·教长辈挂号", "居委活动室", 2, 14, 1.5, 4, Risk.LOW, Factor.SKILLED, False),
    ("22号楼门厅非机动车整理", "22号楼一楼门厅", 1, 18.5, 1.5, 4, Risk.LOW, Factor.ORDINARY, False),
    ("周末驿站值守", "新村路661号", 5, 13, 3, 3, Risk.LOW, Factor.ORDINARY, False),
    ("寒潮前·楼顶水箱保温检查", "3至9号楼", 3, 9, 2, 2, Risk.SOME, Factor.HARD, False),
    ("高架桥下花坛补种", "真北路花坛", 4, 9, 1.5, 8, Risk.LOW, Factor.ORDINARY, False),
    ("整理楼道告示", "在家排版，打印后交居委", 6, 19, 0.5, 1, Risk.LOW, Factor.ORDINARY, True),
    ("电话问候独居长辈", "在家打电话", 2, 19, 1, 3, Risk.LOW, Factor.ORDINARY, True),
]
PAST = [
    "小区非机动车整理",
    "手机小课堂",
    "楼道巡查",
    "周末大扫除",
    "台风前门窗检查",
    "垃圾分类引导",
    "陪长辈配药",
    "邻里读书会布置",
]
EARLIER = 6  # the first days that are told here: before them nothing waits any more


class Board:
    """Writes tasks and what people do in them into the diary."""

    def __init__(self, diary, cast):
        self.diary, self.cast, self.tasks = diary, cast, {}

    def task(self, key, title, spot, start, lasts, *, seats, by="zhou", ahead=5, **fields):
        """Somebody publishes a task, some days before."""
        said = {
            "place": self.cast.home, "title": title, "spot": spot, "starts_at": start, "seats": seats,
            "ends_at": start + dt.timedelta(hours=lasts), "risk_text": SAFE, "family": Family.GOVERNANCE,
            "summary": "具体做什么，到了由联系人说明；做不完不要紧。", "insurance": "居委统一投保意外险",
        } | fields  # fmt: skip
        self.diary.note(start - dt.timedelta(days=ahead), self._draft, key, by, said)

    def _draft(self, key, by, said):
        self.tasks[key] = Task.draft(by=self.cast(by), publish=True, **said).pk

    def of(self, key) -> Task:
        return Task.objects.select_related("place").get(pk=self.tasks[key])

    def claim_of(self, key, who) -> Claim:
        return Claim.objects.select_related("task__place").get(
            task=self.tasks[key], person=self.cast(who), status__in=Claim.ACTIVE
        )

    def claimed(self, key, when, *people):
        """These take a seat, one after the other."""
        for n, who in enumerate(people):
            self.diary.note(when + dt.timedelta(minutes=40 * n), self._claim, key, who)

    def _claim(self, key, who):
        self.of(key).claim(by=self.cast(who), read_risk=True, agreed=True)

    def does(self, key, when, who, verb, by=None, **given):
        """A verb of somebody's claim, by themselves or by another."""
        self.diary.note(when, lambda: getattr(self.claim_of(key, who), verb)(by=self.cast(by or who), **given))

    def served(self, key, title, start, hours, people, *, by="zhou", verified_after=1, spot="小区中心花园", seats=None):
        """A task from its first word to the ledger."""
        self.task(key, title, spot, start, hours, seats=seats or max(4, len(people)))
        self.claimed(key, start - dt.timedelta(days=3), *people)
        end = start + dt.timedelta(hours=hours)
        for n, who in enumerate(people):
            self.does(key, end + dt.timedelta(minutes=30 + n), who, "report", hours=Decimal(str(hours)))
            self.does(
                key,
                end + dt.timedelta(days=verified_after, minutes=n),
                who,
                "verify",
                by="wang" if who == "zhou" else by,
            )


def tell(diary, cast):
    board = Board(diary, cast)
    _winter(board)
    _past(board)
    _lately(board)
    _argued(board)
    _unusual(board)
    _coming(board)
    _repeated(board)
    _clock(diary)


def _winter(board):
    """A few days of last December, so that the year before has its statements."""
    members = board.cast.members
    for n, (day, title, hours) in enumerate(((6, "寒潮前提醒", 1.5), (13, "扫雪防滑", 2), (20, "邻里读书会布置", 2.5))):
        people = ["alan", "zhou", *members[n : n + 3]]
        board.served(f"winter{n}", title, last_december(board.diary, day, 9), hours, people)


def _past(board):
    """Verified hours of this year."""
    chance, members = random.Random(SEED), board.cast.members  # noqa: S311 - a story, not a secret
    for n, title in enumerate(PAST * 2):
        start = board.diary.at(9 + 17 * n, 18.5)
        if start.year < board.diary.now.year:
            break
        people = ["alan", *chance.sample(members, k=2)] if n % 4 != 3 else ["zhou", *members[1:3]]
        board.served(f"past{n}", title, start, chance.choice([1.5, 2, 2, 2.5, 3]), people)


def _lately(board):
    """Reports that wait, one the clock proposed, one nobody answered yet; a task called off, and two times help was needed."""
    diary, members = board.diary, board.cast.members
    board.task("poster", "寒潮提醒上门张贴", "各楼门厅", diary.at(1, 18.5), 1.5, seats=8)
    board.claimed("poster", diary.at(3, 9), "alan", *members[1:7])
    for n, who in enumerate(members[1:6]):
        board.does("poster", diary.at(1, 20.5 + n / 4), who, "report", hours=Decimal("1.5"))
    board.task("hall", "楼道巡查", "1至6号楼", diary.at(1, 19), 1, seats=3)  # at the same hour
    board.claimed("hall", diary.at(3, 12), members[1])
    board.does("hall", diary.at(1, 21.6), members[1], "report", hours=Decimal("1"), note="张贴和巡查一起做的")
    board.task("garden", "花坛养护", "中心花园", diary.at(6, 9), 1.5, seats=4)
    board.claimed("garden", diary.at(8, 9), members[7], members[8])
    board.does("garden", diary.at(6, 12), members[8], "report", hours=Decimal("1.5"))
    board.task("bins", "垃圾分类引导", "东门投放点", diary.at(2, 7), 1.5, seats=2)
    board.claimed("bins", diary.at(4, 9), members[9])

    def hurt():
        board_incident(board, "garden", members[8], "hurt", "被月季刺了一下，已冲洗，想要创可贴")

    diary.note(diary.at(6, 9.8), hurt)
    diary.note(diary.at(6, 10), lambda: Incident.objects.get(task=board.tasks["garden"]).see(by=board.cast("zhou")))
    closed = "居委送去消毒水和创可贴，当天回访没有大碍；下次带手套"
    diary.note(
        diary.at(5, 10),
        lambda: Incident.objects.get(task=board.tasks["garden"]).close(by=board.cast("zhou"), outcome=closed),
    )
    diary.note(
        diary.at(1, 19.5),
        lambda: board_incident(board, "poster", "alan", "help", "12号楼门厅灯坏了看不清，需要一把梯子和一位同伴"),
    )
    board.task("off", "重阳敬老茶会", "居委活动室", diary.at(-2, 9.5), 2, seats=10, ahead=9)
    board.claimed("off", diary.at(5, 9), "alan", *members[3:6])
    diary.note(
        diary.at(0, 5),
        lambda: board.of("off").cancel(by=board.cast("zhou"), reason="活动室当天停电检修，改到下周，另行通知"),
    )


def board_incident(board, key, who, kind, words):
    Incident.note(board.of(key), by=board.cast(who), kind=kind, words=words)


def _argued(board):
    """Corrections: one to answer, one unanswered too long ago, two in dispute, one who was not there."""
    diary, members = board.diary, board.cast.members
    board.task("night", "夜间防火巡查", "小区各出入口", diary.at(8, 19), 2, seats=8)
    people = ["alan", members[10], members[11], members[12], members[13]]
    board.claimed("night", diary.at(11, 9), *people)
    for n, who in enumerate(people):
        board.does(
            "night",
            diary.at(8, 21.5 + n / 10),
            who,
            "report",
            hours=Decimal("3"),
            note="结束后又巡了一圈" if n == 0 else "",
        )
    two = {"hours": Decimal("2"), "reason": "签到表上是19点到21点"}
    board.does("night", diary.at(2, 10), "alan", "correct", by="zhou", **two)
    board.does("night", diary.at(2, 10.1), members[10], "correct", by="zhou", **two)
    board.does("night", diary.at(5, 10), members[11], "correct", by="zhou", **two)
    board.does("night", diary.at(3, 20), members[11], "dispute", reason="21点以后和保安又走了一遍地下车库，可以问保安")
    board.does("night", diary.at(5, 11), members[12], "correct", by="wang", **two)
    board.does("night", diary.at(4, 20), members[12], "dispute", reason="我最后一个走，锁了门才离开")
    board.does(
        "night", diary.at(4, 10), members[13], "correct", by="zhou", hours=Decimal("0"), reason="签到表上没有名字"
    )


def _unusual(board):
    """What the list of things to look at shows: two tasks at one hour, a long day, ten verified in a minute."""
    diary, members = board.diary, board.cast.members
    board.served("fair", "便民服务日", diary.at(40, 9), 6, members[14:16])
    board.served("desk", "服务日登记台", diary.at(40, 13), 3, members[14:15])
    board.served("watch", "台风夜值守", diary.at(40, 18), 6, members[15:16])
    many = members[:11]
    board.task("clean", "迎节大扫除", "小区各处", diary.at(33, 8), 2, seats=20)
    board.claimed("clean", diary.at(36, 9), *many)
    for who in many:
        board.does("clean", diary.at(33, 11), who, "report", hours=Decimal("2"))

    def all_at_once():
        verify_many(
            Claim.objects.filter(task=board.tasks["clean"]).select_related("task__place"), by=board.cast("wang")
        )

    diary.note(diary.at(32, 9), all_at_once)


def _coming(board):
    """The next days, with some who are in; one changed, one open to the whole 街镇, one to be done at home at any time."""
    diary, cast, members = board.diary, board.cast, board.cast.members
    for n, (title, spot, days, hour, hours, seats, risk, factor, from_home) in enumerate(COMING):
        key = f"coming{n}"
        words = {
            "risk": risk,
            "factor": factor,
            "from_home": from_home,
            "risk_text": SAFE if risk == Risk.LOW else RISKY,
        }
        board.task(key, title, spot, diary.at(-days, hour), hours, seats=seats, ahead=days + 3, **words)
        board.claimed(key, diary.at(2, 12 + n / 4), *members[: min(seats - 1, 2)])
        if "非机动车" in title:
            board.claimed(key, diary.at(2, 20), "alan")
    diary.note(diary.at(1, 16), lambda: board.of("coming2").change(
        by=cast("zhou"), spot="新村路661号驿站二楼", starts_at=diary.at(-5, 13.5), ends_at=diary.at(-5, 16.5)
    ))  # fmt: skip
    board.task(
        "street", "国际马拉松路口引导", "真北路新村路口", diary.at(-12, 7), 4, seats=30, by=cast.captain_near, ahead=15,
        place=cast.near, open_to=cast.street,
    )  # fmt: skip
    board.task(
        "cards", "手写新年贺卡", "在家，写好投居委门口信箱", diary.at(2, 8), 24 * 12, seats=3, ahead=1, flexible=True,
        hours=Decimal("1"), from_home=True, family=Family.HOME,
    )  # fmt: skip
    board.claimed("cards", diary.at(2, 8.5), "alan", members[5], members[6], members[7])
    diary.note(diary.at(1, 17), lambda: TaskTemplate.keep(board.of("coming0"), by=cast("zhou")))
    diary.note(diary.at(1, 17.2), lambda: TaskTemplate.keep(board.of("coming3"), by=cast("zhou")))


def _repeated(board):
    diary, cast = board.diary, board.cast
    saturday = diary.at(-((4 - diary.now.weekday()) % 7 + 1), 0).date()

    def begin():
        Series.begin(
            by=cast("zhou"), place=cast.home, title="周六楼道巡查", spot="居委门口集合", seats=6, every=Every.WEEK,
            first=saturday, until=saturday + dt.timedelta(days=120), starts=dt.time(9), ends=dt.time(10),
            summary="两人一组，看看有没有堆物、灯坏了、通道被占，告诉联系人。", risk_text=SAFE, skip_holidays=True,
        )  # fmt: skip

    diary.note(diary.at(2, 11), begin)


def _clock(diary):
    """What the house does by itself in these days."""
    for ago in range(EARLIER, -1, -1):
        for step in (close_past, chasing.ask_who_forgot, chasing.propose_the_plan, chasing.warn_of_release):
            given = "now" if step is close_past else None
            _each_morning(diary, diary.at(ago, 9.1), step, given)


def _each_morning(diary, when, step, keyword):
    moment = min(when, diary.now)
    diary.note(when, lambda: step(now=moment) if keyword else step(moment))
