"""The JSON Schema of scenario.toml, made from the models of ``settings``: for editors and checkers.

A whole scenario and a variant (one that ``extends`` another) have the same keys, but a variant leaves
out what it inherits, at any depth. So the schema has two parts: what every key may hold, with nothing
required; and, where ``extends`` is absent, what is asked of a whole scenario.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from jeugdsim.scenario.checks import UNUSABLE_IN_NAMES
from jeugdsim.scenario.contracts import ANY_FORM, TERMS_OF_FORM
from jeugdsim.scenario.keys import ASKED_OF_KIND, KEYS, TERMS_OF_KIND
from jeugdsim.scenario.numbers import FAMILIES
from jeugdsim.scenario.settings import Settings

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CENTRES = {"Percentiles": "p50", "Triangle": "mode", "Normal": "mean", "Lognormal": "mean"}
_RANGE = {"minimum": "from", "maximum": "to"}
_CONSTRAINTS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum"}
_ASKED = ("required", "minProperties", "if", "then", "else", "dependentSchemas")
_TABLES_OR_MEANS = ("indexation", "index_forecast_error")
_NAME = {"pattern": rf"^[^\s{UNUSABLE_IN_NAMES}]([^{UNUSABLE_IN_NAMES}]*[^\s{UNUSABLE_IN_NAMES}])?$"}
_YEAR = {"pattern": "^[1-9][0-9]{3}$"}
_CORRELATION = {"type": "number", "minimum": -1, "maximum": 1}

_TERMS_BY_YEAR = ("agreed_reduction", "transition")
_NO_BANDS = {"properties": {name: {"maxItems": 0} for name in ("loss_bands", "gain_bands")}}
_SHARES_WITHOUT_BANDS = {"if": {"required": ["minimum_savings"]}, "then": _NO_BANDS}
_PER_PROVIDER = {"properties": {"per": {"const": "provider"}}, "required": ["per"]}
_NAMED_PROVIDERS = {"required": ["providers"], "properties": {"providers": {"minProperties": 1}}}
_CEILING_ASKS_PROVIDERS = {
    "ceiling": {
        "if": {"properties": {"ceiling": _PER_PROVIDER}},
        "then": _NAMED_PROVIDERS,
    }
}
_ONE_SUM = {"not": {"required": ["euros", "of_expected"]}}
_SOME_SUM = {"if": {"required": ["euros"]}, "else": {"required": ["of_expected"]}}
_FIXED_GROWTH = {
    "if": {"required": ["fixed_per_year"]},
    "then": {"properties": dict.fromkeys(("pass_through", "at_least", "at_most"), False)},
}
_SCOPE_OF_A_CONTRACT = {
    "if": {"properties": {"segments": {"maxItems": 0}}},
    "then": {"properties": {"care_forms": {"minItems": 1}}, "required": ["care_forms"]},
}
_MOVE = {"properties": {"affects": {"const": "move"}}, "required": ["affects"]}
_ON_A_MOVE = {"if": _MOVE, "then": {"properties": {"care_forms": {"maxItems": 0}}}}
_ON_NO_MOVE = {
    "if": {"properties": {"affects": {"not": {"const": "move"}}}, "required": ["affects"]},
    "then": {"properties": {"from": False, "to": False}},
}
_EITHER_SUM_OR_MULTIPLE = {
    "oneOf": [{"required": ["above"]}, {"required": ["above_expected"]}],
}
_ON_CHILDREN_IN_CARE = {
    "if": {"properties": {"applies_to": {"const": "all"}}, "required": ["applies_to"]},
    "then": {"properties": {"affects": {"const": "stay_days"}}},
}
_SCOPE_OF_A_LEVER = {
    "if": _MOVE,
    "then": {"required": ["from", "to"]},
    "else": {"properties": {"care_forms": {"minItems": 1}}, "required": ["care_forms"]},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of scenario.toml, as ``jeugdsim schema`` prints it.

    It knows keys, types, units, ranges and defaults, not what the CSV files hold: ``load_scenario``
    checks more. Dates are text (2027-01-01), as TOML tools give them to a schema.

    Returns
    -------
    dict
        Plain dicts, lists, texts and numbers: ready for ``json.dumps``.

    Examples
    --------
    >>> import jeugdsim as js
    >>> js.schema()["properties"]["years"]["maximum"]
    100
    """
    definitions: Schema = {}
    whole = _whole(definitions)
    parts = {f"part_of_{name}": _loosened(part) for name, part in definitions.items()}
    return {
        "$schema": DIALECT,
        "title": "scenario.toml",
        "description": "A scenario of jeugdsim, or a variant: a scenario that extends another.",
        "type": "object",
        "properties": {**_inheritance(), **_loosened(whole)["properties"]},
        "additionalProperties": False,
        "dependentRequired": {"remove": ["extends"]},
        "if": {"required": ["extends"]},
        "else": _requirements(whole),
        "$defs": {**definitions, **parts},
    }


