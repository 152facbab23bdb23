//! Everything with a JSON name: parameters ([`input`]), answers ([`answer`]), seed documents ([`seed`]).

mod answer;
mod input;
mod seed;

pub(crate) use answer::{
    Acknowledgement, GrantUsers, Grants, InitialPassword, NewRole, OneUser, Roles, RolesOfUser,
    User, answer, envelope, long_answer, result, success, users_result,
};
pub(crate) use input::{
    AssignRole, Assigned, AssignedRole, CreateRole, GrantsForRole, GrantsForUser, Input, Kind,
    ListRoles, Requested, UpdateUser, UserRef, list_users, role_id, user_id, username,
};
pub(crate) use seed::{export, generate, seed};
