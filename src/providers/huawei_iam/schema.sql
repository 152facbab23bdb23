-- The account: domains, their users and their projects, in the order of the seed.

CREATE TABLE iam_domains (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL
) STRICT;

CREATE TABLE iam_users (
    seq INTEGER PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES iam_domains (id) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    -- `sha256$<salt>$<digest>`, never the password; NULL where the seed gave none.
    password_hash TEXT,
    UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE iam_projects (
    seq INTEGER PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES iam_domains (id) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    is_domain INTEGER NOT NULL,
    parent_id TEXT NOT NULL,
    UNIQUE (domain_id, name)
) STRICT;

-- Temporary access keys that clients got for a token.
CREATE TABLE iam_temporary_keys (
    access TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    securitytoken TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX iam_temporary_keys_by_end ON iam_temporary_keys (expires_at);
