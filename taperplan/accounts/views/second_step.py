"""The second step: the library's pages for an app's codes and for passkeys."""

from __future__ import annotations

from allauth.mfa.base import views as second_step
from allauth.mfa.totp import views as app_code
from allauth.mfa.webauthn import views as passkey
from django.views.decorators.http import require_safe

from taperplan.accounts.together import page, second_step_kept
from taperplan.accounts.views.passkeys import remove_passkey

index = require_safe(second_step.index)
use = page(second_step.authenticate)
confirm = page(second_step.reauthenticate)
add_app = page(app_code.activate_totp, second_step_kept)
remove_app = page(app_code.deactivate_totp, second_step_kept)
passkeys = require_safe(passkey.list_webauthn)
add_passkey = page(passkey.add_webauthn, second_step_kept)
confirm_by_passkey = page(passkey.reauthenticate_webauthn)
sign_in_by_passkey = page(passkey.login_webauthn)
name_passkey = page(passkey.edit_webauthn)
remove = page(remove_passkey, second_step_kept)
