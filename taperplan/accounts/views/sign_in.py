"""Signing in and out: the library's pages, with the methods they may be asked by."""

from __future__ import annotations

from allauth.account import views as account
from django.views.decorators.http import require_http_methods, require_POST

from taperplan.accounts.together import kept_together, page

# No transaction around this one: a password takes long to check, and the write lock would
# be held meanwhile. The adapter opens its own where somebody is let in.
sign_in = require_http_methods(["GET", "HEAD", "POST"])(account.login)
sign_out = require_POST(kept_together(account.logout))
confirm = page(account.reauthenticate)
password = page(account.password_change)