def _inheritance() -> Schema:
    """Return the two keys that are read before the settings are."""
    return {
        "extends": {
            "type": "string",
            "minLength": 1,
            "description": "The folder of the scenario this one changes, seen from this folder.",
        },
        "remove": {
            "type": "array",
            "items": {"type": "string"},
            "description": 'Paths to delete from the base, such as "levers.NAME" or "demand.NAME".',
        },
    }


def _whole(definitions: Schema) -> Schema:
    """Return the schema of a scenario in one piece, its tables inlined.

    The distributions it refers to are put in ``definitions``.
    """
    raw = Settings.model_json_schema()
    whole: Schema = _tidy(raw, raw["$defs"], definitions)
    properties = whole["properties"]
    world = properties["world"]["properties"]
    for name in _TABLES_OR_MEANS:
        world[name] = _table_or_mean(world[name])
    properties["savings"]["properties"]["target"]["propertyNames"] = _YEAR
    contracts, options = properties["contracts"], properties["options"]
    contracts.update(minProperties=1, propertyNames=_NAME)
    contracts["additionalProperties"].update(_SCOPE_OF_A_CONTRACT)
    options.update(propertyNames=_NAME)
    options["additionalProperties"].update(propertyNames=_NAME)
    properties["tariff_resets"].update(propertyNames=_NAME)
    for terms in (contracts, options["additionalProperties"]):
        _add_rules_of_terms(terms["additionalProperties"])
    _add_rules_of_keys(properties["allocation"]["properties"]["defined"])
    lever = properties["levers"]["items"]
    lever["properties"]["name"].update(_NAME)
    lever["allOf"] = [_ON_A_MOVE, _ON_NO_MOVE, _ON_CHILDREN_IN_CARE]
    lever.update(_SCOPE_OF_A_LEVER)
    by_path = {"type": "object", "additionalProperties": _CORRELATION}
    properties["correlations"]["additionalProperties"] = {"anyOf": [_CORRELATION, by_path]}
    return whole


def _table_or_mean(table: Schema) -> Schema:
    """Return the schema of a table for which its mean alone may stand."""
    description = table.pop("description")
    mean = {key: part for key, part in table["properties"]["mean"].items() if key != "description"}
    return {"description": description, "default": 0, "anyOf": [mean, table]}


def _add_rules_of_terms(terms: Schema) -> None:
    """Add what the terms of a contract, or of an option for it, allow beside each other."""
    properties = terms["properties"]
    for name in _TERMS_BY_YEAR:
        properties[name]["propertyNames"] = _YEAR
    properties["providers"]["propertyNames"] = _NAME
    properties["indexation"]["allOf"] = [_FIXED_GROWTH]
    properties["ceiling"].update(_SOME_SUM, allOf=[_ONE_SUM])
    terms["allOf"] = [*map(_terms_of_form, TERMS_OF_FORM), _SHARES_WITHOUT_BANDS]
    terms["dependentSchemas"] = _CEILING_ASKS_PROVIDERS


def _add_rules_of_keys(defined: Schema) -> None:
    """Add which names the keys of a scenario may have, and which terms a kind of key takes and asks."""
    defined["propertyNames"] = {**_NAME, "not": {"enum": list(KEYS)}}
    terms = defined["additionalProperties"]
    terms["properties"]["steps"]["propertyNames"] = _YEAR
    terms["properties"]["level"]["exclusiveMaximum"] = 1
    every = frozenset().union(*TERMS_OF_KIND.values())
    terms["allOf"] = [
        _if_kind(kind, {"properties": dict.fromkeys(sorted(every - taken), False)})
        for kind, taken in {**dict.fromkeys(KEYS, frozenset[str]()), **TERMS_OF_KIND}.items()
    ]
    asked = [_if_kind(kind, {"required": list(names)}) for kind, names in ASKED_OF_KIND.items()]
    pooled = _if_kind("pooled", _EITHER_SUM_OR_MULTIPLE)
    terms["dependentSchemas"] = {"kind": {"allOf": [*asked, pooled]}}


def _if_kind(kind: str, then: Schema) -> Schema:
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}


def _terms_of_form(form: str) -> Schema:
    """Return that a form takes no terms of other forms."""
    foreign = frozenset().union(*TERMS_OF_FORM.values()) - TERMS_OF_FORM[form] - ANY_FORM
    return {
        "if": {"properties": {"form": {"const": form}}, "required": ["form"]},
        "then": {"properties": dict.fromkeys(sorted(foreign), False)},
    }


