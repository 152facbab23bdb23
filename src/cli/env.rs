//! The environment of a client: the variables that official SDKs read on their own, and rollcall's.
//!
//! `rollcall env` and `rollcall run` share one table. Every variable in it is read by some SDK; QingCloud's SDKs
//! (qingcloud-sdk 1.2.16, qingcloud-hpc 0.0.1) read none.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::flags::Flags;
use super::remote::Remote;
use super::{bad_flags, complain, fail, say};
use crate::control::{Client, ClientError};
use crate::namespace::credentials::SentKey;
use crate::namespace::settings::Credential;
use crate::namespace::{self, NamespaceError};
use crate::pipeline::journal::shell::quote;
use crate::providers::provider;
use crate::server::Rollcall;
use crate::server::options::Options;
use crate::tls::folder;

/// The project of the demo data; without a project id, SDKs would ask IAM for one.
const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
/// The account that owns it.
const DOMAIN: &str = "d78cbac186b744899480f25bd022f468";

/// A variable, its value, and the programs that read it.
struct Variable {
    name: &'static str,
    holds: Holds,
    source: &'static str,
}

/// What a variable is set to.
#[derive(Clone, Copy)]
enum Holds {
    Url,
    Namespace,
    AccessKey,
    SecretKey,
    /// Unset if the key has none: otherwise the token of a real account would be sent along.
    SessionToken,
    Project,
    Domain,
    /// The region that the provider's answers name.
    Region(&'static str),
    /// Always unset, because SDKs prefer it to the key.
    Nothing,
    /// The address of this server as a proxy.
    Proxy,
    /// The hosts that bypass the proxy.
    NoProxy,
    /// The file with the CA certificate to trust.
    Ca,
    /// Proxy and trust store as JVM options.
    Java,
    /// Tells a client to honour the proxy variables.
    Yes,
}

const fn row(name: &'static str, holds: Holds, source: &'static str) -> Variable {
    Variable {
        name,
        holds,
        source,
    }
}

const OWN: &str = "rollcall";
const ALIBABA: &str = "alibabacloud-credentials 1.0.12 (Python), utils/auth_util.py; @alicloud/credentials 2, providers/env.js";
const ALIYUN: &str = "aliyun-python-sdk-core 2.16.1, auth/signers/signer_factory.py";
const ALIYUN_CLI: &str = "aliyun-cli 3, config/profile.go; no SDK core reads a region";
const HUAWEI: &str = "huaweicloudsdkcore 3.1.219 (Python), auth/provider.py; huaweicloud-sdk-core 3.1.211 (Node), utils/constant.js; \
                      huaweicloud-sdk-go-v3, core/auth/provider/env_provider.go";
const HUAWEI_ENDPOINTS: &str = "huaweicloudsdkcore 3.1.219 (Python), auth/internal.py";
const VOLCENGINE: &str = "volcenginesdk-core 5.0.54 (Python), auth/providers/env_provider.py";
const VOLC: &str =
    "volcengine 1.0.229 (Python), base/Service.py; @volcengine/openapi 1.36.2, lib/base/utils.js";
const VOLCSTACK: &str =
    "@volcengine/sdk-core 1.0.0; volcengine-go-sdk, volcengine/session/env_config.go";
const VOLCENGINE_REGION: &str = "@volcengine/openapi 1.36.2, lib/services/tls/utils.js";

static VARIABLES: &[Variable] = &[
    row("ROLLCALL_URL", Holds::Url, OWN),
    row("ROLLCALL_NAMESPACE", Holds::Namespace, OWN),
    row("ROLLCALL_ACCESS_KEY", Holds::AccessKey, OWN),
    row("ROLLCALL_SECRET_KEY", Holds::SecretKey, OWN),
    row("ROLLCALL_SESSION_TOKEN", Holds::SessionToken, OWN),
    row("ALIBABA_CLOUD_ACCESS_KEY_ID", Holds::AccessKey, ALIBABA),
    row("ALIBABA_CLOUD_ACCESS_KEY_SECRET", Holds::SecretKey, ALIBABA),
    row("ALIBABA_CLOUD_SECURITY_TOKEN", Holds::SessionToken, ALIBABA),
    row("ALIYUN_ACCESS_KEY_ID", Holds::AccessKey, ALIYUN),
    row("ALIYUN_ACCESS_KEY_SECRET", Holds::SecretKey, ALIYUN),
    row(
        "ALIBABA_CLOUD_REGION_ID",
        Holds::Region("aliyun-ehpc"),
        ALIYUN_CLI,
    ),
    row("HUAWEICLOUD_SDK_AK", Holds::AccessKey, HUAWEI),
    row("HUAWEICLOUD_SDK_SK", Holds::SecretKey, HUAWEI),
    row(
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        Holds::SessionToken,
        HUAWEI,
    ),
    row("HUAWEICLOUD_SDK_PROJECT_ID", Holds::Project, HUAWEI),
    row("HUAWEICLOUD_SDK_DOMAIN_ID", Holds::Domain, HUAWEI),
    row("HUAWEICLOUD_SDK_IDP_ID", Holds::Nothing, HUAWEI),
    row("HUAWEICLOUD_SDK_ID_TOKEN_FILE", Holds::Nothing, HUAWEI),
    row("HUAWEICLOUD_SDK_IAM_ENDPOINT", Holds::Url, HUAWEI_ENDPOINTS),
    row("HUAWEICLOUD_SDK_STS_ENDPOINT", Holds::Url, HUAWEI_ENDPOINTS),
    row("VOLCENGINE_ACCESS_KEY", Holds::AccessKey, VOLCENGINE),
    row("VOLCENGINE_SECRET_KEY", Holds::SecretKey, VOLCENGINE),
    row("VOLCENGINE_SESSION_TOKEN", Holds::SessionToken, VOLCENGINE),
    row(
        "VOLCENGINE_REGION",
        Holds::Region("volcengine-bytehouse"),
        VOLCENGINE_REGION,
    ),
    row("VOLC_ACCESSKEY", Holds::AccessKey, VOLC),
    row("VOLC_SECRETKEY", Holds::SecretKey, VOLC),
    row("VOLCSTACK_ACCESS_KEY_ID", Holds::AccessKey, VOLCSTACK),
    row("VOLCSTACK_ACCESS_KEY", Holds::AccessKey, VOLCSTACK),
    row("VOLCSTACK_SECRET_ACCESS_KEY", Holds::SecretKey, VOLCSTACK),
    row("VOLCSTACK_SECRET_KEY", Holds::SecretKey, VOLCSTACK),
    row("VOLCSTACK_SESSION_TOKEN", Holds::SessionToken, VOLCSTACK),
    row(
        "VOLCSTACK_REGION",
        Holds::Region("volcengine-bytehouse"),
        VOLCSTACK,
    ),
];

const PROXIES: &str =
    "curl 7.88, libcurl-env; requests 2.32, utils.py; Go, net/http; undici 7, EnvHttpProxyAgent";
const REQUESTS: &str =
    "requests 2.32, sessions.py; so huaweicloudsdkcore 3.1.219 and volcengine 1.0.229 (Python)";
const OPENSSL: &str = "OpenSSL 3, SSL_CTX_set_default_verify_paths; Python, ssl; httpx 0.28; Go on Linux, crypto/x509/root_unix.go";
const CURL: &str = "curl 7.88, curl(1)";
const NODE: &str =
    "Node 24, cli.md (NODE_EXTRA_CA_CERTS, NODE_USE_ENV_PROXY); 22.21 reads them, too";
const ALIYUN_CA: &str = "aliyun-python-sdk-core 2.16.1, client.py";
const JVM: &str =
    "Java 17, JVM TI (JAVA_TOOL_OPTIONS); Java Networking and Proxies; JSSE Reference Guide";

/// The variables that route HTTPS for the providers' real hosts here, when the server is a proxy.
static PROXIED: &[Variable] = &[
    row("HTTPS_PROXY", Holds::Proxy, PROXIES),
    row("https_proxy", Holds::Proxy, PROXIES),
    row("HTTP_PROXY", Holds::Proxy, PROXIES),
    row("http_proxy", Holds::Proxy, PROXIES),
    row("NO_PROXY", Holds::NoProxy, PROXIES),
    row("no_proxy", Holds::NoProxy, PROXIES),
    row("REQUESTS_CA_BUNDLE", Holds::Ca, REQUESTS),
    row("SSL_CERT_FILE", Holds::Ca, OPENSSL),
    row("CURL_CA_BUNDLE", Holds::Ca, CURL),
    row("NODE_EXTRA_CA_CERTS", Holds::Ca, NODE),
    row("NODE_USE_ENV_PROXY", Holds::Yes, NODE),
    row("ALIBABA_CLOUD_CA_BUNDLE", Holds::Ca, ALIYUN_CA),
    row("JAVA_TOOL_OPTIONS", Holds::Java, JVM),
];
/// Hosts that bypass the proxy.
const NO_PROXY: &str = "localhost,127.0.0.1,::1";

/// A Huawei service: its SDKs take the endpoint of a region from `HUAWEICLOUD_SDK_REGION_<service>_<region>`.
struct Service {
    name: &'static str,
    provider: &'static str,
    /// Every region that its SDK knows, so that none of them leads to the real service.
    regions: &'static [&'static str],
    source: &'static str,
}

