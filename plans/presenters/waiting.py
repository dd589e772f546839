"""What waits for a clinician: which rows belong on a worklist, said once.

The worklist shows them and the top bar counts them; both ask here, so that the figure in the
bar and the rows on the page are the same rows. Whoever died, was transferred or is joined to
another record is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Value

from patients.models import CareTeam, Patient
from plans.models import CheckInDraft, Draft, Drug, FollowUp, Request, Step, Version
from plans.rules.lifecycle import PlanState
from plans.rules.schedule import End
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from taperplan.accounts.models import User

# A worklist looks a week ahead, today included.
AHEAD = timedelta(days=6)
_DAY = timedelta(days=1)


class RowsOf(Subquery):
    """How many rows a query finds, as one figure inside another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Waiting:
    """What waits about these people, for this person, on this day."""

    user: User
    people: QuerySet[Patient]
    today: date

    @property
    def until(self) -> date:
        return self.today + AHEAD

    @property
    def overdue(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(patient__in=self.people, due_on__lt=self.today)

    @property
    def due(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(patient__in=self.people, due_on=self.today)

    @property
    def safety_open(self) -> QuerySet[FollowUp]:
        """The last check-in left a safety question declined or not asked."""
        return FollowUp.objects.filter(patient__in=self.people, safety_open=True)

    @property
    def begun(self) -> QuerySet[CheckInDraft]:
        """Check-ins that somebody began and nobody completed."""
        return CheckInDraft.objects.filter(patient__in=self.people).still_open()

    @property
    def asked(self) -> QuerySet[Request]:
        """Asked for, not yet signed: for those who may sign."""
        found = Request.objects.filter(patient__in=self.people).unanswered()
        return found if self.user.may(Permission.SIGN_PLAN) else found.none()

    @property
    def drafts(self) -> QuerySet[Draft]:
        found = Draft.objects.filter(plan__patient__in=self.people)
        if not self.user.may(Permission.DRAFT_PLAN):
            return found.none()
        return found.exclude(plan__state=PlanState.ENTERED_IN_ERROR.value)

    @property
    def reviews(self) -> QuerySet[Drug]:
        """Drugs kept at a dose until a review that is due, or late."""
        return Drug.objects.filter(
            version__in=self._standing(self.today),
            end=End.MAINTAIN.value,
            review_on__lte=self.until,
        )

    @property
    def changing(self) -> QuerySet[Version]:
        """Versions in force with a step that begins or ends this week, or that begin themselves."""
        begins = Step.objects.filter(
            version=OuterRef("pk"), first_day__gte=self.today, first_day__lte=self.until
        )
        ends = Step.objects.filter(
            version=OuterRef("pk"),
            last_day__gte=self.today - _DAY,
            last_day__lte=self.until - _DAY,
        )
        return self._standing(self.until).filter(
            Q(Exists(begins))
            | Q(Exists(ends))
            | Q(number__gt=1, in_force_from__gte=self.today, in_force_from__lte=self.until)
        )

    def _standing(self, day: date) -> QuerySet[Version]:
        """Of each active plan the version that answers for the end of `day`."""
        later = Version.objects.filter(
            plan=OuterRef("plan"), in_force_from__lte=day, number__gt=OuterRef("number")
        )
        return Version.objects.filter(
            ~Exists(later),
            plan__state=PlanState.ACTIVE.value,
            plan__patient__in=self.people,
            in_force_from__lte=day,
        )

    def how_many(self) -> Combinable:
        """All of it, as one figure of another query."""
        parts: tuple[QuerySet[Any], ...] = (
            self.overdue,
            self.due,
            self.safety_open,
            self.begun,
            self.asked,
            self.drafts,
            self.reviews,
            self.changing,
        )
        total: Combinable = Value(0)
        for part in parts:
            if not part.query.is_empty():
                total = total + RowsOf(part.order_by().values("pk"))
        return total


def of_everybody(user: User, today: date) -> Waiting:
    """About every patient of the clinic."""
    return Waiting(user, Patient.objects.visible_to(user).under_care(), today)


def of_mine(user: User, today: date) -> Waiting:
    """About those whose care team this person is on."""
    people = Patient.objects.visible_to(user).under_care().cared_for_by(user)
    return Waiting(user, people, today)


def of_whom_it_concerns(user: User, today: date) -> Waiting:
    """About mine; about everybody for whoever is on no team. Decided inside the query."""
    mine = CareTeam.objects.filter(patient=OuterRef("pk"), user=user, until=None)
    any_team = CareTeam.objects.filter(user=user, until=None)
    people = Patient.objects.visible_to(user).under_care()
    return Waiting(user, people.filter(Q(Exists(mine)) | ~Exists(any_team)), today)


def count(user: User, today: date) -> Combinable:
    return of_whom_it_concerns(user, today).how_many()


def due_first(found: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    return found.order_by(F("due_on").asc(nulls_last=True), "patient__family_name", "pk")