def _tidy(part: Any, models: Schema, definitions: Schema) -> Any:
    """Put models in the place of their references, and drop what says nothing in a TOML file.

    Those are titles that repeat the key, null (TOML has none), and defaults of whole tables.
    """
    if isinstance(part, list):
        return [_tidy(item, models, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "anyOf" in part:
        part = _without_null(part)
    if "$ref" in part:
        model = models[part["$ref"].rpartition("/")[2]]
        part = {**model, **{key: value for key, value in part.items() if key != "$ref"}}
    if _is_uncertain(part):
        return _uncertain(part, models, definitions)
    told = {
        _CONSTRAINTS.get(key, key): _tidy(value, models, definitions)
        for key, value in _limited(part).items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and isinstance(value, dict | None))
        and key not in ("$defs", "properties")
    }
    if "properties" in part:
        told["properties"] = {
            name: _tidy(value, models, definitions) for name, value in part["properties"].items()
        }
    if told.get("type") == "array" and told["items"].get("type") == "string":
        told["uniqueItems"] = True
    return told


def _limited(part: Schema) -> Schema:
    """Return a number whose size has a limit with that limit on both sides."""
    most = part.get("most")
    if not isinstance(most, float):
        return part
    rest = {key: value for key, value in part.items() if key != "most"}
    return {**rest, "minimum": part.get("minimum", -most), "maximum": part.get("maximum", most)}


def _without_null(part: Schema) -> Schema:
    members = [member for member in part["anyOf"] if member != {"type": "null"}]
    if len(members) > 1:
        return {**part, "anyOf": members}
    return {**members[0], **{key: value for key, value in part.items() if key != "anyOf"}}


def _is_uncertain(part: Schema) -> bool:
    """Tell whether a number may be a distribution here."""
    names = {str(member.get("$ref")).rpartition("/")[2] for member in part.get("anyOf", ())}
    return names >= {family.__name__ for family in FAMILIES.values()}


def _uncertain(part: Schema, models: Schema, definitions: Schema) -> Schema:
    """Return a number or a distribution whose centre lies in the same range.

    A limit on their size holds for every number of a distribution.
    """
    sizes = {key: limit for key, limit in _limited({"most": part.get("most")}).items() if key in _RANGE}
    part = _limited(part)
    limits = {key: part[key] for key in _RANGE if key in part}
    name = "_".join(["distribution", *(f"{_RANGE[key]}_{limits[key]:g}" for key in limits)])
    definitions[name] = {"anyOf": [_family(model, sizes, limits, models) for model in _CENTRES]}
    told: Schema = {key: part[key] for key in ("description", "default") if key in part}
    return {**told, "anyOf": [{"type": "number", **limits}, {"$ref": f"#/$defs/{name}"}]}


def _family(name: str, sizes: Schema, limits: Schema, models: Schema) -> Schema:
    model = models[name]
    properties: Schema = {key: {"type": "number", **sizes} for key in model["properties"]}
    properties[_CENTRES[name]].update(limits)
    for spread in ("sd", "cv"):
        if spread in properties:
            properties[spread]["minimum"] = 0
    if name == "Lognormal":
        properties["mean"].pop("minimum", None)
        properties["mean"]["exclusiveMinimum"] = 0
    return {
        "description": model["description"].replace("``", ""),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _loosened(part: Any) -> Any:
    """Return what a variant may hold: the same, with nothing required in tables that are merged.

    ``[[levers]]`` are merged by name, so they have one; other lists replace the base's whole.
    """
    if isinstance(part, list):
        return [_loosened(member) for member in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") == "array":
        return {**part, "items": _loosened_element(part["items"])}
    loose = {key: value for key, value in part.items() if key not in _ASKED}
    if "$ref" in part:
        loose["$ref"] = part["$ref"].replace("/$defs/", "/$defs/part_of_")
    for key in ("additionalProperties", "anyOf"):
        if key in part:
            loose[key] = _loosened(part[key])
    if "properties" in part:
        loose["properties"] = {name: _loosened(value) for name, value in part["properties"].items()}
    return loose


def _loosened_element(item: Schema) -> Schema:
    if "name" not in item.get("properties", {}):
        return item
    return {**_loosened(item), "required": ["name"]}


def _requirements(part: Schema) -> Schema:
    """Return what is asked of a whole scenario beyond what is asked of a variant too."""
    if _loosened(part) == part:
        return {}
    asked = {key: part[key] for key in (*_ASKED, "anyOf", "$ref") if key in part}
    below = {name: _requirements(value) for name, value in part.get("properties", {}).items()}
    if any(below.values()):
        asked["properties"] = {name: value for name, value in below.items() if value}
    for key in ("additionalProperties", "items"):
        if isinstance(part.get(key), dict) and _requirements(part[key]):
            asked[key] = _requirements(part[key])
    return asked
