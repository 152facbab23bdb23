// sdk: @volcengine/sdk-core

// ByteHouse through the core of Volcengine's SDK for TypeScript: @volcengine/sdk-core 1.0.0, whose Client sends any Command. The
// generated package of the service, @volcengine/bytehousece20240831, has no operation on users; the types below are the document's.

import { Client, Command, HttpRequestError, StrategyName } from '@volcengine/sdk-core';
import type { ClientConfig, CommandOutput } from '@volcengine/sdk-core';

import { calls, cases, equal, fault, fresh, present, raises, server, setting, strict, temporaryKey, unique, walk } from './harness.js';

const USER = setting('user', 'alice.chen');
const OTHER_USER = setting('other_user', 'report_ro');
const DOOMED_USER = setting('doomed_user', 'grace.he');
const CLUSTER = Number(setting('cluster_id', '137'));
const PROVIDER = 'volcengine-bytehouse';

interface User {
    UserID: number;
    Username: string;
    Emaill: string;
    Description: string;
    Readonly: boolean;
}
interface Grant {
    Privileges: { Name: string; Columns?: string[] }[];
    DatabaseName?: string;
}

// What each action takes and answers.
interface Actions {
    ListUsers: [{ Offset?: number; Limit?: number }, { Data: { Users: User[] }; Meta: { Offset: number; Total: number } }];
    GetUserDetail: [{ Username: string }, { Data: { User: User } }];
    UpdateUser: [Pick<User, 'Username' | 'Description' | 'Readonly'> & { Email: string }, { Data: { Message: string } }];
    DeleteUser: [{ UserID: number }, { Data: { Message: string } }];
    GetUserInitialPassword: [{ Username: string }, { Data: { Message: string } }];
    CreateRole: [{ Name: string; ClusterID: number }, { Data: { Role: { ID: number } } }];
    DeleteRole: [{ RoleID: number }, { Data: unknown }];
    ListRoles: [{ Name?: string }, { Data: { Roles: { ID: number; Name: string }[] } }];
    AssignRole: [{ RoleID: number; Users: { Username: string; AdminOption: boolean }[] }, { Data: unknown }];
    ListGrantUsersForRole: [{ RoleID: number }, { Data: { Grants: { Username: string; AdminOption: boolean }[] } }];
    UpdateGrantsForRole: [
        { RoleID: number; ActionType: string; Grants: (Grant & { Targets: { Database: string }[]; ClusterID: number })[] },
        { Data: unknown },
    ];
    ShowPrivilegesForRole: [{ RoleID: number }, { Data: { Grants: Grant[] } }];
}
type Action = keyof Actions;
type Input<A extends Action> = Actions[A][0];
type Result<A extends Action> = Actions[A][1];

interface Way {
    method: string;
    contentType: string;
}
const QUERY: Way = { method: 'GET', contentType: 'application/json' };
const JSON_BODY: Way = { method: 'POST', contentType: 'application/json' };
const FORM: Way = { method: 'POST', contentType: 'application/x-www-form-urlencoded' };
const WAYS = [QUERY, JSON_BODY, FORM];

function connect(change: ClientConfig = {}): Client {
    return new Client({
        host: server.address,
        protocol: server.scheme,
        region: 'cn-beijing',
        accessKeyId: server.accessKey,
        secretAccessKey: server.secretKey,
        ...change,
    });
}
const own = connect();
const within = (namespace: string, change: ClientConfig = {}): Client => connect({ accessKeyId: `${server.accessKey}~${namespace}`, ...change });

// The input is the query of a GET and the body of a POST.
function send<A extends Action>(action: A, input: Input<A>, { method, contentType }: Way = QUERY, client = own): Promise<CommandOutput<Result<A>>> {
    const command = new Command<Input<A>, CommandOutput<Result<A>>>(input);
    command.requestConfig = { method, contentType, serviceName: 'bytehouse_ce', pathname: '/', params: { Action: action, Version: '2024-08-31' } };
    return client.send(command);
}

async function result<A extends Action>(action: A, input: Input<A>, way: Way = QUERY, client = own): Promise<Result<A>> {
    const answer = await send(action, input, way, client);
    equal(Object.keys(answer), ['ResponseMetadata', 'Result'], 'the envelope');
    const { RequestId, Action: named, Version, Service, Region, Error: error } = answer.ResponseMetadata;
    equal([named, Version, Service, Region], [action, '2024-08-31', 'bytehouse_ce', 'cn-beijing']);
    equal([RequestId.length > 0, error], [true, undefined], 'the metadata');
    return present(answer.Result);
}

// The class of the SDK for every status but 2xx, which keeps the envelope.
async function refused(promise: Promise<unknown>, code = 'Bad Request', status = 400): Promise<HttpRequestError> {
    const error = await raises(HttpRequestError, promise, { name: 'ApiException', status });
    equal(Object.keys(error.data), ['ResponseMetadata'], 'the envelope of an error');
    equal(error.data.ResponseMetadata.Error.Code, code);
    equal(typeof error.data.ResponseMetadata.Error.Message, 'string');
    return error;
}

