"""Signing in and the second step: only the library's pages that a clinic needs.

No sign-up, no address book, no password by mail: accounts are opened by an administrator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.totp import views as app_code
from allauth.mfa.webauthn import views as passkey
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taperplan.accounts.together import kept_together, second_step_kept
from taperplan.accounts.views.passkeys import remove_passkey
from taperplan.accounts.views.recovery import new_recovery_codes, recovery_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from taperplan.accounts.together import View


def page(view: View, keep: Callable[[View], View] = kept_together) -> View:
    """What the library's views would also take, a PUT, is handled as a POST there."""
    return require_http_methods(["GET", "HEAD", "POST"])(keep(view))


urlpatterns = [
    # No transaction around this one: a password takes long to check, and the write lock would
    # be held meanwhile. The adapter opens its own where somebody is let in.
    path(
        "sign-in/",
        require_http_methods(["GET", "HEAD", "POST"])(account.login),
        name="account_login",
    ),
    path("sign-out/", require_POST(kept_together(account.logout)), name="account_logout"),
    path("confirm/", page(account.reauthenticate), name="account_reauthenticate"),
    path(
        "password/",
        page(account.password_change),
        name="account_change_password",
    ),
    path("second-step/", require_safe(second_step.index), name="mfa_index"),
    path("second-step/use/", page(second_step.authenticate), name="mfa_authenticate"),
    path("second-step/confirm/", page(second_step.reauthenticate), name="mfa_reauthenticate"),
    path(
        "second-step/app/", page(app_code.activate_totp, second_step_kept), name="mfa_activate_totp"
    ),
    path(
        "second-step/app/remove/",
        page(app_code.deactivate_totp, second_step_kept),
        name="mfa_deactivate_totp",
    ),
    path("second-step/recovery-codes/", recovery_codes, name="mfa_view_recovery_codes"),
    path("second-step/recovery-codes/new/", new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-step/passkeys/", require_safe(passkey.list_webauthn), name="mfa_list_webauthn"),
    path(
        "second-step/passkeys/add/",
        page(passkey.add_webauthn, second_step_kept),
        name="mfa_add_webauthn",
    ),
    path(
        "second-step/passkeys/confirm/",
        page(passkey.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-step/passkeys/sign-in/", page(passkey.login_webauthn), name="mfa_login_webauthn"),
    path(
        "second-step/passkeys/<int:pk>/name/", page(passkey.edit_webauthn), name="mfa_edit_webauthn"
    ),
    path(
        "second-step/passkeys/<int:pk>/remove/",
        page(remove_passkey, second_step_kept),
        name="mfa_remove_webauthn",
    ),
]
