"""Two rows that are one person (合并): put together by a human, taken apart again by a human. Nothing is re-pointed.

Hours, journal and claims stay with the row they were written for; a sum reads through `selves`. The number of the row
that is gone leads to the one that was kept.
"""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.refused import Refused

from .models import Person


class Merge(models.Model):
    """One joining of two rows (合并), until it is undone."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges_kept")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="merges_gone")
    # Where both stood then: whoever answers for both places may take it back, wherever the two belong by now.
    kept_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    gone_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200)
    ended = models.JSONField(default=dict)  # what ended in each room: ids and dates, for the way back
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=models.Q(undone_at=None), name="merge_gone_once"),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="merge_not_oneself"),
        ]

    @property
    def person(self):
        return self.kept

    @classmethod
    def objects_for(cls, reader):
        """Merges this reader may see and undo: where both rows stood is theirs to answer for."""
        from .reach import MERGE, where

        mine = cls.objects.filter(where(reader, MERGE, "kept_place"), where(reader, MERGE, "gone_place"))
        return mine.select_related("kept", "gone", "by", "undone_by")

    def undo(self, *, by, reason) -> None:
        """Take the two apart again, exactly as they were. Raises Refused when something since stands in the way."""
        from .reach import UNMERGED

        if not by.is_active or not Merge.objects_for(by).filter(pk=self.pk).exists():
            raise PermissionDenied
        _ask(by, self.kept, self.gone, reason)
        try:
            with transaction.atomic():
                if any(row.erased_at for row in _lock(self.kept, self.gone)):
                    raise Refused("本人已经删除了资料，这次合并不能再撤回")
                given = {"undone_at": timezone.now(), "undone_by": by, "undone_reason": reason.strip()}
                if not Merge.objects.filter(pk=self.pk, undone_at=None).update(**given):
                    raise Refused("这次合并已经撤回过了，请刷新看最新情况")
                Person.objects.filter(pk=self.gone_id).update(is_active=True)
                self.gone.is_active = True
                for room, function in UNMERGED.items():
                    function(kept=self.kept, gone=self.gone, facts=self.ended.get(room) or {}, by=by)
                _note("person.unmerge", self, by, reason)
        except IntegrityError:
            raise Refused("合并以后又有新的变动，不能原样撤回。请先请本人处理新的报到或岗位，再撤回") from None
        self.refresh_from_db()


def merge(*, kept, gone, by, reason) -> Merge:
    """Two rows become one person: `gone` ends wherever it stood, its number leads to `kept`. Raises Refused."""
    from .reach import MERGE, MERGED, ask_reach, place_of

    ask_reach(by, MERGE, kept, gone)
    _ask(by, kept, gone, reason)
    with transaction.atomic():
        kept, gone = _lock(kept, gone)
        if why := why_not(kept, gone):
            raise Refused(why)
        made = Merge.objects.create(
            kept=kept, gone=gone, by=by, reason=reason.strip(), kept_place=place_of(kept), gone_place=place_of(gone)
        )
        made.ended = {
            room: function(kept=kept, gone=gone, by=by, reason=reason) or {} for room, function in MERGED.items()
        }
        made.save(update_fields=["ended"])
        gone.is_active = False
        gone.save(update_fields=["is_active"])
        gone.end_sessions()
        _note("person.merge", made, by, reason)
    return made


def why_not(kept, gone) -> str | None:
    """Why these two cannot become one, in words; None when they can."""
    open_merges = Merge.objects.filter(undone_at=None)
    if kept.pk == gone.pk:
        return "这是同一条记录，请另选一条"
    if kept.is_staff_member or gone.is_staff_member:
        return "工作人员账号不能合并，请找系统管理员"
    if open_merges.filter(gone__in=[kept.pk, gone.pk]).exists():
        return "其中一条已经合并过了，请刷新看最新情况"
    if open_merges.filter(kept=gone.pk).exists():
        return "另有记录并入了这一条，请反过来：保留它"
    if not (kept.is_active and gone.is_active):
        return "其中一条已停用或删除，不能合并"
    return None


def selves(person) -> list[int]:
    """Every row that is this person: the own one, and those merged into it."""
    merged = Merge.objects.filter(kept=person.pk, undone_at=None).order_by("pk").values_list("gone_id", flat=True)
    return [person.pk, *merged]


def _ask(by, kept, gone, reason) -> None:
    if by.pk in (kept.pk, gone.pk) or by.may_be(kept) or by.may_be(gone):
        raise Refused("自己的记录请另一位同事来办")
    if not reason.strip():
        raise Refused("请写明怎么知道是同一个人，以后查得到")


def _lock(kept, gone):
    """Both rows held until the commit, always in the same order, so that two who join crosswise wait for each other."""
    held = Person.objects.select_for_update().in_bulk(sorted([kept.pk, gone.pk]))
    return held[kept.pk], held[gone.pk]


def _note(verb, made, by, reason) -> None:
    facts = {"person": made.gone_id, "merge": made.pk}
    record(verb, subject=made.kept, by=by, place=made.kept_place, reason=reason, facts=facts)
