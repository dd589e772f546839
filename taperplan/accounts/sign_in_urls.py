"""Signing in and the second step: only the library's pages that a clinic needs.

No sign-up, no address book, no password by mail: accounts are opened by an administrator.
"""

from __future__ import annotations

from taperplan.rooms import Room
from taperplan.routes import path

sign_in = Room("taperplan.accounts.views.sign_in")
second_step = Room("taperplan.accounts.views.second_step")
recovery = Room("taperplan.accounts.views.recovery")

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("confirm/", sign_in.confirm, name="account_reauthenticate"),
    path("password/", sign_in.password, name="account_change_password"),
    path("second-step/", second_step.index, name="mfa_index"),
    path("second-step/use/", second_step.use, name="mfa_authenticate"),
    path("second-step/confirm/", second_step.confirm, name="mfa_reauthenticate"),
    path("second-step/app/", second_step.add_app, name="mfa_activate_totp"),
    path("second-step/app/remove/", second_step.remove_app, name="mfa_deactivate_totp"),
    path("second-step/recovery-codes/", recovery.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-step/recovery-codes/new/",
        recovery.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("second-step/passkeys/", second_step.passkeys, name="mfa_list_webauthn"),
    path("second-step/passkeys/add/", second_step.add_passkey, name="mfa_add_webauthn"),
    path(
        "second-step/passkeys/confirm/",
        second_step.confirm_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "second-step/passkeys/sign-in/", second_step.sign_in_by_passkey, name="mfa_login_webauthn"
    ),
    path("second-step/passkeys/<int:pk>/name/", second_step.name_passkey, name="mfa_edit_webauthn"),
    path("second-step/passkeys/<int:pk>/remove/", second_step.remove, name="mfa_remove_webauthn"),
]
