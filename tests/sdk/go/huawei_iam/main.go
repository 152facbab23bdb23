// sdk: github.com/huaweicloud/huaweicloud-sdk-go-v3
// server: --credential test-ak:test-sk --credential another-key:test-sk --credential a-third-key:test-sk

// The little of Huawei's IAM that clients call, through the official Go SDK huaweicloud-sdk-go-v3: services/iam/v3 and sts/v1, and
// the look-ups that the core makes by itself for the clients of services/workspace/v2 and services/rocketmq/v2.
package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/invoker/retry"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	iam "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
	rocketmq "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2"
	messages "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2/model"
	sts "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/sts/v1"
	identity "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/sts/v1/model"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	desktops "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"

	. "rollcall.test/sdk/harness"
)

var (
	project    = Setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
	regionID   = Setting("region", "cn-north-4")
	instance   = Setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
	domain     = Setting("domain", "d78cbac186b744899480f25bd022f468")
	domainName = Setting("domain_name", "IAMDomain")
	user       = Setting("iam_user", "IAMUser")
	password   = Setting("iam_password", "IAMPassword")
)

func client(credentials auth.ICredential) *iam.IamClient {
	return iam.NewIamClient(Must(iam.IamClientBuilder().WithEndpoint(BaseURL).WithCredential(credentials).SafeBuild()))
}

func signed(accessKey string) *iam.IamClient {
	return client(Must(global.NewCredentialsBuilder().WithAk(accessKey).WithSk(SecretKey).WithDomainId(domain).SafeBuild()))
}

func withToken(token string) *iam.IamClient {
	return client(iam.NewIamCredentialsBuilder().WithXAuthToken(token).Build())
}

// credentials are without a project's id, so that the SDK has to look it up; it remembers what it found by key and region.
func credentials(accessKey string) *basic.Credentials {
	return Must(basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(SecretKey).WithIamEndpointOverride(BaseURL).SafeBuild())
}

func rocketmqIn(id string, credentials *basic.Credentials) (*rocketmq.RocketMQClient, error) {
	client, err := rocketmq.RocketMQClientBuilder().WithCredential(credentials).WithRegion(region.NewRegion(id, BaseURL)).SafeBuild()
	return rocketmq.NewRocketMQClient(client), err
}

func listUsers(client *rocketmq.RocketMQClient) []messages.UserResp {
	return Value(Must(client.ListUser(&messages.ListUserRequest{InstanceId: instance})).Users)
}

func byPassword(client *iam.IamClient, password string, scope *model.AuthScope) (*model.KeystoneCreateUserTokenByPasswordResponse, error) {
	return withCatalog(client, password, scope, Ptr("true"))
}

func withCatalog(client *iam.IamClient, password string, scope *model.AuthScope, nocatalog *string) (*model.KeystoneCreateUserTokenByPasswordResponse, error) {
	return client.KeystoneCreateUserTokenByPassword(&model.KeystoneCreateUserTokenByPasswordRequest{
		Nocatalog: nocatalog,
		Body: &model.KeystoneCreateUserTokenByPasswordRequestBody{Auth: &model.PwdAuth{
			Identity: &model.PwdIdentity{
				Methods: []model.PwdIdentityMethods{model.GetPwdIdentityMethodsEnum().PASSWORD},
				Password: &model.PwdPassword{User: &model.PwdPasswordUser{
					Domain: &model.PwdPasswordUserDomain{Name: domainName}, Name: user, Password: password,
				}},
			},
			Scope: scope,
		}},
	})
}

func ofProject() *model.AuthScope {
	return &model.AuthScope{Project: &model.AuthScopeProject{Id: &project}}
}

func temporaryKey(token string, seconds int32) (*model.CreateTemporaryAccessKeyByTokenResponse, error) {
	return withToken(token).CreateTemporaryAccessKeyByToken(&model.CreateTemporaryAccessKeyByTokenRequest{
		Body: &model.CreateTemporaryAccessKeyByTokenRequestBody{Auth: &model.TokenAuth{Identity: &model.TokenAuthIdentity{
			Methods: []model.TokenAuthIdentityMethods{model.GetTokenAuthIdentityMethodsEnum().TOKEN},
			Token:   &model.IdentityToken{Id: &token, DurationSeconds: &seconds},
		}}},
	})
}

func refused(err error, status int) *sdkerr.ServiceResponseError {
	refusal := Fails[*sdkerr.ServiceResponseError](err)
	Equal(refusal.StatusCode, status)
	Equal(len(refusal.RequestId), 32, "the length of the request id")
	return refusal
}

