"""Sign-in by allauth; the user and what they may do come in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend

from taperplan.accounts.models import Membership, User

if TYPE_CHECKING:
    import uuid


class ClinicBackend(AuthenticationBackend):
    def get_user(self, user_id: uuid.UUID) -> Any:
        membership = Membership.objects.current_for(user_id)
        if membership is None:
            # Signed in, but nowhere: an account whose clinic has ended it.
            user = User.objects.filter(pk=user_id, is_active=True).first()
            if user is not None:
                user.membership = None
            return user
        user = membership.user
        user.membership = membership
        return user
