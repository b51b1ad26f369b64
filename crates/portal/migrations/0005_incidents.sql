-- Incidents that are worked on by several people: more states, how they ended, who has them, by when, what is said
-- about them, what is hidden on the customer's word, and what people look for again.

-- What was done is resolved; nobody was asked how it ended then.
UPDATE incidents SET handling = 'resolved' WHERE handling = 'done';
UPDATE incident_history SET text = 'resolved' WHERE kind = 'handling' AND text = 'done';

ALTER TABLE incidents ADD COLUMN resolution TEXT;
ALTER TABLE incidents ADD COLUMN assigned_to TEXT REFERENCES users (id);
-- By when somebody has to take it up; none where nobody has to.
ALTER TABLE incidents ADD COLUMN due_at BIGINT;
-- As the severities' deadlines are, without the calendar that new ones are reckoned by.
UPDATE incidents SET due_at = received_at + CASE severity
    WHEN 3 THEN 1800000000 WHEN 2 THEN 43200000000 ELSE 259200000000 END WHERE severity > 0;

-- What goes with an entry beside its text, as JSON: how an incident ended and what was answered.
ALTER TABLE incident_history ADD COLUMN detail TEXT;

-- What customer and SOC say to each other about an incident; `internal` is 1 for what only the SOC sees.
CREATE TABLE incident_messages (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    incident TEXT NOT NULL REFERENCES incidents (id),
    written_at BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    internal BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX messages_of_incident ON incident_messages (tenant_id, incident, id);

-- Whom a customer calls, in order.
CREATE TABLE contacts (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    place BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (tenant_id, place)
);

-- By what incidents are alike: kind is host, rule, peer or family. Identifiers of incidents are in the order of time.
CREATE TABLE incident_marks (
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    PRIMARY KEY (tenant_id, kind, value, incident)
);
CREATE INDEX marks_of_incident ON incident_marks (tenant_id, incident);

-- What a customer does not want to be told of: `scope` is JSON.
CREATE TABLE suppressions (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    incident TEXT REFERENCES incidents (id),
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_by TEXT REFERENCES users (id),
    revoked_at BIGINT
);
CREATE INDEX suppressions_by_end ON suppressions (tenant_id, expires_at);

CREATE TABLE incident_suppressions (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    suppression TEXT NOT NULL REFERENCES suppressions (id),
    PRIMARY KEY (tenant_id, incident, suppression)
);
CREATE INDEX hidden_by_suppression ON incident_suppressions (tenant_id, suppression);

-- Since when an incident is hidden, and how far it was before.
ALTER TABLE incidents ADD COLUMN suppressed_at BIGINT;
ALTER TABLE incidents ADD COLUMN handling_before TEXT;

-- What people look for again: a name and the query string of the list.
CREATE TABLE incident_views (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, user_id, name)
);

-- The class, to filter by.
ALTER TABLE incidents ADD COLUMN class TEXT;
UPDATE incidents SET class = CASE
    WHEN line LIKE '%"class":"reconnaissance"%' THEN 'reconnaissance'
    WHEN line LIKE '%"class":"malicious_site"%' THEN 'malicious_site'
    WHEN line LIKE '%"class":"malicious_download"%' THEN 'malicious_download'
    WHEN line LIKE '%"class":"malware_communication"%' THEN 'malware_communication'
    ELSE 'suspicious' END;
