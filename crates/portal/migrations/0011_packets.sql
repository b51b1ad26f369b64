-- Packets that sensors kept as evidence. A capture is the packets of one flow; its pieces, each of whole packets, put after one
-- another by `start` are a pcap file. One that was dropped for want of room stays known for a while, without its pieces.
CREATE TABLE captures (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    name TEXT NOT NULL,
    link_type BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    packets BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    dropped_at BIGINT,
    UNIQUE (tenant_id, sensor_id, name)
);
CREATE INDEX captures_of_sensor ON captures (tenant_id, sensor_id, received_at, dropped_at, bytes);
CREATE INDEX captures_by_age ON captures (received_at, dropped_at, bytes);

-- PostgreSQL's name of the type; SQLite keeps bytes in a column of any.
CREATE TABLE capture_pieces (
    tenant_id TEXT NOT NULL,
    capture TEXT NOT NULL REFERENCES captures (id),
    start BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (capture, start)
);

CREATE TABLE incident_captures (
    tenant_id TEXT NOT NULL,
    incident TEXT NOT NULL REFERENCES incidents (id),
    capture TEXT NOT NULL REFERENCES captures (id),
    PRIMARY KEY (tenant_id, incident, capture)
);
CREATE INDEX incidents_of_capture ON incident_captures (capture);
