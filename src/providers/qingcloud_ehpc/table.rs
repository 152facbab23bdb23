//! The tables of QingCloud EHPC: what it can do and what it takes, a line each with its source.

use super::operations;
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const SEED: Source = Source::Seed("000_7e586bc5d7433012.txt");
const MANUAL: Source = Source::Docs("yunify/qingcloud-docs, content/compute/hpc/api");
const CLUSTERS: Source =
    Source::Docs("yunify/qingcloud-docs@039193a and @70f0f11, api/cluster/listcluster.md");
const LOG: Source = Source::Docs("yunify/qingcloud-docs@70f0f11, logs/operation.md");
const RULES: Source = Source::Docs("yunify/qingcloud-docs@8f3e468, api/user/adduser.md");
const SDK: Source = Source::Sdk("PyPI qingcloud-hpc 0.0.1, list_users");
const OURS: Source = Source::Inferred("the document names the parameter and not its bounds");

parameters! {
    TIMESTAMP = required query_or_body "timestamp": "date-time", "2026-01-02T03:04:05Z, month and day padded or not, a fraction of 1 to 9 digits or none, else 1100; time_stamp will do; in a form, not in JSON", SEED;
    ZONE = required query_or_body "zone": "string", "any, unless a seed names the account's zones, then another is 1400; the query goes before the body", SEED;
    LIMIT = query "limit": "integer" = "10", "digits, else 1100; 0 is an empty page, more than 100 is 100", SEED;
    OFFSET = query "offset": "integer" = "0", "digits, else 1100; in rows; past the end: an empty page", SEED;
    CLUSTER_ID = required body "cluster_id": "string", "a cluster, else 2100", MANUAL;
    REVERSE = query "reverse": "integer" = "0", "0 ascending, 1 descending, else 1100", MANUAL;
}

operations! {
    /// Lists the users of a cluster, oldest first unless asked otherwise
    HpcUserListUsers: GET "/api/user" reads SEED => operations::list_users [
        TIMESTAMP, ZONE,
        (query "cluster_id": "string", "exact, else 2100; absent: every cluster", SEED),
        (query "user_id": "string", "exact; no hit is an empty page", SEED),
        (query "search_word": "string", "part of the username, in any case; % and _ stand for themselves", SEED),
        LIMIT, OFFSET,
        (query "reverse": "integer" = "0", "0 ascending, 1 descending, else 1100", SDK),
        (query "sort_key": "string" = "create_time", "create_time or username, else 1100; then in the order of arrival", SDK),
    ];
    /// Adds an ordinary user; answers with a job
    HpcUserAddUser: POST "/api/user/addUser" writes MANUAL => operations::add_user [
        TIMESTAMP, ZONE, CLUSTER_ID,
        (required body "username": "string", "{} letters, digits or _, else 1100; not taken in the cluster, else 2110" 1..=8 characters, RULES),
        (required body "password": "string", "{} letters, digits and !@#$%^&()*, else 1100; never shown" 12..=30 characters, RULES),
        (body "mod": "string", "three octal digits, else 1100; absent is null", OURS),
    ];
    /// Deletes an ordinary user; answers with a job
    HpcUserDeleteUser: POST "/api/user/deleteUser" writes MANUAL => operations::delete_user [
        TIMESTAMP, ZONE, CLUSTER_ID,
        (required body "username": "string", "a user of the cluster, else 2100; neither admin nor boss, else 1400", MANUAL),
    ];
    /// Sets a user's password
    HpcUserModifyUser: POST "/api/user/modifyUser" writes MANUAL => operations::modify_user [
        TIMESTAMP, ZONE, CLUSTER_ID,
        (required body "username": "string", "a user of the cluster, else 2100", MANUAL),
        (required body "new_password": "string", "{} letters, digits and !@#$%^&()*, else 1100; never shown" 12..=30 characters, MANUAL),
    ];
    /// Lists the job log, oldest first
    HpcOperationListOperation: GET "/api/operation" reads MANUAL => operations::list_operation [
        TIMESTAMP, ZONE,
        (query "job_ids": "string", "ids with commas or spaces between them, or job_ids.1, job_ids.2, …", MANUAL),
        (query "jobs": "string", "ids with commas or spaces between them, or job_ids.1, job_ids.2, …", MANUAL),
        (query "status": "string", "pending, successful or failed, else 1100", MANUAL),
        (query "job_action": "string", "exact", MANUAL),
        (query "resource_ids": "string", "ids as in job_ids, one of which is among the job's", MANUAL),
        (query "owner": "string", "exact", MANUAL),
        (query "search_word": "string", "part of the action's name or description, in any case", MANUAL),
        (query "action_describe": "string", "exact", LOG),
        (query "directive": "string", "changes nothing here", LOG),
        (query "start_time": "date-time", "created then or later; a time as in timestamp, else 1100", MANUAL),
        (query "end_time": "date-time", "created then or earlier; a time as in timestamp, else 1100", MANUAL),
        LIMIT, OFFSET, REVERSE,
        (query "verbose": "integer" = "0", "digits, else 1100; changes nothing here", MANUAL),
    ];
    /// Lists clusters, oldest first unless asked otherwise
    HpcClusterListCluster: GET "/api/cluster/list" reads MANUAL => operations::list_cluster [
        TIMESTAMP, ZONE,
        (query "owner": "string", "exact; documented as required, absent is every owner's", MANUAL),
        (query "cluster_id": "string", "exact; no hit is an empty page", MANUAL),
        (query "cluster_type": "string", "hpc or ehpc, else 1100", MANUAL),
        (query "status": "string", "pending, active, stopped or suspended, else 1100", MANUAL),
        (query "search_word": "string", "part of the name, in any case", MANUAL),
        (query "shared_status": "string", "shared or not_shared (the SDK also knows shared_owner and shared_member), else 1100; as in project_info", CLUSTERS),
        (query "run_user": "string", "changes nothing here", CLUSTERS),
        LIMIT, OFFSET,
        (query "sort_key": "string" = "create_time", "create_time, cluster_id, cluster_name, cluster_status or cluster_type, else 1100; then by create_time and arrival", CLUSTERS),
        REVERSE,
        (query "verbose": "integer" = "0", "0 or 1, else 1100; changes nothing here", MANUAL),
    ];
}

quirks! {
    /// what the list of users is called: users_set in the document's example, user_set in its table
    "list-key" = "users_set" | "both" | "user_set", SEED;
}

limits! {
    /// a higher limit is taken for 100
    "rows of a page" = "100", SEED;
    /// the next one gets 2500; off here, ask for QuotasExceeded
    "calls of an account" = "2000 in 3600 s", MANUAL;
    /// beyond it, in the past or the future, 1300 under strict authentication
    "clock skew" = "60 s", MANUAL;
}
