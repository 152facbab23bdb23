// sdk: @huaweicloud/huaweicloud-sdk-core
// Workspace through the generic client of the official Node SDK: @huaweicloud/huaweicloud-sdk-core 3.1.211. There is no
// package for the service itself. Answers are the parsed JSON, so what is checked here is what was on the wire.
// Cases that write do so in a project that nobody else uses, which starts empty on a mock.
'use strict';

const { randomUUID } = require('node:crypto');
const { cases, equal, raises, server, setting } = require('./harness');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js');

const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
// Where cases write.
const SCRATCH = setting('scratch_project', randomUUID().replaceAll('-', ''));
const NOBODY = '00000000000000000000000000000000';

function connect(project) {
    const credential = new BasicCredentials().withAk(server.accessKey).withSk(server.secretKey).withProjectId(project);
    const client = new ClientBuilder((connection) => connection).withCredential(credential).withEndpoint(server.baseUrl).build();
    return (method, path, { query = {}, body = {} } = {}) =>
        client.sendRequest({
            method,
            url: `/v2/{project_id}/${path}`,
            pathParams: { project_id: project },
            queryParams: query,
            data: body,
            headers: {},
            contentType: 'application/json',
        });
}

const demo = connect(PROJECT);
const scratch = connect(SCRATCH);

const names = (answer) => answer.users.map((user) => user.user_name);
const fresh = (word = 'u') => word + randomUUID().replaceAll('-', '').slice(0, 12);

async function create(members = {}) {
    const body = { user_name: fresh(), user_email: 'a@example.com', ...members };
    return (await scratch('POST', 'users', { body })).id;
}

const show = async (id) => (await scratch('GET', `users/${id}`)).user_detail;

// Creates a group and finds its id, which only the list tells.
async function createGroup(name = fresh('g')) {
    await scratch('POST', 'groups', { body: { group_name: name, platform_type: 'LOCAL' } });
    const { user_groups } = await scratch('GET', 'groups', { query: { keyword: name } });
    return user_groups.find((group) => group.name === name).id;
}

// The call is refused with this code, and its request can be found again by its id.
async function refused(code, promise, status = 400) {
    const error = await raises('ClientRequestException', promise, { httpStatusCode: status, errorCode: code });
    equal(/^[0-9a-f]{32}$/.test(error.requestId), true, `the shape of the request id ${error.requestId}`);
    return error;
}

// The call is refused for this parameter.
async function refusedFor(name, promise) {
    equal((await refused('WKS.0001', promise)).errorMsg, `The parameter ${name} is invalid.`);
}

