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
