//! Through the HTTP front end: every test talks to a real server over a socket, and every answer of a documented operation is
//! held against openapi/.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tests make what they pass in place"
)]

mod support;
use support::{client, exports, openapi, server, signed};

mod aliyun_ehpc;
mod huawei_iam;
mod huawei_rocketmq;
mod huawei_workspace;
mod qingcloud_ehpc;
mod volcengine_bytehouse;

mod signing;

mod architecture;
mod authentication;
mod bounds;
mod cli;
mod cli_environment;
mod cli_remote;
mod cli_run;
mod cli_sign;
mod control;
mod damaged;
mod durability;
mod fleet;
mod header_names;
mod hostile;
mod hostile_snapshots;
mod journal;
mod kept;
mod load;
mod long;
mod long_exports;
mod long_lists;
mod memory;
mod misdirected;
mod namespaces;
mod newcomers;
mod operators;
mod pages;
mod placeholders;
mod places;
mod proxy;
mod secrets;
mod seed_schemas;
mod standard_error;
mod tables;
mod tls;