cases({
    // Listing

    async 'the first user is the one of the document, its fields in the order of the table'() {
        const { users } = await demo('GET', 'users', { query: { limit: '1' } });
        equal(users[0], {
            id: '8a2c3f9579d240820179d51e6caf0001',
            user_name: 'api-test',
            user_email: 'test@huawei.com',
            total_desktops: 0,
            active_type: 'USER_ACTIVATE',
            is_pre_user: false,
            account_expires: '0',
            password_never_expired: false,
            account_expired: false,
            enable_change_password: true,
            next_login_change_password: true,
            locked: false,
            disabled: false,
            sid: '8a2c3f9579d240820179d51e6caf0001',
            share_space_subscription: false,
            share_space_desktops: 0,
            group_names: [],
            enterprise_project_id: '0',
        });
        equal(Object.keys(users[0]).slice(0, 5), ['id', 'user_name', 'user_email', 'total_desktops', 'active_type']);
    },

    async 'the envelope holds total_count and users'() {
        const answer = await demo('GET', 'users');
        equal(Object.keys(answer).filter((key) => key !== 'httpStatusCode'), ['total_count', 'users']);
        equal([answer.httpStatusCode, answer.total_count], [200, answer.users.length]);
    },

    async 'no member of any user is null or empty'() {
        const { users } = await demo('GET', 'users');
        for (const user of users) {
            for (const [key, value] of Object.entries(user)) {
                equal([null, ''].includes(value), false, `${user.user_name}.${key} is null or empty`);
            }
        }
    },

    async 'a project without users has an empty list'() {
        const { total_count, users } = await connect(randomUUID())('GET', 'users');
        equal({ total_count, users }, { total_count: 0, users: [] });
    },

    async 'walks in pages of any size meet every user once in the same order'() {
        const everyone = names(await demo('GET', 'users'));
        for (const size of [1, 10, 100]) {
            const met = [];
            for (;;) {
                const page = names(await demo('GET', 'users', { query: { limit: size, offset: met.length } }));
                if (page.length === 0) break;
                met.push(...page);
            }
            equal(met, everyone, `walk by ${size}`);
        }
    },

    async 'filters reach the server, beyond ASCII too'() {
        equal(names(await demo('GET', 'users', { query: { user_name: 'API-' } })), ['api-test', 'api-test2']);
        equal(names(await demo('GET', 'users', { query: { description: '张三' } })), ['zhangsan']);
        equal(names(await demo('GET', 'users', { query: { group_name: 'design', user_name: 'zhang' } })), ['zhangsan']);
        equal(names(await demo('GET', 'users', { query: { domain: 'corp.example.com' } })), ['mapped']);
    },

    async 'wrong parameters are refused by name'() {
        await refusedFor('limit', demo('GET', 'users', { query: { limit: 'ten' } }));
        await refusedFor('offset', demo('GET', 'users', { query: { offset: '-1' } }));
        await refusedFor('active_type', demo('GET', 'users', { query: { active_type: 'NONE' } }));
    },

    async 'an unknown path is the gateway\'s 404 and a wrong method the service\'s 405'() {
        await refused('APIGW.0101', demo('GET', 'nothing'), 404);
        await refused('APIGW.0101', demo('GET', 'users/template/download'), 404);
        await refused('WKS.00000405', demo('PUT', 'users'), 405);
    },

    // The life of a user

    async 'a user is created, shown, updated, listed and deleted'() {
        const user_name = fresh();
        const id = await create({ user_name, description: '测试', account_expires: '2030-01-01T00:00:00Z' });
        const shown = await show(id);
        equal([shown.user_name, shown.description, shown.account_expires], [user_name, '测试', 1893456000000]);
        equal((await scratch('PUT', `users/${id}`, { body: { description: '', disabled: true } })).id, id);
        const { users } = await scratch('GET', 'users', { query: { user_name } });
        equal([users.length, users[0].disabled, users[0].account_expires], [1, true, '1893456000000']);
        equal((await scratch('DELETE', `users/${id}`)).httpStatusCode, 204);
        await refused('WKS.00170312', scratch('GET', `users/${id}`));
    },

    async 'wrong users are refused'() {
        await refusedFor('user_name', create({ user_name: '9lives' }));
        await refusedFor('user_email', create({ user_email: null }));
        await refusedFor('password', create({ active_type: 'ADMIN_ACTIVATE' }));
        const user_name = fresh();
        await create({ user_name });
        await refused('WKS.00170301', create({ user_name: user_name.toUpperCase() }));
    },

    async 'users that do not exist are refused everywhere'() {
        await refused('WKS.00170312', scratch('PUT', `users/${NOBODY}`, { body: { description: 'x' } }));
        await refused('WKS.00170312', scratch('DELETE', `users/${NOBODY}`));
        await refused('WKS.00170312', scratch('POST', `users/${NOBODY}/actions`, { body: { op_type: 'LOCK' } }));
        await refused('WKS.00170312', scratch('GET', `users/${NOBODY}/random-password`));
        await refused('WKS.00170312', scratch('POST', `users/${NOBODY}/resend-email`, { body: { template_id: 't' } }));
        await refused('WKS.00170312', scratch('GET', `users/${NOBODY}/otp-devices`));
    },

    async 'a user is locked, unlocked, and given a password'() {
        const id = await create();
        const act = (op_type) => scratch('POST', `users/${id}/actions`, { body: { op_type } });
        equal((await act('LOCK')).httpStatusCode, 204);
        equal((await show(id)).locked, true);
        equal((await act('UNLOCK')).httpStatusCode, 204);
        equal((await act('RESET_PWD')).httpStatusCode, 204);
        equal((await show(id)).locked, false);
        await refusedFor('op_type', act('EXPLODE'));
        const { password } = await scratch('GET', `users/${id}/random-password`, { query: { notification_type: 'email' } });
        equal(password.length >= 8 && password.length <= 20, true, 'the length of the password');
    },

    async 'mail is sent again, and second factors are unbound'() {
        const id = await create();
        equal((await scratch('POST', `users/${id}/resend-email`, { body: { template_id: 't' } })).httpStatusCode, 204);
        equal((await scratch('GET', `users/${id}/otp-devices`)).otp_devices, []);
        equal((await scratch('DELETE', `users/${id}/otp-devices`, { body: { otp_ids: ['a'] } })).httpStatusCode, 204);
    },

    async 'batches are created and deleted whole or not at all'() {
        const word = fresh('b');
        const batch = (...users) =>
            scratch('POST', 'users/batch-create', { body: { users: users.map((user_name) => ({ user_name, user_phone: '1' })) } });
        await refused('WKS.00170301', batch(`${word}-1`, `${word}-1`));
        equal((await batch(`${word}-1`, `${word}-2`)).httpStatusCode, 200);
        const { users } = await scratch('GET', 'users', { query: { user_name: word } });
        const remove = (...user_ids) => scratch('POST', 'users/batch-delete', { body: { user_ids } });
        await refused('WKS.00170312', remove(users[0].id, NOBODY));
        equal((await remove(...users.map((user) => user.id))).httpStatusCode, 204);
        equal((await scratch('GET', 'users', { query: { user_name: word } })).total_count, 0);
    },

    // Groups

    async 'groups are listed'() {
        const { total_count, user_groups } = await demo('GET', 'groups', { query: { limit: 2 } });
        equal(user_groups.map((group) => group.name), ['design', 'DomainUsers']);
        equal(total_count > 2, true, 'total_count counts the project, not the page');
        await refusedFor('limit', demo('GET', 'groups', { query: { limit: 101 } }));
    },

    async 'a group is created, updated, filled, emptied and deleted'() {
        const name = fresh('g');
        const id = await createGroup(name);
        await refused('WKS.00170201', createGroup(name));
        equal((await scratch('PUT', `groups/${id}`, { body: { description: 'after' } })).httpStatusCode, 200);
        const user = await create();
        const move = (op_type, ...user_ids) => scratch('POST', `groups/${id}/actions`, { body: { op_type, user_ids } });
        equal((await move('ADD', user)).httpStatusCode, 204);
        await refused('WKS.00170312', move('ADD', NOBODY));
        const members = await scratch('GET', `groups/${id}/users`, { query: { limit: 10 } });
        equal([members.total_count, members.users[0].id], [1, user]);
        equal((await show(user)).group_names, [name]);
        equal((await move('DELETE', user)).httpStatusCode, 204);
        equal((await scratch('DELETE', `groups/${id}`)).httpStatusCode, 204);
        await refused('WKS.00170208', scratch('GET', `groups/${id}/users`));
    },

    async 'groups are deleted in a batch'() {
        const group_ids = [await createGroup(), await createGroup()];
        await refused('WKS.00170208', scratch('POST', 'groups/batch-delete', { body: { group_ids: [...group_ids, NOBODY] } }));
        equal((await scratch('POST', 'groups/batch-delete', { body: { group_ids } })).httpStatusCode, 204);
    },
});
