-- The last step of escalation, and which days are business days.

-- Whether the customer's partner is told when nobody of the customer stirs.
ALTER TABLE notify_settings ADD COLUMN escalate_to_partner BIGINT NOT NULL DEFAULT 0;
-- A bit for each day of the week, Monday the lowest; whether public holidays of Japan are days off.
ALTER TABLE notify_settings ADD COLUMN business_weekdays BIGINT NOT NULL DEFAULT 31;
ALTER TABLE notify_settings ADD COLUMN rests_on_holidays BIGINT NOT NULL DEFAULT 1;