// federated is a file with the token of another identity provider.
func federated() string {
	file := filepath.Join(Must(os.MkdirTemp("", "rollcall-sdk-")), "id.token")
	Done(os.WriteFile(file, []byte("an-id-token"), 0o600))
	return file
}

func lookUps() {
	Case("a client of RocketMQ that is told a region finds its project and lists users", func() {
		found := credentials(AccessKey)
		users := listUsers(Must(rocketmqIn(regionID, found)))
		Equal(Value(users[0].AccessKey), "test_01")
		Equal(found.ProjectId, project)
	})

	Case("a client of Workspace that is told a region finds its project", func() {
		found := credentials("another-key")
		built := Must(workspace.WorkspaceClientBuilder().WithCredential(found).WithRegion(region.NewRegion(regionID, BaseURL)).SafeBuild())
		Equal(found.ProjectId, project)
		answer := Must(workspace.NewWorkspaceClient(built).ListUsers(&desktops.ListUsersRequest{Limit: Ptr("1")}))
		Equal(Value(Value(answer.Users)[0].UserName), "api-test")
	})

	Case("any region has one project of its own", func() {
		first, second, mars := credentials(AccessKey), credentials("another-key"), credentials(AccessKey)
		Must(rocketmqIn("cn-east-2", first))
		Must(rocketmqIn("cn-east-2", second))
		client := Must(rocketmqIn("cn-mars-1", mars))
		Equal(first.ProjectId, second.ProjectId)
		Unique([]string{project, first.ProjectId, mars.ProjectId})
		_, err := client.ListUser(&messages.ListUserRequest{InstanceId: instance})
		Equal(refused(err, 404).ErrorCode, "DMS.00404022")
	})

	Case("global credentials find their domain", func() {
		found := Must(global.NewCredentialsBuilder().WithAk(AccessKey).WithSk(SecretKey).WithIamEndpointOverride(BaseURL).SafeBuild())
		Must(iam.IamClientBuilder().WithCredential(found).WithRegion(region.NewRegion(regionID, BaseURL)).SafeBuild())
		Equal(found.DomainId, domain)
	})

	Case("a look-up that is refused is told with the code of the gateway", func() {
		// Not test-ak, whose project an earlier case may have left in the SDK's cache.
		namespace := Fresh("refused-")
		Fault(namespace, "huawei-iam", "KeystoneListProjects", "AccessDenied", 1)
		_, err := rocketmqIn(regionID, credentials(AccessKey+"~"+namespace))
		True(err != nil && strings.Contains(err.Error(), "APIGW.0306"), "the error is %v", err)
	})

	Case("federated credentials get a temporary key and sign with it", func() {
		key := basic.NewCredentialsBuilder().WithIdpId("my-idp").WithIdTokenFile(federated()).WithProjectId(project).WithIamEndpointOverride(BaseURL)
		found := Must(key.SafeBuild())
		client := Must(rocketmqIn(regionID, found))
		Equal(Value(listUsers(client)[0].AccessKey), "test_01")
		True(strings.HasPrefix(found.AK, "HST"), "the temporary key is %q", found.AK)
		True(strings.HasPrefix(found.SecurityToken, "MII"), "the security token is %.20q", found.SecurityToken)
	})
}

