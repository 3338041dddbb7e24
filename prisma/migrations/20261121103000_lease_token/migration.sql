-- Fencing tokens only ever grow, also after the leases that carried them are gone.
CREATE SEQUENCE lease_token AS bigint;
