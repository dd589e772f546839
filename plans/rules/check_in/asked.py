"""The safety questions, the symptoms and the suicide question, as answered."""

from __future__ import annotations

from collections.abc import Mapping

from plans.rules.check_in.boxes import (
    CONFIRMED_FIGURES,
    NAME_LIMIT,
    box,
    rest_of,
    state_of,
    suicide_of,
    unanswered_safety,
)
from plans.rules.check_in.flags import pressed, raised, to_be_confirmed
from plans.rules.check_in.reading import Declined, Present, SuicideDetail
from plans.rules.check_in.section import Section, Sheet, upper
from plans.rules.check_in_words import Reporter, YesNo
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    OTHER_LINES,
    SAFETY_QUESTIONS,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    Severity,
    Shape,
    State,
    Suicide,
    Symptom,
)
from taperplan import grammar
from taperplan.words import gettext as _
from taperplan.words import ngettext


class Asked(Section):
    """Answers by who gave them: present, declined, and denied (a key in none was not asked)."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.catalogue = sheet.asking.catalogue
        self.denied: dict[str, list[str]] = {}
        self.present: list[Present] = []
        self.declined: list[Declined] = []

    def named(self, key: str) -> str:
        return upper(self.catalogue.label(key))

    def by(self, key: str, reporter: Reporter) -> Reporter:
        given = self.choice(box(key, "by"), Reporter)
        return Reporter(given) if given else reporter

    def safety(self, reporter: Reporter) -> None:
        lacking = unanswered_safety(self.answers)
        if lacking:
            where = "suicide_0" if lacking[0] == SUICIDE else f"{box(lacking[0])}_0"
            self.lacks(
                where,
                ngettext("{n} safety question", "{n} safety questions", len(lacking)).format(
                    n=len(lacking)
                ),
            )
        for key in SAFETY_QUESTIONS:
            if key != SUICIDE:
                self.item(self.catalogue.by_key[key], reporter)

    def rows(self, reporter: Reporter) -> None:
        for symptom in (*self.catalogue.symptoms, *self.catalogue.retired):
            if symptom.key not in ASKED_AS_SAFETY:
                self.item(symptom, reporter)
        for key in OTHER_LINES:
            words = self.text(box(key, "words"), NAME_LIMIT)
            state = state_of(self.answers, key)
            if state is State.PRESENT and not words:
                self.lacks(box(key, "words"), _("What the other symptom is"))
            elif words and state is State.PRESENT:
                self.add_present(key, words, Shape.SEVERITY, reporter, star=False)
        if self.answers.get("rest", "") == "none":
            denied = self.denied.setdefault(reporter.value, [])
            denied.extend(s.key for s in rest_of(self.answers, self.asking.classes, self.catalogue))
        for key in to_be_confirmed(self.answers, self.catalogue):
            where = (
                "suicide-confirmed"
                if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)
                else CONFIRMED_FIGURES.get(key, box(key, "confirmed"))
            )
            self.lacks(where, _("{label}: to be confirmed").format(label=self.named(key)))

    def item(self, symptom: Symptom, reporter: Reporter) -> None:
        key, state = symptom.key, state_of(self.answers, symptom.key)
        if state is None:
            if self.answers.get(box(key), ""):
                self.refuse(box(key), _("Choose one of the answers shown."))
            return
        by = self.by(key, reporter)
        if state is State.NONE:
            self.denied.setdefault(by.value, []).append(key)
        elif state is State.PRESENT:
            self.add_present(key, symptom.label, symptom.shape, by, star=symptom.star)
        else:
            self.add_declined(key, symptom.label, state, by)

    def add_declined(self, key: str, words: str, state: State, by: Reporter) -> None:
        why = self.note(box(key, "why"))
        asked = state is State.DECLINED
        if not asked and not why:
            self.lacks(
                box(key, "why"),
                _("{label}: why it could not be asked").format(label=upper(words)),
            )
        self.declined.append(Declined(key, words, asked, why, by))

    def add_present(self, key: str, words: str, shape: Shape, by: Reporter, *, star: bool) -> None:
        event = shape is Shape.EVENT
        severity = "" if event else self.choice(box(key, "severity"), Severity)
        if shape is Shape.SEVERITY and not severity and not star:
            self.lacks(
                f"{box(key, 'severity')}_0", _("{label}: severity").format(label=upper(words))
            )
        self.present.append(
            Present(
                key=key,
                label=words,
                by=by,
                event=event,
                star=star,
                severity=severity,
                interference=None if event else self.interference(key),
                onset=self.text(box(key, "onset")),
                note=self.note(box(key, "note")),
                how_many=self.how_many(key) if event else None,
                when_each=self.text(box(key, "when_each")) if event else "",
                how_long=self.text(box(key, "how_long")) if event else "",
                witnessed_by=self.text(box(key, "witnessed_by")) if event else "",
                injured=self.choice(box(key, "injured"), YesNo) if event else "",
                first_ever=self.choice(box(key, "first_ever"), YesNo) if event else "",
                ambulance_or_hospital=self.choice(box(key, "ambulance"), YesNo) if event else "",
                last_dose_before=self.text(box(key, "last_dose")) if event else "",
            )
        )

    def interference(self, key: str) -> int | None:
        given = self.answers.get(box(key, "interference"), "")
        if given in ("0", "1", "2", "3"):
            return int(given)
        if given:
            self.refuse(box(key, "interference"), _("Choose one of the answers shown."))
        return None

    def how_many(self, key: str) -> int | None:
        typed = self.answers.get(box(key, "how_many"), "").strip()
        if not typed:
            return None
        try:
            many = grammar.count(typed)
        except grammar.Refused as refused:
            self.refuse(box(key, "how_many"), refused.sentence)
            return None
        if many == 0:
            self.refuse(box(key, "how_many"), _("It is recorded present, so at least one."))
            return None
        return many

    def suicide(self, reporter: Reporter) -> tuple[Suicide | None, SuicideDetail]:
        answer = suicide_of(self.answers)
        by = self.by("suicide", reporter)
        detail = SuicideDetail(
            asked_by=self.text("suicide-asked_by", NAME_LIMIT),
            why_not=self.note("suicide-why"),
            words=self.note("suicide-words"),
            earlier_attempts=self.note("suicide-earlier_attempts"),
            means=self.note("suicide-means"),
            means_done=self.note("suicide-means_done"),
            protects=self.note("suicide-protects"),
            safety_plan=self.note("suicide-safety_plan"),
            copy_given=self.choice("suicide-copy_given", YesNo),
            told=self.note("suicide-told"),
        )
        items = {
            key
            for key in pressed(self.answers, self.catalogue)
            if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)
        }
        for key in sorted(items):
            words = detail.words if answer is not None and answer.item == key else ""
            self.present.append(
                Present(key, self.catalogue.label(key), by, event=False, star=True, note=words)
            )
        match answer:
            case None:
                if self.answers.get(SUICIDE, ""):
                    self.refuse(SUICIDE, _("Choose one of the answers shown."))
            case Suicide.NONE | Suicide.WISH | Suicide.THOUGHTS:
                denied = {SUICIDAL_THOUGHTS, SUICIDE_PLAN} - items
                self.denied.setdefault(by.value, []).extend(sorted(denied))
            case Suicide.DECLINED | Suicide.NOT_ASKED_WHY:
                asked = answer is Suicide.DECLINED
                words = BY_KEY[SUICIDAL_THOUGHTS].asked_as
                if not asked and not detail.why_not:
                    self.lacks("suicide-why", _("Suicide: why it could not be asked"))
                self.declined.append(Declined(SUICIDE, words, asked, detail.why_not, by))
            case Suicide.PLAN | Suicide.ATTEMPT:
                pass
        return answer, detail

    def corrections(self) -> None:
        """A star that the corrected check-in had, and this one has not, goes with a reason."""
        for key in sorted(self.lost_stars()):
            if not self.note(box(key, "removed")):
                self.lacks(
                    box(key, "removed"),
                    _("{label}: why the red flag was an error").format(label=self.named(key)),
                )

    def lost_stars(self) -> frozenset[str]:
        return (self.asking.corrected_stars or frozenset()) - raised(self.answers)

    def taken_back(self) -> Mapping[str, str]:
        lost = sorted(self.lost_stars())
        return {key: self.answers.get(box(key, "removed"), "").strip() for key in lost}
