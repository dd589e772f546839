"""Addresses of the patients room. Nouns; the patient is always in the address."""

from __future__ import annotations

from django.urls import register_converter

from patients.converters import KindConverter, PartConverter
from taperplan.rooms import Room
from taperplan.routes import path

import_views = Room("patients.import_views")
records_views = Room("patients.records_views")
restricted_views = Room("patients.restricted_views")
views = Room("patients.views")


register_converter(KindConverter, "kind")
register_converter(PartConverter, "part")

app_name = "patients"
urlpatterns = [
    path("", views.listing, name="list"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("register/", views.register, name="register"),
    path("import/", import_views.room, name="imports"),
    path("import/<uuid:patient_import>/", import_views.show, name="import"),
    path("import/<uuid:patient_import>/columns/", import_views.columns, name="import-columns"),
    path("import/<uuid:patient_import>/decisions/", import_views.decide, name="import-decide"),
    path("import/<uuid:patient_import>/start/", import_views.start, name="import-start"),
    path("import/<uuid:patient_import>/next/", import_views.go_on, name="import-next"),
    path("import/<uuid:patient_import>/give-up/", import_views.give_up, name="import-give-up"),
    path("<uuid:patient>/intake/", views.intake, name="intake"),
    path("<uuid:patient>/intake/assessment/", views.assess, name="assess"),
    path("<uuid:patient>/intake/no-known-allergies/", views.no_allergies, name="no-allergies"),
    path("<uuid:patient>/intake/<kind:kind>/new/", views.record, name="record"),
    path("<uuid:patient>/intake/<kind:kind>/<uuid:recorded>/", views.correct, name="correct"),
    path(
        "<uuid:patient>/intake/<kind:kind>/<uuid:recorded>/strike-out/",
        views.strike,
        name="strike",
    ),
    path(
        "<uuid:patient>/intake/consents/<uuid:consent>/withdrawal/",
        views.withdraw_consent,
        name="withdraw-consent",
    ),
    path("<uuid:patient>/identity/<part:part>/", views.amend, name="amend"),
    path("<uuid:patient>/identity/numbers/new/", views.add_number, name="add-number"),
    path(
        "<uuid:patient>/identity/numbers/<uuid:record_number>/withdrawal/",
        views.withdraw_number,
        name="withdraw-number",
    ),
    path("<uuid:patient>/care-team/", views.team, name="team"),
    path("<uuid:patient>/care-team/<uuid:team_member>/", views.team_off, name="team-off"),
    path("records/", records_views.room, name="records"),
    path("records/retention/", records_views.retention, name="retention"),
    path("records/<uuid:patient>/", records_views.record, name="record-kept"),
    path("records/<uuid:patient>/accounting.csv", records_views.accounting, name="accounting"),
    path("records/<uuid:patient>/copy/", records_views.copy, name="copy"),
    path("records/<uuid:patient>/archive/", records_views.archive, name="archive"),
    path("records/<uuid:patient>/holds/new/", records_views.hold, name="hold"),
    path(
        "records/<uuid:patient>/holds/<uuid:legal_hold>/end/",
        records_views.end_hold,
        name="hold-end",
    ),
    path("records/<uuid:patient>/destruction/", records_views.destroy, name="destroy"),
    path("emergency-access/", restricted_views.emergency, name="emergency"),
    path("emergency-access/reviews/", restricted_views.reviews, name="reviews"),
    path(
        "emergency-access/<uuid:emergency_access>/review/", restricted_views.review, name="review"
    ),
    path("<uuid:patient>/restricted/", restricted_views.restrict, name="restrict"),
    path("<uuid:patient>/died/", views.died, name="died"),
    path("<uuid:patient>/transferred/", views.transferred, name="transferred"),
    path("<uuid:patient>/mark-taken-back/", views.take_back, name="take-back"),
    path("<uuid:patient>/join/", views.find_to_join, name="find-to-join"),
    path("<uuid:patient>/join/<uuid:other_patient>/", views.join, name="join"),
    path("<uuid:patient>/part/", views.part, name="part"),
    path("<uuid:patient>/history/", views.history, name="history"),
]