static SERVICES: &[Service] = &[
    Service {
        name: "WORKSPACE",
        provider: "huawei-workspace",
        regions: &[
            "af-north-1",
            "af-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "cn-east-3",
            "cn-east-5",
            "cn-north-11",
            "cn-north-4",
            "cn-north-9",
            "cn-south-1",
            "cn-southwest-2",
            "eu-west-101",
            "la-north-2",
            "la-south-2",
            "me-east-1",
            "sa-brazil-1",
            "tr-west-1",
        ],
        source: "huaweicloudsdkcore 3.1.219 (Python), region/provider.py; huaweicloudsdkworkspace 3.1.219, workspace_region.py",
    },
    Service {
        name: "ROCKETMQ",
        provider: "huawei-rocketmq",
        regions: &[
            "ae-ad-1",
            "af-north-1",
            "af-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "cn-east-2",
            "cn-east-3",
            "cn-east-4",
            "cn-east-5",
            "cn-north-1",
            "cn-north-11",
            "cn-north-12",
            "cn-north-2",
            "cn-north-4",
            "cn-north-9",
            "cn-south-1",
            "cn-south-2",
            "cn-south-4",
            "cn-southwest-2",
            "cn-southwest-3",
            "eu-west-0",
            "eu-west-101",
            "la-north-2",
            "la-south-2",
            "me-east-1",
            "my-kualalumpur-1",
            "na-mexico-1",
            "ru-moscow-1",
            "ru-northwest-2",
            "sa-brazil-1",
            "tr-west-1",
        ],
        source: "huaweicloudsdkcore 3.1.219 (Python), region/provider.py; huaweicloudsdkrocketmq 3.1.219, rocketmq_region.py",
    },
];

