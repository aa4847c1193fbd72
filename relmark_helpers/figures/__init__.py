"""Figures: each takes a result of a calculation and draws it, with the words that stand for it."""

from relmark_helpers.figures.history import concept_map_figure, timeline_figure
from relmark_helpers.figures.leaky_bucket import bucket_figure
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.lifetime_value import convention_figure, exhibits_figure, gain_figure
from relmark_helpers.figures.retention import reported_churn_figure, retention_rate_figure, survival_figure
from relmark_helpers.figures.retention_cost import churn_cost_figure
from relmark_helpers.figures.retention_models import churn_mixture_figure, projection_figure, rival_curves_figure
from relmark_helpers.figures.style import house_style

__all__ = [
    "LessonFigure",
    "bucket_figure",
    "churn_cost_figure",
    "churn_mixture_figure",
    "concept_map_figure",
    "convention_figure",
    "exhibits_figure",
    "gain_figure",
    "house_style",
    "projection_figure",
    "reported_churn_figure",
    "retention_rate_figure",
    "rival_curves_figure",
    "survival_figure",
    "timeline_figure",
]
