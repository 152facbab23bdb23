//! The tables of Alibaba Cloud E-HPC: what it can do and what it takes, a line each with its source.

use super::operations::{v2018, v2024};
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const SEED: Source = Source::Seed("001_a2ab1a99a0e51e89.txt");
const SDK_2018: Source = Source::Sdk("alibabacloud-ehpc20180412 4.0.0");
const SDK_2024: Source = Source::Sdk("alibabacloud-ehpc20240730 2.4.0");
const DOCS_2018: Source = Source::Docs("E-HPC API reference 2018-04-12");
const DOCS_2024: Source = Source::Docs("E-HPC API reference 2024-07-30");

parameters! {
    CLUSTER_ID = required query_or_body "ClusterId": "string", "absent or empty: 400 MissingClusterId; no such cluster in this Version: 404 ClusterNotFound; not running: 403 InvalidClusterStatus", SEED;
    PAGE_NUMBER = query_or_body "PageNumber": "integer" = "1", "from 1, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageNumber; past the end: an empty list", SEED;
    PAGE_SIZE = query_or_body "PageSize": "integer" = "10", "{}, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageSize" 1..=50 value, SEED;
    USER_N_GROUP = required query_or_body "User.N.Group": "string", "users or wheel, else 400 InvalidParams", DOCS_2018;
    USER_N_PASSWORD = required query_or_body "User.N.Password": "string", "{} letters, digits and ()~!@#$%^&*-_+=|{}[]:;'\"/<>,.?\\, three kinds of upper case, lower case, digit and special at least, else 400 InvalidParams; never shown, not kept" 8..=30 characters, DOCS_2018;
    ASYNC = query_or_body "Async": "boolean" = "false", "true or false in any case, else 400 InvalidAsync; the change is made at once in both", DOCS_2018;
    USER_N_NAME = required query_or_body "User.N.Name": "string", "N from 1 to 100; none at all: 400 MissingUser; a user of the cluster, else 406 AgentError.Account.UserNotExist", DOCS_2018;
    SOME_CLUSTER_ID = required query_or_body "ClusterId": "string", "absent or empty: 400 MissingClusterId; no such cluster in this Version: 404 ClusterNotFound", SEED;
}

