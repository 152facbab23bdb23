// sdk: @alicloud/openapi-core

// E-HPC 2018-04-12 and 2024-07-30 through the generic calls of the core of Alibaba's current SDK for TypeScript: @alicloud/openapi-core
// 1.0.8. No generated package of E-HPC for TypeScript is made for this core yet; what is here of one is the types of the documents.
// What lists runs signed with ACS3-HMAC-SHA256 and with ACS3-HMAC-SM3, as a query and as a form.

import Client, { $OpenApiUtil, AlibabaCloudError, ClientError, ServerError, ThrottlingError } from '@alicloud/openapi-core';
import * as $dara from '@darabonba/typescript';

import { calls, cases, equal, fault, fresh, present, raises, server, setting, strict, temporaryKey, unique, walk } from './harness.js';

const PROVIDER = 'aliyun-ehpc';
const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
const BROKEN = setting('broken_cluster', 'ehpc-hz-9T3xxStop1'); // not running
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a'); // running, and without users; the cases that write leave it so
const HYBRID = setting('hybrid_cluster', 'ehpc-sz-Hybrid0001');
const NEXT = setting('next_cluster', 'ehpc-hz-Next240730'); // only 2024-07-30 sees these
const NEXT_EMPTY = setting('next_empty_cluster', 'ehpc-hz-NextEmpty1');
const NEXT_STOPPED = setting('next_stopped_cluster', 'ehpc-sh-Stopped01');
const PASSWORD = 'Aa1!*~/+&=aaa'; // needs escaping in a query, and once more in a string to sign
const ALGORITHMS = ['ACS3-HMAC-SHA256', 'ACS3-HMAC-SM3'];

type Version = '2018-04-12' | '2024-07-30';
type Query = Record<string, string | number | boolean>;
interface Entry {
    Name?: string; // until 2024-07-30
    UserName?: string; // since
    AddTime: string;
    Group: string;
    GroupId?: string;
    UserId?: string;
}
interface Users {
    AsyncId?: string;
    AsyncStatus?: string;
    PageNumber: number;
    PageSize: number;
    RequestId: string;
    TotalCount: number;
    Users: { UserInfo: Entry[] };
}
interface Reply<T> {
    statusCode: number;
    headers: Record<string, string>;
    body: T;
}

function connect(change: Record<string, unknown> = {}): Client {
    return new Client(
        new $OpenApiUtil.Config({
            accessKeyId: server.accessKey,
            accessKeySecret: server.secretKey,
            endpoint: server.address,
            protocol: server.scheme,
            regionId: 'cn-hangzhou',
            ...change,
        }),
    );
}
const own = connect();
const within = (namespace: string, change: Record<string, unknown> = {}): Client => connect({ accessKeyId: `${server.accessKey}~${namespace}`, ...change });

interface Options {
    version?: Version | string;
    method?: string;
    body?: Query;
    runtime?: Record<string, unknown>;
}

// What a generated client does for an action of the RPC style.
async function call<T>(client: Client, action: string, query: Query = {}, options: Options = {}): Promise<Reply<T>> {
    const { version = '2018-04-12', method = 'GET', body, runtime = {} } = options;
    const protocol = server.scheme.toUpperCase();
    const params = new $OpenApiUtil.Params({
        action, version, protocol, method, pathname: '/', authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
    });
    const texts = (given: Query): Record<string, string> => Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
    const request = new $OpenApiUtil.OpenApiRequest({ query: texts(query), ...(body ? { body: texts(body) } : {}) });
    return (await client.callApi(params, request, new $dara.RuntimeOptions(runtime))) as Reply<T>;
}

const NEWER: Options = { version: '2024-07-30' };
const POSTED: Options = { version: '2024-07-30', method: 'POST' };

const list = async (query: Query, client = own): Promise<Users> => (await call<Users>(client, 'ListUsersAsync', query)).body;
const newer = async (query: Query, client = own): Promise<Users> => (await call<Users>(client, 'ListUsers', query, NEWER)).body;
const names = (body: Users): string[] => body.Users.UserInfo.map((user) => present(user.Name ?? user.UserName));

