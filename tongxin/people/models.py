"""Who someone is (人), and what the house may keep about them."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils import timezone

from tongxin.journal.models import record

from .names import clean_name, mask_name
from .phones import PhoneProblem, local_phone, mask_phone, normalise_phone
from .vault import SealedTextField, blind_index


class Kind(models.TextChoices):
    """Why someone counts as second echelon (人员类别); one is primary, so that the sum is the headcount."""

    PARTY = "在职党员", "在职党员"
    DELEGATE = "两代表一委员", "两代表一委员"
    UNITED_FRONT = "统战人士", "统战人士"
    YOUTH_LEAGUE = "青年团员", "青年团员"
    BUILDING_LEADER = "楼长", "楼长"
    GROUP_LEADER = "团长", "团长"
    CAPTAIN = "队长", "队长"
    ABLE = "能人", "能人"
    TALENT = "达人", "达人"
    VOLUNTEER = "社区志愿者", "社区志愿者"


class AgeBand(models.TextChoices):
    """How old, as far as tasks need to know (年龄段)."""

    MINOR = "14-17", "14–17岁"
    ADULT = "18-69", "18–69岁"
    OLDER = "70+", "70岁及以上"


#: Functions reader → Q on Person, registered by the rooms that know why somebody may be called.
CONTACT_SCOPES = []

#: Specific identities (特定身份, PIPL Art. 28): readable only by the roles the policy names.
SENSITIVE_KINDS = frozenset({Kind.DELEGATE, Kind.UNITED_FRONT})


class PersonManager(BaseUserManager):
    def by_phone(self, text):
        """The person with this number, however it is written; None when there is none or it is no number."""
        try:
            return self.holding(normalise_phone(text))
        except PhoneProblem:
            return None

    def holding(self, number):
        """Who a number in the +86… form leads to: of two rows that are one person, the one that was kept."""
        person = self.filter(phone_index=blind_index(number)).first()
        if person is None or person.is_active:
            return person
        merge = Merge.objects.filter(gone=person, undone_at=None).select_related("kept").first()
        return merge.kept if merge else person

    def get_by_natural_key(self, username):
        return self.get(username=username)

    def contactable_by(self, reader):
        """Whose number this reader may open: rooms above say so through `CONTACT_SCOPES`."""
        wanted = models.Q(pk=reader.pk)
        for reach in CONTACT_SCOPES:
            wanted |= reach(reader)
        may_be_called = ~self._taken_back() | models.Q(pk=reader.pk)
        return self.filter(wanted, may_be_called, phone_index__isnull=False).distinct()

    def may_be_called(self, person) -> bool:
        """Whether this person has not taken back the consent to be contacted."""
        return self.filter(~self._taken_back(), pk=person.pk, phone_index__isnull=False).exists()

    @staticmethod
    def _taken_back():
        # Whoever took back the consent to be contacted is not called any more, whatever the paper file says.
        said = Consent.objects.filter(person=models.OuterRef("pk"), purpose=Purpose.CONTACT)
        return models.Exists(said.exclude(withdrawn_at=None)) & ~models.Exists(said.filter(withdrawn_at=None))


class Person(AbstractBaseUser):
    """A person known to the house (人员); whoever signs in is one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = SealedTextField()
    phone = SealedTextField()
    phone_index = models.CharField(max_length=64, null=True, unique=True, editable=False)
    username = models.CharField(max_length=40, null=True, unique=True)  # staff only
    salutation = models.CharField(max_length=12, blank=True)  # 王女士, 李师傅: only if chosen by the person
    totp_secret = SealedTextField()
    must_change = models.BooleanField(default=False, db_default=False)  # the password was set by somebody else
    set_code = models.CharField(max_length=64, null=True, editable=False)  # hash of the code a password is set by, once
    set_code_until = models.DateTimeField(null=True, editable=False)
    totp_last = models.BigIntegerField(default=0)  # the newest time step used: a code works once
    age_band = models.CharField(max_length=6, blank=True, choices=AgeBand)  # only if told; no date of birth is kept
    points_shown = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # one more ends every session
    demo_key = models.CharField(max_length=20, null=True, unique=True)  # the demo's named cast; None everywhere else
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)  # nothing but a number and the hours is left

    objects = PersonManager()
    USERNAME_FIELD = "username"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_phone_sealed_and_indexed",
                condition=models.Q(phone=None, phone_index=None)
                | models.Q(phone__isnull=False, phone_index__isnull=False),
            )
        ]

    def __str__(self):
        return self.shown_as

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone_index else ""

    @property
    def local_phone(self) -> str:
        """The eleven digits; show them only through a reveal, which is journalled."""
        return local_phone(self.phone)

    @property
    def shown_as(self) -> str:
        return self.salutation or self.masked_name

    @property
    def is_staff_member(self) -> bool:
        """Signs in with a password and a second factor."""
        return self.username is not None

    @property
    def last_used(self):
        """When the person last signed in; before the first time, since when the row is there."""
        return self.last_login or self.created_at

    def _get_session_auth_hash(self, secret=None):
        return f"{super()._get_session_auth_hash(secret=secret)}.{self.session_epoch}"

    def end_sessions(self) -> None:
        """Whoever is signed in as this person has to sign in again, on every device."""
        Person.objects.filter(pk=self.pk).update(session_epoch=models.F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])

    def may_be(self, other) -> bool:
        """Perhaps the same human being: another account or row under the same name, or a row merged into this one."""
        merged = not other.is_active and other.erased_at is None and other.pk in selves(self)
        return merged or self.name == other.name

    def set_phone(self, text) -> None:
        """Seal and index a number (not saved). Raises PhoneProblem."""
        number = normalise_phone(text)
        self.phone, self.phone_index = number, blind_index(number)

    def set_name(self, text) -> None:
        self.name = clean_name(text)

    def drop_sensitive_kinds(self) -> None:
        """A specific identity is kept by its own consent only: from today on the person counts as a plain volunteer."""
        today = timezone.localdate()
        for held in self.categories.filter(until=None):
            if held.kind in SENSITIVE_KINDS:
                held.until = today
                held.save(update_fields=["until"])
                if held.primary:
                    Category.objects.create(person=self, kind=Kind.VOLUNTEER, since=today)

    def keep_totp(self, secret) -> None:
        """Bind the authenticator (first sign-in, or anew by an administrator)."""
        self.totp_secret = secret
        self.save(update_fields=["totp_secret", "totp_last"])
        record("person.second_factor", subject=self, by=self)

    def call_me(self, salutation) -> None:
        """Choose the form of address that others see."""
        # Normalising may make one character many.
        self.salutation = clean_name(salutation)[: self._meta.get_field("salutation").max_length].strip()
        self.save(update_fields=["salutation"])
        record("person.salutation", subject=self, by=self)

    def tell_age(self, band) -> None:
        """Say the age band, or take it back with an empty one."""
        self.age_band = AgeBand(band).value if band else ""
        self.save(update_fields=["age_band"])
        record("person.age", subject=self, by=self)

    def reveal_phone(self, *, by, reason, place=None) -> str:
        """The number in clear, once, with a reason; reading it is an event the person can see."""
        record("person.reveal", subject=self, by=by, place=place, reason=reason)
        return self.local_phone


