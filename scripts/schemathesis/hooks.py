"""Signs in as HINOMI_EMAIL, and puts identifiers of what exists where Schemathesis has made one up."""

import os
import uuid

import requests
import schemathesis

URL = os.environ["HINOMI_URL"]
# Whom a DELETE may take; of each collection one thing is left, so that what comes afterwards has something to ask for.
LEFT_AT_LEAST = 1


def sign_in():
    person = {"email": os.environ["HINOMI_EMAIL"], "password": os.environ["HINOMI_PASSWORD"]}
    session = requests.Session()
    answer = session.post(f"{URL}/api/v1/session", json=person, timeout=10)
    answer.raise_for_status()
    session.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return session, answer.json()


SESSION, WHO = sign_in()
COOKIE = f"hinomi_session={SESSION.cookies['hinomi_session']}"


def listed(collection, tenant):
    answer = SESSION.get(f"{URL}/api/v1/{collection}", params={"tenant": tenant}, timeout=10)
    items = answer.json().get("items", []) if answer.ok else []
    return [item["id"] for item in items if item["id"] != WHO["user"]["id"]]


def customer():
    """Staff works in a customer's data, everybody else at home."""
    looked_after = listed("tenants", WHO["home"]["id"])
    return looked_after[0] if looked_after else WHO["home"]["id"]


TENANT = customer()
COLLECTIONS = ["incidents", "sensors", "people"]
KNOWN = {f"/api/v1/{name}": listed(name, TENANT) for name in COLLECTIONS}


@schemathesis.auth()
class SignedIn:
    def get(self, case, context):
        return COOKIE, SESSION.headers["x-csrf-token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Cookie"], case.headers["x-csrf-token"] = data


def is_identifier(value):
    try:
        return str(uuid.UUID(str(value))) == str(value).lower()
    except ValueError:
        return False


@schemathesis.hook
def before_call(context, case, kwargs):
    if is_identifier((case.query or {}).get("tenant")):
        case.query["tenant"] = TENANT
    if not is_identifier((case.path_parameters or {}).get("id")):
        return
    known = KNOWN.get(case.path.split("/{")[0], [])
    if case.method == "DELETE" and len(known) > LEFT_AT_LEAST:
        case.path_parameters["id"] = known.pop()
    elif case.method != "DELETE" and known:
        case.path_parameters["id"] = known[0]


@schemathesis.hook
def after_call(context, case, response):
    if case.method == "POST" and response.status_code == 201:
        made = response.json()
        # A new person, sensor or customer is answered within what was made for it.
        made = made.get("sensor") or made.get("tenant") or made
        if isinstance(made, dict) and is_identifier(made.get("id")):
            KNOWN.setdefault(case.path, []).append(made["id"])
