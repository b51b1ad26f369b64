-- How sensors have been, and what is wrong with them.

-- What a sensor counted and how it was, in steps of a minute and of an hour: counts are what came within the step, not since the
-- start. `covered_micros` is how long of it the sensor told of. What it did not say is NULL.
CREATE TABLE sensor_history (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    step_seconds BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    covered_micros BIGINT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    drops BIGINT NOT NULL,
    shed BIGINT NOT NULL,
    events BIGINT NOT NULL,
    detections BIGINT NOT NULL,
    tcp_both_sides BIGINT NOT NULL,
    tcp_one_side BIGINT NOT NULL,
    flows BIGINT NOT NULL,
    queue_length BIGINT NOT NULL,
    cpu_machine_permille BIGINT,
    memory_bytes BIGINT,
    memory_available_bytes BIGINT,
    disk_free_bytes BIGINT,
    clock_offset_ms BIGINT,
    PRIMARY KEY (tenant_id, sensor_id, step_seconds, starts_at)
);
CREATE INDEX sensor_history_by_age ON sensor_history (step_seconds, starts_at);

-- Samples of the version before counted from the sensor's start; between two of them lies what came. A counter that fell began anew.
INSERT INTO sensor_history (tenant_id, sensor_id, step_seconds, starts_at, covered_micros, packets, bytes, drops, shed, events,
    detections, tcp_both_sides, tcp_one_side, flows, queue_length)
SELECT tenant_id, sensor_id, 3600, taken_at / 3600000000 * 3600000000, CAST(SUM(taken_at - before_at) AS BIGINT),
    CAST(SUM(CASE WHEN packets < before_packets THEN packets ELSE packets - before_packets END) AS BIGINT),
    CAST(SUM(CASE WHEN bytes < before_bytes THEN bytes ELSE bytes - before_bytes END) AS BIGINT),
    CAST(SUM(CASE WHEN drops < before_drops THEN drops ELSE drops - before_drops END) AS BIGINT),
    0, 0, 0, 0, 0, MAX(flows), MAX(queue_length)
FROM (
    SELECT tenant_id, sensor_id, taken_at, packets, bytes, drops, flows, queue_length,
        LAG(taken_at) OVER w AS before_at, LAG(packets) OVER w AS before_packets, LAG(bytes) OVER w AS before_bytes,
        LAG(drops) OVER w AS before_drops
    FROM sensor_samples
    -- What a hostile sensor may have claimed would not fit into a sum.
    WHERE packets < 1000000000000000 AND bytes < 1000000000000000 AND drops < 1000000000000000
    WINDOW w AS (PARTITION BY tenant_id, sensor_id ORDER BY taken_at)
) AS steps
WHERE before_at IS NOT NULL
GROUP BY tenant_id, sensor_id, taken_at / 3600000000 * 3600000000;

DROP TABLE sensor_samples;

-- What is or was wrong with a sensor. There is one open alarm of a kind at most; `value` is what was measured when it opened.
CREATE TABLE sensor_alarms (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    sensor_id TEXT NOT NULL REFERENCES sensors (id),
    kind TEXT NOT NULL,
    value BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE UNIQUE INDEX sensor_alarms_open ON sensor_alarms (sensor_id, kind) WHERE closed_at IS NULL;
CREATE INDEX sensor_alarms_of_tenant ON sensor_alarms (tenant_id, opened_at);

-- A message is about an incident or an alarm. It is no reference: alarms are forgotten earlier.
ALTER TABLE deliveries ADD COLUMN alarm TEXT;
CREATE INDEX deliveries_of_alarm ON deliveries (alarm);
