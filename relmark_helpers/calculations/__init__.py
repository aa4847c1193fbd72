"""Calculations: pure functions of numbers and tables, one module per idea."""

from relmark_helpers.calculations.agreement import (
    ConcordanceTest,
    IntraclassCorrelation,
    intraclass_correlation,
    kendall_w,
)
from relmark_helpers.calculations.axis_order import AxisOrders, polygon_areas
from relmark_helpers.calculations.bond_fits import BondFit, fit_bonds, fit_choices
from relmark_helpers.calculations.bond_simulation import simulate_choices, simulate_stays
from relmark_helpers.calculations.bonds import (
    BONDS,
    TEACHING_WEIGHTS,
    BondLevels,
    BondWeights,
    choice_probabilities,
    compare_levels,
    marginal_effects,
    stay_probability,
    switching_cost,
)
from relmark_helpers.calculations.campaign import CampaignComparison, compare_mailed
from relmark_helpers.calculations.chain_estimates import ChainEstimate, estimate_chain
from relmark_helpers.calculations.chain_models import (
    StoppingComparison,
    compare_stopping,
    recency_chain,
    retention_chain,
)
from relmark_helpers.calculations.checklist import ChecklistScore, draw_statements, score_checklist
from relmark_helpers.calculations.comparison_standards import (
    BEST_BRAND_TRUTH,
    FINDINGS_TRUTH,
    STANDARDS,
    SatisfactionTruth,
    population_r_squared,
    simulate_comparisons,
)
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.calculations.customer_logs import recency_log, simulate_customers
from relmark_helpers.calculations.difference_scores import difference_score_test
from relmark_helpers.calculations.discriminant_validity import compare_constructs, fornell_larcker_table, pair_table
from relmark_helpers.calculations.domains_dimensions import DomainScores, score_domains, simulate_domain_ratings
from relmark_helpers.calculations.exchange import (
    BEHAVIOURS,
    CRITERIA,
    EQUAL_BEHAVIOUR_WEIGHTS,
    EQUAL_WEIGHTS,
    STATIONS,
    WEIGHT_CHANGE,
    ExchangePlacement,
    FitProfile,
    fit_profile,
    nearest_station,
    place_exchange,
)
from relmark_helpers.calculations.expected_mediation import ExpectedMediation, expect_mediation
from relmark_helpers.calculations.interaction_levels import (
    MEAN,
    PEAK_END,
    AggregationRule,
    InteractionLevels,
    RuleComparison,
    aggregate_log,
    compare_rules,
)
from relmark_helpers.calculations.interaction_simulation import simulate_act_log
from relmark_helpers.calculations.item_analysis import ItemAnalysis, analyse_items
from relmark_helpers.calculations.jury import (
    AXES,
    INFLUENCE_GROUPS,
    SCALE,
    check_jury,
    jury_form,
    jury_problems,
    simulate_jury,
)
from relmark_helpers.calculations.ladder import Ladder, teaching_ladder
from relmark_helpers.calculations.ladder_growth import ReferralSweep, sweep_referrals
from relmark_helpers.calculations.ladder_log import ladder_log
from relmark_helpers.calculations.leaky_bucket import (
    BucketPath,
    break_even_keeping_cost,
    cost_per_customer_saved,
    fill_bucket,
    holding_cost,
    replacement_need,
    steady_state,
)
from relmark_helpers.calculations.life_cycle import STAGES, bought_next, life_cycle_stages, loss_by_group, stage_moves
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
from relmark_helpers.calculations.market_plan_sensitivity import ResponseComparison, compare_responses, plan_limits
from relmark_helpers.calculations.market_plan_starts import allocate_with_starts
from relmark_helpers.calculations.market_plans import PLANS, PlanAllocation, allocate_budget, response_share
from relmark_helpers.calculations.markets import MarketScores, score_markets, score_subgroups
from relmark_helpers.calculations.measurement_rules import RULES, judge_measurement
from relmark_helpers.calculations.mediation import MediationFit, fit_mediation
from relmark_helpers.calculations.mediation_bootstrap import MediationBootstrap, bootstrap_mediation
from relmark_helpers.calculations.norm_panel import period_means, two_by_two, weekly_means
from relmark_helpers.calculations.norms import FineEffect, PreTrend, fit_fine, pre_trend
from relmark_helpers.calculations.path_bootstrap import PathBootstrap, bootstrap_paths
from relmark_helpers.calculations.path_models import PathFit, fit_composites, fit_pls
from relmark_helpers.calculations.path_structure import ECSI, PathModel, path_layers
from relmark_helpers.calculations.placed_customers import PlacedCustomers, place_customers, vary_cuts
from relmark_helpers.calculations.plan_entries import check_entries, plan_problems
from relmark_helpers.calculations.plan_form import LINKS, Link
from relmark_helpers.calculations.programme_comparison import (
    MEASURES,
    ClosedForm,
    Crossing,
    ProgrammeComparison,
    compare_programmes,
)
from relmark_helpers.calculations.programme_cost import Programme, programme_path
from relmark_helpers.calculations.programme_simulation import ProgrammeSimulation, Range, simulate_programmes
from relmark_helpers.calculations.programme_stake import ProgrammeStake, read_effect, weigh_programme
from relmark_helpers.calculations.referral import ReferralComparison, compare_referred, reward_limits
from relmark_helpers.calculations.relational_benefits import (
    BENEFIT_ITEMS,
    BENEFIT_TYPES,
    IMPORTANCE,
    BenefitProfile,
    measure_benefits,
    simulate_benefit_answers,
)
from relmark_helpers.calculations.relationship_cells import StayingCells, staying_cells
from relmark_helpers.calculations.relationship_commitment import (
    RELATIONSHIP_BONDS,
    bond_sums,
    commitment,
    commitment_kind,
)
from relmark_helpers.calculations.relationship_file import (
    RELATIONSHIP_ITEMS,
    RelationshipFile,
    simulate_relationship_file,
)
from relmark_helpers.calculations.relationship_fits import EpisodeFit, RelationshipFit, fit_episodes, fit_relationship
from relmark_helpers.calculations.relationship_grid import TEXTBOOK_GRID, LevelMap, compare_with_textbook, level_map
from relmark_helpers.calculations.relationship_history import CustomerHistory, change_circumstances, follow_customer
from relmark_helpers.calculations.relationship_levels import (
    LevelChoice,
    choose_level,
    example_levels,
    level_breakpoints,
)
from relmark_helpers.calculations.relationship_moments import compare_moments, repurchase_by_satisfaction
from relmark_helpers.calculations.relationship_network import (
    RelationshipNetwork,
    read_network,
    relationship_checklist,
    score_groups,
)
from relmark_helpers.calculations.relationship_paths import RELATIONSHIP_PATHS, implied_paths
from relmark_helpers.calculations.relationship_plan import RelationshipPlan, make_plan
from relmark_helpers.calculations.relationship_quality import (
    TEACHING_MODEL,
    Episode,
    RelationshipModel,
    RelationshipState,
    experience_episode,
    relationship_satisfaction,
)
from relmark_helpers.calculations.relationship_signs import SignComparison, compare_signs
from relmark_helpers.calculations.relationship_simulation import (
    CALIBRATED_POPULATION,
    Population,
    RelationshipSample,
    simulate_history,
    simulate_relationships,
)
from relmark_helpers.calculations.reliability import (
    AlphaByLength,
    alpha_by_length,
    average_variance_extracted,
    composite_loadings,
    composite_reliability,
    cronbach_alpha,
    rho_a,
    spearman_brown,
)
from relmark_helpers.calculations.reliability_estimates import measure_items, measure_reliability
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
from relmark_helpers.calculations.scale_scores import ScaleScores, answer_table, mean_limits, score_scales
from relmark_helpers.calculations.service_quality import (
    PUBLISHED_GAPS,
    SERVQUAL_LAYOUT,
    ServiceQuality,
    WeightedGaps,
    measure_service_quality,
    weigh_gaps,
)
from relmark_helpers.calculations.shopping import Concentration, DealLink, concentration, deal_link, habits
from relmark_helpers.calculations.standard_findings import FINDINGS, standard_findings
from relmark_helpers.calculations.standard_fits import SpecificationComparison, compare_specifications
from relmark_helpers.calculations.tolerance_simulation import SimulatedAnswers, simulate_tolerance_answers
from relmark_helpers.calculations.tolerance_tables import (
    ExpectedShares,
    check_printed_gaps,
    expected_shares,
    zone_means,
)
from relmark_helpers.calculations.tolerance_zone import ToleranceZone, measure_tolerance_zone
from relmark_helpers.calculations.trend_curves import TrendCurve, fit_trend_curve, projection_errors
from relmark_helpers.calculations.true_relationships import (
    NINE_CELLS,
    TEACHING_CUTS,
    CustomerPlace,
    RelationshipCuts,
    place_customer,
    relationship_kind,
)
from relmark_helpers.calculations.two_markets import TwoMarkets, divide_between_two
from relmark_helpers.calculations.weights import share_of_weights, weight_change_to_reach, weight_range

