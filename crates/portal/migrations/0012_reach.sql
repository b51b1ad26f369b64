-- Which sensors go by which suppressions, and what sites are.

-- Another one after each change of a suppression; the highest of a tenant is that of its whole set.
ALTER TABLE suppressions ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
UPDATE suppressions SET version = COALESCE(revoked_at, created_at);
CREATE INDEX suppressions_by_version ON suppressions (tenant_id, version);

-- When a sensor said that it goes by a version; later ones hold all that earlier ones did.
CREATE TABLE sensor_suppressions (
    tenant_id TEXT NOT NULL,
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    version BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, sensor_id, version)
);

ALTER TABLE sites ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX sensors_by_site ON sensors (tenant_id, site_id);
CREATE INDEX user_sites_by_site ON user_sites (site_id);
