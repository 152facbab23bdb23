//! Through the front door: every test talks to a real server over a socket, and every answer of a documented operation is
//! held against openapi/.

mod authentication;
mod client;
mod openapi;
mod server;

mod aliyun_ehpc;
mod huawei_rocketmq;
mod huawei_workspace;
mod qingcloud_ehpc;

mod signing;
mod volcengine_bytehouse;

mod architecture;
mod cli;
mod cli_sign;
mod durability;
mod journal;
mod load;
mod namespaces;
mod pages;
mod tables;
