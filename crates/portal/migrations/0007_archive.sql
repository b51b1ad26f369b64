-- An archive of a million incidents: rows that are short where lists are made of them, the long part beside them.

-- Keys between commas, as in ',tor,ransomware,'.
ALTER TABLE incidents ADD COLUMN communications TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN stages TEXT NOT NULL DEFAULT '';
UPDATE incidents SET communications = COALESCE((SELECT ',' || string_agg(c.communication, ',') || ',' FROM incident_communications c
    WHERE c.tenant_id = incidents.tenant_id AND c.incident = incidents.id), '');
UPDATE incidents SET stages = COALESCE((SELECT ',' || string_agg(s.stage, ',') || ',' FROM incident_stages s
    WHERE s.tenant_id = incidents.tenant_id AND s.incident = incidents.id), '');
DROP TABLE incident_communications;
DROP TABLE incident_stages;

-- What only the page of one incident reads.
CREATE TABLE incident_bodies (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, incident)
);
INSERT INTO incident_bodies (tenant_id, incident, body) SELECT tenant_id, id, body FROM incidents;
ALTER TABLE incidents DROP COLUMN body;

-- Whoever follows the changes goes on after the last one that he has read.
DROP INDEX incidents_by_change;
CREATE INDEX incidents_by_change ON incidents (tenant_id, changed_at, id);
-- What is counted at first sight: what is open, and when things began.
CREATE INDEX incidents_open ON incidents (tenant_id, severity, handling, due_at) WHERE handling <> 'resolved';
CREATE INDEX incidents_by_first_seen ON incidents (tenant_id, first_seen, severity, suppressed_at);
