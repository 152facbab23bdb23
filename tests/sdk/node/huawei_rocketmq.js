// sdk: @huaweicloud/huaweicloud-sdk-rocketmq
// DMS for RocketMQ through the official Node SDK: @huaweicloud/huaweicloud-sdk-rocketmq 3.1.215.
// Its answers are the parsed JSON itself, so what is checked here is what was on the wire.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const {
    CreateUserRequest,
    DeleteUserRequest,
    ListConsumeGroupAccessPolicyForRocketMqRequest,
    ListConsumeGroupAccessPolicyRequest,
    ListInstancesRequest,
    ListTopicAccessPolicyRequest,
    ListUserRequest,
    RocketMQClient,
    ShowInstanceRequest,
    ShowUserRequest,
    UpdateUserRequest,
    User,
} = require('@huaweicloud/huaweicloud-sdk-rocketmq/v2/public-api.js');

const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
// 4.8.0 with access control; holds more than two default pages of users.
const INSTANCE = setting('instance', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6');
// 4.8.0 without access control, and so without users.
const EMPTY_INSTANCE = setting('empty_instance', '7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800');
const UNKNOWN_INSTANCE = '00000000-0000-4000-8000-000000000000';

const credentials = new BasicCredentials().withAk(server.accessKey).withSk(server.secretKey).withProjectId(PROJECT);
const client = RocketMQClient.newBuilder().withCredential(credentials).withEndpoint(server.baseUrl).build();

function listUsers({ instance = INSTANCE, limit, offset } = {}) {
    const request = new ListUserRequest(instance);
    if (limit !== undefined) request.withLimit(limit);
    if (offset !== undefined) request.withOffset(offset);
    return client.listUser(request);
}

const SECRET = 'N3w-secret';
let numbers = 0;
const newName = () => `sdk-node-${process.pid}-${(numbers += 1)}`;
const create = (body, instance = INSTANCE) => client.createUser(new CreateUserRequest(instance).withBody(body));
const show = (name) => client.showUser(new ShowUserRequest(INSTANCE, name));
const update = (name, body) => client.updateUser(new UpdateUserRequest(INSTANCE, name).withBody(body));
const remove = (name) => client.deleteUser(new DeleteUserRequest(INSTANCE, name));

// What an answer says, without what the SDK adds to it.
const body = ({ httpStatusCode, ...rest }) => rest;

const names = (users) => users.map((user) => user.access_key);

// The call is refused with this code, and its request can be found again by its id.
async function refused(code, promise, status = 400) {
    const error = await raises('ClientRequestException', promise, { httpStatusCode: status, errorCode: code });
    equal(/^[0-9a-f]{32}$/.test(error.requestId), true, `the shape of the request id ${error.requestId}`);
    return error;
}

cases({
    // Listing

    async 'the first user is the one of the document, with all eight fields in order'() {
        const { users } = await listUsers();
        equal(users[0], {
            access_key: 'test_01',
            admin: false,
            default_group_perm: 'DENY',
            default_topic_perm: 'SUB',
            group_perms: [],
            secret_key: 'x1234567@',
            topic_perms: [],
            white_remote_address: '',
        });
        equal(Object.keys(users[0]), Object.keys(users[0]).sort(), 'the order of the fields');
    },

    async 'the envelope holds users and total, a whole number'() {
        const answer = await listUsers();
        equal(Object.keys(answer).filter((key) => key !== 'httpStatusCode'), ['users', 'total']);
        equal(answer.httpStatusCode, 200);
        equal(Number.isInteger(answer.total), true, `${answer.total} is a whole number`);
    },

    async 'every user has the same eight fields, and none is null'() {
        const { users } = await listUsers({ limit: 50 });
        for (const user of users) {
            equal(Object.keys(user), Object.keys(users[0]), user.access_key);
            equal(Object.values(user).includes(null), false, `${user.access_key} has a null`);
            equal(typeof user.admin, 'boolean', `${user.access_key}.admin`);
        }
    },

    async 'an instance without users has an empty list and total zero'() {
        const { users, total } = await listUsers({ instance: EMPTY_INSTANCE });
        equal({ users, total }, { users: [], total: 0 });
    },

    // Pages

    async 'a page holds ten users unless asked otherwise'() {
        equal((await listUsers()).users.length, 10);
    },

    async 'limit and offset cut the same list'() {
        const everyone = names((await listUsers({ limit: 50 })).users);
        equal(names((await listUsers({ limit: 3, offset: 4 })).users), everyone.slice(4, 7));
    },

    async 'a walk in pages meets every user once'() {
        const met = [];
        for (let page = 0; page < 1000; page += 1) {
            const { users } = await listUsers({ limit: 7, offset: met.length });
            if (users.length === 0) break;
            met.push(...names(users));
        }
        const { total } = await listUsers();
        equal(met.length, total);
        equal(new Set(met).size, total, 'number of different users');
    },

    async 'past the end is an empty page with the true total'() {
        const beyond = await listUsers({ offset: 100_000 });
        equal(beyond.users, []);
        equal(beyond.total, (await listUsers()).total);
    },

    // Errors

    async 'limits outside 1 to 50 are refused with DMS.00400062'() {
        for (const limit of [0, -1, 51, 1.5, 'ten']) {
            const error = await refused('DMS.00400062', listUsers({ limit }));
            equal(error.errorMsg, 'Invalid {0} parameter in the request.');
        }
    },

    async 'bad offsets are refused with DMS.40050010'() {
        for (const offset of [-1, 2_147_483_648, 'first']) {
            const error = await refused('DMS.40050010', listUsers({ offset }));
            equal(error.errorMsg, 'Offset parameter is invalid.');
        }
    },

    async 'an unknown instance is 404 with DMS.00404022'() {
        const error = await refused('DMS.00404022', listUsers({ instance: UNKNOWN_INSTANCE }), 404);
        equal(error.errorMsg, 'This instance does not exist.');
    },

    async 'an instance id that is no UUID is refused with DMS.00400030'() {
        await refused('DMS.00400030', listUsers({ instance: 'my-instance' }));
    },

    // The life of a user

    async 'a user is created, shown, changed and deleted'() {
        const name = newName();
        const before = (await listUsers()).total;
        const created = await create(new User(name, SECRET).withDefaultTopicPerm('SUB'));
        equal([created.httpStatusCode, created.access_key, created.secret_key], [200, name, SECRET]);
        equal(body(await show(name)), body(created));
        equal(names((await listUsers({ offset: before })).users), [name]);
        const changed = await update(name, { white_remote_address: '10.0.0.1', admin: true });
        equal(body(changed), { ...body(created), white_remote_address: '10.0.0.1', admin: true, default_group_perm: 'SUB' });
        equal(body(await remove(name)), { message: 'delete user success.' });
        equal((await listUsers()).total, before);
        await refused('DMS.00500972', show(name));
    },

    async 'users that do not exist are 400 with DMS.00500972'() {
        const error = await refused('DMS.00500972', show('nobody-here'));
        equal(error.errorMsg, 'The user does not exist.');
        await refused('DMS.00500972', update('nobody-here', { admin: true }));
        await refused('DMS.00500972', remove('nobody-here'));
    },

    async 'bad users are refused'() {
        await refused('DMS.00400800', create(new User('test_01', SECRET)));
        await refused('DMS.00500960', create(new User('short', SECRET)));
        await refused('DMS.00500960', create({ access_key: newName() }));
        await refused('DMS.00400085', create({ access_key: newName(), secret_key: SECRET, admin: 'no' }));
        await refused('DMS.00400800', create({ access_key: newName(), secret_key: SECRET, default_topic_perm: 'ALL' }));
        await refused('DMS.00400026', create(new User(newName(), SECRET), EMPTY_INSTANCE));
    },

    // Access policies

    async 'the policies of a topic are what each user may do with it'() {
        const answer = await client.listTopicAccessPolicy(new ListTopicAccessPolicyRequest(INSTANCE, 'orders').withLimit(3));
        equal(Object.keys(body(answer)), ['policies', 'total', 'name']);
        equal(answer.policies.map((policy) => policy.perm), ['SUB', 'PUB|SUB', 'PUB|SUB']);
        equal([answer.name, answer.total], ['orders', (await listUsers()).total]);
        equal(answer.policies[0], { access_key: 'test_01', white_remote_address: '', admin: false, perm: 'SUB' });
    },

    async 'the policies of a group are the same at both addresses'() {
        const newer = await client.listConsumeGroupAccessPolicyForRocketMq(
            new ListConsumeGroupAccessPolicyForRocketMqRequest(INSTANCE, 'order-workers'),
        );
        equal(newer.policies.slice(0, 3).map((policy) => policy.perm), ['DENY', 'SUB', 'SUB']);
        const older = await client.listConsumeGroupAccessPolicy(
            new ListConsumeGroupAccessPolicyRequest('reliability', INSTANCE, 'order-workers'),
        );
        equal(body(older), body(newer));
    },

    async 'policies refuse what lists refuse'() {
        const request = new ListTopicAccessPolicyRequest(INSTANCE, 'orders').withLimit(51);
        await refused('DMS.00400062', client.listTopicAccessPolicy(request));
    },

    // Instances

    async 'the instances of a project are listed with what finds their users'() {
        const answer = await client.listInstances(new ListInstancesRequest('reliability'));
        const found = Object.fromEntries(answer.instances.map((item) => [item.instance_id, item]));
        equal([found[INSTANCE].engine, found[INSTANCE].enable_acl], ['reliability', true]);
        equal([found[EMPTY_INSTANCE].engine, found[EMPTY_INSTANCE].enable_acl], ['reliability', false]);
        equal(answer.instance_num, answer.instances.length);
    },

    async 'an instance is shown'() {
        const answer = await client.showInstance(new ShowInstanceRequest(INSTANCE));
        equal([answer.instance_id, answer.engine_version, answer.status], [INSTANCE, '4.8.0', 'RUNNING']);
    },

    async 'showing an unknown instance is 404 with DMS.00404022'() {
        await refused('DMS.00404022', client.showInstance(new ShowInstanceRequest(UNKNOWN_INSTANCE)), 404);
    },
});
