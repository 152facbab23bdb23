// sdk: @alicloud/pop-core
// E-HPC through the official Node SDK of the older generation: @alicloud/pop-core 1.8.0.
// It ignores the status, throws if the body has a Code, and gives the parsed JSON itself.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { RPCClient } = require('@alicloud/pop-core');

const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
const BROKEN = setting('broken_cluster', 'ehpc-hz-9T3xxStop1');
// Running, and without users; the cases that write leave it so.
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a');
const NEXT = setting('next_cluster', 'ehpc-hz-Next240730');
const NEXT_EMPTY = setting('next_empty_cluster', 'ehpc-hz-NextEmpty1');
const PASSWORD = 'Aa1!aaaa';

const client = (apiVersion) =>
    new RPCClient({ endpoint: server.baseUrl, apiVersion, accessKeyId: server.accessKey, accessKeySecret: server.secretKey });
const old = client('2018-04-12');
const next = client('2024-07-30');

const post = (action, parameters, api = old) => api.request(action, parameters, { method: 'POST' });
const get = (action, parameters, api = old) => api.request(action, parameters, { method: 'GET' });
const names = (body) => body.Users.UserInfo.map((user) => user.Name ?? user.UserName);

async function refused(status, code, promise, message) {
    const error = await raises(`${code}Error`, promise, { code });
    equal(error.entry.response.statusCode, status, 'the status');
    equal(Object.keys(error.data).sort(), ['Code', 'HostId', 'Message', 'Recommend', 'RequestId'], 'the members');
    if (message) equal(error.data.Message, message, 'the message');
}

