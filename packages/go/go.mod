module github.com/rollcall-mock/rollcalltest

go 1.21
