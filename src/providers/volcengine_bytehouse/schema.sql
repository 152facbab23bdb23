-- One tenant with its users, roles and privileges. Counts are kept by triggers, so that no list has to scan for them.

-- The account that owns the access keys; all users of a namespace are its.
CREATE TABLE bytehouse_tenant (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    account_id INTEGER NOT NULL,
    user_count INTEGER NOT NULL,
    role_count INTEGER NOT NULL
) STRICT;
INSERT INTO bytehouse_tenant VALUES (1, 12345678, 0, 0);

-- clusters is a JSON array of texts, kept as it goes out. The initial password is one of the few that the API shows;
-- it is empty once it has been changed.
CREATE TABLE bytehouse_users (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    cloud_name TEXT NOT NULL,
    user_type TEXT NOT NULL,
    status TEXT NOT NULL,
    email TEXT NOT NULL,
    description TEXT NOT NULL,
    readonly INTEGER NOT NULL,
    is_system_admin INTEGER NOT NULL,
    last_login_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    immutable INTEGER NOT NULL,
    clusters TEXT NOT NULL,
    initial_password TEXT NOT NULL DEFAULT '',
    password_is_default INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TRIGGER bytehouse_user_added AFTER INSERT ON bytehouse_users BEGIN
    UPDATE bytehouse_tenant SET user_count = user_count + 1;
END;
CREATE TRIGGER bytehouse_user_deleted AFTER DELETE ON bytehouse_users BEGIN
    UPDATE bytehouse_tenant SET user_count = user_count - 1;
END;

-- Clusters by their number, which is another id space than the texts in bytehouse_users.clusters. They cannot be listed;
-- a row is a name that was told by a seed, a role or a grant.
CREATE TABLE bytehouse_clusters (
    cluster_id INTEGER PRIMARY KEY,
    cluster_name TEXT NOT NULL
) STRICT;
CREATE INDEX bytehouse_clusters_by_name ON bytehouse_clusters (cluster_name, cluster_id);

-- A number is never given twice, so that a deleted role stays unknown.
CREATE TABLE bytehouse_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster_id INTEGER NOT NULL REFERENCES bytehouse_clusters (cluster_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (cluster_id, name)
) STRICT;
CREATE INDEX bytehouse_roles_by_name ON bytehouse_roles (name, id);

CREATE TRIGGER bytehouse_role_added AFTER INSERT ON bytehouse_roles BEGIN
    UPDATE bytehouse_tenant SET role_count = role_count + 1;
END;
CREATE TRIGGER bytehouse_role_deleted AFTER DELETE ON bytehouse_roles BEGIN
    UPDATE bytehouse_tenant SET role_count = role_count - 1;
END;

-- Who has which role, in the order of assignment. `member` is bytehouse_users.id.
CREATE TABLE bytehouse_role_members (
    seq INTEGER PRIMARY KEY,
    role_id INTEGER NOT NULL REFERENCES bytehouse_roles (id) ON DELETE CASCADE,
    member INTEGER NOT NULL REFERENCES bytehouse_users (id) ON DELETE CASCADE ON UPDATE CASCADE,
    admin_option INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (role_id, member)
) STRICT;
CREATE INDEX bytehouse_role_members_in_order ON bytehouse_role_members (role_id, seq);
CREATE INDEX bytehouse_role_members_of_user ON bytehouse_role_members (member, role_id);

-- What a user (bytehouse_users.id) or a role may do on one target. privileges is a JSON array of [name, [column, …]];
-- no column means all of them. A cluster that is known by its name only has the
-- number 0; the name of any other is in bytehouse_clusters, and empty here.
CREATE TABLE bytehouse_grants (
    seq INTEGER PRIMARY KEY,
    to_user INTEGER REFERENCES bytehouse_users (id) ON DELETE CASCADE ON UPDATE CASCADE,
    to_role INTEGER REFERENCES bytehouse_roles (id) ON DELETE CASCADE,
    cluster_id INTEGER NOT NULL,
    cluster_name TEXT NOT NULL,
    database_name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    privileges TEXT NOT NULL,
    CHECK ((to_user IS NULL) <> (to_role IS NULL))
) STRICT;
CREATE UNIQUE INDEX bytehouse_grants_of_user ON bytehouse_grants (to_user, cluster_id, cluster_name, database_name, table_name)
    WHERE to_user IS NOT NULL;
CREATE UNIQUE INDEX bytehouse_grants_of_role ON bytehouse_grants (to_role, cluster_id, cluster_name, database_name, table_name)
    WHERE to_role IS NOT NULL;
CREATE INDEX bytehouse_grants_on_cluster ON bytehouse_grants (cluster_id, cluster_name);
CREATE TRIGGER bytehouse_cluster_deleted AFTER DELETE ON bytehouse_clusters BEGIN
    DELETE FROM bytehouse_grants WHERE cluster_id = old.cluster_id;
END;
