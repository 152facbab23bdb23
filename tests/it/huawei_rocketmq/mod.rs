//! Huawei Cloud DMS for RocketMQ.

mod listing;
