"""Forms of the records officer's room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.copies import Wish
from patients.forms import Form
from patients.keeping import LINE, LONGEST
from patients.vocabulary import Ground
from taperplan.fields import ChoiceField, CountField, LineField, TokenField

if TYPE_CHECKING:
    from datetime import date

    from patients.keeping import RetentionPeriod
    from patients.models import Patient
    from taperplan.accounts.models import User


class YearsField(CountField):
    def read(self, typed: str) -> int:
        years = super().read(typed)
        if not 1 <= years <= LONGEST:
            raise forms.ValidationError(
                _("Type a number of years from 1 to %(longest)s.") % {"longest": LONGEST}
            )
        return years


class RetentionForm(Form):
    """Nothing stands in these before somebody types it: the clinic's own rules say how long."""

    def __init__(
        self, data: Any = None, *, user: User, standing: RetentionPeriod | None, today: date
    ) -> None:
        super().__init__(data, today=today)
        self.add(
            after_last_entry=YearsField(label=_("Years after the last entry")),
            after_death=YearsField(label=_("Years after death"), required=False),
            until_age=YearsField(
                label=_("Not before the patient would be this old"), required=False
            ),
            source=LineField(label=_("Which rule says so"), limit=LINE),
            read=forms.CharField(
                widget=forms.HiddenInput(),
                label="",
                initial=str(standing.number if standing else 0),
                max_length=9,
            ),
            token=TokenField(user=user, purpose="patients.retention"),
        )

    def clean_read(self) -> str:
        read = str(self.cleaned_data["read"])
        if not (read.isascii() and read.isdecimal()):
            raise forms.ValidationError(_("This form is not whole. Open the page again."))
        return read


class KeepForm(Form):
    def __init__(self, data: Any = None, *, user: User, patient: Patient, today: date) -> None:
        super().__init__(data, today=today)
        self.add(
            why=LineField(label=_("Reason"), limit=LINE),
            token=TokenField(user=user, purpose=f"patients.keep:{patient.pk}"),
        )


class CopyForm(Form):
    """To whom the whole record goes and on what ground; nothing is chosen beforehand."""

    recipient = LineField(label=gettext_lazy("Who is given the copy"), limit=LINE)

    def __init__(self, data: Any = None, *, user: User, patient: Patient, today: date) -> None:
        super().__init__(data, today=today)
        self.add(
            ground=ChoiceField(
                label=_("On what ground"),
                choices=[
                    (Ground.PATIENT.value, _("the patient asked for it")),
                    (Ground.LAW.value, Ground.LAW.words),
                ],
            ),
            why=LineField(label=_("Reason"), limit=LINE),
            token=TokenField(user=user, purpose=f"patients.copy:{patient.pk}"),
        )

    def said(self) -> Wish:
        cleaned = self.cleaned_data
        return Wish(
            key=cleaned["token"],
            recipient=cleaned["recipient"],
            ground=Ground(cleaned["ground"]),
            why=cleaned["why"],
        )
