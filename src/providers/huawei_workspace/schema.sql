-- Projects, their desktop users and user groups, as the API names them. Counts are kept by triggers, so that no list
-- without a filter has to scan for them. A *_lower column is what a filter that ignores case looks at; Rust writes it,
-- because SQLite's lower() knows ASCII only.

-- A project has a row from its first user or group on, or because a seed names it.
CREATE TABLE workspace_projects (
    project_id TEXT PRIMARY KEY,
    service TEXT NOT NULL DEFAULT 'opened',
    user_count INTEGER NOT NULL DEFAULT 0,
    group_count INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Times are milliseconds since the epoch; account_expires 0 is never. No password: no operation can show one.
CREATE TABLE workspace_users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL REFERENCES workspace_projects (project_id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    user_name_lower TEXT NOT NULL,
    user_email TEXT NOT NULL,
    user_phone TEXT NOT NULL,
    active_type TEXT NOT NULL,
    is_pre_user INTEGER NOT NULL,
    account_expires INTEGER NOT NULL,
    password_never_expired INTEGER NOT NULL,
    enable_change_password INTEGER NOT NULL,
    next_login_change_password INTEGER NOT NULL,
    description TEXT NOT NULL,
    description_lower TEXT NOT NULL,
    locked INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    total_desktops INTEGER NOT NULL,
    share_space_subscription INTEGER NOT NULL,
    share_space_desktops INTEGER NOT NULL,
    enterprise_project_id TEXT NOT NULL,
    user_info_map TEXT NOT NULL,
    domain TEXT NOT NULL,
    when_created INTEGER NOT NULL,
    UNIQUE (project_id, id),
    UNIQUE (project_id, user_name_lower)
) STRICT;
CREATE INDEX workspace_users_of_project ON workspace_users (project_id, seq);

-- parent is the JSON object that a seed gave, or empty.
CREATE TABLE workspace_groups (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL REFERENCES workspace_projects (project_id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_lower TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    description TEXT NOT NULL,
    realm_id TEXT NOT NULL,
    platform_type TEXT NOT NULL,
    group_dn TEXT NOT NULL,
    domain TEXT NOT NULL,
    total_desktops INTEGER NOT NULL,
    parent TEXT NOT NULL,
    user_quantity INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_id, id),
    UNIQUE (project_id, name)
) STRICT;
CREATE INDEX workspace_groups_of_project ON workspace_groups (project_id, seq);

CREATE TABLE workspace_members (
    group_seq INTEGER NOT NULL REFERENCES workspace_groups (seq) ON DELETE CASCADE,
    user_seq INTEGER NOT NULL REFERENCES workspace_users (seq) ON DELETE CASCADE,
    PRIMARY KEY (group_seq, user_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX workspace_groups_of_user ON workspace_members (user_seq, group_seq);

CREATE TRIGGER workspace_user_added AFTER INSERT ON workspace_users BEGIN
    UPDATE workspace_projects SET user_count = user_count + 1 WHERE project_id = new.project_id;
END;
CREATE TRIGGER workspace_user_deleted AFTER DELETE ON workspace_users BEGIN
    UPDATE workspace_projects SET user_count = user_count - 1 WHERE project_id = old.project_id;
END;
CREATE TRIGGER workspace_group_added AFTER INSERT ON workspace_groups BEGIN
    UPDATE workspace_projects SET group_count = group_count + 1 WHERE project_id = new.project_id;
END;
CREATE TRIGGER workspace_group_deleted AFTER DELETE ON workspace_groups BEGIN
    UPDATE workspace_projects SET group_count = group_count - 1 WHERE project_id = old.project_id;
END;
CREATE TRIGGER workspace_member_added AFTER INSERT ON workspace_members BEGIN
    UPDATE workspace_groups SET user_quantity = user_quantity + 1 WHERE seq = new.group_seq;
END;
CREATE TRIGGER workspace_member_deleted AFTER DELETE ON workspace_members BEGIN
    UPDATE workspace_groups SET user_quantity = user_quantity - 1 WHERE seq = old.group_seq;
END;
