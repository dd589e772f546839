"""What a person may type about a patient, and what is refused with which sentence.

Nothing here reads the database: choices that depend on it come from the view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.identity import Identity, folded, in_latin_letters, squeezed
from patients.intake import Given
from patients.models import LINE, NAME, NOTE
from patients.vocabulary import (
    Agreement,
    Answer,
    CareSetting,
    ContactKind,
    IdentityPart,
    Item,
    Kind,
    ResultKind,
    Sex,
    SupportKind,
    TeamRole,
)
from taperplan import formats, tokens
from taperplan.fields import ChoiceField, DayField, LineField, NoteField, PhoneField, TokenField

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from enum import StrEnum

    from patients.models import Patient
    from taperplan.accounts.models import User

THEIRS, YOURS = "theirs", "yours"


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, capital(word.words)) for word in words]  # type: ignore[attr-defined]


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class PastDayField(DayField):
    """A day that has come: the form knows the clinic's today."""


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """One value a name: none of these forms sends two."""
    return {name: data.get(name) for name in data}


class Form(forms.Form):
    """A form on its page: drawn by crispy with our field template, tag and token left to the page.

    `rows` says which fields stand beside each other; a field that no row names stands alone.
    """

    rows: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, data: Any = None, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        self.add()

    def add(self, **more: forms.Field) -> None:
        """Take these fields in too; days that must have come learn the clinic's today."""
        self.fields.update(more)
        for field in self.fields.values():
            if isinstance(field, PastDayField):
                field.not_after = self.today

    def renew_token(self) -> None:
        """The next sending makes something new: the one before was seen to differ."""
        field = self.fields.get("token")
        if isinstance(field, TokenField):
            self.retype(token=tokens.issue(field.user, field.purpose))

    def retype(self, **fields: str) -> None:
        """Come back with other text in these (hidden) fields than was sent."""
        self.data = {**_flat(self.data), **fields}

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        placed = {name: row for row in self.rows for name in row}
        parts: list[object] = []
        for name in self.fields:
            row = placed.get(name)
            if row is None:
                parts.append(name)
            elif name == row[0]:
                parts.append(Div(*row, css_class=f"fields-{len(row)}"))
        helper.layout = Layout(*parts)
        return helper


class SettledForm(Form):
    """A form that may be sent over what somebody else saved meanwhile.

    `differing` names the fields that were shown with both sides; for each, `keep-<field>` says
    whose counts. Neither is chosen beforehand.
    """

    differing = forms.CharField(required=False, widget=forms.HiddenInput(), label="")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.data:
            open_ = [name for name in self._differing() if self._keep(name) not in (THEIRS, YOURS)]
            if open_:
                raise forms.ValidationError(
                    _("Choose for each line whose version counts."), code="open"
                )
        return cleaned

    def _differing(self) -> list[str]:
        return [name for name in str(self.data.get("differing", "")).split("|") if name][:60]

    def _keep(self, name: str) -> str:
        return str(self.data.get(f"keep-{name}", ""))

    def theirs(self) -> frozenset[str]:
        """The fields for which what the other person saved was chosen."""
        return frozenset(name for name in self._differing() if self._keep(name) == THEIRS)

    def show_both(self, differing: Iterable[str], **hidden: str) -> None:
        """Come back with both sides shown, on top of what stands now."""
        self.data = {
            name: value for name, value in _flat(self.data).items() if not name.startswith("keep-")
        }
        self.retype(differing="|".join(differing), **hidden)
        self.renew_token()


# --- Particulars ----------------------------------------------------------------------


class NameField(LineField):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if text and not folded(text):
            raise forms.ValidationError(_("Type a name with at least one letter."), code="name")
        return text


class LatinField(NameField):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not in_latin_letters(text):
            raise forms.ValidationError(_("Type it in Latin letters only."), code="latin")
        return text


class NumberField(LineField):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if text and not squeezed(text):
            raise forms.ValidationError(
                _("Type a record number with at least one letter or digit."), code="number"
            )
        return text


def name_fields() -> dict[str, forms.Field]:
    return {
        "family_name": NameField(label=_("Family name"), limit=NAME),
        "given_names": NameField(label=_("Given names"), limit=NAME),
        "preferred_name": LineField(label=_("Prefers to be called"), limit=NAME, required=False),
        "latin_name": LatinField(
            label=_("Name in Latin letters"),
            help_text=_("Where the name is written in other letters; paper prints it beside them"),
            limit=NAME,
            required=False,
        ),
        "born": PastDayField(
            label=_("Date of birth"), help_text=_("Day month year, such as 3 4 1970")
        ),
        "sex": ChoiceField(label=_("Sex"), choices=choices(Sex), look="segments", required=False),
    }


