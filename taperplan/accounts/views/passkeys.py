"""Passkeys are the library's pages; what it lacks is that the last second step stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.shortcuts import redirect

from taperplan.accounts.adapter import SecondStepAdapter, has_another

if TYPE_CHECKING:
    from django.http import HttpResponse


class RemovePasskeyView(RemoveWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        if not has_another(self.object):
            refusal = SecondStepAdapter.error_messages["cannot_delete_authenticator"]
            messages.error(self.request, refusal)
            return redirect("mfa_list_webauthn")
        response: HttpResponse = super().form_valid(form)
        return response


remove_passkey = RemovePasskeyView.as_view()
