PRAGMA user_version = 3;
CREATE TABLE aliyun_clusters (
seq INTEGER PRIMARY KEY AUTOINCREMENT,
version TEXT NOT NULL,
cluster_id TEXT NOT NULL UNIQUE,
name TEXT NOT NULL,
status TEXT NOT NULL,
detail TEXT NOT NULL,
next_user_id INTEGER NOT NULL DEFAULT 1000,
user_count INTEGER NOT NULL DEFAULT 0,
wheel_count INTEGER NOT NULL DEFAULT 0,
generation INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE aliyun_users (
cluster INTEGER NOT NULL REFERENCES aliyun_clusters (seq) ON DELETE CASCADE,
user_id INTEGER NOT NULL,
name TEXT NOT NULL,
user_group TEXT NOT NULL,
group_id INTEGER NOT NULL,
add_time INTEGER NOT NULL,
PRIMARY KEY (cluster, user_id),
UNIQUE (cluster, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE bytehouse_clusters (
cluster_id INTEGER PRIMARY KEY,
cluster_name TEXT NOT NULL
) STRICT;
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
CREATE TABLE bytehouse_role_members (
seq INTEGER PRIMARY KEY,
role_id INTEGER NOT NULL REFERENCES bytehouse_roles (id) ON DELETE CASCADE,
member INTEGER NOT NULL REFERENCES bytehouse_users (id) ON DELETE CASCADE ON UPDATE CASCADE,
admin_option INTEGER NOT NULL,
created_at INTEGER NOT NULL,
UNIQUE (role_id, member)
) STRICT;
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
CREATE TABLE bytehouse_tenant (
only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
account_id INTEGER NOT NULL,
user_count INTEGER NOT NULL,
role_count INTEGER NOT NULL
) STRICT;
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
CREATE TABLE credentials (
access_key TEXT PRIMARY KEY,
secret_key TEXT NOT NULL,
token TEXT,
disabled INTEGER NOT NULL,
read_only INTEGER NOT NULL,
expires INTEGER,
issued INTEGER UNIQUE
) STRICT;
CREATE TABLE huawei_tokens (
seq INTEGER PRIMARY KEY,
digest BLOB NOT NULL UNIQUE,
document TEXT NOT NULL,
project_id TEXT,
expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE iam_domains (
seq INTEGER PRIMARY KEY,
id TEXT NOT NULL UNIQUE,
name TEXT NOT NULL UNIQUE,
description TEXT NOT NULL,
enabled INTEGER NOT NULL
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
CREATE TABLE iam_users (
seq INTEGER PRIMARY KEY,
domain_id TEXT NOT NULL REFERENCES iam_domains (id) ON DELETE CASCADE,
id TEXT NOT NULL UNIQUE,
name TEXT NOT NULL,
description TEXT NOT NULL,
enabled INTEGER NOT NULL,
password_hash TEXT,
UNIQUE (domain_id, name)
) STRICT;
CREATE TABLE qingcloud_clusters (
seq INTEGER PRIMARY KEY AUTOINCREMENT,
cluster_id TEXT NOT NULL UNIQUE,
cluster_name TEXT NOT NULL,
folded_name TEXT NOT NULL,
cluster_status TEXT NOT NULL,
cluster_type TEXT NOT NULL,
create_time TEXT NOT NULL,
description TEXT NOT NULL,
nas_mount_point TEXT NOT NULL,
paid_type TEXT NOT NULL,
total_node_count INTEGER NOT NULL,
owner TEXT NOT NULL,
user_count INTEGER NOT NULL DEFAULT 0,
app_cluster_id TEXT,
nas_id TEXT,
nas_path TEXT,
nas_shared_path TEXT,
cluster_sw TEXT NOT NULL DEFAULT '[]',
cpu_hours REAL NOT NULL DEFAULT 0,
mem_hours REAL NOT NULL DEFAULT 0,
deleted_job_count INTEGER NOT NULL DEFAULT 0,
finished_job_count INTEGER NOT NULL DEFAULT 0,
pending_job_count INTEGER NOT NULL DEFAULT 0,
running_job_count INTEGER NOT NULL DEFAULT 0,
stopped_job_count INTEGER NOT NULL DEFAULT 0,
project_role TEXT NOT NULL DEFAULT 'none',
shared_status TEXT NOT NULL DEFAULT 'not_shared',
scheduler_type TEXT NOT NULL DEFAULT 'slurm'
) STRICT;
CREATE TABLE qingcloud_counts (kind TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE qingcloud_jobs (
seq INTEGER PRIMARY KEY AUTOINCREMENT,
job_id TEXT NOT NULL UNIQUE,
job_action TEXT NOT NULL,
action_describe TEXT NOT NULL,
folded_name TEXT NOT NULL,
status TEXT NOT NULL CHECK (status = 'successful' OR status = 'pending' OR status = 'failed'),
error_codes TEXT NOT NULL,
owner TEXT NOT NULL,
resource_ids TEXT NOT NULL,
submitter TEXT NOT NULL,
task_count INTEGER,
create_time TEXT NOT NULL,
status_time TEXT NOT NULL
) STRICT;
CREATE TABLE qingcloud_users (
seq INTEGER PRIMARY KEY AUTOINCREMENT,
hpcuser_id TEXT NOT NULL UNIQUE,
cluster_id TEXT NOT NULL REFERENCES qingcloud_clusters (cluster_id) ON DELETE CASCADE,
username TEXT NOT NULL,
folded_name TEXT NOT NULL,
user_id TEXT NOT NULL,
role TEXT NOT NULL CHECK (role = 'member' OR role = 'admin' OR role = 'boss'),
uid_number INTEGER NOT NULL,
gid_number INTEGER NOT NULL,
mod TEXT,
nas_mount_point TEXT NOT NULL,
create_time TEXT NOT NULL,
update_time TEXT NOT NULL,
implied INTEGER NOT NULL DEFAULT 0,
UNIQUE (cluster_id, username),
UNIQUE (cluster_id, uid_number)
) STRICT;
CREATE TABLE qingcloud_zones (zone TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE rocketmq_instances (
seq INTEGER PRIMARY KEY,
project_id TEXT NOT NULL,
instance_id TEXT NOT NULL UNIQUE,
document TEXT NOT NULL,
name TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'name') STORED,
engine TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'engine') STORED,
engine_version TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'engine_version') STORED,
status TEXT NOT NULL GENERATED ALWAYS AS (document ->> 'status') STORED,
enable_acl INTEGER NOT NULL GENERATED ALWAYS AS (document ->> 'enable_acl') STORED,
user_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE rocketmq_users (
seq INTEGER PRIMARY KEY,
instance INTEGER NOT NULL REFERENCES rocketmq_instances (seq) ON DELETE CASCADE,
access_key TEXT NOT NULL,
secret_key TEXT NOT NULL,
white_remote_address TEXT NOT NULL,
admin INTEGER NOT NULL,
default_topic_perm TEXT CHECK (default_topic_perm IN ('PUB', 'SUB', 'PUB|SUB', 'DENY')),
default_group_perm TEXT CHECK (default_group_perm IN ('PUB', 'SUB', 'PUB|SUB', 'DENY')),
topic_perms TEXT NOT NULL,
group_perms TEXT NOT NULL,
UNIQUE (instance, access_key)
) STRICT;
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
CREATE TABLE workspace_members (
group_seq INTEGER NOT NULL REFERENCES workspace_groups (seq) ON DELETE CASCADE,
user_seq INTEGER NOT NULL REFERENCES workspace_users (seq) ON DELETE CASCADE,
PRIMARY KEY (group_seq, user_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE workspace_projects (
project_id TEXT PRIMARY KEY,
service TEXT NOT NULL DEFAULT 'opened',
user_count INTEGER NOT NULL DEFAULT 0,
group_count INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
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
CREATE INDEX aliyun_clusters_of_version ON aliyun_clusters (version, seq);
CREATE TRIGGER aliyun_user_added AFTER INSERT ON aliyun_users BEGIN
UPDATE aliyun_clusters SET
user_count = user_count + 1,
wheel_count = wheel_count + (new.user_group = 'wheel'),
next_user_id = max(next_user_id, new.user_id + 1),
generation = generation + 1
WHERE seq = new.cluster;
END;
CREATE TRIGGER aliyun_user_changed AFTER UPDATE ON aliyun_users BEGIN
UPDATE aliyun_clusters SET
wheel_count = wheel_count + (new.user_group = 'wheel') - (old.user_group = 'wheel'),
next_user_id = max(next_user_id, new.user_id + 1),
generation = generation + 1
WHERE seq = new.cluster;
END;
CREATE TRIGGER aliyun_user_deleted AFTER DELETE ON aliyun_users BEGIN
UPDATE aliyun_clusters SET
user_count = user_count - 1,
wheel_count = wheel_count - (old.user_group = 'wheel'),
generation = generation + 1
WHERE seq = old.cluster;
END;
CREATE TRIGGER bytehouse_cluster_deleted AFTER DELETE ON bytehouse_clusters BEGIN
DELETE FROM bytehouse_grants WHERE cluster_id = old.cluster_id;
END;
CREATE INDEX bytehouse_clusters_by_name ON bytehouse_clusters (cluster_name, cluster_id);
CREATE UNIQUE INDEX bytehouse_grants_of_role ON bytehouse_grants (to_role, cluster_id, cluster_name, database_name, table_name)
WHERE to_role IS NOT NULL;
CREATE UNIQUE INDEX bytehouse_grants_of_user ON bytehouse_grants (to_user, cluster_id, cluster_name, database_name, table_name)
WHERE to_user IS NOT NULL;
CREATE INDEX bytehouse_grants_on_cluster ON bytehouse_grants (cluster_id, cluster_name);
CREATE TRIGGER bytehouse_role_added AFTER INSERT ON bytehouse_roles BEGIN
UPDATE bytehouse_tenant SET role_count = role_count + 1;
END;
CREATE TRIGGER bytehouse_role_deleted AFTER DELETE ON bytehouse_roles BEGIN
UPDATE bytehouse_tenant SET role_count = role_count - 1;
END;
CREATE INDEX bytehouse_role_members_in_order ON bytehouse_role_members (role_id, seq);
CREATE INDEX bytehouse_role_members_of_user ON bytehouse_role_members (member, role_id);
CREATE INDEX bytehouse_roles_by_name ON bytehouse_roles (name, id);
CREATE TRIGGER bytehouse_user_added AFTER INSERT ON bytehouse_users BEGIN
UPDATE bytehouse_tenant SET user_count = user_count + 1;
END;
CREATE TRIGGER bytehouse_user_deleted AFTER DELETE ON bytehouse_users BEGIN
UPDATE bytehouse_tenant SET user_count = user_count - 1;
END;
CREATE INDEX credentials_by_end ON credentials (expires) WHERE issued IS NOT NULL;
CREATE INDEX huawei_tokens_by_end ON huawei_tokens (expires_at);
CREATE TRIGGER qingcloud_cluster_added AFTER INSERT ON qingcloud_clusters BEGIN
UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'clusters';
END;
CREATE TRIGGER qingcloud_cluster_deleted AFTER DELETE ON qingcloud_clusters BEGIN
UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'clusters';
END;
CREATE INDEX qingcloud_clusters_in_order ON qingcloud_clusters (create_time, seq);
CREATE TRIGGER qingcloud_job_added AFTER INSERT ON qingcloud_jobs BEGIN
UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'jobs';
END;
CREATE TRIGGER qingcloud_job_deleted AFTER DELETE ON qingcloud_jobs BEGIN
UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'jobs';
END;
CREATE INDEX qingcloud_jobs_in_order ON qingcloud_jobs (create_time, seq);
CREATE TRIGGER qingcloud_user_added AFTER INSERT ON qingcloud_users BEGIN
UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'users';
UPDATE qingcloud_clusters SET user_count = user_count + 1 WHERE cluster_id = new.cluster_id;
END;
CREATE TRIGGER qingcloud_user_deleted AFTER DELETE ON qingcloud_users BEGIN
UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'users';
UPDATE qingcloud_clusters SET user_count = user_count - 1 WHERE cluster_id = old.cluster_id;
END;
CREATE INDEX qingcloud_users_by_user_id ON qingcloud_users (user_id, create_time);
CREATE INDEX qingcloud_users_in_order ON qingcloud_users (create_time, seq);
CREATE INDEX qingcloud_users_of_cluster ON qingcloud_users (cluster_id, create_time, seq);
CREATE UNIQUE INDEX qingcloud_users_one_admin ON qingcloud_users (cluster_id) WHERE role = 'admin';
CREATE INDEX rocketmq_instances_of_project ON rocketmq_instances (project_id);
CREATE TRIGGER rocketmq_user_added AFTER INSERT ON rocketmq_users BEGIN
UPDATE rocketmq_instances SET user_count = user_count + 1 WHERE seq = new.instance;
END;
CREATE TRIGGER rocketmq_user_deleted AFTER DELETE ON rocketmq_users BEGIN
UPDATE rocketmq_instances SET user_count = user_count - 1 WHERE seq = old.instance;
END;
CREATE INDEX rocketmq_users_of_instance ON rocketmq_users (instance);
CREATE TRIGGER workspace_group_added AFTER INSERT ON workspace_groups BEGIN
UPDATE workspace_projects SET group_count = group_count + 1 WHERE project_id = new.project_id;
END;
CREATE TRIGGER workspace_group_deleted AFTER DELETE ON workspace_groups BEGIN
UPDATE workspace_projects SET group_count = group_count - 1 WHERE project_id = old.project_id;
END;
CREATE INDEX workspace_groups_of_project ON workspace_groups (project_id, seq);
CREATE INDEX workspace_groups_of_user ON workspace_members (user_seq, group_seq);
CREATE TRIGGER workspace_member_added AFTER INSERT ON workspace_members BEGIN
UPDATE workspace_groups SET user_quantity = user_quantity + 1 WHERE seq = new.group_seq;
END;
CREATE TRIGGER workspace_member_deleted AFTER DELETE ON workspace_members BEGIN
UPDATE workspace_groups SET user_quantity = user_quantity - 1 WHERE seq = old.group_seq;
END;
CREATE TRIGGER workspace_user_added AFTER INSERT ON workspace_users BEGIN
UPDATE workspace_projects SET user_count = user_count + 1 WHERE project_id = new.project_id;
END;
CREATE TRIGGER workspace_user_deleted AFTER DELETE ON workspace_users BEGIN
UPDATE workspace_projects SET user_count = user_count - 1 WHERE project_id = old.project_id;
END;
CREATE INDEX workspace_users_of_project ON workspace_users (project_id, seq);
