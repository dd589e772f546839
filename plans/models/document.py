"""What was printed: the very bytes, who received them, who printed them and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, lookups
from django.db.models.functions import Length

from patients.models import Disclosure, Patient, of_person
from plans.models.exact import one_of
from plans.models.plan import Plan, Version
from plans.models.schedule import Step
from plans.rules.paper import CHECK_CODE_LENGTH, DocumentKind, PageSize, PrintSize, Recipient
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from taperplan.accounts.models import User


_OF_A_VERSION = [kind.value for kind in DocumentKind if kind.of_a_version]


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> DocumentQuerySet:
        """Each print asks for its own patient: no list of a clinic's patients is made."""
        people = Patient.objects.visible_to(user).filter(pk=models.OuterRef("patient"))
        return self.filter(models.Exists(people))

    def about(self, patient: Patient) -> DocumentQuerySet:
        """Of this record and of those that are joined to it."""
        return self.filter(of_person(patient))

    def without_content(self) -> DocumentQuerySet:
        """A list needs no bytes; a page of fifty would load megabytes."""
        return self.defer("content")


class Document(models.Model):
    """One print. A reprint gives these bytes again; nothing about it is ever changed."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=16)
    # Of what is made from one version. A summary covers every plan of the patient and names none.
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    # Of a diary sheet.
    step = models.ForeignKey(
        Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    page_size = models.CharField(max_length=8)
    print_size = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    recipient = models.CharField(max_length=16)
    recipient_name = models.CharField(max_length=200, blank=True)
    # The row of the patient's accounting; what stays with our own team has none.
    disclosure = models.OneToOneField(
        Disclosure, on_delete=models.PROTECT, null=True, blank=True, related_name="document"
    )
    open_flags = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    check_code = models.CharField(max_length=CHECK_CODE_LENGTH, unique=True)
    pages = models.PositiveSmallIntegerField()
    unprintable = models.PositiveIntegerField()
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("document", "kind", DocumentKind),
            one_of("document", "page_size", PageSize),
            one_of("document", "print_size", PrintSize),
            one_of("document", "recipient", Recipient),
            models.CheckConstraint(
                name="document_of_a_version_names_it",
                condition=Q(kind__in=_OF_A_VERSION, plan__isnull=False, version__isnull=False)
                | (~Q(kind__in=_OF_A_VERSION) & Q(plan=None, version=None)),
            ),
            models.CheckConstraint(
                name="document_diary_names_its_step",
                condition=Q(kind=DocumentKind.DIARY.value, step__isnull=False)
                | (~Q(kind=DocumentKind.DIARY.value) & Q(step=None)),
            ),
            models.CheckConstraint(
                name="document_that_leaves_is_disclosed",
                condition=Q(recipient=Recipient.OWN_TEAM.value, disclosure=None)
                | (~Q(recipient=Recipient.OWN_TEAM.value) & Q(disclosure__isnull=False)),
            ),
            models.CheckConstraint(
                name="document_recipient_is_named",
                condition=Q(recipient__in=[r.value for r in Recipient if not r.named])
                | ~Q(recipient_name=""),
            ),
            models.CheckConstraint(
                name="document_sha256_whole",
                condition=lookups.Exact(Length(F("sha256")), 64),
            ),
            models.CheckConstraint(
                name="document_check_code_whole",
                condition=lookups.Exact(Length(F("check_code")), CHECK_CODE_LENGTH),
            ),
            models.CheckConstraint(name="document_has_a_page", condition=Q(pages__gt=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-printed_at"], name="document_by_patient"),
            models.Index(fields=["plan", "kind", "-printed_at"], name="document_by_plan"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"D-{self.pk.hex[:8]}"