class RetentionRun(models.Model):
    """When a retention clock last ran and how much it has ended so far; what the clocks are stands in `retention.py`."""

    rule = models.CharField(max_length=60, unique=True)
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # the last time it ended anything
    ended = models.PositiveIntegerField(default=0)


class Category(models.Model):
    """One identity of a person (人员类别), declared by the person and confirmed at review. The kind is sealed."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="categories")
    kind = SealedTextField()
    primary = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(primary=True, until=None), name="category_one_primary"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="category_dates_in_order"
            ),
        ]


class Purpose(models.TextChoices):
    """What a consent is for (同意的用途); one row each, refused one by one."""

    CONTACT = "contact", "居委和所在分队队长查看报到信息，用于联络和安排任务"
    SMS = "sms", "用短信通知与我有关的事"
    DOOR_SIGN = "door_sign", "在楼组门牌上公布我的称呼和电话"
    SENSITIVE_KIND = "sensitive_kind", "登记两代表一委员或统战人士身份，只由指定人员查看"
    THANKS = "thanks", "在感谢名单上写我的称呼"


class Basis(models.TextChoices):
    """Why the house may keep it (处理依据)."""

    CONSENT = "consent", "本人同意"
    PAPER = "paper", "街镇纸质登记（办公台账）"
    DUTY = "duty", "履行岗位职责"


class Consent(models.Model):
    """One consent for one purpose (同意), with the text that was read; withdrawn as easily as given."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=30, choices=Purpose)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.CONSENT)
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=models.Q(withdrawn_at=None), name="consent_one_open"
            ),
            models.CheckConstraint(name="consent_purpose_known", condition=models.Q(purpose__in=Purpose.values)),
            models.CheckConstraint(name="consent_basis_known", condition=models.Q(basis__in=Basis.values)),
        ]

    def withdraw(self, *, by) -> None:
        """Stop this use from now on; nothing else is lost by it."""
        if self.withdrawn_at is not None:
            return
        with transaction.atomic():
            self.withdrawn_at = timezone.now()
            self.save(update_fields=["withdrawn_at"])
            if self.purpose == Purpose.SENSITIVE_KIND:
                self.person.drop_sensitive_kinds()
            _journal("consent.withdraw", self, by=by, facts={"purpose": self.purpose})


def give_consent(person, purpose, *, text_version, by, basis=Basis.CONSENT) -> Consent:
    """Note a consent; giving it twice is giving it once."""
    consent, made = Consent.objects.get_or_create(
        person=person, purpose=purpose, withdrawn_at=None, defaults={"text_version": text_version, "basis": basis}
    )
    if made:
        facts = {"purpose": purpose, "text": text_version, "basis": basis}
        _journal("consent.give", consent, by=by, facts=facts)
    return consent


def _journal(verb, consent, *, by, facts) -> None:
    # Whoever reads the journal would read off this one who is 统战人士 or a delegate; the consent itself is its record.
    if consent.purpose != Purpose.SENSITIVE_KIND:
        record(verb, subject=consent, by=by, facts=facts)


from .corrections import Correction  # noqa: E402, F401 - nouns with a file of their own, the same room
from .merges import Merge, selves  # noqa: E402
from .numbers import NumberChange  # noqa: E402, F401
