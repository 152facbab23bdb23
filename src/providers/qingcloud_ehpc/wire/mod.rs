//! Everything in a call with a JSON name: parameters ([`input`]), answers ([`answer`]), seed documents ([`seed`]).

mod answer;
mod input;
pub(super) mod seed;

pub(crate) use answer::{cluster_list, done, envelope, job_list, list, listed_user, user_list};
pub(crate) use input::{
    AddUser, ListCluster, ListOperation, ListUsers, Parameters, Timestamp, UserAddress,
    decode_modify_user, echo, given,
};
