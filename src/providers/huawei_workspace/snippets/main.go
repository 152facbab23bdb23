// go get github.com/huaweicloud/huaweicloud-sdk-go-v3
package main

import (
	"fmt"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
)

func main() {
	key, err := basic.NewCredentialsBuilder().WithAk("{key}").WithSk("{secret}").
		WithProjectId("0bec5db98280d2d02fd6c00c2de791ce").SafeBuild()
	if err != nil {
		panic(err)
	}
	built, err := workspace.WorkspaceClientBuilder().WithEndpoint("{url}").WithCredential(key).SafeBuild()
	if err != nil {
		panic(err)
	}
	answer, err := workspace.NewWorkspaceClient(built).ListUsers(&model.ListUsersRequest{})
	fmt.Println(answer, err)
}
