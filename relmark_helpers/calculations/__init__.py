"""Calculations: pure functions of numbers and tables, one module per idea."""

from relmark_helpers.calculations.leaky_bucket import (
    BucketPath,
    break_even_keeping_cost,
    cost_per_customer_saved,
    fill_bucket,
    holding_cost,
    replacement_need,
    steady_state,
)
from relmark_helpers.calculations.lifetime_value import (
    CONVENTIONS,
    ConventionComparison,
    cash_flows,
    compare_conventions,
    lifetime_value,
    margin_multiple,
    retention_elasticity,
    value_gain,
)
from relmark_helpers.calculations.retention import (
    change_period,
    churn_by_cause,
    churn_rate,
    expected_lifetime,
    rates_from_survival,
    retention_rate,
    retention_table,
    survival_from_rates,
)
from relmark_helpers.calculations.retention_cost import RetentionCost, four_steps, judge_programmes
from relmark_helpers.calculations.retention_fits import RetentionFit, fit_bdw, fit_sbg, log_likelihood
from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.calculations.trend_curves import TrendCurve, fit_trend_curve, projection_error, projection_errors

__all__ = [
    "CONVENTIONS",
    "BucketPath",
    "ConventionComparison",
    "RetentionCost",
    "RetentionFit",
    "RetentionModel",
    "TrendCurve",
    "break_even_keeping_cost",
    "cash_flows",
    "change_period",
    "churn_by_cause",
    "churn_rate",
    "compare_conventions",
    "cost_per_customer_saved",
    "expected_lifetime",
    "fill_bucket",
    "fit_bdw",
    "fit_sbg",
    "fit_trend_curve",
    "four_steps",
    "holding_cost",
    "judge_programmes",
    "lifetime_value",
    "log_likelihood",
    "margin_multiple",
    "projection_error",
    "projection_errors",
    "rates_from_survival",
    "replacement_need",
    "retention_elasticity",
    "retention_rate",
    "retention_table",
    "steady_state",
    "survival_from_rates",
    "value_gain",
]
