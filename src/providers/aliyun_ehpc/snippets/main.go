// go get github.com/aliyun/alibaba-cloud-sdk-go@v1.62.461
package main

import (
	"fmt"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ehpc"
)

func main() {
	config := sdk.NewConfig().WithScheme("{scheme}")
	key := credentials.NewAccessKeyCredential("{key}", "{secret}")
	client, err := ehpc.NewClientWithOptions("cn-hangzhou", config, key)
	if err != nil {
		panic(err)
	}
	request := ehpc.CreateListUsersAsyncRequest()
	request.SetDomain("{host}")
	request.ClusterId = "ehpc-hz-vu7c2WkVGx"
	answer, err := client.ListUsersAsync(request)
	fmt.Println(answer, err)
}