__all__ = [
    "AXES",
    "BEHAVIOURS",
    "BENEFIT_ITEMS",
    "BENEFIT_TYPES",
    "BEST_BRAND_TRUTH",
    "BONDS",
    "CALIBRATED_POPULATION",
    "CONVENTIONS",
    "CRITERIA",
    "ECSI",
    "EQUAL_BEHAVIOUR_WEIGHTS",
    "EQUAL_WEIGHTS",
    "FINDINGS",
    "FINDINGS_TRUTH",
    "IMPORTANCE",
    "INFLUENCE_GROUPS",
    "LINKS",
    "MEAN",
    "MEASURES",
    "NINE_CELLS",
    "PEAK_END",
    "PLANS",
    "PUBLISHED_GAPS",
    "RELATIONSHIP_BONDS",
    "RELATIONSHIP_ITEMS",
    "RELATIONSHIP_PATHS",
    "RULES",
    "SCALE",
    "SERVQUAL_LAYOUT",
    "STAGES",
    "STANDARDS",
    "STATIONS",
    "TEACHING_CUTS",
    "TEACHING_MODEL",
    "TEACHING_WEIGHTS",
    "TEXTBOOK_GRID",
    "WEIGHT_CHANGE",
    "AggregationRule",
    "AlphaByLength",
    "AxisOrders",
    "BenefitProfile",
    "BondFit",
    "BondLevels",
    "BondWeights",
    "BucketPath",
    "CampaignComparison",
    "ChainEstimate",
    "ChecklistScore",
    "ClosedForm",
    "Concentration",
    "ConcordanceTest",
    "ConventionComparison",
    "Crossing",
    "CustomerChain",
    "CustomerHistory",
    "CustomerPlace",
    "DealLink",
    "DomainScores",
    "Episode",
    "EpisodeFit",
    "ExchangePlacement",
    "ExpectedMediation",
    "ExpectedShares",
    "FineEffect",
    "FitProfile",
    "InteractionLevels",
    "IntraclassCorrelation",
    "ItemAnalysis",
    "Ladder",
    "LevelChoice",
    "LevelMap",
    "Link",
    "MarketScores",
    "MediationBootstrap",
    "MediationFit",
    "PathBootstrap",
    "PathFit",
    "PathModel",
    "PlacedCustomers",
    "PlanAllocation",
    "Population",
    "PreTrend",
    "Programme",
    "ProgrammeComparison",
    "ProgrammeSimulation",
    "ProgrammeStake",
    "Range",
    "ReferralComparison",
    "ReferralSweep",
    "RelationshipCuts",
    "RelationshipFile",
    "RelationshipFit",
    "RelationshipModel",
    "RelationshipNetwork",
    "RelationshipPlan",
    "RelationshipSample",
    "RelationshipState",
    "ResponseComparison",
    "RetentionCost",
    "RetentionFit",
    "RetentionModel",
    "RuleComparison",
    "SatisfactionTruth",
    "ScaleScores",
    "ServiceQuality",
    "SignComparison",
    "SimulatedAnswers",
    "SpecificationComparison",
    "StayingCells",
    "StoppingComparison",
    "ToleranceZone",
    "TrendCurve",
    "TwoMarkets",
    "WeightedGaps",
    "aggregate_log",
    "allocate_budget",
    "allocate_with_starts",
    "alpha_by_length",
    "analyse_items",
    "answer_table",
    "average_variance_extracted",
    "bond_sums",
    "bootstrap_mediation",
    "bootstrap_paths",
    "bought_next",
    "break_even_keeping_cost",
    "cash_flows",
    "change_circumstances",
    "change_period",
    "check_entries",
    "check_jury",
    "check_printed_gaps",
    "choice_probabilities",
    "choose_level",
    "churn_by_cause",
    "churn_rate",
    "commitment",
    "commitment_kind",
    "compare_constructs",
    "compare_conventions",
    "compare_levels",
    "compare_mailed",
    "compare_moments",
    "compare_programmes",
    "compare_referred",
    "compare_responses",
    "compare_rules",
    "compare_signs",
    "compare_specifications",
    "compare_stopping",
    "compare_with_textbook",
    "composite_loadings",
    "composite_reliability",
    "concentration",
    "cost_per_customer_saved",
    "cronbach_alpha",
    "deal_link",
    "difference_score_test",
    "divide_between_two",
    "draw_statements",
    "estimate_chain",
    "example_levels",
    "expect_mediation",
    "expected_lifetime",
    "expected_shares",
    "experience_episode",
    "fill_bucket",
    "fit_bdw",
    "fit_bonds",
    "fit_choices",
    "fit_composites",
    "fit_episodes",
    "fit_fine",
    "fit_mediation",
    "fit_pls",
    "fit_profile",
    "fit_relationship",
    "fit_sbg",
    "fit_trend_curve",
    "follow_customer",
    "fornell_larcker_table",
    "four_steps",
    "habits",
    "holding_cost",
    "implied_paths",
    "intraclass_correlation",
    "judge_measurement",
    "judge_programmes",
    "jury_form",
    "jury_problems",
    "kendall_w",
    "ladder_log",
    "level_breakpoints",
    "level_map",
    "life_cycle_stages",
    "lifetime_value",
    "log_likelihood",
    "loss_by_group",
    "make_plan",
    "margin_multiple",
    "marginal_effects",
    "mean_limits",
    "measure_benefits",
    "measure_items",
    "measure_reliability",
    "measure_service_quality",
    "measure_tolerance_zone",
    "nearest_station",
    "pair_table",
    "path_layers",
    "period_means",
    "place_customer",
    "place_customers",
    "place_exchange",
    "plan_limits",
    "plan_problems",
    "polygon_areas",
    "population_r_squared",
    "pre_trend",
    "programme_path",
    "projection_errors",
    "rates_from_survival",
    "read_effect",
    "read_network",
    "recency_chain",
    "recency_log",
    "relationship_checklist",
    "relationship_kind",
    "relationship_satisfaction",
    "replacement_need",
    "repurchase_by_satisfaction",
    "response_share",
    "retention_chain",
    "retention_elasticity",
    "retention_rate",
    "retention_table",
    "reward_limits",
    "rho_a",
    "score_checklist",
    "score_domains",
    "score_groups",
    "score_markets",
    "score_scales",
    "score_subgroups",
    "share_of_weights",
    "simulate_act_log",
    "simulate_benefit_answers",
    "simulate_choices",
    "simulate_comparisons",
    "simulate_customers",
    "simulate_domain_ratings",
    "simulate_history",
    "simulate_jury",
    "simulate_programmes",
    "simulate_relationship_file",
    "simulate_relationships",
    "simulate_stays",
    "simulate_tolerance_answers",
    "spearman_brown",
    "stage_moves",
    "standard_findings",
    "stay_probability",
    "staying_cells",
    "steady_state",
    "survival_from_rates",
    "sweep_referrals",
    "switching_cost",
    "teaching_ladder",
    "two_by_two",
    "value_gain",
    "vary_cuts",
    "weekly_means",
    "weigh_gaps",
    "weigh_programme",
    "weight_change_to_reach",
    "weight_range",
    "zone_means",
]
