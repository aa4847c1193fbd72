"""Figures: each takes a result of a calculation and draws it, with the words that stand for it."""

from relmark_helpers.figures.axis_order import axis_order_figure
from relmark_helpers.figures.bonds import bond_levels_figure, bond_worth_figure
from relmark_helpers.figures.campaign import campaign_figure
from relmark_helpers.figures.comparison import comparison_figure
from relmark_helpers.figures.comparison_standards import fit_figure
from relmark_helpers.figures.customer_chain import chain_figure, stopping_figure
from relmark_helpers.figures.domains_dimensions import domain_grid_figure
from relmark_helpers.figures.exchange import businesses_figure, continuum_figure, profile_figure
from relmark_helpers.figures.history import concept_map_figure, timeline_figure
from relmark_helpers.figures.interaction_levels import hierarchy_figure, rule_figure
from relmark_helpers.figures.item_analysis import item_figure
from relmark_helpers.figures.ladder import growth_figure, ladder_figure, levers_figure, value_figure
from relmark_helpers.figures.leaky_bucket import bucket_figure
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.life_cycle import bought_next_figure, stage_moves_figure
from relmark_helpers.figures.lifetime_value import convention_figure, exhibits_figure, gain_figure
from relmark_helpers.figures.market_plans import plan_figure, responses_figure
from relmark_helpers.figures.markets import market_gaps_figure, spidergram_figure
from relmark_helpers.figures.measurement_rules import rules_figure
from relmark_helpers.figures.mediation import mediation_figure
from relmark_helpers.figures.norms import fine_draws_figure, fine_weeks_figure
from relmark_helpers.figures.path_effects import path_effects_figure
from relmark_helpers.figures.path_model import ECSI_POSITIONS, path_model_figure
from relmark_helpers.figures.programme_cost import programme_figure
from relmark_helpers.figures.referral import referral_figure
from relmark_helpers.figures.relational_benefits import benefit_profile_figure
from relmark_helpers.figures.relationship_cells import staying_cells_figure
from relmark_helpers.figures.relationship_history import history_figure
from relmark_helpers.figures.relationship_levels import level_map_figure
from relmark_helpers.figures.relationship_network import network_figure
from relmark_helpers.figures.relationship_plan import small_spidergram_figure
from relmark_helpers.figures.relationship_processes import relationship_processes_figure
from relmark_helpers.figures.relationship_quality import relationship_model_figure
from relmark_helpers.figures.reliability import alpha_by_length_figure
from relmark_helpers.figures.reliability_estimates import item_map_figure
from relmark_helpers.figures.retention import reported_churn_figure, retention_rate_figure, survival_figure
from relmark_helpers.figures.retention_cost import churn_cost_figure
from relmark_helpers.figures.retention_models import churn_mixture_figure, projection_figure, rival_curves_figure
from relmark_helpers.figures.service_quality import gaps_figure, weights_figure
from relmark_helpers.figures.shopping import concentration_figure, habits_figure
from relmark_helpers.figures.style import house_style
from relmark_helpers.figures.tolerance_zone import persons_figure, zone_figure
from relmark_helpers.figures.true_relationships import customer_cells_figure, nine_cells_figure
from relmark_helpers.figures.two_markets import two_markets_figure

__all__ = [
    "ECSI_POSITIONS",
    "LessonFigure",
    "alpha_by_length_figure",
    "axis_order_figure",
    "benefit_profile_figure",
    "bond_levels_figure",
    "bond_worth_figure",
    "bought_next_figure",
    "bucket_figure",
    "businesses_figure",
    "campaign_figure",
    "chain_figure",
    "churn_cost_figure",
    "churn_mixture_figure",
    "comparison_figure",
    "concentration_figure",
    "concept_map_figure",
    "continuum_figure",
    "convention_figure",
    "customer_cells_figure",
    "domain_grid_figure",
    "exhibits_figure",
    "fine_draws_figure",
    "fine_weeks_figure",
    "fit_figure",
    "gain_figure",
    "gaps_figure",
    "growth_figure",
    "habits_figure",
    "hierarchy_figure",
    "history_figure",
    "house_style",
    "item_figure",
    "item_map_figure",
    "ladder_figure",
    "level_map_figure",
    "levers_figure",
    "market_gaps_figure",
    "mediation_figure",
    "network_figure",
    "nine_cells_figure",
    "path_effects_figure",
    "path_model_figure",
    "persons_figure",
    "plan_figure",
    "profile_figure",
    "programme_figure",
    "projection_figure",
    "referral_figure",
    "relationship_model_figure",
    "relationship_processes_figure",
    "reported_churn_figure",
    "responses_figure",
    "retention_rate_figure",
    "rival_curves_figure",
    "rule_figure",
    "rules_figure",
    "small_spidergram_figure",
    "spidergram_figure",
    "stage_moves_figure",
    "staying_cells_figure",
    "stopping_figure",
    "survival_figure",
    "timeline_figure",
    "two_markets_figure",
    "value_figure",
    "weights_figure",
    "zone_figure",
]
