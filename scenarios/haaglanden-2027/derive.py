"""Turn the facts beside this scenario into its seven derived CSV files.

Reads only ``facts/*.csv`` and writes ``municipalities.csv``, ``population.csv``,
``care_forms.csv``, ``demand.csv``, ``moves.csv``, ``waiting.csv`` and ``accounts.csv``;
prints the cost, user and duration tables against which they were calibrated, the places
beside the care and the lines of today, and the accounts so far (for pictures only). Same
input, same bytes.

The calibration is linear algebra. In a steady state the arrivals of a care form
are ``lam = ext + P.T @ lam`` (moves to a form that is not bought leave), its stock
is ``lam * stay / 365`` and its yearly cost ``lam * stay * units_per_day * tariff``
(unit ``traject``: ``lam * tariff``). Cost per form follows from the accounts of
2023, one factor on the units of light care makes the number of users of the eight
right, and two factors per municipality (light, heavy) make its cost and its users
right together.

That is the care given today. Where places are scarce they hold that care, nearly full;
who stops waiting comes on top of the inflow, so that care and line stay as they are.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

FOLDER = Path(__file__).resolve().parent
DEN_HAAG = "Den Haag"
DEN_HAAG_BUYS = ("verblijf", "hoogspecialistisch")  # segments, plus:
DEN_HAAG_BUYS_FORM = "dagbehandeling"
YEARS = range(2025, 2033)
FIRST_YEAR, PRICE_YEAR, ACCOUNTS_YEAR, DAYS = 2027, 2025, 2023, 365
HIGHEST_GROWTH, LOWEST_GROWTH = 0.45, -0.35  # as in calibrate_growth.py, of the logarithm
CLASS_EDGES = np.array([91.3, 182.6, 365.25, 730.5, 1095.75, 1461.0])  # days


def fact(name):
    """Read one table of ``facts/``."""
    return pd.read_csv(FOLDER / "facts" / f"{name}.csv")


def write(name, table):
    """Write a table as UTF-8 with LF, to a temporary name first."""
    temporary = FOLDER / f".{name}.tmp"
    table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    temporary.replace(FOLDER / f"{name}.csv")


def assumed_numbers():
    """Return the single numbers of ``facts/assumptions.csv`` by name."""
    return fact("assumptions").set_index("name")["value"]


# ---------------------------------------------------------------- population


def population(damping):
    """Extrapolate youth (from 2024) and inhabitants (from 2025), damped.

    The last growth seen continues, halved (``damping``) every year: an assumption,
    as no consistent youth forecast per municipality was found.
    """
    seen = fact("population")
    rows, codes = [], {}
    for name, own in seen.groupby("municipality"):
        own = own.set_index("year")
        codes[name] = own["cbs_code"].iloc[0]
        youth, inhabitants = own["population_0_17"], own["population"]
        youth_growth = youth[2024] / youth[2023] - 1
        inhabitant_growth = inhabitants[2025] / inhabitants[2024] - 1
        youth_now, inhabitants_now = float(youth[2024]), float(inhabitants[2025])
        for year in YEARS:
            youth_now *= 1 + youth_growth * damping ** (year - 2024)
            if year > 2025:
                inhabitants_now *= 1 + inhabitant_growth * damping ** (year - 2025)
            note = "youth extrapolated" + ("" if year == 2025 else ", inhabitants too")
            rows.append((name, year, round(youth_now), round(inhabitants_now), "D01", note))
    columns = ["municipality", "year", "youth", "inhabitants", "source", "note"]
    return pd.DataFrame(rows, columns=columns), codes


# ------------------------------------------------------------------ care forms


def index_to_price_year():
    """Return the factor from prices of a year to 2025: definitive where known."""
    facts = fact("indexation")
    growth = {}
    for year, rows in facts.groupby("year"):
        definitive = rows[rows["status"] == "definitive"]
        weighted = rows[(rows["index"] == "weighted 90/10") & (rows["status"] == "preliminary")]
        wages = rows[rows["index"] == "OVA (wages)"]["percent"]
        materials = rows[rows["index"] == "PPC (materials)"]["percent"]
        if len(definitive):
            growth[year] = definitive["percent"].iloc[0]
        elif len(weighted):
            growth[year] = weighted["percent"].iloc[0]
        elif len(materials):
            growth[year] = 0.9 * wages.iloc[0] + 0.1 * materials.iloc[0]
        else:
            growth[year] = wages.iloc[0]
    return lambda start: float(
        np.prod([1 + growth[year] / 100 for year in range(start + 1, PRICE_YEAR + 1)])
    )


def tariffs_2025(forms, personal_budget_share):
    """Return a tariff per unit: mean of the named rows, in kind, at 2025 prices."""
    to_2025, rows = index_to_price_year(), fact("tariffs").set_index("id")
    tariffs = []
    for form in forms.itertuples():
        if pd.isna(form.tariff_rows):
            tariffs.append(form.tariff_stated)
            continue
        used = [rows.loc[name] for name in form.tariff_rows.split("+")]
        in_kind = [
            row.eur / (personal_budget_share if row.kind == "pgb maximum" else 1)
            * to_2025(int(row.year)) / (60 if form.unit == "minuut" else 1)
            for row in used
        ]  # fmt: skip
        tariffs.append(round(float(np.mean(in_kind)), 3 if form.unit == "minuut" else 2))
    return np.array(tariffs)


def foster_care_days():
    """Return the mean entering stay: stock over exits and stock over placements, 2021."""
    rows = fact("durations")
    rows = rows[(rows["form"] == "pleegzorg") & (rows["year"] == 2021)]
    rows = rows.set_index("measure")["value"]
    by_placements = rows["stock (31 December)"] / rows["new placements (year)"]
    return round((rows["stock divided by yearly exits"] + by_placements) / 2 * 365.25)


def care_forms(personal_budget_share):
    """Return the care-form table with tariffs and stays filled in, units unscaled."""
    forms = fact("care_forms_assumed").set_index("care_form", drop=False)
    forms["tariff"] = tariffs_2025(forms, personal_budget_share)
    stays = forms["stay_mean_days"].replace("stock over flow", foster_care_days())
    forms["stay_mean_days"] = stays.astype(float)
    return forms


# ------------------------------------------------------------------------ cost


def cost_by_form(forms, municipalities):
    """Return the accounts of 2023 (all task fields but 6.82) bridged to care forms."""
    accounts, bridge = fact("iv3_accounts_2023"), fact("bridge")
    assert np.allclose(bridge.groupby("task_field")["share"].sum(), 1)
    own = accounts[accounts["area"].isin(municipalities)]
    fields = own.groupby("task_field")["value"].sum()
    bridge["cost"] = bridge["share"] * bridge["task_field"].map(fields)
    return bridge.groupby("care_form")["cost"].sum().reindex(forms.index)


def bought_by_den_haag(forms):
    """Return which care forms Den Haag buys through the region."""
    return (
        forms["segment"].isin(DEN_HAAG_BUYS) | (forms["care_form"] == DEN_HAAG_BUYS_FORM)
    ).to_numpy()


def growth_of_value(numbers):
    """Return the factor from the accounts of 2023 to volumes of 2027 at 2025 prices."""
    volume = (1 + numbers["real_growth_2023_to_2027_per_year"]) ** (FIRST_YEAR - ACCOUNTS_YEAR)
    return index_to_price_year()(ACCOUNTS_YEAR) * volume


def cost_targets(numbers):
    """Return the target per municipality of the eight, and Den Haag's rest of 350 mln.

    Accounts 2023, to 2025 prices, plus real growth to the volumes of 2027, less what
    is outside the regional purchase (personal budgets, nationally purchased care).
    """
    accounts = fact("iv3_accounts_2023")
    totals = accounts[accounts["task_field"] == "total"].set_index("area")["value"]
    eight = totals.drop(DEN_HAAG)
    outside = fact("iv3_out_of_scope_2025")
    outside = outside.loc[outside["area"] != DEN_HAAG, "value"].sum()
    total = eight.sum() * growth_of_value(numbers) - outside
    targets = eight / eight.sum() * total
    targets[DEN_HAAG] = numbers["regional_total_2025_prices"] - total
    return targets


# -------------------------------------------------------------- accounts so far


def scope_in_2023(forms, targets, numbers):
    """Return what each municipality spent in 2023 on what is in the regional purchase.

    The eight: their target taken back to the prices and volumes of 2023. Den Haag: its
    own accounts through the bridge, the forms it buys through the region, nothing taken
    out; its target is what 350 mln leaves over, which no accounts confirm.
    """
    scope = targets / growth_of_value(numbers)
    scope[DEN_HAAG] = cost_by_form(forms, [DEN_HAAG])[bought_by_den_haag(forms)].sum()
    return scope


def accounts(codes, scope):
    """Return accounts so far: those with protection times the share of 2023 in scope.

    With protection, since part of the heavy care was booked there until 2022. Years up
    to a jump that ``calibrate_growth.py`` reads as a booking difference are left out.
    """
    panel = fact("accounts_panel").set_index(["cbs_code", "year"])["youth_care_incl_protection_eur"]
    rows = []
    for name, code in sorted(codes.items()):
        spent = panel[code].sort_index()
        growth = np.log(spent).diff()
        jumps = growth[(growth > HIGHEST_GROWTH) | (growth < LOWEST_GROWTH)].index
        share = scope[name] / spent[ACCOUNTS_YEAR]
        how = "by the bridge" if name == DEN_HAAG else "without protection, pgb and national"
        for year, euros in spent[spent.index >= jumps.max() if len(jumps) else spent.index].items():
            note = f"{share:.3f} of Iv3 with protection: the share of {ACCOUNTS_YEAR}, {how}"
            rows.append((name, year, round(euros * share / 1000) * 1000, "D06", note))
    return pd.DataFrame(rows, columns=["municipality", "year", "euros", "source", "note"])


# ----------------------------------------------------------------- steady state


def arrivals(ext, moves, bought):
    """Solve the traffic equations for the forms that are bought."""
    inside = moves * bought[:, None] * bought[None, :]
    return np.linalg.solve(np.eye(len(ext)) - inside.T, ext * bought)


def yearly_cost(forms, lam):
    """Return the expected yearly cost per form of ``lam`` arrivals a year."""
    per_stay = forms["stay_mean_days"] * forms["units_per_day"].fillna(0) * forms["tariff"]
    return lam * np.where(forms["unit"] == "traject", forms["tariff"], per_stay)


def children(forms, lam, ext):
    """Return the distinct children in care in a year: start stock plus new from outside."""
    return (lam * forms["stay_mean_days"] / DAYS).sum() + ext.sum()


def calibrate(forms, moves, targets, users, trajectories_per_youth):
    """Find units of light care and external inflow per municipality and form.

    Returns
    -------
    inflow : DataFrame
        Children a year from outside, municipality by care form.
    scale : float
        The factor put on ``units_per_day`` of light care (not ``traject``).
    """
    eight, everything = list(users.index), np.ones(len(forms), bool)
    light = (forms["weight"] == "light").to_numpy()
    scaled = light & (forms["unit"] != "traject").to_numpy()

    mix = cost_by_form(forms, eight)
    cost = (mix / mix.sum() * targets[eight].sum()).to_numpy()
    lam = cost / yearly_cost(forms, np.ones(len(forms)))
    # children = sum of lam * (stay/365 + 1 - moves out); light units scale lam by 1/scale
    weight = forms["stay_mean_days"].to_numpy() / DAYS + 1 - moves.sum(axis=1)
    wanted = users.sum() * trajectories_per_youth
    scale = (lam * weight)[scaled].sum() / (wanted - (lam * weight)[~scaled].sum())
    forms["units_per_day"] *= np.where(scaled, scale, 1)
    forms["units_per_day"] = forms["units_per_day"].round(4)
    lam = cost / yearly_cost(forms, np.ones(len(forms)))
    ext = lam - moves.T @ lam
    assert (ext >= 0).all(), "a care form gets more moves than it can hold"

    inflow = pd.DataFrame(0.0, index=[*eight, DEN_HAAG], columns=forms.index)
    parts = [np.where(light, ext, 0), np.where(light, 0, ext)]
    flows = [arrivals(part, moves, everything) for part in parts]
    costs = [yearly_cost(forms, flow).sum() for flow in flows]
    counts = [children(forms, flow, part) for flow, part in zip(flows, parts, strict=True)]
    for name in eight:
        factors = np.linalg.solve(
            [costs, counts], [targets[name], users[name] * trajectories_per_youth]
        )
        assert (factors > 0).all(), name
        inflow.loc[name] = factors[0] * parts[0] + factors[1] * parts[1]

    bought = bought_by_den_haag(forms)
    mix = cost_by_form(forms, [DEN_HAAG]).to_numpy() * bought
    lam = mix / mix.sum() * targets[DEN_HAAG] / yearly_cost(forms, np.ones(len(forms)))
    ext = lam - (moves * bought[None, :]).T @ lam
    assert (ext[bought] >= 0).all(), DEN_HAAG
    inflow.loc[DEN_HAAG] = np.where(bought, ext, np.nan)
    return inflow, scale


# ---------------------------------------------------------------------- places


def in_line_for_day_centres(in_care):
    """Return children waiting for a day centre per municipality.

    The highest and the lowest count of the nine were found; the region's line doubled in
    2024. The seven others lie between those two: per child in care the geometric mean of
    the two, and no fewer than the lowest: an assumption.
    """
    seen = fact("waiting").query("form == 'KDC'").set_index("area")["value"]
    counted = seen.drop("Haaglanden") * seen["Haaglanden"]
    between = in_care * np.exp(np.log(counted / in_care).mean())
    return counted.reindex(in_care.index).fillna(between.clip(lower=counted.min()))


def in_line_today(scarce, in_care):
    """Return children waiting today, municipality by care form with places."""
    foster = fact("waiting").query("year == 2021").set_index("measure")["value"]
    line = {}
    for form, kind in scarce["waiting"].items():
        if kind == "day centres":
            line[form] = in_line_for_day_centres(in_care[form])
        else:
            ratio = foster["waiting"] / foster["stock"] if kind == "foster care" else float(kind)
            line[form] = in_care[form] * ratio
    return pd.DataFrame(line)


def leaving_the_line(line):
    """Return children a year who stop waiting less those who come by escalation, as ``line``."""
    rules = fact("waiting_assumed").set_index("care_form")
    escalating = line * rules["escalation_per_year"].fillna(0)
    leaving = line * rules["reneging_per_year"].fillna(0) + escalating
    for form, goal in rules["escalation_care_form"].dropna().items():
        leaving[goal] -= escalating[form]
    return leaving


def days_blocked(form, moves, asking, line):
    """Return the days a child of ``form`` waits in it for its next place, on average.

    First come first served, so by Little's law line over those who ask; children who go
    first wait hardly at all.
    """
    blocked = moves[(moves["from_care_form"] == form) & (moves["holds_place"] == "true")]
    blocked = blocked[blocked["priority"].isna()].set_index("to_care_form")["probability"]
    return (blocked * DAYS * line.sum()[blocked.index] / asking[blocked.index].sum()).sum()


# ----------------------------------------------------------------------- checks


def duration_classes(forms, lam):
    """Return the share of stays per CBS duration class, weighted by arrivals ``lam``."""
    below = np.zeros(len(CLASS_EDGES))
    for form, flow in zip(forms.itertuples(), lam, strict=True):
        mean = form.stay_mean_days
        if form.stay_distribution == "exponential":
            law = stats.expon(scale=mean)
        else:
            variance = np.log1p((form.stay_sd_days / mean) ** 2)
            law = stats.lognorm(np.sqrt(variance), scale=mean * np.exp(-variance / 2))
        below += flow * law.cdf(CLASS_EDGES)
    return np.diff(np.concatenate([[0.0], below / lam.sum(), [1.0]]))


def report(forms, moves, demand, youth, targets, users, numbers, scale):
    """Print cost, users, mix and durations as they follow from the rounded files."""
    rates = demand.pivot(index="municipality", columns="care_form", values="inflow_per_1000_youth")
    rates = rates.reindex(columns=forms.index)
    per_youth = numbers["trajectories_per_youth"]
    cost, flow, stay_share, people = {}, {}, {}, {}
    for name, row in rates.iterrows():
        bought, ext = row.notna().to_numpy(), row.fillna(0).to_numpy() * youth[name] / 1000
        lam = arrivals(ext, moves, bought)
        cost[name], flow[name] = yearly_cost(forms, lam), lam
        people[name] = children(forms, lam, ext) / per_youth
        stay = (forms["segment"] == "verblijf") & (forms["care_form"] != "logeren")
        stay |= forms["care_form"] == "ggz klinisch"
        stay_share[name] = (lam * forms["stay_mean_days"] / DAYS + ext)[stay].sum()
        stay_share[name] *= 100 / per_youth / people[name]
    cost, flow = pd.DataFrame(cost, index=forms.index), pd.DataFrame(flow, index=forms.index)
    million = 1e6
    print(f"units of light care scaled by {scale:.4f}\n\ncost, EUR million at 2025 prices")
    table = pd.DataFrame({"model": cost.sum() / million, "target": targets / million})
    table["difference %"] = (table["model"] / table["target"] - 1) * 100
    print(table.round(3).to_string(), f"\ntotal {table['model'].sum():.3f}\n")
    known = fact("users_2022")
    known = known[known["measure"] == "share with stay"].set_index("area")["value"]
    table = pd.DataFrame({"model": people, "CBS 2022": users, "% stay": stay_share})
    table["difference %"] = (table["model"] / table["CBS 2022"] - 1) * 100
    table["% stay CBS"] = known
    print("users in a year\n" + table.round(1).to_string() + "\n")
    cost["eight"] = cost.drop(columns=DEN_HAAG).sum(axis=1)
    bridged = cost_by_form(forms, users.index)
    table = pd.DataFrame({
        "segment": forms["segment"], "eight": cost["eight"] / million,
        "% of eight": cost["eight"] / cost["eight"].sum() * 100,
        "% Iv3 2023": bridged / bridged.sum() * 100,
        "Den Haag": cost[DEN_HAAG] / million,
        "stock eight": flow.drop(columns=DEN_HAAG).sum(axis=1) * forms["stay_mean_days"] / DAYS,
        "stock Den Haag": flow[DEN_HAAG] * forms["stay_mean_days"] / DAYS,
        "arrivals region": flow.sum(axis=1),
    })  # fmt: skip
    print(table.round(2).to_string() + "\n")
    print(table.groupby("segment")[["eight", "Den Haag"]].sum().round(1).to_string() + "\n")
    classes = fact("durations")
    classes = classes[classes["measure"].str.contains("duration class")]
    table = pd.DataFrame({"CBS 2021": classes["value"] / classes["value"].sum() * 100})
    table.index = classes["measure"].str.replace("ended trajectories in duration class ", "")
    table["model, nine"] = duration_classes(forms, flow.sum(axis=1)) * 100
    table["model, eight"] = duration_classes(forms, flow.drop(columns=DEN_HAAG).sum(axis=1)) * 100
    print("duration of ended trajectories, %\n" + table.round(1).to_string())
    print("largest gap, points", (table["model, nine"] - table["CBS 2021"]).abs().max().round(2))


def report_places(forms, in_care, line, leaving):
    """Print places beside the care and the lines of today, for the region."""
    table = pd.DataFrame({
        "places": forms["places"], "in care": in_care.sum(), "in line": line.sum(),
        "leave the line a year": leaving.sum(),
    }).loc[line.columns]  # fmt: skip
    print("\nplaces, and children in care and in line today\n" + table.round(1).to_string())
    print("\nin line per municipality\n" + line.round(1).to_string())


# ------------------------------------------------------------------------- main


def served(inflow, moves, forms):
    """Return arrivals a year and children in care, municipality by care form."""
    flows = {
        name: arrivals(row.fillna(0).to_numpy(), moves, row.notna().to_numpy())
        for name, row in inflow.iterrows()
    }
    lam = pd.DataFrame(flows, index=forms.index).T
    return lam, lam * forms["stay_mean_days"] / DAYS


def rates(inflow, youth):
    """Return rows of demand.csv: new children per 1,000 youth a year."""
    per_1000 = (inflow.div(youth, axis=0) * 1000).rename_axis("municipality")
    rows = per_1000.stack().dropna().rename("inflow_per_1000_youth").round(5).reset_index()
    return rows.sort_values(["municipality", "care_form"], ignore_index=True)


def demand(asked, youth, scarce, in_care, line, inflow_cv):
    """Return demand.csv: what is asked for, and who is in care and in line at the start."""
    rows = rates(asked, youth)
    limited = rows["care_form"].isin(scarce.index)
    there = rows["municipality"] == DEN_HAAG
    cells = pd.MultiIndex.from_frame(rows[["municipality", "care_form"]])
    care, waiting = in_care.stack().reindex(cells), line.stack().reindex(cells).replace(0, np.nan)
    rows.insert(2, "clients_at_start", care.round(1).where(limited.to_numpy()).to_numpy())
    rows["inflow_per_1000_youth_cv"] = inflow_cv
    rows["waiting_at_start"] = waiting.round(1).to_numpy()
    rows["waiting_at_start_cv"] = rows["care_form"].map(scarce["waiting_cv"])
    rows["source"] = rows["care_form"].map(scarce["source"]).fillna("D04")
    rows.loc[there, "source"] = np.where(limited[there], "A20", "D05")
    rows["note"] = np.where(there, "rest of 350 mln", "")
    return rows


def main():
    """Derive, write and report."""
    numbers = assumed_numbers()
    people, codes = population(numbers["youth_trend_damping"])
    first = people[people["year"] == FIRST_YEAR].set_index("municipality")["youth"]
    forms = care_forms(numbers["pgb_share_of_in_kind_tariff"])
    assumed_moves = pd.read_csv(
        FOLDER / "facts" / "moves_assumed.csv", dtype={"holds_place": str, "priority": "Int64"}
    )
    moves = assumed_moves.set_index(["from_care_form", "to_care_form"])["probability"].unstack()
    moves = moves.reindex(index=forms.index, columns=forms.index).fillna(0.0).to_numpy()
    users = fact("users_2022")
    users = users[users["measure"] == "young people, all ages"].set_index("area")["value"]
    targets = cost_targets(numbers)
    inflow, scale = calibrate(
        forms, moves, targets, users.drop(DEN_HAAG), numbers["trajectories_per_youth"]
    )

    scarce = fact("places_assumed").set_index("care_form")
    lam, in_care = served(inflow, moves, forms)
    line = in_line_today(scarce, in_care)
    leaving = leaving_the_line(line)
    asking = lam.add(leaving, fill_value=0)
    forms["places"] = (in_care.sum() / scarce["occupancy"]).round().astype("Int64")
    forms["places_cv"] = scarce["places_cv"]
    asked = inflow.add(leaving.reindex(columns=inflow.columns).fillna(0))
    stated = forms.copy()
    blocked = days_blocked("crisis", assumed_moves, asking, line)
    stated.loc["crisis", "stay_mean_days"] -= round(blocked)
    assumed_moves.insert(3, "probability_cv", numbers["moves_cv"])
    names = pd.DataFrame(sorted(codes.items()), columns=["municipality", "cbs_code"])
    write("municipalities", names.assign(source="S06", note=""))
    write("population", people)
    write("moves", assumed_moves.drop(columns="evidence"))
    write("demand", demand(asked, first, scarce, in_care, line, numbers["inflow_cv"]))
    columns = "care_form segment unit tariff units_per_day units_cv stay_distribution "
    columns += "stay_mean_days stay_mean_days_cv stay_sd_days places places_cv source note"
    write("care_forms", stated[columns.split()])
    rules = fact("waiting_assumed").astype({"admitted_within_days": "Int64"})
    write("waiting", rules.drop(columns="evidence"))
    so_far = accounts(codes, scope_in_2023(forms, targets, numbers))
    write("accounts", so_far)
    report(forms, moves, rates(inflow, first), first, targets, users.drop(DEN_HAAG), numbers, scale)
    report_places(forms, in_care, line, leaving)
    print(f"a child in crisis waits {blocked:.1f} days of its {forms['stay_mean_days']['crisis']:.0f}")
    table = so_far.pivot(index="municipality", columns="year", values="euros") / 1e6
    table.loc["nine"] = table.sum(skipna=False)
    print("\naccounts so far, EUR million, nominal\n" + table.round(1).to_string())


if __name__ == "__main__":
    main()
