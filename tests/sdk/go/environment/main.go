// run: under rollcall run

// The official Go SDKs told nothing but what `rollcall run` puts into the environment; where an SDK reads no endpoint from there, its
// endpoint is the only thing that it is told.
package main

import (
	"os"
	"strconv"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ehpc"
	"github.com/aliyun/credentials-go/credentials"
	rocketmq "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2"
	messages "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2/model"
	messagesregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rocketmq/v2/region"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	desktops "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
	desktopsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/region"
	"github.com/volcengine/volc-sdk-golang/base"
	bytehouse "github.com/volcengine/volcengine-go-sdk/service/bytehousece20240831"
	"github.com/volcengine/volcengine-go-sdk/volcengine"
	"github.com/volcengine/volcengine-go-sdk/volcengine/session"

	. "rollcall.test/sdk/harness"
)

var (
	cluster  = Setting("cluster", "ehpc-hz-vu7c2WkVGx")
	instance = Setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
)

// called is the access key's namespace, where the call has to have come to, and how it was answered.
func called(operation string) { Equal(Calls(os.Getenv("ROLLCALL_NAMESPACE"), operation), []int{200}) }

func main() {
	Case("Huawei's clients find keys, project and endpoint by a region's name", func() {
		place := Must(desktopsregion.SafeValueOf("cn-north-4"))
		users := workspace.NewWorkspaceClient(Must(workspace.WorkspaceClientBuilder().WithRegion(place).SafeBuild()))
		Equal(Value(Value(Must(users.ListUsers(&desktops.ListUsersRequest{Limit: Ptr("1")})).Users)[0].UserName), "api-test")
		called("ListUsers")

		place = Must(messagesregion.SafeValueOf("cn-north-4"))
		mq := rocketmq.NewRocketMQClient(Must(rocketmq.RocketMQClientBuilder().WithRegion(place).SafeBuild()))
		Equal(Value(Value(Must(mq.ListUser(&messages.ListUserRequest{InstanceId: instance})).Users)[0].AccessKey), "test_01")
		called("ListUser")
	})

	Case("Volcengine's session finds keys and region", func() {
		made := Must(session.NewSession(volcengine.NewConfig().WithEndpoint(BaseURL)))
		answer := Must(bytehouse.New(made).ListRoles(nil))
		True(len(answer.Data.Roles) > 0, "there are no roles")
		Equal(answer.Metadata.Region, os.Getenv("VOLCSTACK_REGION"))
		called("ListRoles")
	})

	Case("Volcengine's older client prefers the keys of the environment to those that it is given", func() {
		client := base.NewClient(&base.ServiceInfo{
			Timeout: 5e9, Host: Address, Scheme: Scheme, Credentials: base.Credentials{Service: "bytehouse_ce", Region: "cn-beijing"},
		}, map[string]*base.ApiInfo{"GetUserDetail": {
			Method: "GET", Path: "/", Query: map[string][]string{"Action": {"GetUserDetail"}, "Version": {"2024-08-31"}, "Username": {"user1"}},
		}})
		client.ServiceInfo.Header = map[string][]string{}
		_, status, err := client.Query("GetUserDetail", nil)
		Done(err)
		Equal(status, 200)
		called("GetUserDetail")
	})

	Case("Alibaba's default chain finds the keys", func() {
		client := Must(openapi.NewClient(&openapi.Config{
			Credential: Must(credentials.NewCredential(nil)), Endpoint: &Address, Protocol: &Scheme, RegionId: Ptr(os.Getenv("ALIBABA_CLOUD_REGION_ID")),
		}))
		Must(client.CallApi(&openapi.Params{
			Action: Ptr("ListUsersAsync"), Version: Ptr("2018-04-12"), Protocol: Ptr("HTTPS"), Pathname: Ptr("/"), Method: Ptr("GET"),
			AuthType: Ptr("AK"), Style: Ptr("RPC"), ReqBodyType: Ptr("formData"), BodyType: Ptr("json"),
		}, &openapi.OpenApiRequest{Query: map[string]*string{"ClusterId": &cluster}}, &dara.RuntimeOptions{}))
		called("ListUsersAsync")
	})

	Case("Alibaba's older default chain finds the keys", func() {
		client := Must(ehpc.NewClientWithProvider(os.Getenv("ALIBABA_CLOUD_REGION_ID")))
		request := ehpc.CreateDescribeClusterRequest()
		request.SetDomain(Host)
		request.Port = strconv.Itoa(Port)
		request.ClusterId = cluster
		Equal(Must(client.DescribeCluster(request)).ClusterInfo.Id, cluster)
		called("DescribeCluster")
	})

	Run()
}
