//! Through the front door: every test talks to a real server over a socket, and every answer of a documented operation is
//! held against openapi/.

mod client;
mod openapi;
mod server;

mod huawei_rocketmq;

mod signing;

mod architecture;
mod cli;
mod cli_remote;
mod control;
mod journal;
mod namespaces;
mod pages;
mod tables;
