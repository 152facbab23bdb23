package sdktest

import (
	"os"
	"strings"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ehpc"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
	"github.com/rollcall-mock/rollcalltest"
)

const (
	cluster = "ehpc-hz-vu7c2WkVGx"
	project = "0bec5db98280d2d02fd6c00c2de791ce"
)

func TestAlibabasOlderSDKGetsThere(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t, rollcalltest.Auth("strict"))
	config := sdk.NewConfig().WithScheme("HTTP")
	client, err := ehpc.NewClientWithOptions("cn-hangzhou", config, credentials.NewAccessKeyCredential(ns.AccessKey, ns.SecretKey))
	must(t, err)
	request := ehpc.CreateListUsersAsyncRequest()
	request.SetDomain(ns.Endpoint())
	request.ClusterId = cluster
	answer, err := client.ListUsersAsync(request)
	must(t, err)
	if answer.Users.UserInfo[0].Name != "testuser" {
		t.Fatal(answer.Users)
	}
	ns.AssertCalled(t, "aliyun-ehpc", "ListUsersAsync") // at least once
	ns.AssertCalled(t, "aliyun-ehpc", "ListUsersAsync", rollcalltest.Times(1), rollcalltest.Param("ClusterId", "ehpc-hz-vu7c2WkVGx"))
	ns.AssertCalled(t, "aliyun-ehpc", "ListUsersAsync", rollcalltest.Within(time.Second)) // by another goroutine
	ns.AssertNotCalled(t, "aliyun-ehpc", "DeleteUsers")
	for _, call := range ns.Calls("aliyun-ehpc") { // oldest first
		t.Log(call.Operation, call.Status, call.Error, call.Explanation)
	}
}

func TestAlibabasCoreGetsThere(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t, rollcalltest.Auth("strict"))
	client, err := openapi.NewClient(&openapi.Config{
		AccessKeyId: &ns.AccessKey, AccessKeySecret: &ns.SecretKey, RegionId: tea.String("cn-hangzhou"),
		Endpoint: tea.String(ns.Endpoint()), Protocol: tea.String("http"),
	})
	must(t, err)
	_, err = client.CallApi(&openapi.Params{
		Action: tea.String("ListUsers"), Version: tea.String("2018-04-12"), Protocol: tea.String("HTTPS"), Pathname: tea.String("/"), Method: tea.String("GET"),
		AuthType: tea.String("AK"), Style: tea.String("RPC"), ReqBodyType: tea.String("formData"), BodyType: tea.String("json"),
	}, &openapi.OpenApiRequest{Query: map[string]*string{"ClusterId": tea.String(cluster)}}, &dara.RuntimeOptions{})
	must(t, err)
	ns.AssertCalled(t, "aliyun-ehpc", "ListUsers", rollcalltest.Status(200))
}

func TestHuaweisSDKGetsThere(t *testing.T) {
	t.Parallel()
	ns := rollcalltest.New(t, rollcalltest.Auth("strict"))
	key, err := basic.NewCredentialsBuilder().WithAk(ns.AccessKey).WithSk(ns.SecretKey).WithProjectId(project).SafeBuild()
	must(t, err)
	built, err := workspace.WorkspaceClientBuilder().WithEndpoint(ns.URL).WithCredential(key).SafeBuild()
	must(t, err)
	client := workspace.NewWorkspaceClient(built)
	answer, err := client.ListUsers(&model.ListUsersRequest{})
	must(t, err)
	if *answer.TotalCount < 20 {
		t.Fatal(*answer.TotalCount)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What the README shows in fragments is what the tests above run. Its first block is a whole file, which tests/steps/41-go-package pastes.
func TestTheFragmentsOfTheREADMEAreLinesOfTheseTests(t *testing.T) {
	here, fragments := lines(t, "readme_test.go"), 0
	for _, block := range strings.Split(strings.Join(lines(t, "../README.md"), "\n"), "```go\n")[1:] {
		block = strings.SplitN(block, "\n```", 2)[0]
		if strings.HasPrefix(block, "package ") {
			continue
		}
		fragments++
		for _, line := range strings.Split(block, "\n") {
			if strings.HasPrefix(line, "//") {
				continue
			}
			if !strings.Contains(strings.Join(here, "\n")+"\n", line+"\n") {
				t.Errorf("the README's line is in no test: %s", line)
			}
		}
	}
	if fragments != 4 {
		t.Errorf("the README has %d fragments, and this test knows 4", fragments)
	}
}

// lines of a file, without indentation and with single spaces.
func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	made := strings.Split(string(text), "\n")
	for i, line := range made {
		made[i] = strings.Join(strings.Fields(line), " ")
	}
	return made
}
