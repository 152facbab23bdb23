// Official Node SDKs that are told no key: they read the variables that `rollcall run` sets.
//
//     rollcall run --auth strict --namespace suite -- node clients.js
'use strict';

process.argv[2] = process.env.ROLLCALL_URL;

const { cases, equal, server } = require('../node/harness.js');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js');
const { default: Client, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client');
const { default: Credential } = require('@alicloud/credentials');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { Service } = require('@volcengine/openapi');
const core = require('@volcengine/sdk-core');

const protocol = server.protocol.replace(':', '');
const LIST = { Action: 'ListUsers', Version: '2024-08-31' };

cases({
    async "huawei's client builder finds key and project"() {
        const client = new ClientBuilder((connection) => connection).withEndpoint(server.baseUrl).build();
        const project = process.env.HUAWEICLOUD_SDK_PROJECT_ID;
        const answer = await client.sendRequest({
            method: 'GET',
            url: '/v2/{project_id}/users',
            pathParams: { project_id: project },
            queryParams: { limit: 3 },
            headers: {},
            contentType: 'application/json',
        });
        equal(answer.users.length, 3);
    },
    async "alibaba's default credentials are the key"() {
        const client = new Client(new Config({ credential: new Credential(), endpoint: server.address, protocol, regionId: 'cn-hangzhou' }));
        const params = new Params({
            action: 'ListUsers',
            version: '2018-04-12',
            protocol: protocol.toUpperCase(),
            pathname: '/',
            method: 'GET',
            authType: 'AK',
            style: 'RPC',
            reqBodyType: 'formData',
            bodyType: 'json',
        });
        const query = { ClusterId: 'ehpc-hz-vu7c2WkVGx' };
        const answer = await client.callApi(params, new OpenApiRequest({ query }), new RuntimeOptions({}));
        equal(answer.statusCode, 200);
    },
    async "volcengine's generic client finds the key"() {
        const service = new Service({
            host: server.address,
            protocol: server.protocol,
            serviceName: 'bytehouse_ce',
            region: 'cn-beijing',
            defaultVersion: LIST.Version,
        });
        equal(Object.keys(await service.createAPI(LIST.Action)({})), ['ResponseMetadata', 'Result']);
    },
    async "volcengine's newer core finds the key"() {
        const client = new core.Client({ host: server.address, protocol, region: 'cn-beijing' });
        const command = new core.Command({});
        command.requestConfig = { method: 'GET', serviceName: 'bytehouse_ce', pathname: '/', params: LIST };
        equal(Object.keys(await client.send(command)), ['ResponseMetadata', 'Result']);
    },
    async 'the calls were made in the namespace'() {
        const { entries } = await (await fetch(`${server.baseUrl}/_rollcall/journal?namespace=*`)).json();
        equal([...new Set(entries.map((entry) => `${entry.namespace} ${entry.status}`))], [`${process.env.ROLLCALL_NAMESPACE} 200`]);
        equal(entries.length, 4);
    },
});
