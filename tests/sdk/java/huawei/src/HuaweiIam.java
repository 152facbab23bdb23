// sdk: com.huaweicloud.sdk:huaweicloud-sdk-iam huawei-iam
// server: --credential test-ak:test-sk --credential another-key:test-sk --credential a-third-key:test-sk

import static harness.Harness.*;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.GlobalCredentials;
import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.core.retry.backoff.BackoffStrategy;
import com.huaweicloud.sdk.iam.v3.IAMCredentials;
import com.huaweicloud.sdk.iam.v3.IamClient;
import com.huaweicloud.sdk.iam.v3.model.*;
import com.huaweicloud.sdk.rocketmq.v2.RocketMQClient;
import com.huaweicloud.sdk.rocketmq.v2.model.ListUserRequest;
import com.huaweicloud.sdk.sts.v1.StsClient;
import com.huaweicloud.sdk.sts.v1.model.GetCallerIdentityRequest;
import com.huaweicloud.sdk.workspace.v2.WorkspaceClient;
import com.huaweicloud.sdk.workspace.v2.model.ListUsersRequest;
import harness.Harness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The little of Huawei's IAM that clients call, through the official Java SDK: huaweicloud-sdk-iam v3 and -sts v1, and the look-ups that
 * the core makes by itself for the clients of the other services.
 */
final class HuaweiIam {
    private static final String PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce");
    private static final String REGION = setting("region", "cn-north-4");
    private static final String INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6");
    private static final String DOMAIN = setting("domain", "d78cbac186b744899480f25bd022f468");
    private static final String DOMAIN_NAME = setting("domain_name", "IAMDomain");
    private static final String USER = setting("iam_user", "IAMUser");
    private static final String PASSWORD = setting("iam_password", "IAMPassword");

    private HuaweiIam() {}

    static void cases() {
        lookUps();
        calls();
        tokens();
        refusals();
    }

    private static IamClient client(ICredential credentials) {
        return IamClient.newBuilder().withCredential(credentials).withEndpoint(baseUrl).build();
    }

    private static IamClient signed(String accessKey) {
        return client(new GlobalCredentials().withAk(accessKey).withSk(secretKey).withDomainId(DOMAIN));
    }

    private static IamClient withToken(String token) {
        return client(new IAMCredentials().withXAuthToken(token));
    }

    /** Without a project's id, so that the SDK has to look it up; it remembers what it found by key and region. */
    private static BasicCredentials credentials(String accessKey) {
        return new BasicCredentials().withAk(accessKey).withSk(secretKey).withIamEndpoint(baseUrl);
    }

    private static RocketMQClient rocketmqIn(String region, BasicCredentials credentials) {
        return RocketMQClient.newBuilder().withCredential(credentials).withRegion(new Region(region, baseUrl)).build();
    }

    private static String firstUser(RocketMQClient client) {
        return client.listUser(new ListUserRequest().withInstanceId(INSTANCE)).getUsers().get(0).getAccessKey();
    }

    private static AuthScope ofProject() {
        return new AuthScope().withProject(new AuthScopeProject().withId(PROJECT));
    }

    private static KeystoneCreateUserTokenByPasswordResponse byPassword(String password, AuthScope scope, String nocatalog) {
        var user = new PwdPasswordUser().withDomain(new PwdPasswordUserDomain().withName(DOMAIN_NAME)).withName(USER).withPassword(password);
        var identity = new PwdIdentity().withMethods(List.of(PwdIdentity.MethodsEnum.PASSWORD)).withPassword(new PwdPassword().withUser(user));
        return withToken("").keystoneCreateUserTokenByPassword(new KeystoneCreateUserTokenByPasswordRequest().withNocatalog(nocatalog)
            .withBody(new KeystoneCreateUserTokenByPasswordRequestBody().withAuth(new PwdAuth().withIdentity(identity).withScope(scope))));
    }

    private static String token() {
        return byPassword(PASSWORD, ofProject(), "true").getXSubjectToken();
    }

    private static CreateTemporaryAccessKeyByTokenResponse temporaryKey(String token, int seconds) {
        var identity = new TokenAuthIdentity().withMethods(List.of(TokenAuthIdentity.MethodsEnum.TOKEN))
            .withToken(new IdentityToken().withId(token).withDurationSeconds(seconds));
        return withToken(token).createTemporaryAccessKeyByToken(new CreateTemporaryAccessKeyByTokenRequest()
            .withBody(new CreateTemporaryAccessKeyByTokenRequestBody().withAuth(new TokenAuth().withIdentity(identity))));
    }

