// server: --auth strict
// ByteHouse with every signature checked, through both Node clients: @volcengine/openapi 1.36.2, which signs no Host, and
// @volcengine/sdk-core 1.0.0.
'use strict';

const { cases, control, equal, raises, server, setting } = require('./harness');
const { Service, Signer } = require('@volcengine/openapi');
const { Client, Command } = require('@volcengine/sdk-core');

const USER = setting('user', 'alice.chen');
// What UpdateUser wants beside the name and the description.
const REST = { Email: 'alice@example.com', Readonly: false };
const AWKWARD = "it's 张 三*~+/=&";

const service = ({ secretKey = server.secretKey, accessKey = server.accessKey } = {}) =>
    new Service({
        host: server.address,
        protocol: server.protocol,
        serviceName: 'bytehouse_ce',
        region: 'cn-beijing',
        defaultVersion: '2024-08-31',
        accessKeyId: accessKey,
        secretKey,
    });

function send(action, input, { method = 'GET', contentType = 'application/json', secretKey = server.secretKey } = {}) {
    const client = new Client({
        host: server.address,
        protocol: server.protocol.replace(':', ''),
        region: 'cn-beijing',
        accessKeyId: server.accessKey,
        secretAccessKey: secretKey,
    });
    const command = new Command(input);
    const params = { Action: action, Version: '2024-08-31' };
    command.requestConfig = { method, serviceName: 'bytehouse_ce', pathname: '/', contentType, params };
    return client.send(command);
}

// This SDK lists the token of a presigned address and signs it; the Python ones do neither, or only the latter.
const presigned = (key) => {
    const params = { Action: 'ListUsers', Version: '2024-08-31', Limit: '3' };
    const query = new Signer({ method: 'GET', pathname: '/', region: 'cn-beijing', params }, 'bytehouse_ce').getSignUrl(key, new Date());
    return fetch(`${server.baseUrl}/?${query}`);
};

const code = (answer) => answer.ResponseMetadata.Error?.Code;

cases({
    async 'the generic client calls by query, by JSON and by form'() {
        equal((await service().createAPI('ListUsers')({ Limit: 3 })).Result.Data.Users.length, 3);
        equal((await service().createJSONAPI('ListUsers')({ Limit: 3 })).Result.Data.Users.length, 3);
        equal((await service().createUrlEncodeAPI('ListUsers')({ Limit: 3 })).Result.Data.Users.length, 3);
        equal(code(await service().createAPI('GetUserDetail')({ Username: AWKWARD })), 'Bad Request');
        equal(code(await service().createJSONAPI('UpdateUser')({ Username: USER, Description: AWKWARD, ...REST })), undefined);
    },

    async 'the core of the newer SDK calls by query, by JSON and by form'() {
        equal((await send('ListUsers', { Limit: 3 })).Result.Data.Users.length, 3);
        equal((await send('ListUsers', { Limit: 3 }, { method: 'POST' })).Result.Data.Users.length, 3);
        const contentType = 'application/x-www-form-urlencoded';
        equal((await send('ListUsers', { Limit: 3 }, { method: 'POST', contentType })).Result.Data.Users.length, 3);
        await send('UpdateUser', { Username: USER, Description: AWKWARD, ...REST }, { method: 'POST' });
    },

    async 'a wrong secret is SignatureNotMatch in both'() {
        equal(code(await service({ secretKey: 'wrong' }).createAPI('ListUsers')({})), 'SignatureNotMatch');
        const error = await raises('HttpRequestError', send('ListUsers', {}, { secretKey: 'wrong' }), {
            name: 'ApiException',
            status: 401,
        });
        equal(code(error.data), 'SignatureNotMatch');
    },

    async 'a presigned address carries its token, signed and listed'() {
        const key = { accessKeyId: 'node-temporary-ak', secretKey: 'node-temporary-sk', sessionToken: 'node-temporary-token' };
        const credential = { access_key: key.accessKeyId, secret_key: key.secretKey, token: key.sessionToken };
        await control('POST', 'namespaces/default/seed', { credentials: [credential] });
        const good = await presigned(key);
        equal(good.status, 200);
        equal((await good.json()).Result.Data.Users.length, 3);
        const another = await presigned({ ...key, sessionToken: 'another' });
        equal(code(await another.json()), 'InvalidSecretToken');
        const wrong = await presigned({ ...key, secretKey: 'wrong' });
        equal(code(await wrong.json()), 'SignatureNotMatch');
    },

    async 'an unknown key is InvalidAccessKey'() {
        equal(code(await service({ accessKey: 'nobody' }).createAPI('ListUsers')({})), 'InvalidAccessKey');
    },
});
