-- Tokens that IAM issued and that every Huawei service looks at.

CREATE TABLE huawei_tokens (
    seq INTEGER PRIMARY KEY,
    -- SHA-256 of the token's text: a data file that is passed on reveals no token.
    digest BLOB NOT NULL UNIQUE,
    -- The `token` object as IAM shows it.
    document TEXT NOT NULL,
    -- What it is good for: one project, or (where that is NULL) the domain.
    project_id TEXT,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX huawei_tokens_by_end ON huawei_tokens (expires_at);