    private static BasicCredentials signingWith(Credential key) {
        return new BasicCredentials().withAk(key.getAccess()).withSk(key.getSecret()).withSecurityToken(key.getSecuritytoken()).withProjectId(PROJECT);
    }

    private static ServiceResponseException refused(int status, Harness.Body body) {
        var refusal = fails(ServiceResponseException.class, body);
        equal(refusal.getHttpStatusCode(), status);
        matches(refusal.getRequestId(), "[0-9a-f]{32}", "the request id");
        return refusal;
    }

    private static void lookUps() {
        claim("a client of RocketMQ that is told a region finds its project and lists users", () -> {
            var found = credentials(accessKey);
            equal(firstUser(rocketmqIn(REGION, found)), "test_01");
            equal(found.getProjectId(), PROJECT);
        });

        claim("a client of Workspace that is told a region finds its project", () -> {
            var found = credentials("another-key");
            var client = WorkspaceClient.newBuilder().withCredential(found).withRegion(new Region(REGION, baseUrl)).build();
            equal(client.listUsers(new ListUsersRequest().withLimit("1")).getUsers().get(0).getUserName(), "api-test");
            equal(found.getProjectId(), PROJECT);
        });

        claim("any region has one project of its own", () -> {
            BasicCredentials first = credentials(accessKey), second = credentials("another-key"), mars = credentials(accessKey);
            rocketmqIn("cn-east-2", first);
            rocketmqIn("cn-east-2", second);
            var client = rocketmqIn("cn-mars-1", mars);
            equal(first.getProjectId(), second.getProjectId());
            unique(List.of(PROJECT, first.getProjectId(), mars.getProjectId()));
            equal(refused(404, () -> firstUser(client)).getErrorCode(), "DMS.00404022");
        });

        claim("global credentials find their domain", () -> {
            var found = new GlobalCredentials().withAk(accessKey).withSk(secretKey).withIamEndpoint(baseUrl);
            IamClient.newBuilder().withCredential(found).withRegion(new Region(REGION, baseUrl)).build();
            equal(found.getDomainId(), DOMAIN);
        });

        claim("a look-up that is refused is told with the code of the gateway", () -> {
            // Not test-ak, whose project an earlier case may have left in the SDK's cache.
            String namespace = fresh("refused-");
            fault(namespace, "huawei-iam", "KeystoneListProjects", "AccessDenied", 1);
            var refusal = fails(SdkException.class, () -> rocketmqIn(REGION, credentials(accessKey + "~" + namespace)));
            holds(String.valueOf(refusal).contains("APIGW.0306"), "the error is " + refusal);
        });

        claim("federated credentials get a temporary key and sign with it", () -> {
            Path file = Files.createTempFile("rollcall-sdk-", ".token");
            try {
                Files.writeString(file, "an-id-token");
                var found = new BasicCredentials().withIdpId("my-idp").withIdTokenFile(file.toString()).withProjectId(PROJECT).withIamEndpoint(baseUrl);
                // The builder keeps a copy of the credentials, and what it bought in that.
                equal(firstUser(rocketmqIn(REGION, found)), "test_01");
            } finally {
                Files.delete(file);
            }
        });
    }