operations! {
    /// Lists the users of a cluster through a task
    ListUsersAsync "2018-04-12": GET | POST "/" reads SEED => v2018::list_users_async [
        CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE,
        (query_or_body "AsyncId": "string", "a task of this cluster, at most an hour old, else 400 InvalidParams; so too when the users have changed since and were more than 200,000; absent: a new task", SEED),
    ];
    /// Lists the users of a cluster, without their ids
    ListUsers "2018-04-12": GET | POST "/" reads DOCS_2018 => v2018::list_users [CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE];
    /// Adds users to a cluster, all of them or none
    AddUsers "2018-04-12": GET | POST "/" writes DOCS_2018 => v2018::add_users [
        CLUSTER_ID,
        (required query_or_body "User.N.Name": "string", "N from 1 to 100; none at all: 400 MissingUser; a letter, then letters, digits and full stops, {} in all, else 400 InvalidParams; a name that exists: 406 AgentError.Account.UserAlreadyExist" 6..=30 characters, DOCS_2018),
        USER_N_GROUP, USER_N_PASSWORD, ASYNC,
    ];
    /// Deletes users of a cluster, all of them or none
    DeleteUsers "2018-04-12": GET | POST "/" writes DOCS_2018 => v2018::delete_users [CLUSTER_ID, USER_N_NAME, ASYNC];
    /// Moves users of a cluster to other groups, all of them or none
    ModifyUserGroups "2018-04-12": GET | POST "/" writes DOCS_2018 => v2018::modify_user_groups [CLUSTER_ID, USER_N_NAME, USER_N_GROUP, ASYNC];
    /// Changes passwords of users of a cluster, all of them or none
    ModifyUserPasswords "2018-04-12": GET | POST "/" writes DOCS_2018 => v2018::modify_user_passwords [CLUSTER_ID, USER_N_NAME, USER_N_PASSWORD, ASYNC];
    /// Synchronizes the users of a hybrid cluster; nothing changes here
    SyncUsers "2018-04-12": GET | POST "/" writes DOCS_2018 => v2018::sync_users [
        CLUSTER_ID,
        (required query_or_body "RegionId": "string", "absent or empty: 400 MissingRegionId; the value does not matter", DOCS_2018),
    ];
    /// Lists the clusters
    ListClusters "2018-04-12": GET | POST "/" reads SDK_2018 => v2018::list_clusters [PAGE_NUMBER, PAGE_SIZE];
    /// Shows a cluster, whatever its status
    DescribeCluster "2018-04-12": GET | POST "/" reads SDK_2018 => v2018::describe_cluster [SOME_CLUSTER_ID];
    /// Lists the users of a cluster
    ListUsers "2024-07-30": GET | POST "/" reads DOCS_2024 => v2024::list_users [CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE];
    /// Shows a user of a cluster
    GetUser "2024-07-30": GET | POST "/" reads DOCS_2024 => v2024::get_user [
        SOME_CLUSTER_ID,
        (required query_or_body "UserName": "string", "absent or empty: 400 MissingUserName; a user of the cluster, else 400 InvalidParams", SDK_2024),
    ];
    /// Creates users of a cluster, all of them or none
    CreateUsers "2024-07-30": POST | GET "/" writes SDK_2024 => v2024::create_users [
        CLUSTER_ID,
        (required query_or_body "User": "JSON array of objects, as text", "{} of UserName (1 to 30 characters), Group (users or wheel) and either Password (the rule of AddUsers) or AuthKey, else 400 InvalidParams; absent: 400 MissingUser; no such JSON: 400 InvalidUser; a name that exists: 406 AgentError.Account.UserAlreadyExist" 1..=20 items, SDK_2024),
    ];
    /// Changes the group or the password of a user
    UpdateUser "2024-07-30": POST | GET "/" writes SDK_2024 => v2024::update_user [
        CLUSTER_ID,
        (required query_or_body "UserName": "string", "absent or empty: 400 MissingUserName; a user of the cluster, else 406 AgentError.Account.UserNotExist", SDK_2024),
        (query_or_body "Group": "string", "users or wheel, else 400 InvalidParams; neither Group nor Password: 400 InvalidParams", SDK_2024),
        (query_or_body "Password": "string", "{} characters, else the rule of AddUsers; 400 InvalidParams; never shown, not kept" 6..=30 characters, Source::Docs("page UpdateUser, 2024-07-30")),
    ];
    /// Deletes users of a cluster, all of them or none
    DeleteUsers "2024-07-30": GET | POST "/" writes SDK_2024 => v2024::delete_users [
        CLUSTER_ID,
        (required query_or_body "User": "JSON array of objects, as text", "{} of UserName, else 400 InvalidParams; absent: 400 MissingUser; no such JSON: 400 InvalidUser; a name that does not exist: 406 AgentError.Account.UserNotExist" 1..=100 items, SDK_2024),
    ];
    /// Lists the clusters, those of some ids or names
    ListClusters "2024-07-30": POST | GET "/" reads SDK_2024 => v2024::list_clusters [
        (query_or_body "ClusterIds": "JSON array of strings, as text", "{}, else 400 InvalidParams; no such JSON: 400 InvalidClusterIds" 0..=20 items, SDK_2024),
        (query_or_body "ClusterNames": "JSON array of strings, as text", "{}, else 400 InvalidParams; no such JSON: 400 InvalidClusterNames" 0..=20 items, SDK_2024),
        PAGE_NUMBER,
        (query_or_body "PageSize": "integer" = "10", "{}, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageSize" 10..=100 value, SDK_2024),
    ];
    /// Shows a cluster, whatever its status
    GetCluster "2024-07-30": POST | GET "/" reads SDK_2024 => v2024::get_cluster [SOME_CLUSTER_ID];
}

quirks! {
    /// UserId and GroupId: text in the document's table, in the SDKs and in an older example; bare numbers in today's example
    "user-id" = "string" | "number", SEED;
    /// a wrong signature of RPC V1 in strict: SignatureDoesNotMatch, or IncompleteSignature with the server's string to sign, as ECS and others answer; ACS3 stays as it is
    "bad-signature" = "does-not-match" | "incomplete", Source::Sdk("alibaba-cloud-sdk-go integration/core_test.go; fog/fog-aliyun issue 32");
    /// how the tasks of ListUsersAsync end: only Success is documented; failed gives the AsyncStatus Failed and an empty list
    "async-end" = "success" | "failed", Source::Inferred("ListTasks of the same API knows Success and Failed");
}

limits! {
    /// 20 in CreateUsers; more: 400 InvalidParams (User)
    "users of a call" = "100", SDK_2024;
    /// by the namespace's clock; and a namespace keeps 16384 tasks, the oldest go first
    "a task's life" = "1 hour", Source::Inferred("no source says how long an AsyncId is good for");
    /// a namespace keeps lists of so many users together, the oldest go first; the AsyncId of a list that is not kept, and so of every list that is longer, is lost with the first change
    "a task's list after a change" = "200000 users", Source::Inferred("memory; no source says what an AsyncId shows after a change");
    /// either way, in strict authentication
    "clock skew" = "15 minutes", Source::Docs("Alibaba Cloud OpenAPI common error codes");
}
