"""What waits for a clinician: which rows belong on a worklist, said once.

The worklist shows them and the top bar counts those that wait for an act; both ask here. Whoever
died, was transferred or is joined to another record is in none of them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, assert_never

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from patients.models import (
    AssessmentAnswer,
    CareTeam,
    Patient,
    RiskBenefitReview,
    within_reach,
    without_emergency,
)
from patients.vocabulary import Answer, Item
from plans.models import CheckInDraft, Draft, Drug, FollowUp, Outbox, Request, Step, Told, Version
from plans.models.plan import EXPECTED_AUDIENCES, not_known_as_told
from plans.rules.lifecycle import PlanState
from plans.rules.notices import LATE, TRIES
from plans.rules.schedule_words import End
from taperplan.accounts.models import User
from taperplan.accounts.roles import Permission
from taperplan.counting import RowsOf

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable
    from django.db.models.sql.compiler import SQLCompiler


# A worklist looks a week ahead, today included.
AHEAD = timedelta(days=6)
_DAY = timedelta(days=1)
# Of so many people what waits is looked up one by one; with more the rows that wait are read.
FEW = 1000
# What waits for an act is counted so far: nobody works through a longer list than that by its
# length, and a page would read all of it to say how long it is.
MOST_WAITING = 500


class Whose(Enum):
    """About whom: everybody of the clinic, or those on whose care team one is."""

    EVERYBODY = auto()
    MINE = auto()


@dataclass(frozen=True)
class Waiting:
    """What waits for this person, on this day."""

    user: User
    today: date
    whose: Whose = Whose.EVERYBODY
    # Mine are no more than FEW: they are looked up, and of each what waits. It changes no answer.
    few: bool = False
    # Into a file: without those who were opened in an emergency.
    leaving: bool = False

    @property
    def until(self) -> date:
        return self.today + AHEAD

    @property
    def sees(self) -> bool:
        """Whether any patient may be seen at all."""
        return self.user.membership is not None and self.user.may(Permission.VIEW_PATIENTS)

    @property
    def overdue(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(self._people("patient"), due_on__lt=self.today)

    @property
    def due(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.filter(self._people("patient"), due_on=self.today)

    @property
    def overdue_or_due(self) -> QuerySet[FollowUp]:
        """Both at once, where only how many they are is asked."""
        return FollowUp.objects.filter(self._people("patient"), due_on__lte=self.today)

    @property
    def safety_open(self) -> QuerySet[FollowUp]:
        """The last check-in left a safety question declined or not asked."""
        return FollowUp.objects.filter(self._rarely("patient"), safety_open=True)

    @property
    def begun(self) -> QuerySet[CheckInDraft]:
        """Check-ins that somebody began and nobody completed."""
        return CheckInDraft.objects.filter(self._rarely("patient")).still_open()

    @property
    def asked(self) -> QuerySet[Request]:
        """Asked for, not yet signed: for those who may sign."""
        found = Request.objects.filter(self._rarely("patient")).unanswered()
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
            ~Exists(Version.objects.filter(replaces=OuterRef("pk"))),
            self._people("plan__patient"),
            not_known_as_told("plan__"),
        )
        return newest.alias(answered=Coalesce(Subquery(answered), 0)).filter(
            answered__lt=len(EXPECTED_AUDIENCES)
        )

    @property
    def drafts(self) -> QuerySet[Draft]:
        found = Draft.objects.filter(self._rarely("plan__patient"))
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

    def changing(self, first_ones: int | None = None) -> QuerySet[Any, dict[str, Any]]:
        """Versions in force (`of`) with a step that begins or ends this week, or that begin
        themselves, each with the day (`on`) that it stands there for.

        In the order of these days, then of the keys: so they stand in three indexes, and whoever
        asks for the first of them reads little more. Hence each version by one of its days: the
        first on which a step begins, else the first on which one ends, else its own.

        `first_ones`: no more than so many are asked for. PostgreSQL reads each of the three in
        this order only where each is told so; SQLite does it by itself.
        """
        begins, ends = self._begins(Step.objects.order_by()), self._ends(Step.objects.order_by())
        of_same = Step.objects.filter(version=OuterRef("version"))
        first = begins.filter(~Exists(self._begins(of_same).filter(_before("first_day"))))
        last = self._not_followed(ends).filter(
            ~Exists(self._begins(of_same)), ~Exists(self._ends(of_same).filter(_before("last_day")))
        )
        steps = Step.objects.filter(version=OuterRef("pk"))
        comes = Version.objects.order_by().filter(
            ~Exists(self._begins(steps)),
            ~Exists(self._ends(steps)),
            number__gt=1,
            in_force_from__gte=self.today,
        )
        parts: tuple[tuple[QuerySet[Any], str, str, str], ...] = (
            (first, "version__", "version_id", "first_day"),
            (last, "version__", "version_id", "last_day"),
            (comes, "", "pk", "in_force_from"),
        )
        found: QuerySet[Any, dict[str, Any]]
        found, *others = (
            rows.filter(self._stands(self.until, path))
            .annotate(of=F(key), on=F(day))
            .values("of", "on")
            for rows, path, key, day in parts
        )
        if first_ones and connection.features.supports_slicing_ordering_in_compound:
            found, *others = (part.order_by("on", "of")[:first_ones] for part in (found, *others))
        return found.union(*others, all=True).order_by("on", "of")

    def changes_on(self) -> Combinable:
        """The same day of a version that is among them."""
        steps = Step.objects.filter(version=OuterRef("pk"))
        begins = self._begins(steps).order_by("first_day").values("first_day")
        ends = self._ends(steps).order_by("last_day").values("last_day")
        return Coalesce(Subquery(begins[:1]), Subquery(ends[:1]), F("in_force_from"))

    def _begins(self, steps: QuerySet[Step]) -> QuerySet[Step]:
        return steps.filter(first_day__gte=self.today, first_day__lte=self.until)

    def _ends(self, steps: QuerySet[Step]) -> QuerySet[Step]:
        """Whose last day was yesterday or is a day of this week but its last: it ends the day
        after."""
        return steps.filter(last_day__gte=self.today - _DAY, last_day__lte=self.until - _DAY)

    def _not_followed(self, steps: QuerySet[Step]) -> QuerySet[Step]:
        """Of steps that end these days those after whose last day none of the version begins, and
        whose version is not replaced by these days.

        Nearly every step is followed, and one entry of an index says so; many of the rest stand
        in a version that was replaced. Whoever asks more asks it of few, and asks this too: it is
        for SQLite, which looks up row by row; PostgreSQL would plan worse for it.
        """
        if connection.vendor != "sqlite":
            return steps
        days = [self.today + timedelta(days=ahead) for ahead in range(-1, AHEAD.days + 1)]
        next_day = Case(
            *(When(last_day=day, then=Value(day + _DAY)) for day in days),
            output_field=DateField(),
        )
        follows = Step.objects.filter(first_day=OuterRef("next_day"), version=OuterRef("version"))
        replaced = Version.objects.filter(
            replaces=OuterRef("version"), in_force_from__lte=self.until
        )
        return steps.alias(next_day=next_day).filter(~Exists(follows), ~Exists(replaced))

    @property
    def holds_ending(self) -> QuerySet[Version]:
        """Plans that stay on a dose until a day of this week."""
        return self._standing(self.until).filter(
            hold_until__gte=self.today, hold_until__lte=self.until
        )

    @property
    def plans_ending(self) -> QuerySet[Step]:
        """The last dated steps of plans that end this week, and whose steps are all dated."""
        of_same = Step.objects.filter(version=OuterRef("version"))
        later = of_same.filter(
            Q(last_day=None)
            | Q(last_day__gt=OuterRef("last_day"))
            | Q(last_day=OuterRef("last_day"), position__gt=OuterRef("position"))
        )
        this_week = Step.objects.order_by().filter(
            last_day__gte=self.today, last_day__lte=self.until
        )
        return self._not_followed(this_week).filter(
            ~Exists(later), self._stands(self.until, "version__")
        )

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
        return Version.objects.filter(self._stands(day))

    def _stands(self, day: date, path: str = "") -> Q:
        """The same as a condition on a row that leads to a version by `path`."""
        later = Version.objects.filter(
            plan=OuterRef(f"{path}plan"),
            in_force_from__lte=day,
            number__gt=OuterRef(f"{path}number"),
        )
        active = {
            f"{path}plan__state": PlanState.ACTIVE.value,
            f"{path}in_force_from__lte": day,
        }
        return Q(~Exists(later), self._people(f"{path}plan__patient"), **active)

    def _people(self, path: str) -> Q:
        """Those whom `Patient.objects.visible_to(user).under_care()` holds, as a condition on a
        row that leads to them. The rows that wait are few and the patients many: each row asks
        for its own patient, and no list of a clinic's patients is made.
        """
        user = self.user
        if user.membership is None or not self.sees:
            return Q(pk__in=[])
        reach = without_emergency if self.leaving else within_reach
        people = Patient.objects.filter(
            reach(user), pk=OuterRef(f"{path}_id"), clinic=user.membership.clinic_id
        ).under_care()
        on_team = Exists(CareTeam.objects.filter(patient=OuterRef("pk"), user=user, until=None))
        match self.whose:
            case Whose.EVERYBODY:
                return Q(Exists(people))
            case Whose.MINE if self.few and connection.vendor == "sqlite":
                # Theirs first, and of these what waits. PostgreSQL chooses by itself, and better.
                return Q(Exists(people), **{f"{path}__in": team_of(user).values("patient")})
            case Whose.MINE:
                return Q(Exists(people.filter(on_team)))
            case _:
                assert_never(self.whose)

    def _rarely(self, path: str) -> Q:
        """The same of rows that few patients have, and that have an index of their own: these come
        first, however few are mine."""
        return replace(self, few=False)._people(path)

    def how_many(self) -> Combinable:
        """What waits for an act, as one figure of another query, counted to MOST_WAITING and one.

        Changes and reviews of the week are dated ahead; they stand on the worklist and wait for
        nobody, and so does a version of which somebody is not told.
        """
        parts: tuple[QuerySet[Any], ...] = (
            self.overdue_or_due,
            self.safety_open,
            self.begun,
            self.asked,
            self.drafts,
        )
        found = [
            part.order_by().annotate(one=Value(1)).values("one")
            for part in parts
            if not part.query.is_empty()
        ]
        if not found:
            return Value(0)
        first, *others = found
        return RowsOf(first.union(*others, all=True)[: MOST_WAITING + 1])


def team_of(user: User) -> QuerySet[CareTeam]:
    """On whose care team this person is now."""
    return CareTeam.objects.filter(user=user, until=None).order_by()


def team_size(user: User) -> RowsOf:
    """How many these are, counted to FEW and one."""
    return RowsOf(team_of(user).values("pk")[: FEW + 1])


def what_concerns(user: User, today: date) -> Combinable:
    """What waits about those on whose care team one is, or about everybody for whoever is on no
    team. Only one of the three is asked: of few people theirs are looked up first, of many what
    waits is."""
    few = Waiting(user, today, Whose.MINE, few=True)
    return _ByTeamSize(
        team_size(user),
        Waiting(user, today).how_many(),
        replace(few, few=False).how_many(),
        few.how_many(),
        output_field=IntegerField(),
    )


class _ByTeamSize(Func):
    """Of a team's size, counted to FEW and one: what is asked where it is none, where it is more
    than FEW, and else. `Case` would count the team again for each of its conditions."""

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_extra: Any) -> Any:  # type: ignore[override]
        said = [compiler.compile(one) for one in self.source_expressions]
        (size, none, many, few), values = zip(*said, strict=True)
        text = f"CASE {size} WHEN 0 THEN {none} WHEN {FEW + 1} THEN {many} ELSE {few} END"
        return text, tuple(itertools.chain(*values))


def _before(day: str) -> Q:
    """Of two steps of a version the one that is taken: the earlier, then the one above."""
    same = Q(**{day: OuterRef(day)}, position__lt=OuterRef("position"))
    return Q(**{f"{day}__lt": OuterRef(day)}) | same