    private static void calls() {
        claim("projects are listed with every parameter, and one of a name is found", () -> {
            var everyone = signed(accessKey).keystoneListProjects(new KeystoneListProjectsRequest().withDomainId(DOMAIN)).getProjects();
            holds(everyone.size() > 5, "there are only " + everyone.size() + " projects");
            var one = signed(accessKey).keystoneListProjects(new KeystoneListProjectsRequest().withDomainId(DOMAIN).withName(REGION).withEnabled(true)
                .withIsDomain(false).withParentId(DOMAIN).withPage(1).withPerPage(10)).getProjects();
            equal(one.size(), 1);
            equal(List.of(one.get(0).getId(), one.get(0).getName(), one.get(0).getDomainId(), one.get(0).getEnabled(), one.get(0).getIsDomain()),
                List.of(PROJECT, REGION, DOMAIN, true, false));
        });

        claim("the caller's domain is the only one", () ->
            equal(signed(accessKey).keystoneListAuthDomains(new KeystoneListAuthDomainsRequest()).getDomains().stream()
                .map(one -> one.getId() + " " + one.getName()).toList(), List.of(DOMAIN + " " + DOMAIN_NAME)));

        claim("the catalogue leads to this server, as does a token's", () -> {
            var issued = byPassword(PASSWORD, ofProject(), null);
            equal(issued.getToken().getCatalog().stream().map(TokenCatalog::getType).toList(), List.of("workspace", "dms", "iam"));
            equal(byPassword(PASSWORD, ofProject(), "true").getToken().getCatalog(), List.of());
            var services = withToken(issued.getXSubjectToken()).keystoneShowCatalog(new KeystoneShowCatalogRequest()).getCatalog();
            equal(services.stream().map(Catalog::getName).toList(), List.of("workspace", "dms", "iam"));
            for (Catalog service : services) {
                for (CatalogEndpoints endpoint : service.getEndpoints()) {
                    holds(endpoint.getUrl().startsWith(baseUrl + "/v"), service.getName() + " is at " + endpoint.getUrl());
                }
            }
        });

        claim("the versions of the API are told", () -> {
            equal(withToken("").keystoneShowVersion(new KeystoneShowVersionRequest()).getVersion().getId(), "v3.6");
            var every = signed(accessKey).keystoneListVersions(new KeystoneListVersionsRequest());
            equal(every.getHttpStatusCode(), 300);
            equal(every.getVersions().getValues().stream().map(one -> one.getId() + " " + one.getStatus()).toList(), List.of("v3.6 stable"));
        });

        claim("the caller's identity is the account", () -> {
            var key = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(PROJECT);
            var client = StsClient.newBuilder().withCredential(key).withEndpoint(baseUrl).build();
            equal(client.getCallerIdentity(new GetCallerIdentityRequest()).getAccountId(), DOMAIN);
        });
    }

    private static void tokens() {
        claim("a password buys a token of a project, which is shown as it was issued", () -> {
            var issued = byPassword(PASSWORD, ofProject(), "true");
            var token = issued.getToken();
            equal(issued.getHttpStatusCode(), 201);
            equal(List.of(token.getUser().getName(), token.getUser().getDomain().getName(), token.getProject().getId(), token.getMethods()),
                List.of(USER, DOMAIN_NAME, PROJECT, List.of("password")));
            equal(Duration.between(Instant.parse(token.getIssuedAt()), Instant.parse(token.getExpiresAt())), Duration.ofHours(24));
            var shown = withToken(issued.getXSubjectToken()).keystoneValidateToken(new KeystoneValidateTokenRequest().withXSubjectToken(issued.getXSubjectToken()));
            equal(List.of(shown.getToken().getUser().getId(), shown.getToken().getProject().getId(), shown.getToken().getExpiresAt()),
                List.of(token.getUser().getId(), PROJECT, token.getExpiresAt()));
        });

        claim("a token of a domain has a domain and no project", () -> {
            var token = byPassword(PASSWORD, new AuthScope().withDomain(new AuthScopeDomain().withName(DOMAIN_NAME)), "true").getToken();
            equal(token.getDomain().getId(), DOMAIN);
            equal(token.getProject(), null);
        });

        claim("a token buys a temporary key, which signs", () -> {
            var answer = temporaryKey(token(), 900);
            equal(answer.getHttpStatusCode(), 201);
            equal(firstUser(rocketmqIn(REGION, signingWith(answer.getCredential()))), "test_01");
            var ends = Instant.parse(answer.getCredential().getExpiresAt());
            holds(ends.isBefore(Instant.now().plusSeconds(960)), "the key of 900 s ends at " + ends);
        });

        claim("an agency gives a temporary key, which signs", () -> {
            var identity = new AgencyAuthIdentity().withMethods(List.of(AgencyAuthIdentity.MethodsEnum.ASSUME_ROLE))
                .withAssumeRole(new IdentityAssumerole().withAgencyName("an-agency").withDomainName(DOMAIN_NAME).withDurationSeconds(900));
            var answer = withToken(token()).createTemporaryAccessKeyByAgency(new CreateTemporaryAccessKeyByAgencyRequest()
                .withBody(new CreateTemporaryAccessKeyByAgencyRequestBody().withAuth(new AgencyAuth().withIdentity(identity))));
            equal(answer.getHttpStatusCode(), 201);
            equal(firstUser(rocketmqIn(REGION, signingWith(answer.getCredential()))), "test_01");
        });

        claim("another provider's token buys a token of a project", () -> {
            var scope = new GetIdTokenIdScopeBody().withProject(new GetIdTokenScopeDomainOrProjectBody().withId(PROJECT));
            var issued = withToken("").createTokenWithIdToken(new CreateTokenWithIdTokenRequest().withXIdpId("my-idp").withBody(new GetIdTokenRequestBody()
                .withAuth(new GetIdTokenAuthParams().withIdToken(new GetIdTokenIdTokenBody().withId("an-id-token")).withScope(scope))));
            equal(issued.getHttpStatusCode(), 201);
            equal(issued.getToken().getProject().getId(), PROJECT);
            holds(!issued.getXSubjectToken().isEmpty(), "there is no X-Subject-Token");
        });

        claim("another provider's token buys a token without a scope", () -> {
            var issued = withToken("").createUnscopedTokenWithIdToken(new CreateUnscopedTokenWithIdTokenRequest().withIdpId("my-idp").withProtocolId("oidc")
                .withAuthorization("Bearer an-id-token"));
            equal(issued.getHttpStatusCode(), 201);
            matches(issued.getXSubjectToken(), "MII.*", "the token");
            equal(Duration.between(Instant.parse(issued.getToken().getIssuedAt()), Instant.parse(issued.getToken().getExpiresAt())), Duration.ofHours(24));
        });
    }

