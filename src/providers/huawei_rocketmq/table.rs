//! The tables of Huawei Cloud DMS for RocketMQ: what it can do and what it takes, a line each with its source.

use super::operations;
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const SEED: Source = Source::Seed("004_09b76f0ed358f6b1.txt");
const REFERENCE: Source = Source::Docs("DMS for RocketMQ API reference");
const SDK: Source = Source::Sdk("huaweicloudsdkrocketmq 3.1.219");
const LIVE: Source = Source::Observed(
    "terraform-provider-huaweicloud, services/kafka/data_source_huaweicloud_dms_kafka_instances.go:746, the same address",
);
const ACCESS: Source = Source::Observed(
    "terraform-provider-huaweicloud, acceptance tests of rocketmq access users, pull request 5902",
);
const UNBOUNDED: Source = Source::Inferred("so that a page of users fits into memory");

parameters! {
    PROJECT_ID = path "project_id": "string", "letters, digits, _ and -, {}; else 400 DMS.00400002" 1..=64 characters, SEED;
    INSTANCE_ID = path "instance_id": "string", "a UUID, else 400 DMS.00400030; of this project, else 404 DMS.00404022", SEED;
    OFFSET = query "offset": "integer" = "0", "digits, {}; else 400 DMS.40050010; past the end: an empty list" 0..=2147483647 value, SEED;
    LIMIT = query "limit": "integer" = "10", "digits, {}; else 400 DMS.00400062" 1..=50 value, SEED;
    USER_NAME = path "user_name": "string", "the access_key of a user; else 400 DMS.00500972", REFERENCE;
    GROUP = path "group": "string", "any; the mock does not know the groups of an instance", REFERENCE;
}

