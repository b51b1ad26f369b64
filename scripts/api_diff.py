#!/usr/bin/env python3
"""Finds what would break a client of the API: compares two of its documents (OpenAPI 3.1), the earlier one first.

Added operations, answers, optional parameters and values of an enumeration in answers break nobody. Prints a line for
each change that does, and ends with 1 if there is any.
"""
import json
import sys

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
# Bounds that refuse more of what clients send: when raised, when lowered.
LOWER_BOUNDS = ("minLength", "minItems", "minimum", "exclusiveMinimum")
UPPER_BOUNDS = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")


class Comparison:
    def __init__(self, old, new):
        self.old, self.new = old, new
        self.under_way = set()

    def breaks(self):
        for path, item in self.old["paths"].items():
            for method in METHODS:
                if method in item:
                    found = self.new["paths"].get(path, {}).get(method)
                    name = f"{method.upper()} {path}"
                    if found is None:
                        yield f"{name}: is gone"
                    else:
                        yield from self.operation(name, item[method], found)

    def operation(self, name, old, new):
        yield from self.parameters(name, old, new)
        yield from self.request(name, resolve(self.old, old.get("requestBody", {})), resolve(self.new, new.get("requestBody", {})))
        for status, answer in old.get("responses", {}).items():
            if status not in new.get("responses", {}):
                if status.startswith("2"):
                    yield f"{name}: no longer answers {status}"
                continue
            contents = resolve(self.new, new["responses"][status]).get("content", {})
            for kind, content in resolve(self.old, answer).get("content", {}).items():
                if kind not in contents:
                    yield f"{name}: {status} no longer comes as {kind}"
                else:
                    yield from self.schema(f"{name}: {status}", content.get("schema", {}), contents[kind].get("schema", {}), False)

    def parameters(self, name, old, new):
        before, after = parameters_of(self.old, old), parameters_of(self.new, new)
        for key, parameter in before.items():
            if key not in after:
                yield f"{name}: parameter {key[1]} ({key[0]}) is gone"
            else:
                yield from self.schema(f"{name}: parameter {key[1]}", parameter.get("schema", {}), after[key].get("schema", {}), True)
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{name}: parameter {key[1]} ({key[0]}) is now required"

    def request(self, name, old, new):
        if new.get("required") and not old.get("required"):
            yield f"{name}: a body is now required"
        for kind, content in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{name}: no longer takes {kind}"
            else:
                yield from self.schema(f"{name}: body", content.get("schema", {}), new["content"][kind].get("schema", {}), True)

    def schema(self, name, old, new, sent):
        """`sent` tells what clients send from what they are answered."""
        key = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True), sent)
        if key in self.under_way:
            return
        self.under_way.add(key)
        try:
            yield from self.shape(name, flat(self.old, old), flat(self.new, new), sent)
        finally:
            self.under_way.discard(key)

    def shape(self, name, old, new, sent):
        narrow, wide = (new, old) if sent else (old, new)
        if types(narrow) and (not types(wide) or not types(wide) <= types(narrow)):
            yield f"{name}: was {spelled(old)}, is {spelled(new)}"
        if sent:
            yield from self.refusals(name, old, new)
        before, after = old.get("properties", {}), new.get("properties", {})
        for key, value in before.items():
            if key not in after:
                yield f"{name}.{key}: is gone"
            else:
                yield from self.schema(f"{name}.{key}", value, after[key], sent)
        required, now = set(old.get("required", [])), set(new.get("required", []))
        for key in sorted(now - required if sent else (required - now) & set(after)):
            yield f"{name}.{key}: " + ("is now required" if sent else "may now be missing")
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self.schema(f"{name}[]", old[part], new[part], sent)
        choices = new.get("oneOf") or new.get("anyOf") or [new]
        for variant in old.get("oneOf") or old.get("anyOf") or []:
            if not any(next(self.schema(name, variant, choice, sent), None) is None for choice in choices):
                yield f"{name}: one of its forms is gone or changed"

    def refusals(self, name, old, new):
        if "enum" in new:
            gone = [value for value in old.get("enum", ["values that were free"]) if value not in new["enum"]]
            if gone:
                yield f"{name}: no longer takes {', '.join(map(str, gone))}"
        for bounds, sign in ((LOWER_BOUNDS, 1), (UPPER_BOUNDS, -1)):
            for bound in bounds:
                if bound in new and (bound not in old or sign * new[bound] > sign * old[bound]):
                    yield f"{name}: {bound} is now {new[bound]}, was {old.get(bound, 'free')}"
        if "pattern" in new and new["pattern"] != old.get("pattern"):
            yield f"{name}: has another pattern"


def resolve(document, value):
    while "$ref" in value:
        found = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def flat(document, schema):
    """Follows references and takes `allOf` together."""
    if not isinstance(schema, dict):
        return {}
    schema = dict(resolve(document, schema))
    for part in schema.pop("allOf", []):
        part = flat(document, part)
        properties = {**schema.get("properties", {}), **part.get("properties", {})}
        required = [*schema.get("required", []), *part.get("required", [])]
        schema = {**part, **schema, "properties": properties, "required": required}
    return schema


def parameters_of(document, operation):
    found = (resolve(document, parameter) for parameter in operation.get("parameters", []))
    return {(parameter["in"], parameter["name"]): parameter for parameter in found}


def types(schema):
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def spelled(schema):
    return " or ".join(sorted(types(schema))) or "anything"


def main():
    documents = []
    for place in sys.argv[1:3]:
        with open(place, encoding="utf-8") as file:
            documents.append(json.load(file))
    found = list(dict.fromkeys(Comparison(*documents).breaks()))
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
