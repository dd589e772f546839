from __future__ import annotations

from django.contrib import admin

from benchmarks.peer.records.models import CheckIn, Patient, Plan, Step, Symptom


class Plans(admin.TabularInline):
    model = Plan
    extra = 0


class CheckIns(admin.TabularInline):
    model = CheckIn
    extra = 0


class Symptoms(admin.TabularInline):
    model = Symptom
    extra = 0


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    list_display = ("family_name", "given_names", "born", "number", "phone", "changed_at")
    search_fields = ("family_name", "given_names", "number")
    list_per_page = 50
    inlines = (Plans, CheckIns)


@admin.register(CheckIn)
class CheckInAdmin(admin.ModelAdmin):
    list_display = ("patient", "happened_at", "how", "decision")
    raw_id_fields = ("patient",)
    inlines = (Symptoms,)


admin.site.register([Plan, Step])
