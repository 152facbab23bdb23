//! The registry: one module per provider. Code shared by two of them is in this folder, never in a provider's module.

pub(crate) mod aliyun_ehpc;
#[cfg(test)]
mod further;
pub(crate) mod huawei;
pub(crate) mod huawei_iam;
pub(crate) mod huawei_rocketmq;
pub(crate) mod huawei_workspace;
pub(crate) mod keys;
pub(crate) mod qingcloud_ehpc;
pub(crate) mod routes;
pub(crate) mod signatures;
pub(crate) mod volcengine_bytehouse;

use crate::provider::Provider;

/// All providers, in the order in which tables print them.
pub(crate) static PROVIDERS: &[&Provider] = &[
    &qingcloud_ehpc::PROVIDER,
    &volcengine_bytehouse::PROVIDER,
    &huawei_workspace::PROVIDER,
    &huawei_rocketmq::PROVIDER,
    &huawei_iam::PROVIDER,
    &aliyun_ehpc::PROVIDER,
    #[cfg(test)]
    &further::PROVIDER,
];

/// The provider with this id.
pub(crate) fn provider(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.id == id)
}

/// The provider with this id, or an error message that lists the known ones.
pub(crate) fn require(id: &str) -> Result<&'static Provider, String> {
    provider(id).ok_or_else(|| unknown_provider(id))
}

/// The message for a caller who names an unknown provider.
pub(crate) fn unknown_provider(id: &str) -> String {
    let ids: Vec<_> = PROVIDERS.iter().map(|provider| provider.id).collect();
    format!("unknown provider \"{id}\" (known: {})", ids.join(", "))
}
