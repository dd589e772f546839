"""What a person says about a print: what, how, for whom, on what ground."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms import Form, capital, choices
from patients.vocabulary import Ground
from plans.rules.paper import DocumentKind, PageSize, PrintSize, Recipient
from taperplan.fields import ChoiceField, LineField, NoteField, TokenField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taperplan.accounts.models import User

PRINT = "print a document"
WEEK = "print the week"
# Grounds for whoever is not the patient; the patient's own copy needs none chosen.
_GROUNDS = tuple(ground for ground in Ground if ground is not Ground.PATIENT)


@dataclass(frozen=True)
class Said:
    """What to print, how, for whom, on what ground; `plan` and `consent` are keys."""

    kind: DocumentKind
    plan: uuid.UUID | None
    page: PageSize
    size: PrintSize
    recipient: Recipient
    recipient_name: str
    ground: Ground | None
    consent: uuid.UUID | None
    why: str
    facility: str
    emergency: str
    step: str
    discreet: bool
    flags_seen: frozenset[uuid.UUID]


class WeekForm(Form):
    """Paper and print of a batch; whose handouts are in it is not chosen here."""

    page = ChoiceField(
        label=gettext_lazy("Paper"),
        look="segments",
        choices=[(size.value, size.value) for size in PageSize],
    )
    size = ChoiceField(label=gettext_lazy("Print"), look="segments")

    def __init__(self, data: Any = None, *, user: User, today: date, paper: str) -> None:
        super().__init__(data, today=today)
        self.fields["size"].choices = choices(PrintSize)  # type: ignore[attr-defined]
        self.fields["page"].initial = paper
        self.fields["size"].initial = PrintSize.STANDARD.value
        self.add(token=TokenField(user=user, purpose=WEEK))


class PrintForm(Form):
    """Page and print size are preset (no figure of treatment); what and for whom are not."""

    what = ChoiceField(label=gettext_lazy("What to print"))
    page = ChoiceField(
        label=gettext_lazy("Paper"),
        look="segments",
        choices=[(size.value, size.value) for size in PageSize],
    )
    size = ChoiceField(label=gettext_lazy("Print of a handout or diary sheet"), look="segments")
    step = forms.ChoiceField(
        label=gettext_lazy("Days of a diary sheet"),
        required=False,
        help_text=gettext_lazy("Needed for a diary sheet only."),
    )
    discreet = forms.BooleanField(
        label=gettext_lazy("Diary sheet without the patient's name and the clinic's"),
        required=False,
    )
    recipient = ChoiceField(label=gettext_lazy("Who is given it"))
    recipient_name = LineField(
        label=gettext_lazy("Name of the person or place"),
        required=False,
        help_text=gettext_lazy("Needed unless it is the patient or our own team."),
    )
    ground = ChoiceField(
        label=gettext_lazy("On what ground"),
        required=False,
        help_text=gettext_lazy("Needed unless it is the patient or our own team."),
    )
    consent = ChoiceField(label=gettext_lazy("Which consent"), required=False)
    facility = LineField(
        label=gettext_lazy("Facility"),
        required=False,
        help_text=gettext_lazy("Where it is received, in an emergency."),
    )
    emergency = LineField(
        label=gettext_lazy("Nature of the emergency"),
        required=False,
        help_text=gettext_lazy("Needed where an emergency is the ground."),
    )
    why = NoteField(
        label=gettext_lazy("Reason"),
        limit=200,
        rows=2,
        required=False,
        help_text=gettext_lazy("Needed where no consent is the ground."),
    )
    flags_seen = forms.CharField(required=False, widget=forms.HiddenInput(), label="")
    flags_known = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        today: date,
        printable: Sequence[tuple[str, str]],
        steps: Sequence[tuple[str, str]],
        consents: Sequence[tuple[str, str]],
        flags: Sequence[str],
        flag_words: str,
        paper: str,
        what: str = "",
    ) -> None:
        super().__init__(data, today=today)
        self.flags = frozenset(flags)
        self.fields["what"].choices = printable  # type: ignore[attr-defined]
        self.fields["size"].choices = choices(PrintSize)  # type: ignore[attr-defined]
        self.fields["recipient"].choices = choices(Recipient)  # type: ignore[attr-defined]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (ground.value, capital(ground.words)) for ground in _GROUNDS
        ]
        self.fields["page"].initial = paper
        self.fields["size"].initial = PrintSize.STANDARD.value
        if what in {value for value, _label in printable}:
            self.fields["what"].initial = what
        if steps:
            self.fields["step"].choices = [("", _("Not chosen")), *steps]  # type: ignore[attr-defined]
        else:
            del self.fields["step"], self.fields["discreet"]
        if consents:
            self.fields["consent"].choices = consents  # type: ignore[attr-defined]
        else:
            del self.fields["consent"]
        if flags:
            self.fields["flags_seen"].initial = " ".join(sorted(flags))
            self.fields["flags_known"].label = _(
                "I know of the open red flag: %(flags)s. It does not stand on this paper."
            ) % {"flags": flag_words}
        else:
            del self.fields["flags_seen"], self.fields["flags_known"]
        self.add(token=TokenField(user=user, purpose=PRINT))

    # --- what is said together
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        recipient = cleaned.get("recipient")
        if recipient and Recipient(recipient).named:
            self._check_given_away(cleaned)
        kind, _colon, plan = cleaned.get("what", "").partition(":")
        if kind and DocumentKind(kind).names_no_flag:
            self._check_flags(cleaned)
        if kind == DocumentKind.DIARY.value and "step" not in self.errors:
            of, _colon, _key = cleaned.get("step", "").partition(":")
            if of != plan:
                self.add_error("step", _("Choose a step of this plan."))
        return cleaned

    def _check_given_away(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("recipient_name") and "recipient_name" not in self.errors:
            self.add_error("recipient_name", _("Type who is given it."))
        ground = cleaned.get("ground")
        if not ground:
            if "ground" not in self.errors:
                self.add_error("ground", _("Choose on what ground it is given."))
        elif ground == Ground.CONSENT.value:
            self._check_consent(cleaned)
        elif not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", _("No consent is the ground: type the reason, once."))
        if ground == Ground.EMERGENCY.value:
            for name in ("facility", "emergency"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Type it: an emergency is the ground."))

    def _check_consent(self, cleaned: dict[str, Any]) -> None:
        if "consent" not in self.fields:
            self.add_error("ground", _("No consent is in force. Choose another ground."))
        elif not cleaned.get("consent") and "consent" not in self.errors:
            self.add_error("consent", _("Choose the consent."))

    def _check_flags(self, cleaned: dict[str, Any]) -> None:
        """Asked once, and asked again where a further red flag is open meanwhile."""
        if not self.flags:
            return
        seen = set(str(cleaned.get("flags_seen", "")).split())
        if not cleaned.get("flags_known") or not self.flags <= seen:
            self.add_error(
                "flags_known",
                _("A red flag is open. Say that you know of it, or deal with it first."),
            )

    def said(self) -> Said:
        """What a valid form says, in the words of the rules."""
        cleaned = self.cleaned_data
        kind, _colon, plan = cleaned["what"].partition(":")
        recipient = Recipient(cleaned["recipient"])
        ground = _ground(recipient, cleaned["ground"])
        emergency = ground is Ground.EMERGENCY
        diary = kind == DocumentKind.DIARY.value
        return Said(
            kind=DocumentKind(kind),
            plan=uuid.UUID(plan) if plan else None,
            page=PageSize(cleaned["page"]),
            size=PrintSize(cleaned["size"]),
            recipient=recipient,
            recipient_name=cleaned["recipient_name"] if recipient.named else "",
            ground=ground,
            consent=uuid.UUID(cleaned["consent"]) if ground is Ground.CONSENT else None,
            why=cleaned["why"] if recipient.named else "",
            facility=cleaned["facility"] if emergency else "",
            emergency=cleaned["emergency"] if emergency else "",
            step=cleaned["step"].partition(":")[2] if diary else "",
            discreet=diary and cleaned["discreet"],
            flags_seen=(
                frozenset(map(uuid.UUID, self.flags)) if cleaned.get("flags_known") else frozenset()
            ),
        )


def _ground(recipient: Recipient, typed: str) -> Ground | None:
    """The patient's own copy has its ground; what stays with our team needs none."""
    match recipient:
        case Recipient.OWN_TEAM:
            return None
        case Recipient.PATIENT:
            return Ground.PATIENT
        case _other:
            return Ground(typed)
