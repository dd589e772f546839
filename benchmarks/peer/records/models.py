"""The same facts as the product's tables, as somebody would first write them."""

from __future__ import annotations

from django.db import models


class Patient(models.Model):
    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120)
    born = models.DateField()
    number = models.CharField(max_length=40)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=80, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-changed_at",)

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_names}"


class Plan(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24)

    def __str__(self) -> str:
        return self.title


class Step(models.Model):
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    product = models.CharField(max_length=120)
    quantity = models.DecimalField(max_digits=9, decimal_places=4)
    slot = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.first_day} {self.product}"


class CheckIn(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    happened_at = models.DateTimeField()
    how = models.CharField(max_length=20)
    decision = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    next_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-happened_at",)

    def __str__(self) -> str:
        return f"{self.happened_at}"


class Symptom(models.Model):
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT)
    key = models.CharField(max_length=60)
    severity = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.key
