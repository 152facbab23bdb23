// sdk: @alicloud/openapi-client
// E-HPC through the generic client of the newer Node SDK: @alicloud/openapi-client 0.4.15.
// It signs with ACS3-HMAC-SHA256 over fewer headers than its Python twin, and sends Action and Version in headers only.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { default: Client, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');

const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
const BROKEN = setting('broken_cluster', 'ehpc-hz-9T3xxStop1');
// Running, and without users; the cases that write leave it so.
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a');
const NEXT = setting('next_cluster', 'ehpc-hz-Next240730');
const NEXT_EMPTY = setting('next_empty_cluster', 'ehpc-hz-NextEmpty1');
const PASSWORD = 'Aa1!aaaa';

const client = new Client(
    new Config({
        accessKeyId: server.accessKey,
        accessKeySecret: server.secretKey,
        endpoint: server.address,
        protocol: server.protocol.replace(':', ''),
        regionId: 'cn-hangzhou',
    }),
);

async function call(action, query, { version = '2018-04-12', method = 'GET', body } = {}) {
    const params = new Params({
        action,
        version,
        protocol: server.protocol.replace(':', '').toUpperCase(),
        pathname: '/',
        method,
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
    });
    return client.callApi(params, new OpenApiRequest({ query, body }), new RuntimeOptions({}));
}

const names = ({ body }) => body.Users.UserInfo.map((user) => user.Name ?? user.UserName);

async function refused(status, code, promise) {
    const error = await raises(Error, promise, { code });
    equal(error.data.statusCode ?? error.statusCode, status, 'the status');
    equal(error.data.Code, code, 'the code in the body');
}

cases({
    async 'a list is answered in JSON'() {
        const answer = await call('ListUsersAsync', { ClusterId: CLUSTER, PageNumber: '1', PageSize: '10' });
        equal(answer.statusCode, 200);
        equal(answer.headers['x-acs-request-id'], answer.body.RequestId);
        equal(names(answer).length, 10);
        equal(answer.body.Users.UserInfo[0].UserId, '1000');
    },

    async 'a POST may have its parameters in a form'() {
        const answer = await call('ListUsersAsync', { PageSize: '3' }, { method: 'POST', body: { ClusterId: CLUSTER } });
        equal(names(answer).length, 3);
    },

    async 'a walk with one task meets every user once'() {
        const { body } = await call('ListUsersAsync', { ClusterId: CLUSTER });
        const met = [];
        for (let page = 1; page < 1000; page += 1) {
            const query = { ClusterId: CLUSTER, AsyncId: body.AsyncId, PageSize: '7', PageNumber: `${page}` };
            const found = names(await call('ListUsersAsync', query));
            if (found.length === 0) break;
            met.push(...found);
        }
        equal(new Set(met).size, body.TotalCount);
        equal(met.length, body.TotalCount);
    },

    async 'errors have their code and status'() {
        await refused(400, 'InvalidParams', call('ListUsersAsync', { ClusterId: CLUSTER, PageSize: '0' }));
        await refused(404, 'ClusterNotFound', call('ListUsersAsync', { ClusterId: 'x' }));
        await refused(403, 'InvalidClusterStatus', call('ListUsersAsync', { ClusterId: BROKEN }));
        await refused(400, 'MissingClusterId', call('ListUsersAsync', {}));
        await refused(404, 'InvalidAction.NotFound', call('ListUserz', {}));
        await refused(400, 'InvalidVersion', call('ListUsersAsync', {}, { version: '2019-01-01' }));
    },

    async 'users live and die'() {
        const user = { ClusterId: EMPTY, 'User.1.Name': 'alice.w', 'User.1.Group': 'users', 'User.1.Password': PASSWORD };
        await call('AddUsers', user);
        try {
            await refused(406, 'AgentError.Account.UserAlreadyExist', call('AddUsers', user));
            await call('ModifyUserGroups', { ClusterId: EMPTY, 'User.1.Name': 'alice.w', 'User.1.Group': 'wheel' });
            await call('ModifyUserPasswords', { ClusterId: EMPTY, 'User.1.Name': 'alice.w', 'User.1.Password': 'Bb2@bbbb' });
            equal((await call('ListUsers', { ClusterId: EMPTY })).body.Users.UserInfo[0].Group, 'wheel');
        } finally {
            await call('DeleteUsers', { ClusterId: EMPTY, 'User.1.Name': 'alice.w' });
        }
        await refused(406, 'AgentError.Account.UserNotExist', call('DeleteUsers', { ClusterId: EMPTY, 'User.1.Name': '爱丽丝 +*~' }));
        equal(Object.keys((await call('SyncUsers', { ClusterId: EMPTY, RegionId: 'cn-hangzhou' })).body), ['RequestId']);
    },

    async 'clusters are listed and described'() {
        const { body } = await call('ListClusters', { PageSize: '50' });
        equal(body.Clusters.ClusterInfoSimple[0].Id, CLUSTER);
        equal((await call('DescribeCluster', { ClusterId: BROKEN })).body.ClusterInfo.Status, 'exception');
    },

    async 'the newer version posts with everything in the query'() {
        const api = { version: '2024-07-30', method: 'POST' };
        const users = (...entries) => JSON.stringify(entries);
        await call('CreateUsers', { ClusterId: NEXT_EMPTY, User: users({ UserName: 'a', Group: 'users', Password: PASSWORD }) }, api);
        try {
            equal((await call('UpdateUser', { ClusterId: NEXT_EMPTY, UserName: 'a', Group: 'wheel' }, api)).body.Success, 'true');
            equal(names(await call('ListUsers', { ClusterId: NEXT_EMPTY }, { version: '2024-07-30' })), ['a']);
        } finally {
            await call('DeleteUsers', { ClusterId: NEXT_EMPTY, User: users({ UserName: 'a' }) }, { version: '2024-07-30' });
        }
        equal((await call('GetCluster', { ClusterId: NEXT }, api)).body.ClusterStatus, 'running');
        await refused(404, 'ClusterNotFound', call('GetCluster', { ClusterId: CLUSTER }, api));
    },
});
