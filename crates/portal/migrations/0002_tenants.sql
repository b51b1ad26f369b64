-- Customers, the partners who sold to them, and the operator; sites of a customer.

ALTER TABLE tenants ADD COLUMN kind TEXT NOT NULL DEFAULT 'customer';
ALTER TABLE tenants ADD COLUMN partner_id TEXT REFERENCES tenants (id);
ALTER TABLE tenants ADD COLUMN partner_may_act BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN licensed_endpoints BIGINT;
CREATE INDEX tenants_of_partner ON tenants (partner_id);

CREATE TABLE sites (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, name)
);
ALTER TABLE sensors ADD COLUMN site_id TEXT REFERENCES sites (id);

-- A person without a row here sees all sites; one with rows only these.
CREATE TABLE user_sites (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    PRIMARY KEY (tenant_id, user_id, site_id)
);

-- When somebody of a partner or of the operator was last in a customer's data.
CREATE TABLE visits (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    began_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, began_at)
);
