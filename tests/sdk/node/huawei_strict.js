// server: --auth strict
// Huawei's Node SDKs against verified signatures: Workspace through the generic client, and RocketMQ.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js');
const { ListUserRequest, RocketMQClient } = require('@huaweicloud/huaweicloud-sdk-rocketmq/v2/public-api.js');

const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
const INSTANCE = setting('instance', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6');

function credentials({ accessKey = server.accessKey, secretKey = server.secretKey } = {}) {
    return new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(PROJECT);
}

// A list whose parameters every encoder writes in its own way; the SDK sends them unsorted, and a body with the GET.
function listUsers(key) {
    const builder = new ClientBuilder((connection) => connection).withCredential(credentials(key)).withEndpoint(server.baseUrl);
    return builder.build().sendRequest({
        method: 'GET',
        url: '/v2/{project_id}/users',
        pathParams: { project_id: PROJECT },
        queryParams: { limit: 2, description: '测试 user+a/b~*' },
        data: {},
        headers: {},
        contentType: 'application/json',
    });
}

function listRocketmqUsers(key) {
    const client = RocketMQClient.newBuilder().withCredential(credentials(key)).withEndpoint(server.baseUrl).build();
    return client.listUser(new ListUserRequest(INSTANCE).withLimit(3));
}

async function refused(promise, text) {
    const error = await raises('ClientRequestException', promise, { httpStatusCode: 401, errorCode: 'APIGW.0301' });
    const whole = `Incorrect IAM authentication information: ${text}`;
    equal(error.errorMsg.slice(0, whole.length), whole);
    equal(/^[0-9a-f]{32}$/.test(error.requestId), true, `the shape of the request id ${error.requestId}`);
}

cases({
    async 'a right secret lists users of Workspace'() {
        equal((await listUsers()).users.length, 0);
    },

    async 'a right secret lists users of RocketMQ'() {
        equal((await listRocketmqUsers()).users.length, 3);
    },

    async 'a wrong secret is refused by both'() {
        for (const list of [listUsers, listRocketmqUsers]) {
            await refused(list({ secretKey: 'wrong' }), 'verify aksk signature fail, canonicalRequest:GET|/v2/');
        }
    },

    async 'an unknown key is refused by both'() {
        for (const list of [listUsers, listRocketmqUsers]) {
            await refused(list({ accessKey: 'nobody' }), 'Unauthorized');
        }
    },

    async 'a namespace behind the key is signed with it'() {
        equal((await listUsers({ accessKey: `${server.accessKey}~suite7` })).users.length, 0);
    },
});
