"""Write the ages of this variant, and stays that last as long as in the base with an age limit.

Reads ``facts/*.csv`` and ``care_forms.csv`` of the base; writes ``entry_ages.csv``,
``extended_care.csv`` and ``care_forms.csv``, and prints both mean stays. Same input, same
bytes.

The stays of the base were seen with children leaving at 18. A stay stated beside an age
limit is the stay without it: here longer (mean and sd by one factor), so that its mean with
the limit, at the form's own entry ages, is that of the base.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import integrate, optimize, stats

FOLDER = Path(__file__).resolve().parent
BASE = FOLDER.parent / "haaglanden-2027"
YEAR_DAYS, MAJORITY = 365.25, 18
AGES = [str(age) for age in range(MAJORITY)]
WIDER_RESIDENTIAL = 2.0  # times the spread of the base: some stay on for years, an assumption
WITHIN_A_YEAR = (np.arange(50) + 0.5) / 50  # entry is spread evenly over a year of age


def fact(name):
    """Read one table of ``facts/``."""
    return pd.read_csv(FOLDER / "facts" / f"{name}.csv")


def write(name, table):
    """Write a table as UTF-8 with LF, to a temporary name first."""
    temporary = FOLDER / f".{name}.tmp"
    table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    temporary.replace(FOLDER / f"{name}.csv")


def law(form, factor):
    """Return the distribution of a stay, ``factor`` times as long as stated."""
    mean = form.stay_mean_days * factor
    if form.stay_distribution == "exponential":
        return stats.expon(scale=mean)
    variance = np.log1p((form.stay_sd_days / form.stay_mean_days) ** 2)
    return stats.lognorm(np.sqrt(variance), scale=mean * np.exp(-variance / 2))


def limited_mean(stay, ages, extended):
    """Return the mean of a stay that ends at the age limit.

    Parameters
    ----------
    stay : scipy distribution
        The stay without the limit, days.
    ages : ndarray, shape (18,)
        Share by age at entry.
    extended : (float, float)
        Share that may stay on after 18, and until which age.
    """
    share, until = extended
    days = np.linspace(0, YEAR_DAYS * until, 20_001)
    mean_until = integrate.cumulative_trapezoid(stay.sf(days), days, initial=0)
    entry = np.arange(MAJORITY)[:, None] + WITHIN_A_YEAR
    left = [np.interp((limit - entry) * YEAR_DAYS, days, mean_until) for limit in (until, MAJORITY)]
    return float(ages @ (share * left[0] + (1 - share) * left[1]).mean(axis=1))


def stated_stays(forms, ages, extended):
    """Return stays whose mean with the limit is that of the base, as a factor on it."""
    factors = {}
    for form in forms.itertuples():
        own = ages.loc[form.care_form].to_numpy()
        beyond = extended.loc[form.care_form] if form.care_form in extended.index else (0, MAJORITY)

        def gap(factor, form=form, own=own, beyond=tuple(beyond)):
            return limited_mean(law(form, factor), own, beyond) / form.stay_mean_days - 1

        factors[form.care_form] = 1.0 if gap(1.0) > -1e-4 else optimize.brentq(gap, 1.0, 20.0)
    return pd.Series(factors)


def main():
    """Derive, write and report."""
    ages, extended = fact("entry_ages_assumed"), fact("extended_assumed")
    forms = pd.read_csv(BASE / "care_forms.csv", dtype={"places": "Int64"})
    wider = forms["care_form"] == "residentieel"
    forms.loc[wider, "stay_sd_days"] *= WIDER_RESIDENTIAL
    rows = ages.melt(["care_form", "source"], AGES, "age", "share")
    rows = rows[rows["share"] > 0].astype({"age": int}).sort_values(["care_form", "age"])
    write("entry_ages", rows[["care_form", "age", "share", "source"]].assign(note=""))
    write("extended_care", extended.drop(columns="evidence"))

    factors = stated_stays(
        forms,
        ages.set_index("care_form")[AGES],
        extended.set_index("care_form")[["share", "until_age"]],
    )
    factors = forms["care_form"].map(factors)
    longer = forms.assign(
        stay_mean_days=(forms["stay_mean_days"] * factors).round(),
        stay_sd_days=(forms["stay_sd_days"] * factors).round(),
    )
    write("care_forms", longer)
    table = pd.DataFrame({"base, with the limit": forms["stay_mean_days"],
                          "stated here, without": longer["stay_mean_days"]})  # fmt: skip
    print("mean stay, days\n" + table.set_index(forms["care_form"]).to_string())


if __name__ == "__main__":
    main()
