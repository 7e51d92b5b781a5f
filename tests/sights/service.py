"""The pages of `service`."""

from .finding import D, Sight


def own_line(person):
    from tongxin.service.models import Entry

    line = Entry.objects.filter(person=person, reverses=None, reversed_by=None).order_by("-pk").first()
    return line and line.pk


def own_dispute(person):
    from tongxin.service.models import Dispute

    one = Dispute.objects.of(person).first()
    return one and one.pk


def desk_dispute(person):
    from tongxin.service.models import Dispute

    one = Dispute.objects.handled_by(person).order_by("-pk").first()
    return one and one.pk


def own_year(person):
    from tongxin.service.models import Statement

    one = Statement.objects.filter(person=person).select_related("year").order_by("-year__year").first()
    return one and one.year.year


def waiting_paper(person):
    from tongxin.service.models import BackEntry

    one = BackEntry.objects.to_confirm(person).first()
    return one and one.pk


def returned_paper(person):
    from tongxin.service.models import BackEntry

    one = BackEntry.objects.read_by(person).filter(status="returned").first()
    return one and one.pk


def review(person):
    from tongxin.service.models import Review

    one = Review.objects.order_by("-pk").first()
    return one and one.pk


def neighbourhood(person):
    from tongxin.access.policy import Permission as P
    from tongxin.access.rules import places_where

    one = places_where(person, P.VIEW_ROSTER).filter(level="neighbourhood").first()
    return one and one.pk


SIGHTS = [
    Sight("我的时长", "service:mine", ("alan", "zhou")),
    Sight("积分规则", "service:rules", ("alan",)),
    Sight("年度时长单", "service:statement", ("alan",), "print", find=own_year),
    Sight("对一笔有异议", "service:dispute_new", ("alan",), find=own_line),
    Sight("我做了但没有记", "service:missing_new", ("alan",)),
    Sight("时长异议", "service:dispute", ("alan",), find=own_dispute),
    Sight("异议清单", "service:disputes", ("zhou", "wang", "shen"), D),
    Sight("异议办理", "service:dispute_desk", ("zhou", "wang"), D, find=desk_dispute),
    Sight("补录清单", "service:back_entries", ("zhou", "wang"), D),
    Sight("录入签到表", "service:back_new", ("zhou",), D),
    Sight("退回补录", "service:back_return", ("wang",), D, find=waiting_paper),
    Sight("补录改好再交", "service:back_again", ("zhou",), D, find=returned_paper),
    Sight("需要核对的时长", "service:check_list", ("wang", "shen", "yan"), D),
    Sight("年度时长", "service:years", ("he",), D),
    Sight("确认全年", "service:year_confirm", ("he",), D, find=review),
    Sight("积分规则·办理", "service:rules_desk", ("he",), D),
    Sight("起草新规则", "service:rule_new", ("he",), D),
    Sight("感谢名单", "service:thanks", ("wang",), "print", find=neighbourhood),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "service:download": "a file",
}