// Lists are flattened by the older version, and JSON in the newer one.
const flat = (...users: Record<string, string>[]): Query =>
    Object.fromEntries(users.flatMap((user, i) => Object.entries(user).map(([key, value]) => [`User.${i + 1}.${key}`, value] as const)));
const inJson = (...users: Record<string, string>[]): Query => ({ User: JSON.stringify(users) });

// The class of the core with this status and code, and what the body said.
async function refused<E extends AlibabaCloudError>(
    kind: new (map?: Record<string, unknown>) => E,
    promise: Promise<unknown>,
    statusCode: number,
    code: string,
    message = '',
): Promise<E> {
    const error = await raises(kind, promise);
    equal([error.statusCode, error.code], [statusCode, code]);
    equal(error.data.Code, code, 'the code in the body');
    equal(error.data.HostId, 'ehpc.cn-hangzhou.aliyuncs.com');
    equal(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(present(error.requestId)), true, `the shape of the request id ${error.requestId}`);
    equal(error.message.startsWith(`${code}: code: ${statusCode}, ${message}`), true, `the text ${error.message}`);
    return error;
}

void cases({
    // Listing

    async 'the first user of either version is the one of its document'() {
        for (const signatureAlgorithm of ALGORITHMS) {
            const client = connect({ signatureAlgorithm });
            const body = await list({ ClusterId: CLUSTER }, client);
            equal(body.Users.UserInfo[0], { Name: 'testuser', AddTime: '2022-09-28T09:05:26.000Z', UserId: '1000', Group: 'wheel', GroupId: '10' });
            equal([body.PageNumber, body.PageSize, body.AsyncStatus], [1, 10, 'Success']);
            equal((await newer({ ClusterId: NEXT }, client)).Users.UserInfo[0], {
                UserName: 'testuser', AddTime: '2014-08-22T17:46:47', UserId: '1001', Group: 'users', GroupId: '100',
            });
        }
    },

    async 'every member has the type of the documents, and the reply its headers'() {
        const reply = await call<Users>(own, 'ListUsersAsync', { ClusterId: CLUSTER, PageSize: 50 });
        equal([reply.statusCode, reply.headers['x-acs-request-id']], [200, reply.body.RequestId]);
        for (const user of reply.body.Users.UserInfo) {
            equal([user.Name, user.AddTime, user.Group, user.GroupId, user.UserId].map((one) => typeof one), Array(5).fill('string'), user.Name);
        }
        equal([reply.body.TotalCount, reply.body.PageNumber, reply.body.PageSize].every(Number.isInteger), true);
    },

    async 'a form says what a query says'() {
        for (const signatureAlgorithm of ALGORITHMS) {
            const posted = await call<Users>(connect({ signatureAlgorithm }), 'ListUsersAsync', { PageSize: 3 }, { method: 'POST', body: { ClusterId: CLUSTER } });
            equal(posted.body.Users, (await list({ ClusterId: CLUSTER, PageSize: 3 })).Users);
        }
    },

    async 'walks in pages of any size meet every user once in the same order'() {
        for (const lists of [(query: Query) => list({ ClusterId: CLUSTER, ...query }), (query: Query) => newer({ ClusterId: NEXT, ...query })]) {
            const everyone = names(await lists({ PageSize: 50 }));
            unique(everyone);
            equal(everyone.length, (await lists({})).TotalCount);
            for (const size of [1, 7, 10]) {
                const met = await walk(async (already) => names(await lists({ PageSize: size, PageNumber: Math.ceil(already / size) + 1 })));
                equal(met, everyone, `walk by ${size}`);
            }
        }
    },

    async 'past the end is an empty list with the true total'() {
        const beyond = await list({ ClusterId: CLUSTER, PageNumber: 1000 });
        equal([names(beyond), beyond.PageNumber, beyond.TotalCount], [[], 1000, (await list({ ClusterId: CLUSTER })).TotalCount]);
    },

    async 'a task shows the same list while users change'() {
        const user = (Name: string): Query => ({ ClusterId: EMPTY, ...flat({ Name, Group: 'users', Password: PASSWORD }) });
        await call(own, 'AddUsers', user('first.user'));
        try {
            const task = present((await list({ ClusterId: EMPTY })).AsyncId);
            await call(own, 'AddUsers', user('second.user'));
            equal(names(await list({ ClusterId: EMPTY, AsyncId: task })), ['first.user']);
            equal(names(await list({ ClusterId: EMPTY })), ['first.user', 'second.user']);
            await refused(ClientError, list({ ClusterId: CLUSTER, AsyncId: task }), 400, 'InvalidParams', 'The specified parameter AsyncId is invalid.');
        } finally {
            await call(own, 'DeleteUsers', { ClusterId: EMPTY, ...flat({ Name: 'first.user' }, { Name: 'second.user' }) });
        }
    },

    async 'the older ListUsers has no ids and times without a zone'() {
        const { body } = await call<Users>(own, 'ListUsers', { ClusterId: CLUSTER, PageSize: 1, PageNumber: 1 });
        equal(body.Users.UserInfo, [{ Name: 'testuser', AddTime: '2022-09-28T09:05:26', Group: 'wheel' }]);
    },

    async 'clusters of both versions are listed and shown'() {
        interface Older {
            Clusters: { ClusterInfoSimple: { Id: string; Status: string; Count: number }[] };
            TotalCount: number;
        }
        const { body } = await call<Older>(own, 'ListClusters', { PageNumber: 1, PageSize: 50 });
        const found = body.Clusters.ClusterInfoSimple;
        equal([found.length, found.find((one) => one.Id === BROKEN)?.Status], [body.TotalCount, 'exception']);
        const one = await call<{ ClusterInfo: { Id: string; Status: string } }>(own, 'DescribeCluster', { ClusterId: CLUSTER });
        equal([one.body.ClusterInfo.Id, one.body.ClusterInfo.Status], [CLUSTER, 'running']);
        interface Newer {
            Clusters: { ClusterId: string }[];
            TotalCount: number;
        }
        const ids = JSON.stringify([NEXT, NEXT_STOPPED, 'x']);
        equal((await call<Newer>(own, 'ListClusters', { ClusterIds: ids, PageNumber: 1, PageSize: 100 }, POSTED)).body.TotalCount, 2);
        equal((await call<{ ClusterStatus: string }>(own, 'GetCluster', { ClusterId: NEXT_STOPPED }, POSTED)).body.ClusterStatus, 'stopped');
    },

    // Errors

    async 'windows out of bounds and what is no integer are refused'() {
        for (const PageSize of [0, 51, -1]) {
            await refused(ClientError, list({ ClusterId: CLUSTER, PageSize }), 400, 'InvalidParams', 'The specified parameter PageSize is invalid.');
        }
        await refused(ClientError, newer({ ClusterId: NEXT, PageNumber: 0 }), 400, 'InvalidParams', 'The specified parameter PageNumber is invalid.');
        await refused(ClientError, list({ ClusterId: CLUSTER, PageSize: 'ten' }), 400, 'InvalidPageSize', 'Specified parameter PageSize is not valid.');
    },

    async 'clusters are missing, unknown, not running, or of the other version'() {
        await refused(ClientError, list({}), 400, 'MissingClusterId', 'ClusterId is mandatory for this action.');
        await refused(ClientError, list({ ClusterId: 'ehpc-hz-Nothing01' }), 404, 'ClusterNotFound', 'The specified cluster does not exist.');
        await refused(ClientError, list({ ClusterId: BROKEN }), 403, 'InvalidClusterStatus', 'The operation failed due to invalid cluster status.');
        await refused(ClientError, newer({ ClusterId: NEXT_STOPPED }), 403, 'InvalidClusterStatus');
        await refused(ClientError, newer({ ClusterId: CLUSTER }), 404, 'ClusterNotFound');
    },

    async 'an action that is none, and another version, are refused by the gateway'() {
        await refused(ClientError, call(own, 'ListUserz'), 404, 'InvalidAction.NotFound');
        await refused(ClientError, call(own, 'ListUsers', {}, { version: '2019-01-01' }), 400, 'InvalidVersion');
    },

    async 'wrong writes are refused whole, with the first field against the rules'() {
        const user = (Name: string) => ({ Name, Group: 'users', Password: PASSWORD });
        const add = (ClusterId: string, ...users: Record<string, string>[]) => call(own, 'AddUsers', { ClusterId, ...flat(...users) });
        await refused(ClientError, add(CLUSTER, user('newcomer'), user('testuser')), 406, 'AgentError.Account.UserAlreadyExist');
        await refused(ClientError, add(EMPTY, user('alice.w'), user('short')), 400, 'InvalidParams', 'The specified parameter User.2.Name is invalid.');
        await refused(ClientError, add(EMPTY), 400, 'MissingUser', 'User is mandatory for this action.');
        await refused(ClientError, call(own, 'DeleteUsers', { ClusterId: EMPTY, 'User.1.Name': '爱丽丝 +*~' }), 406, 'AgentError.Account.UserNotExist');
        equal((await list({ ClusterId: EMPTY })).TotalCount, 0);
    },

    // Lives

    async 'users of the older version are added, moved, given a password and deleted'() {
        for (const signatureAlgorithm of ALGORITHMS) {
            const client = connect({ signatureAlgorithm });
            const write = (action: string, ...users: Record<string, string>[]) =>
                call<{ RequestId: string }>(client, action, { ClusterId: EMPTY, ...flat(...users) }, { method: 'POST' });
            await write('AddUsers', { Name: 'alice.w', Group: 'users', Password: PASSWORD }, { Name: 'bob.zhang', Group: 'wheel', Password: PASSWORD });
            await write('ModifyUserGroups', { Name: 'alice.w', Group: 'wheel' });
            equal(Object.keys((await write('ModifyUserPasswords', { Name: 'alice.w', Password: 'Bb2@bbbb' })).body), ['RequestId']);
            const found = (await list({ ClusterId: EMPTY }, client)).Users.UserInfo;
            equal(found.map((user) => [user.Name, user.Group, user.GroupId]), [['alice.w', 'wheel', '10'], ['bob.zhang', 'wheel', '10']]);
            await write('DeleteUsers', { Name: 'alice.w' }, { Name: 'bob.zhang' });
            equal((await list({ ClusterId: EMPTY }, client)).TotalCount, 0);
        }
        equal((await call(own, 'SyncUsers', { ClusterId: HYBRID, RegionId: 'cn-shenzhen' })).statusCode, 200);
    },

    async 'users of the newer version are created, shown, updated and deleted'() {
        const at = { ClusterId: NEXT_EMPTY };
        const key = { UserName: 'key.user', Group: 'wheel', AuthKey: 'ssh-ed25519 AAAA' };
        await call(own, 'CreateUsers', { ...at, ...inJson({ UserName: 'a', Group: 'users', Password: PASSWORD }, key) }, POSTED);
        const updated = await call<{ Success: string }>(own, 'UpdateUser', { ...at, UserName: 'a', Group: 'wheel', Password: 'Bb2@bbbb' }, POSTED);
        equal(updated.body.Success, 'true');
        const shown = (await call<{ User: Entry }>(own, 'GetUser', { ...at, UserName: 'a' }, NEWER)).body.User;
        equal([shown.UserName, shown.Group, shown.GroupId], ['a', 'wheel', '10']);
        equal(names(await newer(at)), ['a', 'key.user']);
        await call(own, 'DeleteUsers', { ...at, ...inJson({ UserName: 'a' }, { UserName: 'key.user' }) }, NEWER);
        equal((await newer(at)).TotalCount, 0);
    },

    // Faults, keys and namespaces

    async 'the classes of the core tell refusals, throttling and faults apart'() {
        for (const [name, kind, status, code] of [
            ['AccessKeyInactive', ClientError, 400, 'InvalidAccessKeyId.Inactive'],
            ['ThrottlingUser', ThrottlingError, 400, 'Throttling.User'],
            ['ServiceUnavailable', ServerError, 503, 'ServiceUnavailable'],
        ] as const) {
            const namespace = fresh('fault-');
            await fault(namespace, PROVIDER, 'ListUsersAsync', name, 1);
            await refused<AlibabaCloudError>(kind, list({ ClusterId: CLUSTER }, within(namespace)), status, code);
            equal(await calls(namespace, 'ListUsersAsync'), [status]);
        }
    },

    async 'the core asks again for the codes that its options name, and for no other'() {
        const retryOptions = new $dara.RetryOptions({
            retryable: true,
            retryCondition: [{ maxAttempts: 4, errorCode: ['Throttling.User'], exception: [], backoff: { policy: 'Fixed', period: 1 } }],
        });
        for (const [name, expected] of [['ThrottlingUser', [400, 400, 200]], ['InternalError', [500]]] as const) {
            const namespace = fresh('retry-');
            await fault(namespace, PROVIDER, 'ListUsersAsync', name, 2);
            const answered = await list({ ClusterId: CLUSTER }, within(namespace, { retryOptions })).then(
                () => true,
                () => false,
            );
            equal([...(await calls(namespace, 'ListUsersAsync'))], [...expected], name);
            equal(answered, expected.length === 3, name);
        }
    },

    async 'a call that takes too long ends at the time of its options'() {
        const namespace = fresh('slow-');
        await fault(namespace, PROVIDER, 'ListUsersAsync', 'hang', 1);
        await raises(Error, call(within(namespace), 'ListUsersAsync', { ClusterId: CLUSTER }, { runtime: { readTimeout: 300 } }));
        equal((await list({ ClusterId: CLUSTER }, within(namespace))).PageNumber, 1);
    },

    async 'a namespace in the access key keeps its own users'() {
        for (const signatureAlgorithm of ALGORITHMS) {
            const suite = within(fresh('suite-'), { signatureAlgorithm });
            await call(suite, 'DeleteUsers', { ClusterId: CLUSTER, ...flat({ Name: 'testuser' }) });
            equal([names(await list({ ClusterId: CLUSTER }, suite))[0], names(await list({ ClusterId: CLUSTER }))[0]], ['alice.wang', 'testuser']);
        }
    },

    async 'a temporary key goes with its token'() {
        const key = await temporaryKey();
        for (const signatureAlgorithm of ALGORITHMS) {
            const given = { accessKeyId: key.accessKey, accessKeySecret: key.secretKey, signatureAlgorithm };
            equal(names(await list({ ClusterId: CLUSTER }, connect({ ...given, securityToken: key.token })))[0], 'testuser');
            if (await strict(PROVIDER)) {
                for (const wrong of [{ securityToken: 'another' }, {}]) {
                    await refused(ClientError, list({ ClusterId: CLUSTER }, connect({ ...given, ...wrong })), 400, 'InvalidSecurityToken.Malformed');
                }
            }
        }
    },

    async 'a wrong secret and an unknown key are refused where they are looked at'() {
        for (const signatureAlgorithm of ALGORITHMS) {
            const wrong = list({ ClusterId: CLUSTER }, connect({ signatureAlgorithm, accessKeySecret: 'wrong' }));
            if (await strict(PROVIDER)) {
                await refused(ClientError, wrong, 400, 'SignatureDoesNotMatch');
                await refused(ClientError, list({ ClusterId: CLUSTER }, connect({ signatureAlgorithm, accessKeyId: 'nobody' })), 404, 'InvalidAccessKeyId.NotFound');
            } else {
                equal((await wrong).PageNumber, 1);
            }
        }
    },
});
