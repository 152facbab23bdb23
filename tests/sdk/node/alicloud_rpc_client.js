// sdk: @alicloud/rpc-client
// E-HPC through @alicloud/rpc-client 1.3.2, the core of Alibaba's SDKs between pop-core and openapi-client: RPC V1 with the common
// parameters in the query, and business parameters there or in a form that is signed with them.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { default: Client, Config } = require('@alicloud/rpc-client');
const { RuntimeOptions } = require('@alicloud/tea-util');

const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
// Not running.
const BROKEN = setting('broken_cluster', 'ehpc-hz-9T3xxStop1');
// Running, and without users; the cases that write leave them so.
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a');
const NEXT_EMPTY = setting('next_empty_cluster', 'ehpc-hz-NextEmpty1');
const PASSWORD = 'Aa1!aaaa';

const protocol = server.protocol.replace(':', '');
const client = new Client(
    new Config({ accessKeyId: server.accessKey, accessKeySecret: server.secretKey, endpoint: server.address, protocol, regionId: 'cn-hangzhou' }),
);

const call = (method, action, query, { version = '2018-04-12', body } = {}) =>
    client.doRequest(action, protocol, method, version, 'AK', query, body, new RuntimeOptions({}));
const names = (body) => body.Users.UserInfo.map((user) => user.Name ?? user.UserName);

// It throws by the status, and puts `Error` behind the code.
async function refused(status, code, promise) {
    const error = await raises(Error, promise, { code: `${code}Error` });
    equal(error.data.Code, code);
    equal(error.message.includes(`code: ${status}, ${error.data.Message} requestid: ${error.data.RequestId}`), true, error.message);
    return error;
}

cases({
    async 'a GET and a POST with a form list the same users'() {
        const got = await call('GET', 'ListUsersAsync', { ClusterId: CLUSTER });
        equal(Object.keys(got), ['PageSize', 'RequestId', 'PageNumber', 'TotalCount', 'Users', 'AsyncId', 'AsyncStatus']);
        equal(names(got)[0], 'testuser');
        const posted = await call('POST', 'ListUsersAsync', {}, { body: { ClusterId: CLUSTER, PageSize: 3 } });
        equal(names(posted), names(got).slice(0, 3));
        const again = await call('GET', 'ListUsersAsync', { ClusterId: CLUSTER, AsyncId: got.AsyncId });
        equal([again.AsyncId, names(again)], [got.AsyncId, names(got)]);
    },

    async 'errors have their code, status and id'() {
        await refused(404, 'ClusterNotFound', call('GET', 'ListUsersAsync', { ClusterId: 'x' }));
        await refused(403, 'InvalidClusterStatus', call('POST', 'ListUsersAsync', {}, { body: { ClusterId: BROKEN } }));
        await refused(400, 'MissingClusterId', call('GET', 'ListUsersAsync', {}));
        await refused(404, 'InvalidAction.NotFound', call('GET', 'ListUserz', {}));
    },

    async 'users live and die, their lists flattened by the core'() {
        const User = [
            { Name: 'alice.w', Group: 'users', Password: PASSWORD },
            { Name: 'bob.zhang', Group: 'wheel', Password: PASSWORD },
        ];
        equal(Object.keys(await call('POST', 'AddUsers', {}, { body: { ClusterId: EMPTY, User } })), ['RequestId']);
        try {
            equal(names(await call('GET', 'ListUsers', { ClusterId: EMPTY })), ['alice.w', 'bob.zhang']);
            await refused(406, 'AgentError.Account.UserAlreadyExist', call('GET', 'AddUsers', { ClusterId: EMPTY, User }));
        } finally {
            await call('GET', 'DeleteUsers', { ClusterId: EMPTY, User: User.map(({ Name }) => ({ Name })) });
        }
        equal((await call('GET', 'ListUsers', { ClusterId: EMPTY })).TotalCount, 0);
    },

    async 'UpdateUser of the newer version takes a password of 6 characters, CreateUsers does not'() {
        const version = '2024-07-30';
        const create = (password) => {
            const User = JSON.stringify([{ UserName: 'a', Group: 'users', Password: password }]);
            return call('POST', 'CreateUsers', {}, { version, body: { ClusterId: NEXT_EMPTY, User } });
        };
        await refused(400, 'InvalidParams', create('Aa1!aa'));
        await create(PASSWORD);
        try {
            const update = (Password) => call('POST', 'UpdateUser', {}, { version, body: { ClusterId: NEXT_EMPTY, UserName: 'a', Password } });
            equal((await update('Aa1!aa')).Success, 'true');
            await refused(400, 'InvalidParams', update('Aa1!a'));
        } finally {
            await call('GET', 'DeleteUsers', { ClusterId: NEXT_EMPTY, User: JSON.stringify([{ UserName: 'a' }]) }, { version });
        }
    },
});