/// The key that a client signs with.
#[derive(Debug, Default, Args)]
pub(super) struct SigningKey {
    /// The access key that clients sign with; default: test-ak
    #[arg(long, env = "ROLLCALL_ACCESS_KEY")]
    access_key: Option<String>,

    /// Its secret key; default: test-sk
    #[arg(long, env = "ROLLCALL_SECRET_KEY", hide_env_values = true)]
    secret_key: Option<String>,

    /// The session token of a temporary key
    #[arg(long, env = "ROLLCALL_SESSION_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl SigningKey {
    /// Whether a key was given.
    pub(super) fn is_given(&self) -> bool {
        self.access_key.is_some() || self.secret_key.is_some() || self.token.is_some()
    }

    /// The key and namespace of a client; the access key may name the namespace. `known` are the server's keys, if known: the
    /// first is the default.
    pub(super) fn client(
        &self,
        namespace: &str,
        known: &[Credential],
    ) -> Result<(Credential, String), String> {
        let given = self.access_key.as_deref().map(SentKey::split);
        let (access_key, suffix) = (
            given.map(|(id, _)| id),
            given.and_then(|(_, suffix)| suffix),
        );
        let namespace = match suffix {
            Some(suffix) if namespace == namespace::DEFAULT || namespace == suffix => suffix,
            Some(suffix) => {
                return Err(format!(
                    "the access key selects the namespace \"{suffix}\", but --namespace says \"{namespace}\"; remove one of them"
                ));
            }
            None => namespace,
        };
        if !namespace::is_name(namespace) {
            return Err(NamespaceError::Name(namespace.to_owned()).to_string());
        }
        let known = match access_key {
            None => known.first(),
            Some(id) => known.iter().find(|known| known.access_key == id),
        };
        let or = |given: Option<&str>, known: Option<&str>, default: &str| {
            given.or(known).unwrap_or(default).to_owned()
        };
        let key = Credential {
            access_key: or(access_key, known.map(|key| &*key.access_key), "test-ak"),
            secret_key: or(
                self.secret_key.as_deref(),
                known.map(|key| &*key.secret_key),
                "test-sk",
            ),
            token: self
                .token
                .clone()
                .or_else(|| known.and_then(|key| key.token.clone())),
            disabled: false,
            read_only: false,
            expires: None,
        };
        if key.access_key.is_empty() || key.secret_key.is_empty() {
            return Err("pass both --access-key and --secret-key".to_owned());
        }
        Ok((key, namespace.to_owned()))
    }
}

