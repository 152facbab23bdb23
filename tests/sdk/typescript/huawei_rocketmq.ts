// sdk: @huaweicloud/huaweicloud-sdk-rocketmq

// DMS for RocketMQ through Huawei's SDK for TypeScript: @huaweicloud/huaweicloud-sdk-rocketmq 3.1.215, with its own types.
//
// Its classes have getters such as `user.accessKey`, but answers are never made into these classes: what a program holds is the JSON
// of the wire, whose fields the classes declare as private and without a type. `user['access_key']` is how TypeScript reaches them.

import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials';
import { ClientRequestException } from '@huaweicloud/huaweicloud-sdk-core/exception/ClientRequestException';
import { ServerResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServerResponseException';
import { ServiceResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException';
import {
    CreateUserRequest,
    DeleteUserRequest,
    ListConsumeGroupAccessPolicyForRocketMqRequest,
    ListConsumeGroupAccessPolicyRequest,
    ListInstancesRequest,
    ListInstancesRequestEngineEnum,
    ListInstancesRequestExactMatchNameEnum,
    ListInstancesRequestIncludeFailureEnum,
    ListInstancesRequestStatusEnum,
    ListTopicAccessPolicyRequest,
    ListUserRequest,
    RocketMQClient,
    ShowInstanceRequest,
    ShowUserRequest,
    UpdateUserRequest,
    User,
    UserDefaultGroupPermEnum,
    UserDefaultTopicPermEnum,
    UserGroupPerms,
    UserGroupPermsPermEnum,
    UserResp,
    UserTopicPerms,
    UserTopicPermsPermEnum,
} from '@huaweicloud/huaweicloud-sdk-rocketmq';
import type { CreateUserResponse, ListUserResponse } from '@huaweicloud/huaweicloud-sdk-rocketmq';

import { calls, cases, equal, fault, fresh, present, raises, server, setting, strict, temporaryKey, unique, walk } from './harness.js';

const PROVIDER = 'huawei-rocketmq';
const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
const INSTANCE = setting('instance', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6'); // 4.8.0 with access control; more than two default pages of users
const NEWER_INSTANCE = setting('newer_instance', '0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000'); // 5.x, where every user is an administrator
const EMPTY_INSTANCE = setting('empty_instance', '7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800'); // 4.8.0 without access control, and so without users
const UNKNOWN_INSTANCE = '00000000-0000-4000-8000-000000000000';
const SECRET = 'N3w-secret';

function connect({ accessKey = server.accessKey, secretKey = server.secretKey, token = '', endpoints = [server.baseUrl] } = {}): RocketMQClient {
    const credentials = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(PROJECT);
    if (token) credentials.withSecurityToken(token);
    return RocketMQClient.newBuilder().withCredential(credentials).withEndpoint(endpoints).build();
}
const own = connect();
const within = (namespace: string, endpoints = [server.baseUrl]): RocketMQClient => connect({ accessKey: `${server.accessKey}~${namespace}`, endpoints });

function list({ instance = INSTANCE, limit, offset }: { instance?: string; limit?: number; offset?: number } = {}, client = own): Promise<ListUserResponse> {
    const request = new ListUserRequest(instance);
    if (limit !== undefined) request.withLimit(limit);
    if (offset !== undefined) request.withOffset(offset);
    return client.listUser(request);
}

const users = async (...given: Parameters<typeof list>): Promise<UserResp[]> => present((await list(...given)).users);
const names = (found: UserResp[]): string[] => found.map((user) => present(user['access_key']));
const total = async (): Promise<number> => present((await list({ limit: 1 })).total);
const create = (user: User, instance = INSTANCE, client = own): Promise<CreateUserResponse> => client.createUser(new CreateUserRequest(instance).withBody(user));
const show = (name: string, client = own) => client.showUser(new ShowUserRequest(INSTANCE, name));
const update = (name: string, user: User) => own.updateUser(new UpdateUserRequest(INSTANCE, name).withBody(user));
const remove = (name: string, client = own) => client.deleteUser(new DeleteUserRequest(INSTANCE, name));

// A user for one case, which is gone when the case is over.
async function withUser(fill: (user: User) => User, run: (name: string, created: CreateUserResponse) => Promise<void>): Promise<void> {
    const name = fresh('sdk-ts-');
    const created = await create(fill(new User(name, SECRET)));
    try {
        await run(name, created);
    } finally {
        await remove(name);
    }
}

// The call is refused with this code, and its request can be found again by its id.
async function refused(errorCode: string, promise: Promise<unknown>, httpStatusCode = 400, errorMsg?: string): Promise<void> {
    const error = await raises(ClientRequestException, promise, { httpStatusCode, errorCode, ...(errorMsg === undefined ? {} : { errorMsg }) });
    equal(/^[0-9a-f]{32}$/.test(present(error.requestId)), true, `the shape of the request id ${error.requestId}`);
}

void cases({
    // Listing

    async 'the first user is the one of the document, under the names of the wire'() {
        const [user] = await users({ limit: 1 });
        equal<unknown>(user, {
            access_key: 'test_01',
            admin: false,
            default_group_perm: 'DENY',
            default_topic_perm: 'SUB',
            group_perms: [],
            secret_key: 'x1234567@',
            topic_perms: [],
            white_remote_address: '',
        });
        equal([user instanceof UserResp, user?.accessKey], [false, undefined], 'what the classes of the SDK would hold');
    },

    async 'permissions are the values of the enumerations'() {
        const found = present((await users({ limit: 50 })).find((user) => user['access_key'] === 'order-service'));
        const topics = present(found['topic_perms'] as UserTopicPerms[] | undefined).map((one) => [one.name, one.perm]);
        equal(topics, [['orders', UserTopicPermsPermEnum.PUB_SUB], ['refunds', UserTopicPermsPermEnum.PUB]]);
        equal(present(found['group_perms'] as UserGroupPerms[] | undefined).map((one) => [one.name, one.perm]), [['order-workers', UserGroupPermsPermEnum.SUB]]);
    },

    async 'every field of every user has the declared type'() {
        for (const user of await users({ limit: 50 })) {
            const texts = [user['access_key'], user['secret_key'], user['white_remote_address'], user['default_topic_perm'], user['default_group_perm']];
            equal(texts.map((one) => typeof one), Array(5).fill('string'), user['access_key']);
            equal([typeof user.admin, Array.isArray(user['topic_perms']), Array.isArray(user['group_perms'])], ['boolean', true, true]);
        }
    },

    async 'every user of a 5.x instance is an administrator'() {
        const found = await users({ instance: NEWER_INSTANCE });
        equal(found.length > 0, true, 'whether there are users');
        for (const user of found) equal([user.admin, user['default_topic_perm'], user['default_group_perm']], [true, 'PUB|SUB', 'SUB']);
    },

    async 'an instance without users has an empty list and total zero'() {
        const answer = await list({ instance: EMPTY_INSTANCE });
        equal([answer.users, answer.total, answer.httpStatusCode], [[], 0, 200]);
    },

    async 'a page holds ten users unless asked otherwise, and total counts the instance'() {
        const answer = await list();
        equal([answer.users?.length, answer.total], [10, await total()]);
        equal((await total()) > 20, true, 'whether the demo holds more than two default pages');
    },

    async 'walks in pages of any size meet every user once in the same order'() {
        const everyone = names(await walk((offset) => users({ limit: 50, offset })));
        unique(everyone);
        equal(everyone.length, await total());
        for (const limit of [1, 7, 10]) equal(names(await walk((offset) => users({ limit, offset }))), everyone, `walk by ${limit}`);
        equal(names(await users({ limit: 3, offset: 4 })), everyone.slice(4, 7));
    },

    async 'past the end is an empty page with the true total'() {
        const beyond = await list({ offset: 100_000 });
        equal([beyond.users, beyond.total], [[], await total()]);
    },

    // Errors

    async 'limits outside 1 to 50 are refused with DMS.00400062'() {
        for (const limit of [0, -1, 51, 1.5]) await refused('DMS.00400062', list({ limit }), 400, 'Invalid {0} parameter in the request.');
    },

    async 'bad offsets are refused with DMS.40050010, and before a bad limit'() {
        for (const offset of [-1, 2_147_483_648]) await refused('DMS.40050010', list({ limit: 0, offset }), 400, 'Offset parameter is invalid.');
    },

    async 'an unknown instance is 404 with DMS.00404022'() {
        await refused('DMS.00404022', list({ instance: UNKNOWN_INSTANCE, limit: 0 }), 404, 'This instance does not exist.');
        await refused('DMS.00404022', own.showInstance(new ShowInstanceRequest(UNKNOWN_INSTANCE)), 404);
    },

    async 'an instance id that is no UUID is refused with DMS.00400030'() {
        await refused('DMS.00400030', list({ instance: 'my-instance' }), 400, 'Invalid DMS instance id. The id must be a uuid.');
    },

    async 'users that do not exist are 400 with DMS.00500972'() {
        await refused('DMS.00500972', show('nobody-here'), 400, 'The user does not exist.');
        await refused('DMS.00500972', update('nobody-here', new User().withAdmin(true)));
        await refused('DMS.00500972', remove('nobody-here'));
    },

    async 'bad users are refused'() {
        const name = (): string => fresh('sdk-ts-');
        await refused('DMS.00400800', create(new User('test_01', SECRET)));
        await refused('DMS.00500960', create(new User('short', SECRET)));
        await refused('DMS.00500960', create(new User(name(), 'weak')));
        await refused('DMS.00500960', create(new User(name())));
        await refused('DMS.00400800', create(new User(name(), SECRET).withDefaultTopicPerm('ALL')));
        await refused('DMS.00400085', create(new User(name(), SECRET).withAdmin('no' as unknown as boolean)));
        await refused('DMS.00400026', create(new User(name(), SECRET), EMPTY_INSTANCE));
    },

    // The life of a user

    async 'a user is created, listed, shown, changed and deleted'() {
        const before = names(await users({ limit: 50 }));
        let gone = '';
        await withUser((user) => user.withDefaultTopicPerm(UserDefaultTopicPermEnum.SUB).withDefaultGroupPerm(UserDefaultGroupPermEnum.DENY), async (name, created) => {
            gone = name;
            equal([created['access_key'], created['secret_key'], created['default_topic_perm'], created.httpStatusCode], [name, SECRET, 'SUB', 200]);
            equal(names(await users({ limit: 50 })), [...before, name]);
            equal<unknown>(await show(name), created);
            const changed = await update(name, new User().withWhiteRemoteAddress('10.0.0.1').withAdmin(true));
            equal([changed['white_remote_address'], changed.admin, changed['secret_key']], ['10.0.0.1', true, SECRET]);
            equal((await show(name))['white_remote_address'], '10.0.0.1');
        });
        equal(names(await users({ limit: 50 })), before);
        await refused('DMS.00500972', show(gone));
    },

    async 'permissions come back as they were sent'() {
        const topics = [new UserTopicPerms().withName('b').withPerm(UserTopicPermsPermEnum.PUB), new UserTopicPerms().withName('主题').withPerm('PUB|SUB')];
        const groups = [new UserGroupPerms().withName('g').withPerm(UserGroupPermsPermEnum.DENY)];
        await withUser((user) => user.withTopicPerms(topics).withGroupPerms(groups), async (name) => {
            const shown = await show(name);
            equal(present(shown['topic_perms'] as UserTopicPerms[] | undefined).map((one) => [one.name, one.perm]), [['b', 'PUB'], ['主题', 'PUB|SUB']]);
            equal(present(shown['group_perms'] as UserGroupPerms[] | undefined).map((one) => [one.name, one.perm]), [['g', 'DENY']]);
            equal((await update(name, new User().withTopicPerms([])))['topic_perms'], []);
        });
    },

    // Access policies and instances

    async 'the policies of a topic are what each user may do with it, in pages like users'() {
        const answer = await own.listTopicAccessPolicy(new ListTopicAccessPolicyRequest(INSTANCE, 'orders').withLimit(2).withOffset(1));
        equal([answer.name, answer.total], ['orders', await total()]);
        equal(present(answer.policies).map((one) => one['access_key']), names(await users({ limit: 2, offset: 1 })));
        equal(present(answer.policies).every((one) => ['PUB', 'SUB', 'PUB|SUB', 'DENY'].includes(present(one.perm))), true);
        await refused('DMS.00400062', own.listTopicAccessPolicy(new ListTopicAccessPolicyRequest(INSTANCE, 'orders').withLimit(51)));
    },

    async 'the policies of a group are the same at both addresses'() {
        const newer = await own.listConsumeGroupAccessPolicyForRocketMq(
            new ListConsumeGroupAccessPolicyForRocketMqRequest(INSTANCE, 'order-workers').withLimit(50).withOffset(0),
        );
        equal(present(newer.policies).slice(0, 3).map((one) => one.perm), ['DENY', 'SUB', 'SUB']);
        for (const engine of ['rocketmq', 'reliability']) {
            const older = await own.listConsumeGroupAccessPolicy(
                new ListConsumeGroupAccessPolicyRequest(engine, INSTANCE, 'order-workers').withLimit(50).withOffset(0),
            );
            equal(older.policies, newer.policies);
        }
    },

    async 'instances are listed with every parameter, and shown'() {
        const every = new ListInstancesRequest(ListInstancesRequestEngineEnum.ROCKETMQ).withLimit(50);
        const ids = present((await own.listInstances(every)).instances).map((one) => one['instance_id']);
        for (const id of [INSTANCE, NEWER_INSTANCE, EMPTY_INSTANCE]) equal(ids.includes(id), true, `whether ${id} is listed`);
        const shown = await own.showInstance(new ShowInstanceRequest(INSTANCE));
        equal([shown.engine, shown['engine_version'], shown.status, shown['enable_acl']], ['reliability', '4.8.0', 'RUNNING', true]);
        const one = await own.listInstances(
            new ListInstancesRequest(ListInstancesRequestEngineEnum.ROCKETMQ)
                .withName(present(shown.name))
                .withInstanceId(INSTANCE)
                .withStatus(ListInstancesRequestStatusEnum.RUNNING)
                .withIncludeFailure(ListInstancesRequestIncludeFailureEnum.TRUE)
                .withExactMatchName(ListInstancesRequestExactMatchNameEnum.TRUE)
                .withEnterpriseProjectId('0')
                .withLimit(10)
                .withOffset(0),
        );
        equal([present(one.instances).map((found) => found['instance_id']), one['instance_num']], [[INSTANCE], 1]);
    },

    // Faults, keys and namespaces

    async 'a fault of the service is the class for 5xx, and is not asked again'() {
        const namespace = fresh('fault-');
        await fault(namespace, PROVIDER, 'ListUser', 'Internal', 1);
        const error = await raises(ServerResponseException, list({}, within(namespace, [server.baseUrl, server.baseUrl])), { httpStatusCode: 500 });
        equal(present(error.errorCode).startsWith('DMS.'), true, `the code ${error.errorCode}`);
        equal(await calls(namespace, 'ListUser'), [500]);
        await fault(namespace, PROVIDER, 'ListUser', 'Throttled', 1);
        await refused('APIGW.0308', list({}, within(namespace)), 429);
    },

    async 'a lost answer is asked for at the second endpoint, signed for it, and once'() {
        const namespace = fresh('lost-');
        await fault(namespace, PROVIDER, 'ListUser', 'reset', 1);
        equal((await users({ limit: 3 }, within(namespace, [server.baseUrl, server.baseUrl]))).length, 3);
        await fault(namespace, PROVIDER, 'ListUser', 'reset', 2);
        await raises(ServiceResponseException, list({}, within(namespace, [server.baseUrl, server.baseUrl])), { errorCode: undefined });
    },

    async 'without a second endpoint a lost answer is an error, and what was asked for has happened'() {
        const namespace = fresh('lost-');
        const client = within(namespace);
        await fault(namespace, PROVIDER, 'DeleteUser', 'reset', 1);
        const error = await raises(ServiceResponseException, remove('test_01', client));
        equal([error.httpStatusCode, error.requestId], [undefined, undefined]);
        await refused('DMS.00500972', show('test_01', client));
    },

    async 'a create that is answered with a fault has not happened'() {
        const namespace = fresh('fault-');
        const client = within(namespace);
        const user = new User(fresh('sdk-ts-'), SECRET);
        await fault(namespace, PROVIDER, 'CreateUser', 'QuotaReached', 1);
        await refused('DMS.00400039', create(user, INSTANCE, client), 400, 'The quota limit has been reached.');
        await create(user, INSTANCE, client);
        equal(await calls(namespace, 'CreateUser'), [400, 200]);
    },

    async 'a namespace in the access key keeps its own users'() {
        const [first, second] = [within(fresh('suite-')), within(fresh('suite-'))];
        await remove('test_01', first);
        await refused('DMS.00500972', show('test_01', first));
        equal((await show('test_01', second))['access_key'], 'test_01');
    },

    async 'a temporary key goes with its token'() {
        const key = await temporaryKey();
        equal((await users({ limit: 3 }, connect(key))).length, 3);
        if (await strict(PROVIDER)) {
            for (const token of ['another', '']) await raises(ClientRequestException, list({}, connect({ ...key, token })), { httpStatusCode: 401 });
        }
    },

    async 'a wrong secret and an unknown key are refused where they are looked at'() {
        if (await strict(PROVIDER)) {
            await refused('APIGW.0301', list({}, connect({ secretKey: 'wrong' })), 401);
            await refused('APIGW.0301', list({}, connect({ accessKey: 'nobody' })), 401);
        } else {
            equal((await users({ limit: 3 }, connect({ secretKey: 'wrong' }))).length, 3);
        }
    },
});