    private static void refusals() {
        claim("a duration out of bounds is 400, and the class keeps its numeric code", () -> {
            String token = token();
            var refusal = refused(400, () -> temporaryKey(token, 1));
            equal(List.of(refusal.getErrorCode(), refusal.getErrorMsg()), List.of("400", "The request body is invalid"));
        });

        claim("a body without an identity is 400", () ->
            refused(400, () -> withToken("").createTokenWithIdToken(new CreateTokenWithIdTokenRequest().withXIdpId("my-idp").withBody(
                new GetIdTokenRequestBody().withAuth(new GetIdTokenAuthParams())))));

        claim("an unknown token is 404 when it is shown", () -> {
            String token = token();
            var refusal = refused(404, () -> withToken(token).keystoneValidateToken(new KeystoneValidateTokenRequest().withXSubjectToken("nothing")));
            holds(refusal.getErrorMsg().contains("X-Subject-Token is invalid in the request"), "the message is " + refusal.getErrorMsg());
        });

        claim("faults of the table are what the SDK's classes hold", () ->
            Map.of(
                "Throttled", List.of(429, "APIGW.0308"),
                "AccessDenied", List.of(403, "APIGW.0306"),
                "IamUnavailable", List.of(503, "APIGW.0613"),
                "TokenExpired", List.of(401, "APIGW.0301")
            ).forEach((name, expected) -> {
                String namespace = fresh("fault-");
                fault(namespace, "huawei-iam", "KeystoneListAuthDomains", name, 1);
                var refusal = fails(ServiceResponseException.class,
                    () -> signed(accessKey + "~" + namespace).keystoneListAuthDomains(new KeystoneListAuthDomainsRequest()));
                equal(List.of(refusal.getHttpStatusCode(), refusal.getErrorCode()), expected, name);
            }));

        claim("the SDK's retry asks again until IAM is well", () -> {
            String namespace = fresh("retry-");
            fault(namespace, "huawei-iam", "KeystoneListAuthDomains", "IamUnavailable", 2);
            signed(accessKey + "~" + namespace).keystoneListAuthDomainsInvoker(new KeystoneListAuthDomainsRequest())
                .withRetry(4, (response, error) -> error != null, BackoffStrategy.NO_BACKOFF).invoke();
            equal(Harness.calls(namespace, "KeystoneListAuthDomains"), List.of(503, 503, 200));
        });

        claim("a wrong password, token or key is refused where it is looked at", () -> {
            if (!isStrict("huawei-iam")) {
                byPassword("wrong", ofProject(), "true");
                return;
            }
            var refusal = refused(401, () -> byPassword("wrong", ofProject(), "true"));
            holds(refusal.getErrorMsg().contains("The username or password is wrong."), "the message is " + refusal.getErrorMsg());
            refused(401, () -> temporaryKey("nothing", 900));
            equal(refused(401, () -> signed("nobody").keystoneListAuthDomains(new KeystoneListAuthDomainsRequest())).getErrorCode(), "APIGW.0301");
        });
    }
}
