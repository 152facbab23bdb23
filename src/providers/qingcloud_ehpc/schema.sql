-- Clusters, their users and the log of jobs, as the API names them. Counts are kept by triggers, so that no list without
-- filters has to scan for its total. Times are kept as they go out, in a form that sorts as text.

CREATE TABLE qingcloud_clusters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster_id TEXT NOT NULL UNIQUE,
    cluster_name TEXT NOT NULL,
    -- In lower case, for search_word.
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
    -- NULL where no seed says: they follow from the id and the mount point.
    app_cluster_id TEXT,
    nas_id TEXT,
    nas_path TEXT,
    nas_shared_path TEXT,
    -- A JSON list.
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
CREATE INDEX qingcloud_clusters_in_order ON qingcloud_clusters (create_time, seq);

-- Passwords are checked and not kept: no operation shows one.
CREATE TABLE qingcloud_users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    hpcuser_id TEXT NOT NULL UNIQUE,
    cluster_id TEXT NOT NULL REFERENCES qingcloud_clusters (cluster_id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    -- In lower case, for search_word.
    folded_name TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- No IN: for more than two values SQLite builds a table of them, again for each row.
    role TEXT NOT NULL CHECK (role = 'member' OR role = 'admin' OR role = 'boss'),
    uid_number INTEGER NOT NULL,
    gid_number INTEGER NOT NULL,
    mod TEXT,
    nas_mount_point TEXT NOT NULL,
    create_time TEXT NOT NULL,
    update_time TEXT NOT NULL,
    -- 1 for the admin that a cluster got because its seed names none; it gives way to one that a seed names later.
    implied INTEGER NOT NULL DEFAULT 0,
    UNIQUE (cluster_id, username),
    UNIQUE (cluster_id, uid_number)
) STRICT;
CREATE INDEX qingcloud_users_in_order ON qingcloud_users (create_time, seq);
CREATE INDEX qingcloud_users_of_cluster ON qingcloud_users (cluster_id, create_time, seq);
-- An index ends in the seq anyway; to find a place in a list it has to name it.
CREATE INDEX qingcloud_users_by_user_id ON qingcloud_users (user_id, create_time);
CREATE UNIQUE INDEX qingcloud_users_one_admin ON qingcloud_users (cluster_id) WHERE role = 'admin';

CREATE TABLE qingcloud_jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    job_action TEXT NOT NULL,
    action_describe TEXT NOT NULL,
    -- Both of the above in lower case, for search_word.
    folded_name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'successful' OR status = 'pending' OR status = 'failed'),
    error_codes TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- Ids with single spaces between them.
    resource_ids TEXT NOT NULL,
    submitter TEXT NOT NULL,
    task_count INTEGER,
    create_time TEXT NOT NULL,
    status_time TEXT NOT NULL
) STRICT;
CREATE INDEX qingcloud_jobs_in_order ON qingcloud_jobs (create_time, seq);

-- Those that the account may use; any, where there is none.
CREATE TABLE qingcloud_zones (zone TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE qingcloud_counts (kind TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO qingcloud_counts VALUES ('clusters', 0), ('users', 0), ('jobs', 0);

CREATE TRIGGER qingcloud_cluster_added AFTER INSERT ON qingcloud_clusters BEGIN
    UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'clusters';
END;
CREATE TRIGGER qingcloud_cluster_deleted AFTER DELETE ON qingcloud_clusters BEGIN
    UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'clusters';
END;
CREATE TRIGGER qingcloud_user_added AFTER INSERT ON qingcloud_users BEGIN
    UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'users';
    UPDATE qingcloud_clusters SET user_count = user_count + 1 WHERE cluster_id = new.cluster_id;
END;
CREATE TRIGGER qingcloud_user_deleted AFTER DELETE ON qingcloud_users BEGIN
    UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'users';
    UPDATE qingcloud_clusters SET user_count = user_count - 1 WHERE cluster_id = old.cluster_id;
END;
CREATE TRIGGER qingcloud_job_added AFTER INSERT ON qingcloud_jobs BEGIN
    UPDATE qingcloud_counts SET total = total + 1 WHERE kind = 'jobs';
END;
CREATE TRIGGER qingcloud_job_deleted AFTER DELETE ON qingcloud_jobs BEGIN
    UPDATE qingcloud_counts SET total = total - 1 WHERE kind = 'jobs';
END;
