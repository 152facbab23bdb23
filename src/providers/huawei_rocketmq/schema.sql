-- Instances and their users, as the API names them. Counts are kept by triggers, so that no list has to scan for them.

CREATE TABLE rocketmq_instances (
    seq INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL,
    instance_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    engine TEXT NOT NULL,
    status TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    enable_acl INTEGER NOT NULL,
    type TEXT NOT NULL,
    specification TEXT NOT NULL,
    created_at TEXT NOT NULL,
    charging_mode INTEGER NOT NULL,
    vpc_id TEXT NOT NULL,
    subnet_id TEXT NOT NULL,
    security_group_id TEXT NOT NULL,
    available_zones TEXT NOT NULL,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    storage_space INTEGER NOT NULL,
    ssl_enable INTEGER NOT NULL,
    enable_publicip INTEGER NOT NULL,
    broker_num INTEGER NOT NULL,
    user_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX rocketmq_instances_of_project ON rocketmq_instances (project_id, seq);

-- topic_perms and group_perms are JSON arrays of {"name","perm"}, kept as they go out.
CREATE TABLE rocketmq_users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id TEXT NOT NULL REFERENCES rocketmq_instances (instance_id) ON DELETE CASCADE,
    access_key TEXT NOT NULL,
    secret_key TEXT NOT NULL,
    white_remote_address TEXT NOT NULL,
    admin INTEGER NOT NULL,
    default_topic_perm TEXT NOT NULL,
    default_group_perm TEXT NOT NULL,
    topic_perms TEXT NOT NULL,
    group_perms TEXT NOT NULL,
    UNIQUE (instance_id, access_key)
) STRICT;
CREATE INDEX rocketmq_users_of_instance ON rocketmq_users (instance_id, seq);

CREATE TRIGGER rocketmq_user_added AFTER INSERT ON rocketmq_users BEGIN
    UPDATE rocketmq_instances SET user_count = user_count + 1 WHERE instance_id = new.instance_id;
END;
CREATE TRIGGER rocketmq_user_deleted AFTER DELETE ON rocketmq_users BEGIN
    UPDATE rocketmq_instances SET user_count = user_count - 1 WHERE instance_id = old.instance_id;
END;
