"""Explorers: sliders tied to a calculation and a figure. Live in JupyterLab, a still picture anywhere else.

A score sheet is a form instead: a blank table anywhere else.
"""

from relmark_helpers.explore.axis_order import explore_axis_order
from relmark_helpers.explore.bonds import explore_bonds
from relmark_helpers.explore.comparison_standards import explore_standards
from relmark_helpers.explore.customer_chain import explore_stopping
from relmark_helpers.explore.exchange import explore_exchange
from relmark_helpers.explore.explorer import Explorer
from relmark_helpers.explore.interaction_levels import explore_interaction
from relmark_helpers.explore.ladder import explore_ladder
from relmark_helpers.explore.leaky_bucket import explore_bucket
from relmark_helpers.explore.lifetime_value import explore_conventions
from relmark_helpers.explore.market_plans import explore_plans
from relmark_helpers.explore.mediation import explore_mediation
from relmark_helpers.explore.programme_cost import explore_programmes
from relmark_helpers.explore.relationship_history import explore_relationship
from relmark_helpers.explore.relationship_levels import explore_levels
from relmark_helpers.explore.reliability import explore_alpha
from relmark_helpers.explore.retention_models import explore_churn_mixture
from relmark_helpers.explore.score_sheet import ScoreSheet, enter_scores
from relmark_helpers.explore.service_quality import explore_service_weights
from relmark_helpers.explore.tolerance_zone import explore_tolerance_zone
from relmark_helpers.explore.true_relationships import explore_nine_cells

__all__ = [
    "Explorer",
    "ScoreSheet",
    "enter_scores",
    "explore_alpha",
    "explore_axis_order",
    "explore_bonds",
    "explore_bucket",
    "explore_churn_mixture",
    "explore_conventions",
    "explore_exchange",
    "explore_interaction",
    "explore_ladder",
    "explore_levels",
    "explore_mediation",
    "explore_nine_cells",
    "explore_plans",
    "explore_programmes",
    "explore_relationship",
    "explore_service_weights",
    "explore_standards",
    "explore_stopping",
    "explore_tolerance_zone",
]