func calls() {
	Case("projects are listed, and one of a name is found", func() {
		everyone := Value(Must(signed(AccessKey).KeystoneListProjects(&model.KeystoneListProjectsRequest{DomainId: &domain})).Projects)
		True(len(everyone) > 5, "there are only %d projects", len(everyone))
		one := Value(Must(signed(AccessKey).KeystoneListProjects(&model.KeystoneListProjectsRequest{Name: &regionID, Enabled: Ptr(true)})).Projects)
		Equal(len(one), 1)
		Equal([]string{one[0].Id, one[0].Name, one[0].DomainId}, []string{project, regionID, domain})
		Equal([]bool{one[0].Enabled, one[0].IsDomain}, []bool{true, false})
	})

	Case("the caller's domain is the only one", func() {
		domains := Value(Must(signed(AccessKey).KeystoneListAuthDomains(&model.KeystoneListAuthDomainsRequest{})).Domains)
		Equal(Each(domains, func(one model.Domains) string { return one.Id + " " + one.Name }), []string{domain + " " + domainName})
	})

	Case("the catalogue leads to this server, as does a token's", func() {
		issued := Must(withCatalog(withToken(""), password, ofProject(), nil))
		Equal(Each(issued.Token.Catalog, func(one model.TokenCatalog) string { return one.Type }), []string{"workspace", "dms", "iam"})
		Equal(len(Must(byPassword(withToken(""), password, ofProject())).Token.Catalog), 0)
		services := Value(Must(withToken(Value(issued.XSubjectToken)).KeystoneShowCatalog(&model.KeystoneShowCatalogRequest{})).Catalog)
		Equal(Each(services, func(one model.Catalog) string { return one.Name }), []string{"workspace", "dms", "iam"})
		for _, service := range services {
			for _, endpoint := range service.Endpoints {
				True(strings.HasPrefix(endpoint.Url, BaseURL+"/v"), "%s is at %s", service.Name, endpoint.Url)
			}
		}
	})

	Case("the versions of the API are told", func() {
		Equal(Must(withToken("").KeystoneShowVersion(&model.KeystoneShowVersionRequest{})).Version.Id, "v3.6")
		every := Must(signed(AccessKey).KeystoneListVersions(&model.KeystoneListVersionsRequest{}))
		Equal(every.HttpStatusCode, 300)
		Equal(Each(every.Versions.Values, func(one model.Version) string { return one.Id + " " + one.Status }), []string{"v3.6 stable"})
	})

	Case("the caller's identity is the account", func() {
		key := Must(basic.NewCredentialsBuilder().WithAk(AccessKey).WithSk(SecretKey).WithProjectId(project).SafeBuild())
		client := sts.NewStsClient(Must(sts.StsClientBuilder().WithEndpoint(BaseURL).WithCredential(key).SafeBuild()))
		Equal(Value(Must(client.GetCallerIdentity(&identity.GetCallerIdentityRequest{})).AccountId), domain)
	})
}

func tokens() {
	Case("a password buys a token of a project, which is shown as it was issued", func() {
		issued := Must(byPassword(withToken(""), password, ofProject()))
		Equal(issued.HttpStatusCode, 201)
		Equal([]string{issued.Token.User.Name, issued.Token.User.Domain.Name, issued.Token.Project.Id}, []string{user, domainName, project})
		Equal(issued.Token.Methods, []string{"password"})
		expires := Must(time.Parse("2006-01-02T15:04:05.000000Z", issued.Token.ExpiresAt))
		Equal(expires.Sub(Must(time.Parse("2006-01-02T15:04:05.000000Z", issued.Token.IssuedAt))), 24*time.Hour)
		token := Value(issued.XSubjectToken)
		shown := Must(withToken(token).KeystoneValidateToken(&model.KeystoneValidateTokenRequest{XSubjectToken: token}))
		Equal([]string{shown.Token.User.Id, shown.Token.Project.Id, shown.Token.ExpiresAt}, []string{issued.Token.User.Id, project, issued.Token.ExpiresAt})
	})

	Case("a token of a domain has a domain and no project", func() {
		issued := Must(byPassword(withToken(""), password, &model.AuthScope{Domain: &model.AuthScopeDomain{Name: &domainName}}))
		Equal(issued.Token.Domain.Id, domain)
		Equal(issued.Token.Project, (*model.TokenProjectResult)(nil))
	})

	Case("a token buys a temporary key, which signs", func() {
		token := Value(Must(byPassword(withToken(""), password, ofProject())).XSubjectToken)
		answer := Must(temporaryKey(token, 900))
		key := answer.Credential
		Equal(answer.HttpStatusCode, 201)
		temporary := Must(basic.NewCredentialsBuilder().WithAk(key.Access).WithSk(key.Secret).WithSecurityToken(key.Securitytoken).WithProjectId(project).SafeBuild())
		client := Must(rocketmqIn(regionID, temporary))
		Equal(Value(listUsers(client)[0].AccessKey), "test_01")
		expires := Must(time.Parse("2006-01-02T15:04:05.000000Z", key.ExpiresAt))
		True(time.Until(expires) < 16*time.Minute, "the key of 900 s ends at %v", expires)
	})

	Case("an agency gives a temporary key, which signs", func() {
		token := Value(Must(byPassword(withToken(""), password, ofProject())).XSubjectToken)
		answer := Must(withToken(token).CreateTemporaryAccessKeyByAgency(&model.CreateTemporaryAccessKeyByAgencyRequest{
			Body: &model.CreateTemporaryAccessKeyByAgencyRequestBody{Auth: &model.AgencyAuth{Identity: &model.AgencyAuthIdentity{
				Methods:    []model.AgencyAuthIdentityMethods{model.GetAgencyAuthIdentityMethodsEnum().ASSUME_ROLE},
				AssumeRole: &model.IdentityAssumerole{AgencyName: "an-agency", DomainName: &domainName, DurationSeconds: Ptr(int32(900))},
			}}},
		}))
		key := answer.Credential
		Equal(answer.HttpStatusCode, 201)
		temporary := Must(basic.NewCredentialsBuilder().WithAk(key.Access).WithSk(key.Secret).WithSecurityToken(key.Securitytoken).WithProjectId(project).SafeBuild())
		Equal(Value(listUsers(Must(rocketmqIn(regionID, temporary)))[0].AccessKey), "test_01")
	})

	Case("another provider's token buys a token of a project", func() {
		issued := Must(withToken("").CreateTokenWithIdToken(&model.CreateTokenWithIdTokenRequest{XIdpId: "my-idp", Body: &model.GetIdTokenRequestBody{
			Auth: &model.GetIdTokenAuthParams{
				IdToken: &model.GetIdTokenIdTokenBody{Id: "an-id-token"},
				Scope:   &model.GetIdTokenIdScopeBody{Project: &model.GetIdTokenScopeDomainOrProjectBody{Id: &project}},
			},
		}}))
		Equal(issued.HttpStatusCode, 201)
		Equal(Value(issued.Token.Project.Id), project)
		True(len(Value(issued.XSubjectToken)) > 0, "there is no X-Subject-Token")
	})
}

