// Typed clients that openapi-typescript and openapi-fetch make of each document, with real calls: a list, a creation, an error.
import createClient from "openapi-fetch";
import type { paths as Aliyun } from "./aliyun-ehpc.js";
import type { paths as Iam } from "./huawei-iam.js";
import type { paths as RocketMq } from "./huawei-rocketmq.js";
import type { paths as Workspace } from "./huawei-workspace.js";
import type { paths as QingCloud } from "./qingcloud-ehpc.js";
import type { paths as Volcengine } from "./volcengine-bytehouse.js";
import type { paths as Control } from "./control-plane.js";

declare const process: { argv: string[]; exitCode: number };

const baseUrl = process.argv[2];
const PROJECT = "0bec5db98280d2d02fd6c00c2de791ce";
const INSTANCE = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
let passed = 0;
let failed = 0;

async function test(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    passed += 1;
  } catch (cause) {
    failed += 1;
    console.log(`FAIL  openapi-fetch, ${name}: ${cause}`);
  }
}

function same(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
}

await test("volcengine-bytehouse", async () => {
  const client = createClient<Volcengine>({ baseUrl });
  const Version = "2024-08-31";
  const users = await client.GET("/ListUsers/..", { params: { query: { Action: "ListUsers", Version, Limit: 2 } } });
  same([users.response.status, users.data?.ResponseMetadata.Action, users.data?.Result.Data.Users.length], [200, "ListUsers", 2]);
  const made = await client.POST("/CreateRole/..", {
    params: { query: { Action: "CreateRole", Version } },
    body: { Name: "made_in_typescript", ClusterID: 1 },
  });
  same([made.response.status, made.error], [200, undefined]);
  const roles = await client.GET("/ListRoles/..", { params: { query: { Action: "ListRoles", Version, Name: "made_in_typescript" } } });
  same(JSON.stringify(roles.data).includes("made_in_typescript"), true);
  const missing = await client.GET("/GetUserDetail/..", { params: { query: { Action: "GetUserDetail", Version, Username: "nobody" } } });
  same([missing.data, missing.error?.ResponseMetadata.Action], [undefined, "GetUserDetail"]);
});

await test("aliyun-ehpc", async () => {
  const client = createClient<Aliyun>({ baseUrl });
  const ClusterId = "ehpc-hz-Next240730";
  const Version = "2024-07-30";
  const list = () =>
    client.GET("/2024-07-30/ListUsers/../..", { params: { query: { Action: "ListUsers", Version, ClusterId } } });
  same((await list()).response.status, 200);
  const User = JSON.stringify([{ UserName: "made.in.ts", Group: "users", Password: "Pa55word!" }]);
  const made = await client.POST("/CreateUsers/..", { params: { query: { Action: "CreateUsers", Version, ClusterId, User } } });
  same([made.response.status, made.error], [200, undefined]);
  const found = await client.GET("/GetUser/..", { params: { query: { Action: "GetUser", Version, ClusterId, UserName: "made.in.ts" } } });
  same(found.response.status, 200);
  const old = await client.GET("/2018-04-12/ListUsers/../..", {
    params: { query: { Action: "ListUsers", Version: "2018-04-12", ClusterId: "nothing" } },
  });
  same([old.response.status, (old.error as { Code?: string }).Code], [404, "ClusterNotFound"]);
  // The members of a list are parameters with a number in their names.
  const more = await client.GET("/AddUsers/..", {
    // openapi-fetch does not read that the document says so.
    querySerializer: { object: { style: "form", explode: true } },
    params: {
      query: {
        Action: "AddUsers", Version: "2018-04-12", ClusterId: "ehpc-hz-vu7c2WkVGx",
        "User.1.Name": "first.in.ts", "User.1.Group": "users", "User.1.Password": "Pa55word!",
        "User.N": { "User.2.Name": "second.in.ts", "User.2.Group": "users", "User.2.Password": "Pa55word!" },
      },
    },
  });
  same([more.response.status, more.error], [200, undefined]);
  const gone = await client.GET("/2018-04-12/DeleteUsers/../..", {
    params: { query: { Action: "DeleteUsers", Version: "2018-04-12", ClusterId: "ehpc-hz-vu7c2WkVGx", "User.1.Name": "second.in.ts" } },
  });
  same([gone.response.status, gone.error], [200, undefined]);
});

await test("huawei-rocketmq", async () => {
  const client = createClient<RocketMq>({ baseUrl });
  const path = { project_id: PROJECT, instance_id: INSTANCE };
  const users = await client.GET("/v2/{project_id}/instances/{instance_id}/users", { params: { path, query: { limit: 1 } } });
  same([users.response.status, users.data?.users?.length], [200, 1]);
});

await test("huawei-workspace", async () => {
  const client = createClient<Workspace>({ baseUrl });
  const users = await client.GET("/v2/{project_id}/users", { params: { path: { project_id: PROJECT }, query: { limit: "1" } } });
  same([users.response.status, users.data?.users?.length], [200, 1]);
});

await test("huawei-iam", async () => {
  const client = createClient<Iam>({ baseUrl });
  const version = await client.GET("/v3");
  same(version.response.status, 200);
});

await test("qingcloud-ehpc", async () => {
  const client = createClient<QingCloud>({ baseUrl });
  const users = await client.GET("/api/user", { params: { query: { zone: "jn1a", timestamp: "2026-01-02T03:04:05Z", limit: 1 } } });
  same(users.response.status, 200);
});

await test("control-plane", async () => {
  const client = createClient<Control>({ baseUrl });
  const tried = await client.POST("/_rollcall/try", { body: { provider: "volcengine-bytehouse", operation: "ListUsers", send: true } });
  same([tried.response.status, tried.data?.response?.status], [200, 200]);
  const journal = await client.GET("/_rollcall/journal", { params: { query: { since: 0, wait_ms: 1000, failed: true } } });
  same(journal.data?.entries.every((entry) => entry.error !== "" || 400 <= entry.status), true);
});

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
