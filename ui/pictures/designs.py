"""Designs of studies in the few families that a picture tells apart by colour."""

from __future__ import annotations

from collections.abc import Mapping

from qa.studies.records import Design

FAMILIES: Mapping[str, tuple[Design, ...]] = {
    "reviews": ("meta-analysis", "systematic review", "review"),
    "trials": ("randomised controlled trial", "non-randomised trial"),
    "observational": ("cohort", "case-control", "cross-sectional", "diagnostic accuracy", "qualitative or survey"),
    "cases": ("case series", "case report"),
    "animal": ("animal",),
    "in vitro": ("in vitro",),
    "other or unknown": ("modelling or economic", "other", "not a study"),
}
"""The designs that a picture shows as one, by the name of their family."""
FAMILY_OF = {design: family for family, designs in FAMILIES.items() for design in designs}
