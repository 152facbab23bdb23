CREATE TABLE credentials (
    access_key TEXT PRIMARY KEY,
    secret_key TEXT NOT NULL,
    token TEXT,
    disabled INTEGER NOT NULL,
    read_only INTEGER NOT NULL,
    expires INTEGER,
    -- The number of a key that a provider issued, in the order of issue; NULL for what a seed brought.
    issued INTEGER UNIQUE
) STRICT;
CREATE INDEX credentials_by_end ON credentials (expires) WHERE issued IS NOT NULL;
