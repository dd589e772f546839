"""Sign-in by allauth; the user and what they may do come in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend

from taperplan.accounts.models import Membership, User

if TYPE_CHECKING:
    import uuid


def may_sign_in(user: User) -> bool:
    """Whether some clinic lets this person work now."""
    return user.is_active and Membership.objects.current_for(user.pk) is not None


class ClinicBackend(AuthenticationBackend):
    def get_user(self, user_id: uuid.UUID) -> Any:
        """The user, or None once no clinic has them: a live session then ends at once."""
        membership = Membership.objects.current_for(user_id)
        if membership is None:
            return None
        user = membership.user
        user.membership = membership
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    @classmethod
    def _stash_user(cls, user: Any) -> Any:
        """Nothing is kept: a deactivated person reads the same words as a wrong password."""
        return None