operations! {
    /// Lists the users of an instance, oldest first
    ListUser: GET "/v2/{project_id}/instances/{instance_id}/users" reads SEED => operations::list_user [PROJECT_ID, INSTANCE_ID, OFFSET, LIMIT];
    /// Creates a user; answers 200 with all of it
    CreateUser: POST "/v2/{project_id}/instances/{instance_id}/users" writes REFERENCE => operations::create_user [
        PROJECT_ID, INSTANCE_ID,
        (required body "access_key": "string", "{} letters, digits, - and _, a letter first, else 400 DMS.00500960; new in the instance, else 400 DMS.00400800" 7..=64 characters, REFERENCE),
        (required body "secret_key": "string", "{} of ASCII, three kinds of characters, not the access_key or that reversed, no - first; else 400 DMS.00500960" 8..=32 characters, REFERENCE),
        (body "white_remote_address": "string", "1000 IPv4 addresses at most, separated by commas, * for an octet; else 400 DMS.00400800", REFERENCE),
        (body "admin": "boolean" = "false", "ignored on engine 5.x, where it is true", REFERENCE),
        (body "default_topic_perm": "string" = "DENY, for an administrator PUB|SUB", "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "default_group_perm": "string" = "DENY, for an administrator SUB", "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "topic_perms": "array of {name, perm}" = "[]", "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "group_perms": "array of {name, perm}" = "[]", "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
    ];
    /// Shows a user, as its list does
    ShowUser: GET "/v2/{project_id}/instances/{instance_id}/users/{user_name}" reads REFERENCE => operations::show_user [PROJECT_ID, INSTANCE_ID, USER_NAME];
    /// Changes what the body holds of a user; answers 200 with all of it
    UpdateUser: PUT "/v2/{project_id}/instances/{instance_id}/users/{user_name}" writes REFERENCE => operations::update_user [
        PROJECT_ID, INSTANCE_ID, USER_NAME,
        (body "access_key": "string" = "what it is", "the user_name of the path; else 400 DMS.00400800", REFERENCE),
        (body "secret_key": "string" = "what it is", "as for CreateUser, else 400 DMS.00500960; empty counts as absent (quirk update-secret)", REFERENCE),
        (body "white_remote_address": "string" = "what it is", "1000 IPv4 addresses at most, separated by commas, * for an octet; else 400 DMS.00400800", REFERENCE),
        (body "admin": "boolean" = "what it is", "ignored on engine 5.x, where it is true", REFERENCE),
        (body "default_topic_perm": "string" = "what it is", "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "default_group_perm": "string" = "what it is", "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "topic_perms": "array of {name, perm}" = "what it is", "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
        (body "group_perms": "array of {name, perm}" = "what it is", "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x", REFERENCE),
    ];
    /// Deletes a user; answers 200 with a message
    DeleteUser: DELETE "/v2/{project_id}/instances/{instance_id}/users/{user_name}" writes REFERENCE => operations::delete_user [PROJECT_ID, INSTANCE_ID, USER_NAME];
    /// Lists what the users of an instance may do with a topic
    ListTopicAccessPolicy: GET "/v2/{project_id}/instances/{instance_id}/topics/{topic}/accesspolicy" reads REFERENCE => operations::list_topic_access_policy [
        PROJECT_ID, INSTANCE_ID,
        (path "topic": "string", "any; the mock does not know the topics of an instance", REFERENCE),
        OFFSET, LIMIT,
    ];
    /// Lists what the users of an instance may do with a consumer group
    ListConsumeGroupAccessPolicyForRocketMq: GET "/v2/{project_id}/rocketmq/instances/{instance_id}/groups/{group}/accesspolicy" reads REFERENCE => operations::list_consume_group_access_policy [PROJECT_ID, INSTANCE_ID, GROUP, OFFSET, LIMIT];
    /// The same at an older path
    ListConsumeGroupAccessPolicy: GET "/v2/{engine}/{project_id}/instances/{instance_id}/groups/{group}/accesspolicy" reads SDK => operations::list_consume_group_access_policy [
        (path "engine": "string", "rocketmq or reliability; else 404 APIGW.0101", SDK),
        PROJECT_ID, INSTANCE_ID, GROUP, OFFSET, LIMIT,
    ];
    /// Lists the instances of a project, oldest first
    ListInstances: GET "/v2/{project_id}/instances" reads SDK => operations::list_instances [
        PROJECT_ID,
        (query "engine": "string", "reliability or its alias rocketmq; another engine has no instances here", SDK),
        (query "name": "string", "part of the name", SDK),
        (query "instance_id": "string", "exact", SDK),
        (query "status": "string", "exact", SDK),
        (query "include_failure": "string", "ignored", SDK),
        (query "exact_match_name": "string" = "false", "true: name has to be the whole name", SDK),
        (query "enterprise_project_id": "string", "ignored", SDK),
        (query "offset": "integer" = "0", "digits, {}; at or past the end, but for 0: 400 DMS.40050010" 0..=2147483647 value, LIVE),
        LIMIT,
    ];
    /// Shows an instance
    ShowInstance: GET "/v2/{project_id}/instances/{instance_id}" reads SDK => operations::show_instance [PROJECT_ID, INSTANCE_ID];
}

quirks! {
    use crate::providers::huawei::UNKNOWN_KEY;
    /// PUT without secret_key, or with an empty one: the documents say that the key is kept, a live region refused it
    "update-secret" = "optional" | "required", Source::Observed("opentelekomcloud/gophertelekomcloud, live acceptance test");
    /// the code for an instance id that is no UUID; both are documented, which one these paths use is not
    "instance-id-error" = "DMS.00400030" | "DMS.00400061", REFERENCE;
}

limits! {
    /// users without permissions of their own are listed with their default; that DENY is listed, too, is inferred
    "users that an access policy leaves out" = "none", ACCESS;
    /// the next one is refused with 400 DMS.00400039; seeds may hold more
    "users of an instance" = "1000", REFERENCE;
    /// more are refused with 400 DMS.00400800; in seeds too
    "entries of topic_perms, of group_perms, and addresses of white_remote_address" = "1000", UNBOUNDED;
    /// a longer one is refused with 400 DMS.00400800; in seeds too
    "the name of a topic or group" = "128 characters", UNBOUNDED;
}