def contact_fields() -> dict[str, forms.Field]:
    return {
        "address": NoteField(label=_("Home address"), limit=500, rows=3, required=False),
        "phone": PhoneField(
            label=_("Phone"), help_text=_("Digits, spaces, + or -"), required=False
        ),
        "may_message": ChoiceField(
            label=_("May we send messages?"), choices=choices(Answer), look="segments"
        ),
        "may_send_letters": ChoiceField(
            label=_("May we send letters?"), choices=choices(Answer), look="segments"
        ),
        "who_may_answer": LineField(
            label=_("Who may answer the phone"), limit=LINE, required=False
        ),
    }


def need_fields() -> dict[str, forms.Field]:
    return {
        "language": LineField(label=_("Language"), limit=80, required=False),
        "interpreter": ChoiceField(
            label=_("Interpreter needed"), choices=choices(Answer), look="segments"
        ),
        "hearing_needs": LineField(label=_("Hearing needs"), limit=LINE, required=False),
        "sight_needs": LineField(label=_("Sight needs"), limit=LINE, required=False),
        "reading_needs": LineField(label=_("Reading needs"), limit=LINE, required=False),
    }


def care_fields() -> dict[str, forms.Field]:
    return {
        "care_setting": ChoiceField(
            label=_("Care setting"), choices=choices(CareSetting), required=False
        ),
        "care_setting_why": LineField(label=_("Why this setting"), limit=LINE, required=False),
    }


PARTS = {
    IdentityPart.NAMES: name_fields,
    IdentityPart.CONTACT: contact_fields,
    IdentityPart.NEEDS: need_fields,
    IdentityPart.CARE_SETTING: care_fields,
}


class RegisterForm(Form):
    """A person's first particulars. Everything else is asked at intake."""

    rows = (("family_name", "given_names"), ("number", "issuer"))
    # Drawn by the page, beside the records that may be of the same person.
    another = forms.BooleanField(label=gettext_lazy("This is another person"), required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, user: User, today: date) -> None:
        super().__init__(data, today=today)
        contact = contact_fields()
        self.add(
            **name_fields(),
            phone=contact["phone"],
            address=contact["address"],
            language=need_fields()["language"],
            number=NumberField(
                label=_("Record number"),
                limit=60,
                required=False,
                help_text=_("As it is written"),
            ),
            issuer=LineField(
                label=_("Issued by"),
                limit=NAME,
                required=False,
                help_text=_("Empty for a number of this clinic"),
            ),
            token=TokenField(user=user, purpose="patients.register"),
        )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        drawn = {"another", "shown"}
        helper.layout = Layout(*(part for part in helper.layout if part not in drawn))
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("issuer") and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", _("Type the number that this issuer gave."))
        return cleaned

    def identity(self) -> Identity:
        typed = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("number", "issuer", "another", "shown", "token")
        }
        return Identity(**typed)

    def numbers(self) -> list[tuple[str, str]]:
        number = self.cleaned_data["number"]
        return [(self.cleaned_data["issuer"], number)] if number else []

    def says_another(self, possible: Sequence[Patient]) -> bool:
        """Whether the person was shown all of these and said that this is somebody else."""
        shown = set(self.cleaned_data["shown"].split())
        return self.cleaned_data["another"] and {str(p.pk) for p in possible} <= shown


class AmendForm(SettledForm):
    """One part of the particulars, with the revision that was read."""

    rows = (("family_name", "given_names"),)
    revision = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput(), label=""
    )

    def __init__(
        self, data: Any = None, *, part: str, today: date, patient: Patient | None = None
    ) -> None:
        super().__init__(data, today=today)
        part_fields = PARTS[IdentityPart(part)]()
        self.part_fields = tuple(part_fields)
        self.add(
            **part_fields,
            why=LineField(label=_("Why it is changed"), limit=LINE, required=False),
        )
        if patient is not None and data is None:
            self.initial = {name: getattr(patient, name) for name in self.part_fields}
            self.initial["revision"] = patient.revision

    def changes(self) -> dict[str, Any]:
        left = self.theirs()
        return {name: self.cleaned_data[name] for name in self.part_fields if name not in left}