cases({
    async 'a POST with everything in its form and a GET list the same users'() {
        const [posted, got] = [await post('ListUsersAsync', { ClusterId: CLUSTER }), await get('ListUsersAsync', { ClusterId: CLUSTER })];
        equal(names(posted), names(got));
        equal(Object.keys(posted), ['PageSize', 'RequestId', 'PageNumber', 'TotalCount', 'Users', 'AsyncId', 'AsyncStatus']);
        // The SDK's objects have no prototype.
        equal({ ...posted.Users.UserInfo[0] }, {
            Name: 'testuser',
            AddTime: '2022-09-28T09:05:26.000Z',
            Group: 'wheel',
            UserId: '1000',
            GroupId: '10',
        });
    },

    async 'first letters of parameters are capitals when they arrive'() {
        equal(names(await post('ListUsersAsync', { clusterId: CLUSTER, pageSize: 3, pageNumber: 2 })).length, 3);
    },

    async 'a walk meets every user once'() {
        const met = [];
        for (let page = 1; page < 1000; page += 1) {
            const body = await post('ListUsersAsync', { ClusterId: CLUSTER, PageSize: 7, PageNumber: page });
            if (names(body).length === 0) {
                equal(new Set(met).size, body.TotalCount);
                break;
            }
            met.push(...names(body));
        }
    },

    async 'a task is polled by its id'() {
        const { AsyncId } = await post('ListUsersAsync', { ClusterId: CLUSTER });
        equal((await post('ListUsersAsync', { ClusterId: CLUSTER, AsyncId })).AsyncId, AsyncId);
        await refused(400, 'InvalidParams', post('ListUsersAsync', { ClusterId: EMPTY, AsyncId }), 'The specified parameter AsyncId is invalid.');
    },

    async 'errors have their code and status'() {
        await refused(400, 'InvalidParams', post('ListUsersAsync', { ClusterId: CLUSTER, PageSize: 51 }));
        await refused(400, 'InvalidPageSize', post('ListUsersAsync', { ClusterId: CLUSTER, PageSize: 'x' }));
        await refused(404, 'ClusterNotFound', post('ListUsersAsync', { ClusterId: 'x' }), 'The specified cluster does not exist.');
        await refused(403, 'InvalidClusterStatus', get('ListUsersAsync', { ClusterId: BROKEN }));
        await refused(400, 'MissingClusterId', post('ListUsersAsync', {}));
        await refused(404, 'InvalidAction.NotFound', post('ListUserz', {}));
        await refused(400, 'InvalidVersion', post('ListUsersAsync', {}, client('2019-01-01')));
    },

    async 'users live and die'() {
        const user = (name, group) => ({ Name: name, Group: group, Password: PASSWORD });
        const added = await post('AddUsers', { ClusterId: EMPTY, User: [user('alice.w', 'users'), user('bob.zhang', 'wheel')], Async: true });
        equal(Object.keys(added), ['RequestId']);
        try {
            equal(names(await get('ListUsers', { ClusterId: EMPTY })), ['alice.w', 'bob.zhang']);
            await refused(406, 'AgentError.Account.UserAlreadyExist', post('AddUsers', { ClusterId: EMPTY, User: [user('alice.w', 'users')] }));
            await post('ModifyUserGroups', { ClusterId: EMPTY, User: [{ Name: 'alice.w', Group: 'wheel' }] });
            equal((await get('ListUsersAsync', { ClusterId: EMPTY })).Users.UserInfo[0].GroupId, '10');
            await post('ModifyUserPasswords', { ClusterId: EMPTY, User: [{ Name: 'alice.w', Password: 'Bb2@bbbb' }] });
            await refused(400, 'InvalidParams', post('ModifyUserPasswords', { ClusterId: EMPTY, User: [{ Name: 'alice.w', Password: 'P@ss w*rd~1/+' }] }));
        } finally {
            await post('DeleteUsers', { ClusterId: EMPTY, User: [{ Name: 'alice.w' }, { Name: 'bob.zhang' }] });
        }
        equal((await get('ListUsersAsync', { ClusterId: EMPTY })).TotalCount, 0);
        await refused(
            406,
            'AgentError.Account.UserNotExist',
            post('DeleteUsers', { ClusterId: EMPTY, User: [{ Name: '张三' }] }),
            'The specified user does not exist in domain: 张三.',
        );
    },

    async 'users are synchronized, clusters listed and described'() {
        equal(Object.keys(await post('SyncUsers', { ClusterId: CLUSTER, RegionId: 'cn-hangzhou' })), ['RequestId']);
        await refused(400, 'MissingRegionId', post('SyncUsers', { ClusterId: CLUSTER }));
        const { Clusters } = await get('ListClusters', { PageSize: 50 });
        equal(Clusters.ClusterInfoSimple.some(({ Id, Status }) => Id === BROKEN && Status === 'exception'), true, 'the broken cluster');
        equal((await get('DescribeCluster', { ClusterId: BROKEN })).ClusterInfo.Status, 'exception');
        await refused(404, 'ClusterNotFound', get('DescribeCluster', { ClusterId: 'x' }));
    },

    async 'the newer version takes its users as JSON'() {
        equal(names(await get('ListUsers', { ClusterId: NEXT }, next))[0], 'testuser');
        const User = JSON.stringify([{ UserName: 'a', Group: 'users', Password: PASSWORD }]);
        await post('CreateUsers', { ClusterId: NEXT_EMPTY, User }, next);
        try {
            equal((await post('UpdateUser', { ClusterId: NEXT_EMPTY, UserName: 'a', Group: 'wheel' }, next)).Success, 'true');
            equal((await get('GetUser', { ClusterId: NEXT_EMPTY, UserName: 'a' }, next)).User.GroupId, '10');
            await refused(406, 'AgentError.Account.UserAlreadyExist', post('CreateUsers', { ClusterId: NEXT_EMPTY, User }, next));
        } finally {
            await post('DeleteUsers', { ClusterId: NEXT_EMPTY, User: JSON.stringify([{ UserName: 'a' }]) }, next);
        }
        const listed = await post('ListClusters', { PageSize: 100 }, next);
        equal(listed.Clusters.some(({ ClusterId }) => ClusterId === NEXT), true, 'the cluster of 2024-07-30');
        equal((await post('GetCluster', { ClusterId: NEXT }, next)).ClusterStatus, 'running');
        await refused(404, 'ClusterNotFound', post('GetCluster', { ClusterId: CLUSTER }, next));
    },
});
