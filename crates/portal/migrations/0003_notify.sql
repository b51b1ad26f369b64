-- Who is told of what, by which way, and what became of it.

-- One row for each person (or address of the tenant), way and change. It is written in the same transaction as what it tells
-- of. `target` is where it goes: mail:<user>, push:<subscription>, endpoint:<endpoint>; `change_key` is what it tells: nobody
-- is told the same twice. `taken_by` is the portal that is sending it; `run_at` is then when it may be taken anew.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    incident TEXT REFERENCES incidents (id),
    user_id TEXT REFERENCES users (id),
    target TEXT NOT NULL,
    channel TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    severity BIGINT NOT NULL,
    change_key TEXT NOT NULL,
    digest TEXT,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    taken_by TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    accepted_at BIGINT,
    opened_at BIGINT,
    last_error TEXT,
    UNIQUE (tenant_id, target, change_key)
);
CREATE INDEX deliveries_due ON deliveries (state, run_at);
CREATE INDEX deliveries_of_incident ON deliveries (tenant_id, incident);
CREATE INDEX deliveries_of_user ON deliveries (tenant_id, user_id, created_at);
CREATE INDEX deliveries_of_digest ON deliveries (tenant_id, digest);

INSERT INTO deliveries (id, tenant_id, incident, user_id, target, channel, label, reason, severity, change_key, state, attempts,
    run_at, created_at, last_error)
SELECT id, tenant_id, incident, user_id, 'mail:' || user_id, 'mail', '', 'raised', severity, incident || ':severity:' || severity,
    CASE state WHEN 'sent' THEN 'accepted' ELSE state END, attempts, run_at, created_at, last_error
FROM mail_jobs;

DROP TABLE mail_jobs;

-- How a person wants to be told; who has no row has the defaults. The threshold of mails stands in `users`. Quiet hours are
-- minutes of the day in the tenant's time zone.
CREATE TABLE notify_preferences (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    push_from TEXT NOT NULL,
    digest TEXT NOT NULL,
    quiet_from BIGINT,
    quiet_until BIGINT,
    quiet_broken_from TEXT NOT NULL,
    subject_names_host BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- Browsers that take Web Push messages for a person.
CREATE TABLE push_subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    endpoint TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    auth_secret TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    accepted_at BIGINT
);
CREATE INDEX push_subscriptions_of_user ON push_subscriptions (tenant_id, user_id);

-- Addresses of a tenant's own systems: webhooks, chats, log servers. `secret` signs or opens; it is shown once, when it is made.
CREATE TABLE notify_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    recipient TEXT NOT NULL,
    secret TEXT NOT NULL,
    severity_from TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX notify_endpoints_of_tenant ON notify_endpoints (tenant_id, name);

-- What holds for all of a tenant; who has no row has the defaults.
CREATE TABLE notify_settings (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    time_zone TEXT NOT NULL,
    escalate_after_minutes BIGINT,
    escalate_from TEXT NOT NULL
);

-- Whom to tell when nobody stirs, in this order.
CREATE TABLE escalation_steps (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    place BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (tenant_id, place)
);

-- Incidents that wait for somebody to stir, and the next step.
CREATE TABLE escalations (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    incident TEXT NOT NULL REFERENCES incidents (id),
    place BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, incident)
);
CREATE INDEX escalations_due ON escalations (run_at);

-- Who has opened an incident, first.
CREATE TABLE incident_readers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    incident TEXT NOT NULL REFERENCES incidents (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, incident, user_id)
);

-- The key by which push services know this portal (VAPID, RFC 8292): PKCS #8 in base64. All processes on one database share it.
CREATE TABLE vapid_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