/// The values that the variables pass to a client.
pub(super) struct Environment<'a> {
    pub(super) url: &'a str,
    pub(super) namespace: &'a str,
    pub(super) key: &'a Credential,
    /// As in the server's settings.
    pub(super) regions: Value,
    /// The folder with the certificates to trust, if the server is a proxy for HTTPS.
    pub(super) trusted: Option<&'a Path>,
}

impl Environment<'_> {
    /// The regions in a namespace's answers, or those of `default` if the namespace does not exist yet.
    pub(super) fn regions(client: &Client) -> Result<Value, ClientError> {
        let settings = |client: &Client| client.json("GET", &client.own("/settings"), Value::Null);
        let found = match settings(client) {
            Err(ClientError::Refused { status: 404, .. }) => {
                settings(&client.namespace(namespace::DEFAULT))
            }
            found => found,
        };
        match found {
            Ok(mut settings) => Ok(settings["regions"].take()),
            Err(ClientError::Refused { status: 404, .. }) => Ok(Value::Null),
            Err(cause) => Err(cause),
        }
    }

    fn region(&self, id: &str) -> Option<String> {
        let set = self.regions[id].as_str();
        let region = set.or_else(|| Some(provider(id)?.region))?;
        Some(region.to_owned())
    }

    fn value(&self, holds: Holds) -> Option<String> {
        match holds {
            Holds::Url => Some(self.url.to_owned()),
            Holds::Namespace => Some(self.namespace.to_owned()),
            Holds::AccessKey if self.namespace == namespace::DEFAULT => {
                Some(self.key.access_key.clone())
            }
            Holds::AccessKey => Some(format!("{}~{}", self.key.access_key, self.namespace)),
            Holds::SecretKey => Some(self.key.secret_key.clone()),
            Holds::SessionToken => self.key.token.clone(),
            Holds::Project => Some(PROJECT.to_owned()),
            Holds::Domain => Some(DOMAIN.to_owned()),
            Holds::Region(id) => self.region(id),
            Holds::Nothing => None,
            Holds::Proxy => Some(self.url.to_owned()),
            Holds::NoProxy => Some(NO_PROXY.to_owned()),
            Holds::Yes => Some("1".to_owned()),
            Holds::Ca => Some(self.trusted?.join(folder::CA).display().to_string()),
            Holds::Java => Some(java_options(
                self.url,
                &self.trusted?.join(folder::TRUST_STORE),
            )),
        }
    }

    /// Every variable with its value (`None`: unset it) and the programs that read it.
    pub(super) fn variables(&self) -> Vec<(String, Option<String>, &'static str)> {
        let proxied: &[Variable] = if self.trusted.is_some() { PROXIED } else { &[] };
        let rows = VARIABLES
            .iter()
            .chain(proxied)
            .map(|row| (row.name.to_owned(), self.value(row.holds), row.source));
        let regions = SERVICES.iter().flat_map(|service| {
            let own = self.region(service.provider);
            let mut regions: Vec<String> =
                service.regions.iter().map(|&id| id.to_owned()).collect();
            regions.extend(own.filter(|own| !service.regions.contains(&own.as_str())));
            regions.into_iter().map(|region| {
                let region = region.replace('-', "_").to_uppercase();
                let name = format!("HUAWEICLOUD_SDK_REGION_{}_{region}", service.name);
                (name, Some(self.url.to_owned()), service.source)
            })
        });
        rows.chain(regions).collect()
    }
}