func refusals() {
	Case("a duration out of bounds is 400, and its numeric code stays in the text of the Go SDK", func() {
		token := Value(Must(byPassword(withToken(""), password, ofProject())).XSubjectToken)
		_, err := temporaryKey(token, 1)
		refusal := refused(err, 400)
		// The class only keeps codes that are text, and else the whole body.
		Equal(refusal.ErrorCode, "")
		True(strings.Contains(refusal.ErrorMessage, `"message":"The request body is invalid"`), "the message is %s", refusal.ErrorMessage)
	})

	Case("a body without an identity is 400", func() {
		_, err := withToken("").CreateTokenWithIdToken(&model.CreateTokenWithIdTokenRequest{XIdpId: "my-idp"})
		refused(err, 400)
	})

	Case("an unknown token is 404 when it is shown", func() {
		token := Value(Must(byPassword(withToken(""), password, ofProject())).XSubjectToken)
		_, err := withToken(token).KeystoneValidateToken(&model.KeystoneValidateTokenRequest{XSubjectToken: "nothing"})
		True(strings.Contains(refused(err, 404).ErrorMessage, "X-Subject-Token is invalid in the request"), "the error is %v", err)
	})

	Case("faults of the table are what the SDK's class holds", func() {
		for name, expected := range map[string][]any{
			"Throttled":      {429, "APIGW.0308"},
			"AccessDenied":   {403, "APIGW.0306"},
			"IamUnavailable": {503, "APIGW.0613"},
			"TokenExpired":   {401, "APIGW.0301"},
		} {
			namespace := Fresh("fault-")
			Fault(namespace, "huawei-iam", "KeystoneListAuthDomains", name, 1)
			_, err := signed(AccessKey + "~" + namespace).KeystoneListAuthDomains(&model.KeystoneListAuthDomainsRequest{})
			refusal := Fails[*sdkerr.ServiceResponseError](err)
			Equal([]any{refusal.StatusCode, refusal.ErrorCode}, expected, name)
		}
	})

	Case("the SDK's retry asks again until IAM is well", func() {
		namespace := Fresh("retry-")
		Fault(namespace, "huawei-iam", "KeystoneListAuthDomains", "IamUnavailable", 2)
		_, err := signed(AccessKey+"~"+namespace).KeystoneListAuthDomainsInvoker(&model.KeystoneListAuthDomainsRequest{}).
			WithRetry(4, func(_ any, err error) bool { return err != nil }, &retry.None{}).Invoke()
		Done(err)
		Equal(Calls(namespace, "KeystoneListAuthDomains"), []int{503, 503, 200})
	})

	Case("a wrong password, token or key is refused where it is looked at", func() {
		if !Strict("huawei-iam") {
			Must(byPassword(withToken(""), "wrong", ofProject()))
			return
		}
		_, err := byPassword(withToken(""), "wrong", ofProject())
		True(strings.Contains(refused(err, 401).ErrorMessage, "The username or password is wrong."), "the error is %v", err)
		_, err = temporaryKey("nothing", 900)
		refused(err, 401)
		_, err = signed("nobody").KeystoneListAuthDomains(&model.KeystoneListAuthDomainsRequest{})
		Equal(refused(err, 401).ErrorCode, "APIGW.0301")
	})
}

func main() {
	lookUps()
	calls()
	tokens()
	refusals()
	Run()
}
