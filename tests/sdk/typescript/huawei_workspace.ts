// sdk: @huaweicloud/huaweicloud-sdk-core

// Workspace through the core of Huawei's SDK for TypeScript, @huaweicloud/huaweicloud-sdk-core 3.1.211: there is no package of the
// service, so the types below are the document's, on the core's own SdkResponse.
// Cases that write do so in a project that nobody else uses, which starts empty on a mock.

import { randomUUID } from 'node:crypto';

import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials';
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder';
import { ClientRequestException } from '@huaweicloud/huaweicloud-sdk-core/exception/ClientRequestException';
import { ServerResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServerResponseException';
import type { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient';
import { SdkResponse } from '@huaweicloud/huaweicloud-sdk-core/SdkResponse';

import { calls, cases, equal, fault, fresh, present, raises, server, setting, strict, temporaryKey, unique, walk } from './harness.js';

const PROVIDER = 'huawei-workspace';
const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
// Where cases write. In strict a key belongs to the projects of its account, of which the demo's is one.
const SCRATCH = setting('scratch_project', randomUUID().replaceAll('-', ''));
const NOBODY = '00000000000000000000000000000000';

interface User {
    id: string;
    user_name: string;
    user_email?: string;
    description?: string;
    locked: boolean;
    disabled: boolean;
    account_expires: string | number;
    group_names: string[];
    active_type: 'USER_ACTIVATE' | 'ADMIN_ACTIVATE';
}
class ListUsersResponse extends SdkResponse {
    total_count?: number;
    users?: User[];
}
class ShowUserResponse extends SdkResponse {
    user_detail?: User;
}
class IdResponse extends SdkResponse {
    id?: string;
}
class ListGroupsResponse extends SdkResponse {
    total_count?: number;
    user_groups?: { id: string; name: string; description?: string }[];
}
class OtpDevicesResponse extends SdkResponse {
    otp_devices?: unknown[];
}
class PasswordResponse extends SdkResponse {
    password?: string;
}

interface Request {
    query?: Record<string, string | number | boolean>;
    body?: Record<string, unknown>;
}

class Workspace {
    constructor(
        private readonly client: HcClient,
        private readonly project: string,
    ) {}

    call<T extends SdkResponse>(method: string, path: string, { query = {}, body = {} }: Request = {}): Promise<T> {
        return this.client.sendRequest<T>({
            method,
            url: `/v2/{project_id}/${path}`,
            pathParams: { project_id: this.project },
            queryParams: query,
            data: body,
            headers: {},
            contentType: 'application/json',
        });
    }
}

function connect({ project = PROJECT, accessKey = server.accessKey, secretKey = server.secretKey, token = '' } = {}): Workspace {
    const credential = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(project);
    if (token) credential.withSecurityToken(token);
    const builder = new ClientBuilder((client: HcClient) => new Workspace(client, project));
    return builder.withCredential(credential).withEndpoint(server.baseUrl).build();
}
const demo = connect();
const scratch = connect({ project: SCRATCH });
const within = (namespace: string): Workspace => connect({ accessKey: `${server.accessKey}~${namespace}` });

const list = (query: Request['query'] = {}, client = demo): Promise<ListUsersResponse> => client.call<ListUsersResponse>('GET', 'users', { query });
const users = async (query: Request['query'] = {}, client = demo): Promise<User[]> => present((await list(query, client)).users);
const names = (found: User[]): string[] => found.map((user) => user.user_name);
const show = async (id: string): Promise<User> => present((await scratch.call<ShowUserResponse>('GET', `users/${id}`)).user_detail);

async function create(members: Record<string, unknown> = {}): Promise<string> {
    const body = { user_name: fresh('u'), user_email: 'a@example.com', ...members };
    return present((await scratch.call<IdResponse>('POST', 'users', { body })).id);
}

// Creates a group and finds its id, which only the list tells.
async function createGroup(name = fresh('g')): Promise<string> {
    await scratch.call('POST', 'groups', { body: { group_name: name, platform_type: 'LOCAL' } });
    const { user_groups } = await scratch.call<ListGroupsResponse>('GET', 'groups', { query: { keyword: name } });
    return present(user_groups?.find((group) => group.name === name)).id;
}

const status = async (promise: Promise<SdkResponse>): Promise<number | undefined> => (await promise).httpStatusCode;

// The call is refused with this code, and its request can be found again by its id.
async function refused(errorCode: string, promise: Promise<unknown>, httpStatusCode = 400, errorMsg?: string): Promise<void> {
    const error = await raises(ClientRequestException, promise, { httpStatusCode, errorCode, ...(errorMsg === undefined ? {} : { errorMsg }) });
    equal(/^[0-9a-f]{32}$/.test(present(error.requestId)), true, `the shape of the request id ${error.requestId}`);
}
const refusedFor = (name: string, promise: Promise<unknown>): Promise<void> => refused('WKS.0001', promise, 400, `The parameter ${name} is invalid.`);

void cases({
    async 'the first user is the one of the document'() {
        const answer = await list({ limit: 1 });
        const user = present(answer.users?.[0]);
        equal([user.id, user.user_name, user.user_email, user.account_expires], ['8a2c3f9579d240820179d51e6caf0001', 'api-test', 'test@huawei.com', '0']);
        equal([user.locked, user.disabled, user.active_type, user.group_names], [false, false, 'USER_ACTIVATE', []]);
        equal([answer.httpStatusCode, Number.isInteger(answer.total_count)], [200, true]);
    },

    async 'every user has the types of the document'() {
        for (const user of await users()) {
            equal([typeof user.id, typeof user.user_name, typeof user.locked, Array.isArray(user.group_names)], ['string', 'string', 'boolean', true], user.user_name);
        }
    },

    async 'walks in pages of any size meet every user once in the same order'() {
        const everyone = await users();
        unique(everyone.map((user) => user.id));
        for (const limit of [1, 10, 100]) equal(names(await walk((offset) => users({ limit, offset }))), names(everyone), `walk by ${limit}`);
        const beyond = await list({ offset: 10_000 });
        equal([beyond.users, beyond.total_count], [[], everyone.length]);
    },

    async 'filters reach the server, beyond ASCII too, and with every parameter'() {
        equal(names(await users({ user_name: 'API-' })), ['api-test', 'api-test2']);
        equal(names(await users({ description: '张三' })), ['zhangsan']);
        equal(names(await users({ group_name: 'design', user_name: 'zhang' })), ['zhangsan']);
        equal(names(await users({ domain: 'corp.example.com' })), ['mapped']);
        const every = { user_name: 'api-test', description: '', active_type: 'USER_ACTIVATE', group_name: '', enterprise_project_id: '0', limit: 10, offset: 0 };
        equal(names(await users(every)).includes('api-test'), true, 'whether it is found with every parameter');
    },

    async 'a project without users has an empty list'() {
        const answer = await list({}, connect({ project: randomUUID().replaceAll('-', '') }));
        equal([answer.users, answer.total_count], [[], 0]);
    },

    // Errors

    async 'wrong parameters are refused by name'() {
        await refusedFor('limit', list({ limit: 'ten' }));
        await refusedFor('offset', list({ offset: -1 }));
        await refusedFor('active_type', list({ active_type: 'NONE' }));
    },

    async "an unknown path is the gateway's 404, and a wrong method the service's 405"() {
        await refused('APIGW.0101', demo.call('GET', 'nothing'), 404);
        await refused('WKS.00000405', demo.call('PUT', 'users'), 405);
    },

    async 'wrong users are refused'() {
        await refusedFor('user_name', create({ user_name: '9lives' }));
        await refusedFor('user_email', create({ user_email: null }));
        await refusedFor('password', create({ active_type: 'ADMIN_ACTIVATE' }));
        const user_name = fresh('u');
        await create({ user_name });
        await refused('WKS.00170301', create({ user_name: user_name.toUpperCase() }));
    },

    async 'users that do not exist are refused everywhere'() {
        await refused('WKS.00170312', show(NOBODY));
        await refused('WKS.00170312', scratch.call('PUT', `users/${NOBODY}`, { body: { description: 'x' } }));
        await refused('WKS.00170312', scratch.call('DELETE', `users/${NOBODY}`));
        await refused('WKS.00170312', scratch.call('POST', `users/${NOBODY}/actions`, { body: { op_type: 'LOCK' } }));
    },

    // Lives

    async 'a user is created, shown, updated, listed and deleted'() {
        const user_name = fresh('u');
        const id = await create({ user_name, description: '测试', account_expires: '2030-01-01T00:00:00Z' });
        const shown = await show(id);
        equal([shown.user_name, shown.description, shown.account_expires], [user_name, '测试', 1893456000000]);
        equal((await scratch.call<IdResponse>('PUT', `users/${id}`, { body: { description: '', disabled: true } })).id, id);
        const [listed] = await users({ user_name }, scratch);
        equal([listed?.id, listed?.disabled, listed?.account_expires], [id, true, '1893456000000']);
        equal(await status(scratch.call('DELETE', `users/${id}`)), 204);
        await refused('WKS.00170312', show(id));
    },

    async 'a user is locked, unlocked, given a password, and rid of second factors'() {
        const id = await create();
        const act = (op_type: string): Promise<number | undefined> => status(scratch.call('POST', `users/${id}/actions`, { body: { op_type } }));
        equal([await act('LOCK'), (await show(id)).locked], [204, true]);
        equal([await act('UNLOCK'), await act('RESET_PWD'), (await show(id)).locked], [204, 204, false]);
        const { password } = await scratch.call<PasswordResponse>('GET', `users/${id}/random-password`, { query: { notification_type: 'email' } });
        equal(present(password).length >= 8, true, 'the length of the password');
        equal(await status(scratch.call('POST', `users/${id}/resend-email`, { body: { template_id: 't' } })), 204);
        equal((await scratch.call<OtpDevicesResponse>('GET', `users/${id}/otp-devices`)).otp_devices, []);
        equal(await status(scratch.call('DELETE', `users/${id}/otp-devices`, { body: { otp_ids: ['a'] } })), 204);
    },

    async 'batches are created and deleted whole or not at all'() {
        const word = fresh('b');
        const batch = (...given: string[]): Promise<SdkResponse> =>
            scratch.call('POST', 'users/batch-create', { body: { users: given.map((user_name) => ({ user_name, user_phone: '1' })) } });
        await refused('WKS.00170301', batch(`${word}-1`, `${word}-1`));
        equal(await status(batch(`${word}-1`, `${word}-2`)), 200);
        const made = await users({ user_name: word }, scratch);
        const remove = (...user_ids: string[]): Promise<SdkResponse> => scratch.call('POST', 'users/batch-delete', { body: { user_ids } });
        await refused('WKS.00170312', remove(present(made[0]).id, NOBODY));
        equal(await status(remove(...made.map((user) => user.id))), 204);
        equal((await list({ user_name: word }, scratch)).total_count, 0);
    },

    async 'a group is created, updated, filled, emptied and deleted, alone and in a batch'() {
        const name = fresh('g');
        const id = await createGroup(name);
        await refused('WKS.00170201', createGroup(name));
        equal(await status(scratch.call('PUT', `groups/${id}`, { body: { description: 'after' } })), 200);
        const user = await create();
        const move = (op_type: string, ...user_ids: string[]): Promise<SdkResponse> => scratch.call('POST', `groups/${id}/actions`, { body: { op_type, user_ids } });
        equal(await status(move('ADD', user)), 204);
        await refused('WKS.00170312', move('ADD', NOBODY));
        const members = await scratch.call<ListUsersResponse>('GET', `groups/${id}/users`, { query: { limit: 10 } });
        equal([members.total_count, members.users?.[0]?.id, (await show(user)).group_names], [1, user, [name]]);
        equal(await status(move('DELETE', user)), 204);
        equal(await status(scratch.call('DELETE', `groups/${id}`)), 204);
        await refused('WKS.00170208', scratch.call('GET', `groups/${id}/users`));
        equal(await status(scratch.call('POST', 'groups/batch-delete', { body: { group_ids: [await createGroup(), await createGroup()] } })), 204);
    },

    // Faults, keys and namespaces

    async 'faults are the classes of the core, told at once'() {
        const namespace = fresh('fault-');
        await fault(namespace, PROVIDER, 'ListUsers', 'ServiceUnavailable', 1);
        await raises(ServerResponseException, list({}, within(namespace)), { httpStatusCode: 503 });
        await fault(namespace, PROVIDER, 'ListUsers', 'Throttled', 1);
        await refused('APIGW.0308', list({}, within(namespace)), 429);
        equal((await users({ limit: 1 }, within(namespace))).length, 1);
        equal(await calls(namespace, 'ListUsers'), [503, 429, 200]);
    },

    async 'a namespace in the access key keeps its own users'() {
        const suite = within(fresh('suite-'));
        const { id } = present((await users({ limit: 1 }, suite))[0]);
        equal(await status(suite.call('DELETE', `users/${id}`)), 204);
        await refused('WKS.00170312', suite.call('GET', `users/${id}`));
        equal((await users({ limit: 1 }))[0]?.id, id);
    },

    async 'a temporary key goes with its token'() {
        const key = await temporaryKey();
        equal((await users({ limit: 2 }, connect(key))).length, 2);
        if (await strict(PROVIDER)) {
            for (const token of ['another', '']) await raises(ClientRequestException, list({}, connect({ ...key, token })), { httpStatusCode: 401 });
        }
    },

    async 'a wrong secret and an unknown key are refused where they are looked at'() {
        if (await strict(PROVIDER)) {
            await refused('APIGW.0301', list({}, connect({ secretKey: 'wrong' })), 401);
            await refused('APIGW.0301', list({}, connect({ accessKey: 'nobody' })), 401);
        } else {
            equal((await users({ limit: 2 }, connect({ secretKey: 'wrong' }))).length, 2);
        }
    },
});