/// JVM options that set the proxy and trust its certificates.
fn java_options(url: &str, trust_store: &Path) -> String {
    let place = url.trim_start_matches("http://");
    let (host, port) = place.rsplit_once(':').unwrap_or((place, "80"));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let trust_store = format!("-Djavax.net.ssl.trustStore={}", trust_store.display());
    let trust_store = if trust_store.contains(char::is_whitespace) {
        format!("\"{trust_store}\"")
    } else {
        trust_store
    };
    format!(
        "-Dhttp.proxyHost={host} -Dhttp.proxyPort={port} -Dhttps.proxyHost={host} -Dhttps.proxyPort={port} \
         -Dhttp.nonProxyHosts=localhost|127.*|[::1] {trust_store} -Djavax.net.ssl.trustStoreType=PKCS12"
    )
}

/// Writes env.sh to the folder of `--tls-dir`, if there is one.
pub(super) fn write_script(
    flags: &Flags,
    options: &Options,
    rollcall: &Rollcall,
) -> Result<(), String> {
    let Some(folder) = &flags.tls_dir else {
        return Ok(());
    };
    let folder = std::path::absolute(folder).map_err(|cause| cause.to_string())?;
    let known = &options.settings.credentials;
    let (key, namespace) = SigningKey::default().client(namespace::DEFAULT, known)?;
    let regions = Environment::regions(rollcall).map_err(|cause| cause.to_string())?;
    let environment = Environment {
        url: &rollcall.url(),
        namespace: &namespace,
        key: &key,
        regions,
        trusted: flags.proxy.then_some(&folder),
    };
    let script = Format::Shell.print(environment.variables());
    folder::write(&folder.join("env.sh"), script.as_bytes()).map_err(|cause| cause.to_string())
}

/// Writes the certificates that clients of the HTTPS proxy need to a folder.
pub(super) fn fill(client: &Client, folder: &Path) -> Result<(), String> {
    let pem = client.ca_pem().map_err(|cause| cause.to_string())?;
    folder::write_public_pem(folder, &pem).map_err(|cause| cause.to_string())
}

