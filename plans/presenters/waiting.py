"""What waits for a clinician: which rows belong on a worklist, said once.

The worklist shows them and the top bar counts those that wait for an act; both ask here. Whoever
died, was transferred or is joined to another record is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, assert_never

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from patients.intake import Item
from patients.models import (
    AssessmentAnswer,
    CareTeam,
    Patient,
    RiskBenefitReview,
    within_reach,
    without_emergency,
)
from patients.vocabulary import Answer
from plans.models import CheckInDraft, Draft, Drug, FollowUp, Outbox, Request, Step, Told, Version
from plans.models.plan import EXPECTED_AUDIENCES, not_known_as_told
from plans.rules.lifecycle import PlanState
from plans.rules.notices import LATE, TRIES
from plans.rules.schedule import End
from taperplan.accounts.models import User
from taperplan.accounts.roles import Permission
from taperplan.counting import RowsOf

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable


# A worklist looks a week ahead, today included.
AHEAD = timedelta(days=6)
_DAY = timedelta(days=1)


class Whose(Enum):
    """About whom: everybody of the clinic, those on whose care team one is, or whichever concerns
    one: mine, and everybody for whoever is on no team."""

    EVERYBODY = auto()
    MINE = auto()
    CONCERNS = auto()


@dataclass(frozen=True)
class Waiting:
    """What waits for this person, on this day."""

    user: User
    today: date
    whose: Whose = Whose.EVERYBODY
    # Into a file: without those who were opened in an emergency.
    leaving: bool = False

    @property
    def until(self) -> date:
        return self.today + AHEAD

    @property
    def overdue(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(self._people("patient"), due_on__lt=self.today)

    @property
    def due(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(self._people("patient"), due_on=self.today)

    @property
    def safety_open(self) -> QuerySet[FollowUp]:
        """The last check-in left a safety question declined or not asked."""
        return FollowUp.objects.filter(self._people("patient"), safety_open=True)

    @property
    def begun(self) -> QuerySet[CheckInDraft]:
        """Check-ins that somebody began and nobody completed."""
        return CheckInDraft.objects.filter(self._people("patient")).still_open()

    @property
    def asked(self) -> QuerySet[Request]:
        """Asked for, not yet signed: for those who may sign."""
        found = Request.objects.filter(self._people("patient")).unanswered()
        return found if self.user.may(Permission.SIGN_PLAN) else found.none()

    @property
    def told_open(self) -> QuerySet[Version]:
        """The newest version of each active plan of which somebody is not told yet."""
        answered = (
            Told.objects.filter(version=OuterRef("pk"), audience__in=EXPECTED_AUDIENCES)
            .order_by()
            .values("version")
            .annotate(n=Count("audience", distinct=True))
            .values("n")
        )
        # Most plans are known as told, and an index holds the others alone.
        newest = Version.objects.filter(
            self._people("plan__patient"), not_known_as_told("plan__"), replaced_by=None
        )
        return newest.alias(answered=Coalesce(Subquery(answered), 0)).filter(
            answered__lt=len(EXPECTED_AUDIENCES)
        )

    @property
    def drafts(self) -> QuerySet[Draft]:
        found = Draft.objects.filter(self._people("plan__patient"))
        if not self.user.may(Permission.DRAFT_PLAN):
            return found.none()
        return found.exclude(plan__state=PlanState.ENTERED_IN_ERROR.value)

    @property
    def reviews(self) -> QuerySet[Drug]:
        """Drugs kept at a dose until a review that is due this week, or late."""
        return Drug.objects.filter(
            Exists(self._standing(self.today).filter(pk=OuterRef("version"))),
            end=End.MAINTAIN.value,
            review_on__lte=self.until,
        )

    @property
    def weighing(self) -> QuerySet[RiskBenefitReview]:
        """Risk-benefit reviews whose date is this week, or past. The latest row counts."""
        later = RiskBenefitReview.objects.standing().filter(
            patient=OuterRef("patient"), recorded_at__gt=OuterRef("recorded_at")
        )
        return (
            RiskBenefitReview.objects.filter(self._people("patient"), next_on__lte=self.until)
            .standing()
            .filter(~Exists(later))
        )

    @property
    def changing(self) -> QuerySet[Version]:
        """Versions in force with a step that begins or ends this week, or that begin themselves."""
        steps = Step.objects.order_by()
        begins = steps.filter(first_day__gte=self.today, first_day__lte=self.until)
        ends = steps.filter(last_day__gte=self.today - _DAY, last_day__lte=self.until - _DAY)
        comes = Version.objects.order_by().filter(
            number__gt=1, in_force_from__gte=self.today, in_force_from__lte=self.until
        )
        # By the days of this week, which have an index, and not by every version in force.
        found = begins.values("version").union(ends.values("version"), comes.values("pk"))
        return self._standing(self.until).filter(pk__in=found)

    @property
    def holds_ending(self) -> QuerySet[Version]:
        """Plans that stay on a dose until a day of this week."""
        return self._standing(self.until).filter(
            hold_until__gte=self.today, hold_until__lte=self.until
        )

    @property
    def plans_ending(self) -> QuerySet[Version]:
        """Plans whose last dated step ends this week, and whose steps are all dated."""
        steps = Step.objects.filter(version=OuterRef("pk"))
        this_week = Step.objects.order_by().filter(
            last_day__gte=self.today, last_day__lte=self.until
        )
        later = steps.filter(Q(last_day=None) | Q(last_day__gt=self.until))
        return self._standing(self.until).filter(~Exists(later), pk__in=this_week.values("version"))

    def undelivered(self, now: datetime) -> QuerySet[Outbox]:
        """Notices of a red flag that reached nobody. They are everybody's, as the flags are."""
        if self.user.membership is None or not self.user.may(Permission.VIEW_PATIENTS):
            return Outbox.objects.none()
        clinic = self.user.membership.clinic
        stuck = Outbox.objects.stuck(clinic, now=now, patience=LATE, tries=TRIES)
        return stuck.filter(within_reach(self.user, "escalation__patient__"))

    @property
    def intake_open(self) -> QuerySet[Draft]:
        """Plans being drafted for somebody of whom not every item of the assessment was asked."""
        later = AssessmentAnswer.objects.filter(
            patient=OuterRef("patient"), item=OuterRef("item"), pk__gt=OuterRef("pk")
        )
        asked = (
            AssessmentAnswer.objects.filter(~Exists(later), patient=OuterRef("plan__patient"))
            .exclude(answer=Answer.NOT_ASKED.value)
            .order_by()
            .values("patient")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.drafts.alias(asked=Coalesce(Subquery(asked), 0)).filter(asked__lt=len(Item))

    def _standing(self, day: date) -> QuerySet[Version]:
        """Of each active plan the version that answers for the end of `day`."""
        later = Version.objects.filter(
            plan=OuterRef("plan"), in_force_from__lte=day, number__gt=OuterRef("number")
        )
        return Version.objects.filter(
            ~Exists(later),
            self._people("plan__patient"),
            plan__state=PlanState.ACTIVE.value,
            in_force_from__lte=day,
        )

    def _people(self, path: str) -> Q:
        """Those whom `Patient.objects.visible_to(user).under_care()` holds, as a condition on a
        row that leads to them. The rows that wait are few and the patients many: each row asks
        for its own patient, and no list of a clinic's patients is made.
        """
        user = self.user
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return Q(pk__in=[])
        reach = without_emergency if self.leaving else within_reach
        people = Patient.objects.filter(
            reach(user), pk=OuterRef(f"{path}_id"), clinic=user.membership.clinic_id
        ).under_care()
        on_team = Exists(CareTeam.objects.filter(patient=OuterRef("pk"), user=user, until=None))
        match self.whose:
            case Whose.EVERYBODY:
                return Q(Exists(people))
            case Whose.MINE:
                return Q(Exists(people.filter(on_team)))
            case Whose.CONCERNS:
                any_team = Exists(CareTeam.objects.filter(user=user, until=None))
                return Q(Exists(people.filter(Q(on_team) | ~Q(any_team))))
            case _:
                assert_never(self.whose)

    def how_many(self) -> Combinable:
        """What waits for an act, as one figure of another query.

        Changes and reviews of the week are dated ahead; they stand on the worklist and wait for
        nobody, and finding them reads every plan in force, as finding who is not told does.
        """
        parts: tuple[QuerySet[Any], ...] = (
            self.overdue,
            self.due,
            self.safety_open,
            self.begun,
            self.asked,
            self.drafts,
        )
        total: Combinable = Value(0)
        for part in parts:
            if not part.query.is_empty():
                total = total + RowsOf(part.order_by().values("pk"))
        return total
