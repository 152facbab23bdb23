// sdk: @huaweicloud/huaweicloud-sdk-core huawei-iam
// The look-ups in IAM that Huawei's Node SDK makes by itself: @huaweicloud/huaweicloud-sdk-core 3.1.211.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { GlobalCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/GlobalCredentials.js');
const { Region } = require('@huaweicloud/huaweicloud-sdk-core/region/region.js');
const { ListUserRequest, RocketMQClient } = require('@huaweicloud/huaweicloud-sdk-rocketmq/v2/public-api.js');

const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
const REGION = setting('region', 'cn-north-4');
const INSTANCE = setting('instance', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6');
const DOMAIN = setting('domain', 'd78cbac186b744899480f25bd022f468');

// Without a project id, so that the SDK has to look it up; it remembers what it found by key and region.
const credentials = (key = server.accessKey) =>
    new BasicCredentials().withAk(key).withSk(server.secretKey).withIamEndpoint(server.baseUrl);
const client = (credential, region = REGION) =>
    RocketMQClient.newBuilder().withCredential(credential).withRegion(new Region(region, server.baseUrl)).build();

cases({
    async 'the client looks its project up and lists users'() {
        const credential = credentials();
        const { users } = await client(credential).listUser(new ListUserRequest(INSTANCE));
        equal(users[0].access_key, 'test_01');
        equal(credential.projectId, PROJECT);
    },

    async 'a project of another region has no such instance'() {
        const credential = credentials();
        await raises('ClientRequestException', client(credential, 'cn-mars-1').listUser(new ListUserRequest(INSTANCE)), {
            httpStatusCode: 404,
            errorCode: 'DMS.00404022',
        });
        equal(/^[0-9a-f]{32}$/.test(credential.projectId), true, `the shape of the project id ${credential.projectId}`);
    },

    async 'global credentials look their domain up'() {
        const credential = new GlobalCredentials().withAk(server.accessKey).withSk(server.secretKey).withIamEndpoint(server.baseUrl);
        await client(credential).listUser(new ListUserRequest(INSTANCE)).catch(() => {});
        equal(credential.domainId, DOMAIN);
    },
});
