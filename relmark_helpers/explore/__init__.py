"""Explorers: sliders tied to a calculation and a figure. Live in JupyterLab, a still picture anywhere else."""

from relmark_helpers.explore.explorer import Explorer
from relmark_helpers.explore.leaky_bucket import explore_bucket
from relmark_helpers.explore.lifetime_value import explore_conventions
from relmark_helpers.explore.retention_models import explore_churn_mixture

__all__ = ["Explorer", "explore_bucket", "explore_churn_mixture", "explore_conventions"]