const detail = async (name: string, client = own): Promise<User> => (await result('GetUserDetail', { Username: name }, QUERY, client)).Data.User;
// Nothing waits between the attempts.
const AT_ONCE = { strategyName: StrategyName.NoBackoffStrategy };

void cases({
    async 'the first user is the one of the document, in every way of calling'() {
        for (const way of WAYS) {
            const { Data, Meta } = await result('ListUsers', { Limit: 1 }, way);
            equal([Data.Users[0]?.Username, Data.Users[0]?.Emaill], ['user1', 'xxx@xxx.com']);
            equal([Meta.Offset, Number.isInteger(Meta.Total)], [0, true]);
        }
    },

    async 'a query, JSON and a form say the same'() {
        for (const window of [{}, { Limit: 4 }, { Offset: 5, Limit: 2 }, { Offset: 100_000 }, { Limit: 2_147_483_647 }]) {
            const expected = await result('ListUsers', window);
            for (const way of [JSON_BODY, FORM]) equal(await result('ListUsers', window, way), expected);
        }
    },

    async 'walks in pages of any size meet every user once in the same order'() {
        const { Data, Meta } = await result('ListUsers', { Limit: 1000 });
        const everyone = Data.Users.map((user) => user.Username);
        equal(everyone.length, Meta.Total);
        for (const size of [1, 7, 10]) {
            const met = await walk(async (offset) => (await result('ListUsers', { Offset: offset, Limit: size })).Data.Users);
            unique(met.map((user) => user.UserID));
            equal(met.map((user) => user.Username), everyone, `walk by ${size}`);
        }
    },

    async 'every user has the types of the document'() {
        for (const user of (await result('ListUsers', { Limit: 1000 })).Data.Users) {
            equal([user.UserID, user.Username, user.Emaill].map((one) => typeof one), ['number', 'string', 'string'], user.Username);
        }
    },

    async 'names that have to be escaped arrive in every way'() {
        for (const name of ['张三', '李 四', 'a b*~+/=&%', "o'brien", 'rocket🚀']) {
            for (const way of WAYS) equal((await result('GetUserDetail', { Username: name }, way)).Data.User.Username, name);
        }
    },

    async 'a user is updated in every way, read and deleted'() {
        for (const [i, way] of WAYS.entries()) {
            const change = { Username: DOOMED_USER, Email: `${i}@acme.example`, Description: '描述 *~', Readonly: i % 2 === 0 };
            equal((await result('UpdateUser', change, way)).Data.Message, 'update user successfully');
            const { Emaill, Description, Readonly } = await detail(DOOMED_USER);
            equal([Emaill, Description, Readonly], [change.Email, change.Description, change.Readonly]);
        }
        const { UserID } = await detail(DOOMED_USER);
        equal((await result('DeleteUser', { UserID }, JSON_BODY)).Data.Message, 'delete user successfully');
        await refused(send('GetUserDetail', { Username: DOOMED_USER }));
        await refused(send('DeleteUser', { UserID }, FORM));
    },

    async 'a role lives from create to delete, and lists are flattened in a query and in a form'() {
        for (const way of WAYS) {
            const name = fresh('role-');
            const RoleID = (await result('CreateRole', { Name: name, ClusterID: CLUSTER }, way)).Data.Role.ID;
            const Users = [{ Username: USER, AdminOption: true }, { Username: OTHER_USER, AdminOption: false }];
            await result('AssignRole', { RoleID, Users }, way);
            equal((await result('ListGrantUsersForRole', { RoleID }, way)).Data.Grants, Users);
            const Privileges = [{ Name: 'SELECT', Columns: ['a', 'b'] }];
            const Grants = [{ Privileges, Targets: [{ Database: 'typed' }], ClusterID: CLUSTER }];
            await result('UpdateGrantsForRole', { RoleID, ActionType: 'GRANT', Grants }, way);
            const shown = (await result('ShowPrivilegesForRole', { RoleID }, way)).Data.Grants;
            equal(shown.map((grant) => [grant.DatabaseName, grant.Privileges]), [['typed', Privileges]]);
            equal((await result('ListRoles', { Name: name })).Data.Roles.map((role) => role.ID), [RoleID]);
            await result('DeleteRole', { RoleID }, way);
            await refused(send('ShowPrivilegesForRole', { RoleID }, way), 'FailedToGetRoleInMetadata');
        }
    },

    async 'an initial password is told once'() {
        equal((await result('GetUserInitialPassword', { Username: 'dba' })).Data.Message, 'Failed to get password, it has been modified');
    },

    async 'refusals are the class of the SDK with status and envelope'() {
        for (const way of WAYS) {
            const error = await refused(send('ListUsers', { Limit: 'ten' as unknown as number }, way));
            equal(error.data.ResponseMetadata.Error.Message, 'api service received invalid request format');
            await refused(send('ListUsers', { Limit: -1 }, way));
            await refused(send('GetUserDetail', { Username: 'nobody-here' }, way));
            await refused(send('DeleteRole', { RoleID: 999_999_999 }, way), 'FailedToGetRoleInMetadata');
            const unknown = await refused(send('CreateUser' as Action, { Username: 'x' }, way), 'InvalidActionOrVersion', 404);
            equal(unknown.data.ResponseMetadata.Error.CodeN, 100008);
        }
        await refused(send('ListUsers', {}, { ...QUERY, method: 'PUT' }), 'MethodNotAllowed', 405);
    },

    async 'what the SDK retries is asked again until it is well'() {
        for (const [name, status] of [['ServiceUnavailable', 503], ['InternalError', 500], ['FlowLimitExceeded', 429]] as const) {
            const namespace = fresh('retry-');
            await fault(namespace, PROVIDER, 'ListUsers', name, 2);
            const { Data } = await result('ListUsers', { Limit: 3 }, QUERY, within(namespace, { retryStrategy: AT_ONCE }));
            equal(Data.Users.length, 3);
            equal(await calls(namespace, 'ListUsers'), [status, status, 200]);
        }
    },

    async 'what it does not retry, and what it gives up, is told with the code'() {
        const namespace = fresh('retry-');
        await fault(namespace, PROVIDER, 'ListUsers', 'LackPolicy', 1);
        await refused(send('ListUsers', {}, QUERY, within(namespace, { retryStrategy: AT_ONCE })), 'LackPolicy', 403);
        equal(await calls(namespace, 'ListUsers'), [403]);
        await fault(namespace, PROVIDER, 'GetUserDetail', 'ServiceUnavailable', 9);
        const twice = within(namespace, { maxRetries: 1, retryStrategy: AT_ONCE });
        await refused(send('GetUserDetail', { Username: USER }, JSON_BODY, twice), 'ServiceUnavailable', 503);
        equal(await calls(namespace, 'GetUserDetail'), [503, 503]);
        await fault(namespace, PROVIDER, 'ListRoles', 'ServiceUnavailable', 1);
        await refused(send('ListRoles', {}, QUERY, within(namespace, { autoRetry: false })), 'ServiceUnavailable', 503);
    },

    async 'a lost answer is a network error or is asked again, and a delete has happened'() {
        const namespace = fresh('lost-');
        await fault(namespace, PROVIDER, 'ListUsers', 'reset', 1);
        equal((await result('ListUsers', { Limit: 2 }, QUERY, within(namespace, { retryStrategy: AT_ONCE }))).Data.Users.length, 2);
        const once = within(namespace, { autoRetry: false });
        const { UserID } = await detail(USER, once);
        await fault(namespace, PROVIDER, 'DeleteUser', 'reset', 1);
        await raises(HttpRequestError, send('DeleteUser', { UserID }, JSON_BODY, once), { name: 'NetworkError' });
        await refused(send('GetUserDetail', { Username: USER }, QUERY, once));
    },

    async 'a call that takes too long ends at the time of the client'() {
        const namespace = fresh('slow-');
        await fault(namespace, PROVIDER, 'ListUsers', 'hang', 1);
        const hasty = within(namespace, { autoRetry: false, httpOptions: { timeout: 300 } });
        await raises(HttpRequestError, send('ListUsers', {}, QUERY, hasty), { name: 'NetworkError' });
        equal((await result('ListUsers', { Limit: 1 }, QUERY, within(namespace))).Data.Users.length, 1);
    },

    async 'a namespace in the access key keeps its own users'() {
        const suite = within(fresh('suite-'));
        const { UserID } = await detail(USER);
        await result('DeleteUser', { UserID }, QUERY, suite);
        await refused(send('GetUserDetail', { Username: USER }, QUERY, suite));
        equal((await detail(USER)).UserID, UserID);
    },

    async 'a temporary key goes with its token in every way'() {
        const key = await temporaryKey();
        const temporary = { accessKeyId: key.accessKey, secretAccessKey: key.secretKey };
        for (const way of WAYS) {
            equal((await result('ListUsers', { Limit: 3 }, way, connect({ ...temporary, sessionToken: key.token }))).Data.Users.length, 3);
            if (await strict(PROVIDER)) {
                await refused(send('ListUsers', {}, way, connect({ ...temporary, sessionToken: 'another' })), 'InvalidSecretToken', 401);
            }
        }
    },

    async 'a wrong secret and an unknown key are refused where they are looked at'() {
        for (const way of WAYS) {
            const wrong = send('ListUsers', {}, way, connect({ secretAccessKey: 'wrong' }));
            if (await strict(PROVIDER)) {
                await refused(wrong, 'SignatureNotMatch', 401);
                await refused(send('ListUsers', {}, way, connect({ accessKeyId: 'nobody' })), 'InvalidAccessKey', 401);
            } else {
                equal(present((await wrong).Result).Data.Users.length > 0, true);
            }
        }
    },
});
