// server: --auth strict
// sdk: @alicloud/rpc-client
// E-HPC with every signature checked, through @alicloud/rpc-client 1.3.2.
'use strict';

const { cases, control, equal, raises, server, setting } = require('./harness');
const { default: Client, Config } = require('@alicloud/rpc-client');
const { RuntimeOptions } = require('@alicloud/tea-util');

const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
// Running, and without users; the cases that write leave it so.
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a');
// Needs escaping in a query, and once more in a string to sign.
const PASSWORD = "Aa1!*~/+&='()";

const protocol = server.protocol.replace(':', '');

function call(method, action, query, { accessKey = server.accessKey, secretKey = server.secretKey, token, body } = {}) {
    const client = new Client(
        new Config({
            accessKeyId: accessKey,
            accessKeySecret: secretKey,
            securityToken: token,
            endpoint: server.address,
            protocol,
            regionId: 'cn-hangzhou',
        }),
    );
    return client.doRequest(action, protocol, method, '2018-04-12', 'AK', query, body, new RuntimeOptions({}));
}

const names = (body) => body.Users.UserInfo.map((user) => user.Name);

cases({
    async 'it lists and writes, by query and by form'() {
        for (const method of ['GET', 'POST']) {
            const send = (action, parameters) => (method === 'GET' ? call('GET', action, parameters) : call('POST', action, {}, { body: parameters }));
            equal(names(await send('ListUsersAsync', { ClusterId: CLUSTER }))[0], 'testuser');
            await send('AddUsers', { ClusterId: EMPTY, User: [{ Name: 'dora.sun', Group: 'users', Password: PASSWORD }] });
            equal(names(await send('ListUsersAsync', { ClusterId: EMPTY })), ['dora.sun']);
            await send('DeleteUsers', { ClusterId: EMPTY, User: [{ Name: 'dora.sun' }] });
        }
    },

    async 'what the form repeats wins over the query, and the signature is of that'() {
        const body = { ClusterId: CLUSTER, PageSize: 3 };
        equal(names(await call('POST', 'ListUsersAsync', { PageSize: 5 }, { body })).length, 3);
    },

    async 'a temporary key signs with its token'() {
        const [accessKey, secretKey, token] = ['strict-temporary-ak', 'strict-temporary-sk', 'strict-temporary-token'];
        await control('POST', 'namespaces/default/seed', { credentials: [{ access_key: accessKey, secret_key: secretKey, token }] });
        const list = (more) => call('GET', 'ListUsersAsync', { ClusterId: CLUSTER }, { accessKey, secretKey, ...more });
        equal(names(await list({ token }))[0], 'testuser');
        await raises(Error, list({ token: 'another' }), { code: 'InvalidSecurityToken.MalformedError' });
    },

    async 'a wrong secret and an unknown key are refused with the right code'() {
        const wrong = call('GET', 'ListUsersAsync', { ClusterId: CLUSTER }, { secretKey: 'wrong' });
        await raises(Error, wrong, { code: 'SignatureDoesNotMatchError' });
        const unknown = call('GET', 'ListUsersAsync', { ClusterId: CLUSTER }, { accessKey: 'nobody' });
        await raises(Error, unknown, { code: 'InvalidAccessKeyId.NotFoundError' });
    },
});
