// server: --auth strict
// E-HPC with every signature checked, through both generations of the Node SDK: @alicloud/openapi-client 0.4.15 (ACS3, with
// SHA-256 and with SM3) and // @alicloud/pop-core 1.8.0 (RPC V1).
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { default: Client, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client');
const { RPCClient } = require('@alicloud/pop-core');
const { RuntimeOptions } = require('@alicloud/tea-util');

const CLUSTER = setting('cluster', 'ehpc-hz-vu7c2WkVGx');
// Running, and without users; the cases that write leave it so.
const EMPTY = setting('empty_cluster', 'ehpc-hz-Empty2024a');
// Needs escaping in a query, and once more in a string to sign.
const PASSWORD = 'Aa1!*~/+&=aaa';
const ALGORITHMS = ['ACS3-HMAC-SHA256', 'ACS3-HMAC-SM3'];
const USER = { 'User.1.Name': 'dora.sun', 'User.1.Group': 'users', 'User.1.Password': PASSWORD };

function current(action, query, { secretKey = server.secretKey, accessKey = server.accessKey, method = 'GET', body, algorithm } = {}) {
    const client = new Client(
        new Config({
            accessKeyId: accessKey,
            accessKeySecret: secretKey,
            endpoint: server.address,
            protocol: server.protocol.replace(':', ''),
            regionId: 'cn-hangzhou',
            signatureAlgorithm: algorithm,
        }),
    );
    const params = new Params({
        action,
        version: '2018-04-12',
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

const older = ({ secretKey = server.secretKey, accessKey = server.accessKey } = {}) =>
    new RPCClient({ endpoint: server.baseUrl, apiVersion: '2018-04-12', accessKeyId: accessKey, accessKeySecret: secretKey });

const names = (body) => body.Users.UserInfo.map((user) => user.Name);

cases({
    async 'the newer SDK lists and writes, by query and by form'() {
        for (const algorithm of ALGORITHMS) {
            const call = (action, query, more) => current(action, query, { algorithm, ...more });
            equal(names((await call('ListUsersAsync', { ClusterId: CLUSTER })).body)[0], 'testuser');
            const form = await call('ListUsersAsync', { PageSize: '3' }, { method: 'POST', body: { ClusterId: CLUSTER } });
            equal(names(form.body).length, 3);
            await call('AddUsers', { ClusterId: EMPTY, ...USER });
            equal(names((await call('ListUsersAsync', { ClusterId: EMPTY })).body), ['dora.sun']);
            await call('DeleteUsers', { ClusterId: EMPTY, 'User.1.Name': 'dora.sun' });
        }
    },

    async 'the older SDK lists and writes, by query and by form'() {
        for (const method of ['GET', 'POST']) {
            const call = (action, parameters) => older().request(action, parameters, { method });
            equal(names(await call('ListUsersAsync', { ClusterId: CLUSTER }))[0], 'testuser');
            await call('AddUsers', { ClusterId: EMPTY, ...USER });
            equal(names(await call('ListUsersAsync', { ClusterId: EMPTY })), ['dora.sun']);
            await call('DeleteUsers', { ClusterId: EMPTY, 'User.1.Name': 'dora.sun' });
        }
    },

    async 'a wrong secret is the error of both SDKs with the right code'() {
        for (const algorithm of ALGORITHMS) {
            const error = await raises(Error, current('ListUsersAsync', { ClusterId: CLUSTER }, { secretKey: 'wrong', algorithm }), {
                code: 'SignatureDoesNotMatch',
            });
            equal(error.data.Code, 'SignatureDoesNotMatch');
        }
        for (const method of ['GET', 'POST']) {
            // It reads the string to sign in the message and compares it with its own.
            const promise = older({ secretKey: 'wrong' }).request('ListUsersAsync', { ClusterId: CLUSTER }, { method });
            const error = await raises(Error, promise);
            equal(error.data.Code, 'SignatureDoesNotMatch');
            equal(error.entry.response.statusCode, 400);
        }
    },

    async 'an unknown key is 404 in both SDKs'() {
        await raises(Error, current('ListUsersAsync', { ClusterId: CLUSTER }, { accessKey: 'nobody' }), {
            code: 'InvalidAccessKeyId.NotFound',
        });
        await raises(Error, older({ accessKey: 'nobody' }).request('ListUsersAsync', { ClusterId: CLUSTER }), {
            code: 'InvalidAccessKeyId.NotFound',
        });
    },
});
