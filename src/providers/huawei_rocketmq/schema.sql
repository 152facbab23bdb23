-- Instances and their users. Counts are kept by triggers, so that no list has to scan for them.

CREATE TABLE rocketmq_instances (
    seq INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL,
    instance_id TEXT NOT NULL UNIQUE,
    -- The instance as ListInstances and ShowInstance answer it. What filters and rules look at is taken out of it.
    document TEXT NOT NULL,
    name TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'name') STORED,
    engine TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'engine') STORED,
    engine_version TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'engine_version') STORED,
    status TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'status') STORED,
    enable_acl INTEGER NOT NULL GENERATED ALWAYS AS (document ->> 'enable_acl') STORED,
    user_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX rocketmq_instances_of_project ON rocketmq_instances (project_id);

CREATE TABLE rocketmq_users (
    seq INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL REFERENCES rocketmq_instances (seq) ON DELETE CASCADE,
    access_key TEXT NOT NULL,
    secret_key TEXT NOT NULL,
    white_remote_address TEXT NOT NULL,
    admin INTEGER NOT NULL,
    -- NULL where none was ever sent: what is shown then follows from admin.
    default_topic_perm TEXT CHECK (default_topic_perm IN ('PUB', 'SUB', 'PUB|SUB', 'DENY')),
    default_group_perm TEXT CHECK (default_group_perm IN ('PUB', 'SUB', 'PUB|SUB', 'DENY')),
    -- JSON arrays of {"name","perm"}, in the order sent.
    topic_perms TEXT NOT NULL,
    group_perms TEXT NOT NULL,
    UNIQUE (instance, access_key)
) STRICT;
-- Entries of an index end with seq, so this one is in the order of the list.
CREATE INDEX rocketmq_users_of_instance ON rocketmq_users (instance);

CREATE TRIGGER rocketmq_user_added AFTER INSERT ON rocketmq_users BEGIN
    UPDATE rocketmq_instances SET user_count = user_count + 1 WHERE seq = new.instance;
END;
CREATE TRIGGER rocketmq_user_deleted AFTER DELETE ON rocketmq_users BEGIN
    UPDATE rocketmq_instances SET user_count = user_count - 1 WHERE seq = old.instance;
END;
