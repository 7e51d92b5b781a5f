"""A human's phone (对外电话): every office has one, in the foot of every page; who has none shows that of the office above."""

import re
import unicodedata

from django.db import models, transaction

from tongxin.journal.models import record
from tongxin.refused import Refused

_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})-?([2-9]\d{6,7})(?:-?(?:转)?(\d{1,6}))?")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_HOTLINE = re.compile(r"(?:400|800)-?\d{3}-?\d{4}|1[012]\d{3}|9[56]\d{3,4}")


def office_number(text) -> str:
    """ "021 6200 0000" → "021-62000000". Raises Refused when nobody could dial it."""
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", str(text or "")))
    if match := _LANDLINE.fullmatch(plain):
        area, number, extension = match.groups()
        return f"{area}-{number}" + (f"-{extension}" if extension else "")
    if _MOBILE.fullmatch(plain) or _HOTLINE.fullmatch(plain):
        return plain
    if not plain:
        raise Refused("请填写电话，每一页都要有一个打得通的号码")
    raise Refused("这个号码打不通，请检查。固定电话请带区号，例如 021-62000000；也可以是值班手机或热线")


class Reachable(models.Model):
    """Something with an office's own line, public."""

    contact_phone = models.CharField(max_length=30, blank=True)
    contact_hours = models.CharField(max_length=40, blank=True)  # 工作日9:00–17:00, in the office's own words

    class Meta:
        abstract = True

    @property
    def human(self) -> str:
        """The number to call about this place: its own, or of the nearest office above; "" when none has one."""
        if self.contact_phone:
            return self.contact_phone
        return next((above.contact_phone for above in reversed(self.ancestors) if above.contact_phone), "")

    def set_contact(self, *, phone, hours="", by) -> None:
        """Put another number in the foot of every page of this place, from the next page on. Raises Refused."""
        phone, hours = office_number(phone), " ".join(str(hours or "").split())[:40]
        if (phone, hours) == (self.contact_phone, self.contact_hours):
            return
        with transaction.atomic():
            self.contact_phone, self.contact_hours = phone, hours
            self.save(update_fields=["contact_phone", "contact_hours"])
            record("place.contact", subject=self, by=by, place=self)