class NumberForm(Form):
    rows = (("number", "issuer"),)
    number = NumberField(
        label=gettext_lazy("Record number"), limit=60, help_text=gettext_lazy("As it is written")
    )
    issuer = LineField(
        label=gettext_lazy("Issued by"),
        limit=NAME,
        required=False,
        help_text=gettext_lazy("Empty for a number of this clinic"),
    )

    def __init__(self, data: Any = None, *, user: User, patient: Patient, today: date) -> None:
        super().__init__(data, today=today)
        self.add(token=TokenField(user=user, purpose=f"patients.number:{patient.pk}"))


class WhyForm(Form):
    """A reason, typed, for what takes something away."""

    why = LineField(label=gettext_lazy("Reason"), limit=LINE)

    def __init__(
        self, data: Any = None, *, today: date, user: User | None = None, purpose: str = ""
    ) -> None:
        super().__init__(data, today=today)
        if user is not None:
            self.add(token=TokenField(user=user, purpose=purpose))


# --- The assessment -------------------------------------------------------------------


class AssessForm(SettledForm):
    """Every item of the assessment: not asked, no, or yes with a detail.

    An item without an answer stays as it is. `seen` is the last answer when the form was drawn.
    """

    seen = forms.IntegerField(
        min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput(), label=""
    )

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        patient: Patient,
        today: date,
        standing: Mapping[Item, Given] | None = None,
        seen: int = 0,
    ) -> None:
        super().__init__(data, today=today)
        self.add(token=TokenField(user=user, purpose=f"patients.assess:{patient.pk}"))
        self.answers_offered = [
            (Answer.NOT_ASKED.value, _("Not asked")),
            (Answer.NO.value, _("No")),
            (Answer.YES.value, _("Yes, with detail")),
        ]
        for item in Item:
            self.fields[item.key] = ChoiceField(
                label=item.words, choices=self.answers_offered, look="segments", required=False
            )
            self.fields[f"{item.key}-detail"] = NoteField(
                label=_("{item}: detail").format(item=item.words),
                limit=NOTE,
                rows=1,
                required=False,
            )
        if data is None:
            self.initial["seen"] = seen
            for item, given in (standing or {}).items():
                self.initial[item.key] = given.answer.value
                self.initial[f"{item.key}-detail"] = given.detail

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for item in Item:
            answer, detail = cleaned.get(item.key), cleaned.get(f"{item.key}-detail")
            if answer is None or detail is None:
                continue
            if answer == Answer.YES and not detail:
                self.add_error(f"{item.key}-detail", _("Type what, in a few words."))
            elif detail and answer in ("", Answer.NOT_ASKED):
                self.add_error(
                    item.key, _("A detail is typed. Choose no or yes, or take the detail out.")
                )
        return cleaned

    def answers(self) -> dict[Item, Given]:
        left = self.theirs()
        return {
            item: Given(Answer(answer), self.cleaned_data[f"{item.key}-detail"])
            for item in Item
            if (answer := self.cleaned_data[item.key]) and item.key not in left
        }

    @property
    def options(self) -> list[dict[str, str]]:
        """The three answers, as the joined buttons draw them."""
        return [
            {
                "value": value,
                "label": label,
                "look": "quiet" if value == Answer.NOT_ASKED else "",
            }
            for value, label in self.answers_offered
        ]

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[item.key], self[f"{item.key}-detail"]) for item in Item]


# --- What is written down row by row ------------------------------------------------------


