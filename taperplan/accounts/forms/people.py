"""Forms about accounts: inviting, rights, the password of an invitation, one's own particulars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taperplan.accounts.forms.base import Form
from taperplan.accounts.models import Clinic
from taperplan.accounts.rights import NewPerson, Rights
from taperplan.accounts.roles import ROLE_USES, ROLE_WORDS, Role
from taperplan.fields import ChoiceField, LineField, PhoneField, TokenField, check_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taperplan.accounts.models import User

EMAIL_LIMIT = 254
MARKS = ("protocol_owner", "privacy_lead")


class AddressField(LineField):
    """A work email address; one account has it, however it is typed."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            {"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}
        )
        super().__init__(limit=EMAIL_LIMIT, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value).lower()
        if text:
            try:
                validate_email(text)
            except ValidationError as refused:
                raise ValidationError(
                    _("This is not an email address. Type it like name@clinic.example."),
                    code="address",
                ) from refused
        return text


class RightsForm(Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles in this clinic"),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [
            (
                role.value,
                format_html(
                    '{} <span class="note">{}</span>', capfirst(ROLE_WORDS[role]), ROLE_USES[role]
                ),
            )
            for role in Role
        ],
        error_messages={
            "required": gettext_lazy("Choose at least one role."),
            "invalid_choice": gettext_lazy("Choose from the roles shown."),
        },
    )
    marks = forms.MultipleChoiceField(
        label=gettext_lazy("Also"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [
            (
                "protocol_owner",
                format_html(
                    '{} <span class="note">{}</span>',
                    _("Protocol owner"),
                    _("a prescriber who confirms clinical settings"),
                ),
            ),
            (
                "privacy_lead",
                format_html(
                    '{} <span class="note">{}</span>',
                    _("Privacy lead"),
                    _("is told of emergency access"),
                ),
            ),
        ],
        error_messages={"invalid_choice": gettext_lazy("Choose from the marks shown.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        roles, marks = cleaned.get("roles"), cleaned.get("marks") or []
        if roles and "protocol_owner" in marks and Role.PRESCRIBER not in roles:
            self.add_error("marks", _("The protocol owner is a prescriber. Choose that role too."))
        return cleaned

    def rights(self) -> Rights:
        marks = self.cleaned_data["marks"]
        return Rights(
            roles=frozenset(Role(role) for role in self.cleaned_data["roles"]),
            protocol_owner="protocol_owner" in marks,
            privacy_lead="privacy_lead" in marks,
        )


def rights_as_typed(rights: Rights) -> dict[str, list[str]]:
    """What the boxes of a `RightsForm` hold for `rights`."""
    columns = rights.columns()
    return {
        "roles": [role.value for role in Role if columns[role.value]],
        "marks": [mark for mark in MARKS if columns[mark]],
    }


class RolesForm(RightsForm):
    """Changing rights; `revision` is that of the account as it was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class InviteForm(RightsForm):
    field_order = ("email", "name", "roles", "marks", "token")

    email = AddressField(label=gettext_lazy("Work email address"))
    name = LineField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As it stands under what they sign."),
        limit=200,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"] = TokenField(user=user, purpose="invite")

    def person(self) -> NewPerson:
        return NewPerson(
            email=self.cleaned_data["email"],
            name=self.cleaned_data["name"],
            rights=self.rights(),
        )


class NewPasswordForm(Form):
    """The password of whoever opened a one-time link."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy(
            "At least 12 characters; not a common password, and not your name or address."
        ),
        strip=False,
        max_length=4096,
        error_messages={"required": gettext_lazy("Nothing is typed here yet.")},
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same password again"),
        strip=False,
        max_length=4096,
        error_messages={"required": gettext_lazy("Nothing is typed here yet.")},
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = check_text(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, again = cleaned.get("password"), cleaned.get("again")
        if first and again and first != again:
            self.add_error("again", _("The two passwords differ. Type the second again."))
        return cleaned


class ProfileForm(Form):
    name = LineField(label=gettext_lazy("Name"), limit=200)
    qualification = LineField(label=gettext_lazy("Qualification"), required=False, limit=200)
    registration_number = LineField(
        label=gettext_lazy("Registration number"),
        help_text=gettext_lazy("Printed only where your clinic says so."),
        required=False,
        limit=60,
    )
    telephone = PhoneField(label=gettext_lazy("Telephone"), required=False)
    theme = ChoiceField(
        label=gettext_lazy("Colours"),
        look="segments",
        choices=lambda: [(value, capfirst(label)) for value, label in Clinic.Theme.choices],
    )
    single_keys = forms.BooleanField(
        label=gettext_lazy("Single letters act as keys"),
        help_text=gettext_lazy("Only while no text field has the focus."),
        required=False,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def changes(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}
