"""Figures: each takes a result of a calculation and draws it, with the words that stand for it."""

from relmark_helpers.figures.bonds import bond_levels_figure, bond_worth_figure
from relmark_helpers.figures.campaign import campaign_figure
from relmark_helpers.figures.comparison import comparison_figure
from relmark_helpers.figures.customer_chain import chain_figure, stopping_figure
from relmark_helpers.figures.exchange import continuum_figure, profile_figure
from relmark_helpers.figures.history import concept_map_figure, timeline_figure
from relmark_helpers.figures.leaky_bucket import bucket_figure
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.life_cycle import bought_next_figure, stage_moves_figure
from relmark_helpers.figures.lifetime_value import convention_figure, exhibits_figure, gain_figure
from relmark_helpers.figures.norms import fine_draws_figure, fine_weeks_figure
from relmark_helpers.figures.programme_cost import programme_figure
from relmark_helpers.figures.relationship_levels import level_map_figure
from relmark_helpers.figures.retention import reported_churn_figure, retention_rate_figure, survival_figure
from relmark_helpers.figures.retention_cost import churn_cost_figure
from relmark_helpers.figures.retention_models import churn_mixture_figure, projection_figure, rival_curves_figure
from relmark_helpers.figures.shopping import concentration_figure, habits_figure
from relmark_helpers.figures.style import house_style

__all__ = [
    "LessonFigure",
    "bond_levels_figure",
    "bond_worth_figure",
    "bought_next_figure",
    "bucket_figure",
    "campaign_figure",
    "chain_figure",
    "churn_cost_figure",
    "churn_mixture_figure",
    "comparison_figure",
    "concentration_figure",
    "concept_map_figure",
    "continuum_figure",
    "convention_figure",
    "exhibits_figure",
    "fine_draws_figure",
    "fine_weeks_figure",
    "gain_figure",
    "habits_figure",
    "house_style",
    "level_map_figure",
    "profile_figure",
    "programme_figure",
    "projection_figure",
    "reported_churn_figure",
    "retention_rate_figure",
    "rival_curves_figure",
    "stage_moves_figure",
    "stopping_figure",
    "survival_figure",
    "timeline_figure",
]