class RecordForm(SettledForm):
    """One thing written down. `why` is asked when it corrects what stands."""

    of: ClassVar[Kind]

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        patient: Patient,
        today: date,
        values: Mapping[str, Any] | None = None,
        corrects: bool = False,
    ) -> None:
        super().__init__(data, today=today)
        self.typed = tuple(name for name in self.fields if name != "differing")
        if corrects:
            why = LineField(label=_("Why it is corrected"), limit=LINE, required=False)
            self.add(why=why)
        self.add(token=TokenField(user=user, purpose=f"patients.{self.of}:{patient.pk}"))
        if data is None and values is not None:
            self.initial = dict(values)

    def values(self, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What was typed; where theirs was chosen, what stands."""
        left = self.theirs() if standing else frozenset()
        return {
            name: standing[name] if standing and name in left else self.cleaned_data[name]
            for name in self.typed
        }


def segments(label: Any, words: type[StrEnum], *, required: bool = True) -> ChoiceField:
    return ChoiceField(
        label=label, choices=lambda: choices(words), look="segments", required=required
    )


def radios(label: Any, words: type[StrEnum]) -> ChoiceField:
    return ChoiceField(label=label, choices=lambda: choices(words), look="options-2")


class AllergyForm(RecordForm):
    of = Kind.ALLERGY
    substance = LineField(label=gettext_lazy("Allergic to"))
    reaction = LineField(label=gettext_lazy("What happened"), required=False)
    source = LineField(label=gettext_lazy("Who said so"), required=False)


class MedicineForm(RecordForm):
    of = Kind.MEDICINE
    name = LineField(label=gettext_lazy("Medicine"))
    taken_as = LineField(
        label=gettext_lazy("How it is taken, as told"),
        required=False,
        help_text=gettext_lazy("Kept as typed. Nothing is read out of it or checked against it."),
    )
    source = LineField(label=gettext_lazy("Source"))
    as_of = PastDayField(label=gettext_lazy("As of"))


class ContactForm(RecordForm):
    of = Kind.CONTACT
    kind = radios(gettext_lazy("Who this is"), ContactKind)
    name = LineField(label=gettext_lazy("Name"))
    relation = LineField(label=gettext_lazy("Relation or organisation"), required=False)
    phone = PhoneField(label=gettext_lazy("Phone"), required=False)
    address = NoteField(label=gettext_lazy("Address"), limit=500, required=False)
    may_contact = segments(gettext_lazy("Does the patient consent to contact?"), Answer)
    note = LineField(label=gettext_lazy("Note"), required=False)


class DecisionForm(RecordForm):
    of = Kind.DECISION
    decided_on = PastDayField(label=gettext_lazy("Date"))
    options = NoteField(label=gettext_lazy("Options discussed"), limit=NOTE)
    wants = NoteField(label=gettext_lazy("What the patient wants"), limit=NOTE)
    present = LineField(label=gettext_lazy("Who was present"))
    agreement = segments(gettext_lazy("Agreed?"), Agreement)
    why_not = NoteField(
        label=gettext_lazy("If not agreed, why"), limit=NOTE, rows=2, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        refused = cleaned.get("agreement") == Agreement.NOT_AGREED
        if refused and "why_not" in cleaned and not cleaned["why_not"]:
            self.add_error("why_not", _("Not agreed: type why."))
        return cleaned


class SupportForm(RecordForm):
    of = Kind.SUPPORT
    kind = radios(gettext_lazy("Support"), SupportKind)
    offered_on = PastDayField(label=gettext_lazy("Offered on"))
    accepted = segments(gettext_lazy("Accepted?"), Answer)
    detail = LineField(label=gettext_lazy("Where, with whom"), required=False)


class ReversalForm(RecordForm):
    of = Kind.REVERSAL
    offered = segments(gettext_lazy("Offered?"), Answer)
    supplied = segments(gettext_lazy("Supplied?"), Answer)
    name = LineField(label=gettext_lazy("Medicine"), required=False)
    shown_to = LineField(label=gettext_lazy("Shown to"), required=False)
    keep_until = DayField(label=gettext_lazy("Keep until"), required=False)


class ResultForm(RecordForm):
    of = Kind.RESULT
    rows = (("value", "unit"),)
    kind = radios(gettext_lazy("Kind"), ResultKind)
    name = LineField(label=gettext_lazy("Name"))
    value = LineField(label=gettext_lazy("Result, as written"))
    unit = LineField(label=gettext_lazy("Unit"), limit=40, required=False)
    dated = PastDayField(label=gettext_lazy("Date"))
    next_on = DayField(label=gettext_lazy("Next on"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        dated, next_on = cleaned.get("dated"), cleaned.get("next_on")
        if dated and next_on and next_on < dated:
            self.add_error("next_on", before(next_on, dated))
        return cleaned


class ReviewForm(RecordForm):
    of = Kind.REVIEW
    held_on = PastDayField(
        label=gettext_lazy("Held on"),
        required=False,
        help_text=gettext_lazy("Empty when only the date of the next one is set"),
    )
    note = NoteField(label=gettext_lazy("What was weighed"), limit=NOTE, required=False)
    next_on = DayField(label=gettext_lazy("Next review on"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "held_on" not in cleaned or "next_on" not in cleaned:
            return cleaned
        held, next_on = cleaned["held_on"], cleaned["next_on"]
        if held is None and next_on is None:
            self.add_error("held_on", _("Type the day it was held, or the day of the next one."))
        if held and next_on and next_on <= held:
            self.add_error("next_on", before(next_on, held))
        return cleaned


class ConsentForm(RecordForm):
    of = Kind.CONSENT
    may_tell = LineField(label=gettext_lazy("Who may tell"))
    whom = LineField(label=gettext_lazy("Whom"))
    what = NoteField(label=gettext_lazy("What may be told"), limit=NOTE)
    purpose = LineField(label=gettext_lazy("For what purpose"))
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until"), required=False)
    until_event = LineField(label=gettext_lazy("Or until this happens"), required=False)
    how_withdrawn = LineField(label=gettext_lazy("How it is withdrawn"))
    how_signed = LineField(label=gettext_lazy("How it was signed"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", before(until, since))
        if "until" in cleaned and not until and not cleaned.get("until_event"):
            self.add_error("until", _("Type the last day, or what ends it."))
        return cleaned


def before(later: date, earlier: date) -> str:
    return _("%(later)s is not after %(earlier)s.") % {
        "later": formats.short_day(later),
        "earlier": formats.short_day(earlier),
    }


RECORD_FORMS: dict[Kind, type[RecordForm]] = {
    form.of: form
    for form in (
        AllergyForm, MedicineForm, ContactForm, DecisionForm, SupportForm, ReversalForm,
        ResultForm, ReviewForm, ConsentForm,
    )
}  # fmt: skip


class WithdrawConsentForm(Form):
    withdrawn_on = PastDayField(label=gettext_lazy("Withdrawn on"))
    how = LineField(label=gettext_lazy("How, and to whom it was said"))

    def __init__(self, data: Any = None, *, user: User, consent: uuid.UUID, today: date) -> None:
        super().__init__(data, today=today)
        self.add(token=TokenField(user=user, purpose=f"patients.withdraw:{consent}"))


# --- Died, transferred, the care team, two records of one person --------------------------


class DiedForm(Form):
    died_on = PastDayField(label=gettext_lazy("Died on"))
    told_by = LineField(label=gettext_lazy("Who told us"))

    def __init__(self, data: Any = None, *, born: date, today: date) -> None:
        super().__init__(data, today=today)
        self.born = born

    def clean_died_on(self) -> date:
        died: date = self.cleaned_data["died_on"]
        if died < self.born:
            raise forms.ValidationError(
                _("%(died)s is before the date of birth, %(born)s.")
                % {"died": formats.short_day(died), "born": formats.short_day(self.born)}
            )
        return died


class TransferForm(Form):
    receiver = LineField(label=gettext_lazy("Who takes the patient over"))
    accepted_on = PastDayField(label=gettext_lazy("Accepted on"))
    told_by = LineField(label=gettext_lazy("Who told us"))


class TeamForm(Form):
    """`people` are (key, name) of those who treat patients in this clinic."""

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        patient: Patient,
        people: Sequence[tuple[str, str]],
        today: date,
    ) -> None:
        super().__init__(data, today=today)
        self.add(
            who=ChoiceField(label=_("Who"), choices=list(people), look="options-2"),
            role=segments(_("Role"), TeamRole),
            token=TokenField(user=user, purpose=f"patients.team:{patient.pk}"),
        )


class JoinForm(Form):
    """Which of the two records stays is chosen, never set beforehand."""

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        records: Sequence[tuple[str, str]],
        purpose: str,
        today: date,
    ) -> None:
        super().__init__(data, today=today)
        self.add(
            keep=ChoiceField(label=_("Which record stays?"), choices=list(records)),
            why=LineField(label=_("How you know that they are one person"), limit=LINE),
            token=TokenField(user=user, purpose=purpose),
        )


# --- Restricted records --------------------------------------------------------------------


class EmergencyForm(Form):
    """Which restricted record, named exactly, and why."""

    rows = (("family_name", "born"),)

    def __init__(self, data: Any = None, *, user: User, today: date) -> None:
        super().__init__(data, today=today)
        self.add(
            number=NumberField(
                label=_("Record number"),
                limit=60,
                required=False,
                help_text=_("Or the family name and the date of birth"),
            ),
            family_name=LineField(label=_("Family name"), limit=NAME, required=False),
            born=PastDayField(label=_("Date of birth"), required=False),
            reason=NoteField(label=_("Why this record is needed now"), limit=1000),
            token=TokenField(user=user, purpose="patients.emergency"),
        )


class EmergencyReviewForm(Form):
    note = LineField(label=gettext_lazy("What you found"), limit=LINE)
