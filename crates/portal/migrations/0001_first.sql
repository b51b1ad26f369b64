-- The portal's first tables. Text that SQLite and PostgreSQL both take: identifiers are UUIDv7 as
-- text, times are microseconds since 1970 in UTC, tenant_id leads every key of tenant data.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    mail_on_incident TEXT NOT NULL,
    mail_language TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX users_of_tenant ON users (tenant_id);

-- Only the SHA-256 of the cookie's token is kept: a stolen copy of the database opens no session.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE sensors (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    location TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    barred_at BIGINT,
    secret_hash TEXT UNIQUE,
    secret_expires_at BIGINT,
    secret_used_at BIGINT,
    key_fingerprint TEXT UNIQUE,
    enrolled_at BIGINT,
    announced_state TEXT NOT NULL,
    last_heartbeat_at BIGINT,
    heartbeat TEXT
);
CREATE INDEX sensors_of_tenant ON sensors (tenant_id, name);

CREATE TABLE sensor_samples (
    tenant_id TEXT NOT NULL,
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    taken_at BIGINT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    drops BIGINT NOT NULL,
    flows BIGINT NOT NULL,
    queue_length BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, sensor_id, taken_at)
);

CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    incident_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    severity BIGINT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    host_ip TEXT NOT NULL,
    host_name TEXT,
    host_name_folded TEXT,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    handling TEXT NOT NULL,
    search TEXT NOT NULL,
    line TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (tenant_id, sensor_id, incident_id)
);
CREATE INDEX incidents_by_last_seen ON incidents (tenant_id, last_seen, id);
CREATE INDEX incidents_by_severity ON incidents (tenant_id, severity, last_seen);
CREATE INDEX incidents_by_host ON incidents (tenant_id, host_ip);
CREATE INDEX incidents_by_change ON incidents (tenant_id, changed_at);

CREATE TABLE incident_communications (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    communication TEXT NOT NULL,
    PRIMARY KEY (tenant_id, incident, communication)
);

CREATE TABLE incident_stages (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    stage TEXT NOT NULL,
    PRIMARY KEY (tenant_id, incident, stage)
);

CREATE TABLE incident_actions (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    action_key TEXT NOT NULL,
    done_by TEXT NOT NULL REFERENCES users (id),
    done_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, incident, action_key)
);

CREATE TABLE incident_history (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    written_at BIGINT NOT NULL,
    user_id TEXT REFERENCES users (id),
    kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX history_of_incident ON incident_history (tenant_id, incident, id);

-- A mail to send is a row in the same transaction as what it tells of.
CREATE TABLE mail_jobs (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    incident TEXT NOT NULL REFERENCES incidents (id),
    severity BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_error TEXT,
    UNIQUE (tenant_id, incident, user_id, severity)
);
CREATE INDEX mail_jobs_due ON mail_jobs (state, run_at);
