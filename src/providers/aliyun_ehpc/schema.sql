-- Clusters and their users. Counts, generations and the next user id are kept by triggers, so that no list has to scan for
-- them and no write can forget them.

-- `detail` is the cluster as its Version's ListClusters answers it, a JSON object; cluster_id, name and status are in it
-- too, and stand in columns to be looked up. `generation` grows with every change of the cluster's list of users.
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
CREATE INDEX aliyun_clusters_of_version ON aliyun_clusters (version, seq);

-- In the order of the list. add_time is in milliseconds since the epoch. Passwords are not kept: nothing can show them.
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

CREATE TRIGGER aliyun_user_added AFTER INSERT ON aliyun_users BEGIN
    UPDATE aliyun_clusters SET
        user_count = user_count + 1,
        wheel_count = wheel_count + (new.user_group = 'wheel'),
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
CREATE TRIGGER aliyun_user_changed AFTER UPDATE ON aliyun_users BEGIN
    UPDATE aliyun_clusters SET
        wheel_count = wheel_count + (new.user_group = 'wheel') - (old.user_group = 'wheel'),
        next_user_id = max(next_user_id, new.user_id + 1),
        generation = generation + 1
    WHERE seq = new.cluster;
END;
