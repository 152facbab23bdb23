// go get github.com/volcengine/volcengine-go-sdk
package main

import (
	"fmt"

	"github.com/volcengine/volcengine-go-sdk/service/bytehousece20240831"
	"github.com/volcengine/volcengine-go-sdk/volcengine"
	"github.com/volcengine/volcengine-go-sdk/volcengine/session"
)

func main() {
	config := volcengine.NewConfig().WithAkSk("{key}", "{secret}").WithEndpoint("{url}").WithRegion("cn-beijing")
	api := bytehousece20240831.New(session.Must(session.NewSession(config)))
	answer, err := api.ListUsers(&bytehousece20240831.ListUsersInput{})
	fmt.Println(answer, err)
}