/// Whether a server answers HTTPS for the providers' hosts with its own certificates.
fn is_proxy(client: &Client) -> Result<bool, ClientError> {
    let ready = client.json("GET", "/ready", Value::Null)?;
    if ready["proxy"] != true || ready["tls"] != true {
        return Ok(false);
    }
    match client.ca_pem() {
        Ok(_) => Ok(true),
        Err(ClientError::Refused { status: 404, .. }) => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// What to print, and in which format.
#[derive(Debug, Args)]
pub(super) struct Env {
    /// The output format
    #[arg(long, value_enum, default_value_t = Format::Shell)]
    format: Format,

    /// Write the certificates to trust to this folder, and include the variables for HTTPS to the providers' own hosts
    ///
    /// Requires a server started with --tls auto and --proxy.
    #[arg(long, env = "ROLLCALL_TLS_DIR", value_name = "DIR")]
    tls_dir: Option<PathBuf>,

    #[command(flatten)]
    key: SigningKey,

    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For eval "$(rollcall env)"
    Shell,
    /// For a file .env
    Dotenv,
    /// One object
    Json,
    /// For rollcall env --format github >> "$GITHUB_ENV"
    Github,
}

/// Prints the variables.
pub(super) fn env(args: &Env) -> ExitCode {
    let remote = &args.remote;
    let (key, namespace) = match args.key.client(&remote.namespace, &[]) {
        Ok(client) => client,
        Err(cause) => return bad_flags(&cause),
    };
    let client = remote.client().namespace(&namespace);
    let regions = match Environment::regions(&client) {
        Ok(regions) => regions,
        Err(cause) => return fail(&cause.to_string()),
    };
    let is_proxy = match is_proxy(&client) {
        Ok(is_proxy) => is_proxy,
        Err(cause) => return fail(&cause.to_string()),
    };
    let folder = match &args.tls_dir {
        Some(folder) if is_proxy => {
            let folder = std::path::absolute(folder).map_err(|cause| cause.to_string());
            match folder.and_then(|folder| fill(&client, &folder).map(|()| folder)) {
                Ok(folder) => Some(folder),
                Err(cause) => return fail(&cause),
            }
        }
        Some(_) => {
            return fail(&format!(
                "--tls-dir needs a server started with --tls auto and --proxy, but {} was not",
                remote.url()
            ));
        }
        None if is_proxy => {
            complain(
                "the server also answers for the providers' own hosts; to get the variables for that, pass a folder for its certificate with --tls-dir",
            );
            None
        }
        None => None,
    };
    let environment = Environment {
        url: &remote.url(),
        namespace: &namespace,
        key: &key,
        regions,
        trusted: folder.as_deref(),
    };
    say(&args.format.print(environment.variables()))
}

impl Format {
    fn print(self, variables: Vec<(String, Option<String>, &'static str)>) -> String {
        match self {
            Self::Shell => variables
                .iter()
                .map(|(name, value, _)| match value {
                    Some(value) => format!("export {name}={}\n", quote(value)),
                    None => format!("unset {name}\n"),
                })
                .collect(),
            Self::Dotenv => {
                let mut text = String::new();
                let mut last = "";
                for (name, value, source) in &variables {
                    let Some(value) = value else { continue };
                    if *source != last {
                        text.push_str(&format!("# {source}\n"));
                        last = source;
                    }
                    text.push_str(&format!("{name}={}\n", dotenv(value)));
                }
                text
            }
            Self::Json => {
                let set = variables.into_iter().filter_map(|(name, value, _)| {
                    let value = value?;
                    Some((name, Value::String(value)))
                });
                format!("{:#}\n", Value::Object(set.collect::<Map<_, _>>()))
            }
            Self::Github => variables
                .iter()
                .filter_map(|(name, value, _)| Some(github(name, value.as_deref()?)))
                .collect(),
        }
    }
}

/// Quotes a value for .env files: single-quoted text is literal, double-quoted text has escapes.
fn dotenv(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:~".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\n', '\r', '\\']) {
        return format!("'{value}'");
    }
    let mut quoted = String::from("\"");
    for letter in value.chars() {
        match letter {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '"' | '\\' | '$' | '`' => quoted.extend(['\\', letter]),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A variable as GitHub's runner reads it; a multi-line value ends with a delimiter line that it does not contain.
fn github(name: &str, value: &str) -> String {
    if !value.contains(['\n', '\r']) {
        return format!("{name}={value}\n");
    }
    let mut end = String::from("END_OF_VALUE");
    while value.contains(&end) {
        end.push('_');
    }
    format!("{name}<<{end}\n{value}\n{end}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::PROVIDERS;

    #[test]
    fn no_variable_is_there_twice_and_every_region_is_a_providers() {
        let key: Credential = "ak:sk".parse().expect("a key");
        let environment = Environment {
            url: "http://127.0.0.1:1",
            namespace: "default",
            key: &key,
            regions: Value::Null,
            trusted: Some(Path::new("/tls")),
        };
        let mut names: Vec<String> = environment
            .variables()
            .into_iter()
            .map(|(name, _, source)| {
                assert!(!source.is_empty(), "{name} has no source");
                name
            })
            .collect();
        let many = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), many);
        let of_rows = VARIABLES.iter().filter_map(|row| match row.holds {
            Holds::Region(id) => Some(id),
            _ => None,
        });
        for id in of_rows.chain(SERVICES.iter().map(|service| service.provider)) {
            assert!(PROVIDERS.iter().any(|provider| provider.id == id), "{id}");
        }
    }

    #[test]
    fn a_value_of_several_lines_ends_where_it_should() {
        assert_eq!(github("A", "b=c"), "A=b=c\n");
        assert_eq!(
            github("A", "x\nEND_OF_VALUE"),
            "A<<END_OF_VALUE_\nx\nEND_OF_VALUE\nEND_OF_VALUE_\n"
        );
    }
}
