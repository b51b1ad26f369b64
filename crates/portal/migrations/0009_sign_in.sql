-- How people sign in: what their tenant demands, browsers that are known, guessing that all portals on one database
-- count together, single sign-on.

-- Whether everybody of the tenant needs a second factor.
ALTER TABLE tenants ADD COLUMN requires_second_factor BIGINT NOT NULL DEFAULT 0;

-- Failed attempts, by account, address or browser (only a digest of which).
CREATE TABLE sign_in_failures (
    source TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);

-- Browsers in which somebody has signed in before: whoever guesses elsewhere does not keep him out there.
CREATE TABLE known_browsers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    token_hash TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, token_hash)
);

-- The tenant's own sign-on service (OpenID Connect). The secret is sealed.
CREATE TABLE sign_on (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    creates_people BIGINT NOT NULL
);
