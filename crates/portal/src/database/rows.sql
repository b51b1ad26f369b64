-- Run at every start, after the migrations; says the same each time.
DO $guard$
DECLARE
    guarded TEXT;
    visible TEXT;
BEGIN
    -- Two portals that start at once take turns.
    PERFORM pg_advisory_xact_lock(hashtext('hinomi row-level security'));
    FOR guarded IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.column_name = 'tenant_id'
    LOOP
        visible := 'current_setting(''hinomi.tenant'', true) IN (''*'', tenant_id)';
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        -- The portal owns its tables: without FORCE it would not be bound.
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('DROP POLICY IF EXISTS tenant ON %I', guarded);
        EXECUTE format('CREATE POLICY tenant ON %I USING (%s) WITH CHECK (%s)', guarded, visible, visible);
    END LOOP;
    -- Whoever is limited to sites sees what stands there; the setting is empty for everybody else.
    DROP POLICY IF EXISTS site ON sensors;
    CREATE POLICY site ON sensors AS RESTRICTIVE USING (
        NULLIF(current_setting('hinomi.person', true), '') IS NULL
        OR site_id IN (SELECT g.site_id FROM user_sites g WHERE g.user_id = current_setting('hinomi.person', true)));
    DROP POLICY IF EXISTS site ON incidents;
    CREATE POLICY site ON incidents AS RESTRICTIVE USING (
        NULLIF(current_setting('hinomi.person', true), '') IS NULL
        OR sensor_id IN (SELECT s.id FROM sensors s));
    DROP POLICY IF EXISTS staff ON users;
    CREATE POLICY staff ON users FOR SELECT USING (role IN ('partner', 'analyst', 'lab', 'operator'));
END
$guard$;
