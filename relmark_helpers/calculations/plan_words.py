"""What a relationship plan says in words: each link, what is missing, and what the numbers rest on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relmark_helpers.calculations.relationship_plan import RelationshipPlan

__all__: list[str] = []


def say_links(plan: RelationshipPlan) -> list[str]:
    """Return one or two sentences for each link of the chain."""
    return [_say_proposition(plan), _say_segments(plan), _say_delivery(plan), _say_service(plan), _say_control(plan)]


def what_is_missing(plan: RelationshipPlan) -> tuple[str, ...]:
    """Return what a reader of the page should know is not there."""
    found = []
    if not plan.proposition["proof"]:
        found.append("Value proposition: no proof that customers want this.")
    if plan.position is None:
        found.append("Transactional or relational: not judged yet.")
    if plan.markets is None:
        found.append("Present and desired emphasis on the markets: no jury has voted yet.")
    if plan.budget is None:
        found.append("Money for the actions: not divided yet.")
    else:
        idle = [str(market) for market in plan.actions.index[plan.actions["spend"].isna()]]
        if idle:
            found.append(f"Cost not known, so no money divided: {', '.join(idle)}.")
    if not plan.reward:
        found.append("What a referral is worth: not worked out yet.")
    if plan.service is None:
        found.append("Service against the zone of tolerance: not measured yet.")
    if plan.control is None:
        found.append("Control: no number is watched yet.")
    else:
        open_rows = plan.control.index[plan.control["status"] == "not measured yet"]
        if len(open_rows):
            found.append(f"Watched, but not measured yet: {'; '.join(map(str, open_rows))}.")
    return tuple(found)


def what_is_uncertain(plan: RelationshipPlan) -> tuple[str, ...]:
    """Return what the numbers of a plan rest on, and how sure they are."""
    found = [
        "Lifetime values hold if margin and retention stay as they are for ever, at "
        f"{100 * plan.discount:g}% interest a year."
    ]
    assumed = [f"{name} ({what})" for name, what in plan.segments["assumed"].items() if what]
    if assumed:
        found.append(f"Assumed, not measured: {'; '.join(assumed)}.")
    if plan.position is not None:
        weak = (
            "with other weights it may lie on either side"
            if plan.position.verdict == "both"
            else "so are their weights"
        )
        found.append(f"The scores behind the position of {plan.position.position:.2f} are judgements; {weak}.")
    if plan.markets is not None:
        jurors = plan.markets.jurors
        if jurors == 1:
            found.append("The gaps are one person's opinion; there are no limits.")
        else:
            market, share = plan.first_priority or ("", 0.0)
            few = "; limits from so few are too narrow" if jurors < 10 else ""
            found.append(
                f"Gaps are opinions of {jurors} jurors; {market} comes first in {share:.0%} of redrawn juries{few}."
            )
    if plan.budget is not None:
        widest = (plan.actions["response_high"] - plan.actions["response_low"]).idxmax()
        low, high = plan.actions.loc[widest, ["response_low", "response_high"]]
        found.append(
            f"Nobody has measured the response to money: other responses give {widest} {low:,.0f} to {high:,.0f}."
        )
    if plan.reward:
        found.append("How referred customers differ is assumed; that the referral is the cause is assumed too.")
    if plan.service is not None and (doubtful := list(plan.service.index[plan.service["place"] == "borderline"])):
        found.append(f"Borderline, neither clearly inside nor outside the zone: {'; '.join(map(str, doubtful))}.")
    if plan.control is not None and plan.control["now"].notna().any():
        found.append("Watched numbers stand as counted, without limits: near a threshold chance decides.")
    return tuple(found)


def say_money(amount: float) -> str:
    """Return money without decimals; from ten millions on in millions.

    >>> say_money(541_700), say_money(-12_345_678)
    ('541,700', '-12 m')
    """
    return f"{amount / 1e6:,.0f} m" if abs(amount) >= 1e7 else f"{amount:,.0f}"


def _say_proposition(plan: RelationshipPlan) -> str:
    said = plan.proposition
    parts = [said["promise"], f"For: {said['for_whom']}", f"Instead of: {said['instead_of']}"]
    parts.append(f"Proof: {said['proof'] or 'none yet'}")
    return " ".join(part if part.endswith((".", "!", "?", "。", "！", "？")) else f"{part}." for part in parts)


def _say_segments(plan: RelationshipPlan) -> str:
    total, low, high = plan.value
    limits = f" ({say_money(low)} to {say_money(high)})" if high > low else ""
    star = "*" * any(plan.segments["assumed"])
    many, count = plan.segments["customers"].sum(), len(plan.segments)
    where = f"{count} segment{'s' * (count > 1)}"
    worth = f"{many:,.0f} customers in {where}, worth {say_money(total)} {plan.currency}{star}{limits}."
    if plan.position is None:
        return f"{worth} Position: not judged yet."
    verdict = "could be either" if plan.position.verdict == "both" else plan.position.verdict
    return f"{worth} Position {plan.position.position:.2f}: {verdict}."


def _say_delivery(plan: RelationshipPlan) -> str:
    count = len(plan.actions)
    said = f"{count} {'action' if count == 1 else 'actions'}"
    said += f", {plan.budget.budget:,.0f} {plan.currency}." if plan.budget is not None else ", no money divided yet."
    first = plan.first_priority
    if first is None:
        return f"{said} First priority: no jury yet."
    sure = "" if math.isnan(first[1]) else f" ({first[1]:.0%} of redrawn juries)"
    return f"{said} First priority: {first[0]}{sure}."


def _say_service(plan: RelationshipPlan) -> str:
    if plan.service is None:
        return "Not measured yet."
    worst = plan.service["adequacy"].idxmin()
    row = plan.service.loc[worst]
    places = plan.service["place"].value_counts()
    return (
        f"Of {len(plan.service)} items {places.get('below', 0)} below what customers accept, "
        f"{places.get('borderline', 0)} borderline. Weakest: {worst}, {row['adequacy']:+.1f} points."
    )


def _say_control(plan: RelationshipPlan) -> str:
    if plan.control is None:
        return "No number is watched yet."
    counts = plan.control["status"].value_counts()
    parts = [
        f"{counts[status]} {status}" for status in ("act now", "in bounds", "not measured yet") if status in counts
    ]
    return f"{len(plan.control)} number{'s' * (len(plan.control) > 1)} watched: {', '.join(parts)}."
