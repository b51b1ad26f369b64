-- What single sign-on needs beyond the service's name: who may come by it, as what, and who is known to it.

ALTER TABLE sign_on DROP COLUMN creates_people;
-- Mail domains of those who may come, separated by spaces.
ALTER TABLE sign_on ADD COLUMN domains TEXT NOT NULL DEFAULT '';
-- What somebody becomes who comes for the first time without having been invited; empty: nobody comes so.
ALTER TABLE sign_on ADD COLUMN new_role TEXT NOT NULL DEFAULT '';
-- Whether there is no other way in, but for those who run the portal.
ALTER TABLE sign_on ADD COLUMN is_required BIGINT NOT NULL DEFAULT 0;
-- Whether the service is believed to have asked for a second factor without saying so.
ALTER TABLE sign_on ADD COLUMN is_trusted BIGINT NOT NULL DEFAULT 0;

-- Who is who at the service: by its own name for a person, which stays when the mail address goes to somebody else.
CREATE TABLE sign_on_subjects (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, issuer, subject)
);
CREATE UNIQUE INDEX sign_on_subjects_by_user ON sign_on_subjects (tenant_id, user_id, issuer);
