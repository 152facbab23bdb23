// sdk: @volcengine/sdk-core
// ByteHouse through the core of the newer Node SDK: @volcengine/sdk-core 1.0.0, whose Client sends any Command.
'use strict';

const { cases, equal, raises, server, setting } = require('./harness');
const { Client, Command } = require('@volcengine/sdk-core');

const USER = setting('user', 'alice.chen');
const OTHER_USER = setting('other_user', 'report_ro');
const DOOMED_USER = setting('doomed_user', 'grace.he');
const CLUSTER = Number(setting('cluster_id', '137'));

const client = new Client({
    host: server.address,
    protocol: server.protocol.replace(':', ''),
    region: 'cn-beijing',
    accessKeyId: server.accessKey,
    secretAccessKey: server.secretKey,
});

// An action: its input is the query of a GET, the body of a POST.
function send(action, input, { method = 'GET', contentType = 'application/json' } = {}) {
    const command = new Command(input);
    const params = { Action: action, Version: '2024-08-31' };
    command.requestConfig = { method, serviceName: 'bytehouse_ce', pathname: '/', contentType, params };
    return client.send(command);
}

const get = (action, input = {}) => send(action, input);
const json = (action, input = {}) => send(action, input, { method: 'POST' });
const form = (action, input = {}) => send(action, input, { method: 'POST', contentType: 'application/x-www-form-urlencoded' });

async function result(promise) {
    const answer = await promise;
    equal(Object.keys(answer), ['ResponseMetadata', 'Result'], 'the envelope');
    return answer.Result;
}

// The SDK throws on every status but 2xx, and keeps the parsed envelope.
async function refused(promise, code = 'Bad Request', status = 400) {
    const error = await raises('HttpRequestError', promise, { name: 'ApiException', status });
    equal(Object.keys(error.data), ['ResponseMetadata'], 'the envelope of an error');
    equal(error.data.ResponseMetadata.Error.Code, code);
    return error;
}

cases({
    async 'a get lists users with the true total'() {
        const { Data, Meta } = await result(get('ListUsers', { Offset: 0, Limit: 3 }));
        equal(Data.Users.map((user) => user.Username), ['user1', 'dba', 'alice.chen']);
        equal([Meta.Offset, Number.isInteger(Meta.Total)], [0, true]);
    },

    async 'get and json say the same'() {
        for (const window of [{}, { Limit: 4 }, { Offset: 5, Limit: 2 }, { Limit: 2147483647 }]) {
            equal(await result(json('ListUsers', window)), await result(get('ListUsers', window)));
        }
    },

    async 'a walk meets every user once'() {
        const met = [];
        for (let page = 0; page < 1000; page += 1) {
            const { Data } = await result(get('ListUsers', { Offset: met.length, Limit: 9 }));
            if (Data.Users.length === 0) break;
            met.push(...Data.Users.map((user) => user.Username));
        }
        const { Meta } = await result(get('ListUsers'));
        equal([met.length, new Set(met).size], [Meta.Total, Meta.Total]);
    },

    async 'names that have to be escaped arrive'() {
        for (const name of ['张三', '李 四', 'a b*~+/=&%', "o'brien", 'rocket🚀']) {
            for (const way of [get, json]) equal((await result(way('GetUserDetail', { Username: name }))).Data.User.Username, name);
        }
    },

    async 'a user is updated and deleted'() {
        await result(json('UpdateUser', { Username: DOOMED_USER, Email: 'e', Description: 'd', Readonly: false }));
        const { User } = (await result(get('GetUserDetail', { Username: DOOMED_USER }))).Data;
        equal([User.Emaill, User.Description, User.Readonly], ['e', 'd', false]);
        await result(json('DeleteUser', { UserID: User.UserID }));
        await refused(get('GetUserDetail', { Username: DOOMED_USER }));
        await refused(json('DeleteUser', { UserID: User.UserID }));
        await refused(json('UpdateUser', { Username: DOOMED_USER, Email: 'e', Description: 'd', Readonly: false }));
    },

    async 'lists are flattened in a query'() {
        const { Role } = (await result(json('CreateRole', { Name: 'core', ClusterID: CLUSTER }))).Data;
        const Users = [{ Username: USER, AdminOption: true }, { Username: OTHER_USER, AdminOption: false }];
        await result(get('AssignRole', { RoleID: Role.ID, Users }));
        equal((await result(get('ListGrantUsersForRole', { RoleID: Role.ID }))).Data.Grants, Users);
        const Grants = [{ Privileges: [{ Name: 'SELECT', Columns: ['a', 'b'] }], Targets: [{ Database: 'core' }], ClusterID: CLUSTER }];
        await result(get('UpdateGrantsForRole', { RoleID: Role.ID, ActionType: 'GRANT', Grants }));
        const shown = (await result(get('ShowPrivilegesForRole', { RoleID: Role.ID }))).Data.Grants;
        equal(shown.map((grant) => [grant.DatabaseName, grant.Privileges]), [['core', Grants[0].Privileges]]);
        await result(json('DeleteRole', { RoleID: Role.ID }));
        await refused(get('ShowPrivilegesForRole', { RoleID: Role.ID }), 'FailedToGetRoleInMetadata');
    },

    async 'lists are flattened in a form'() {
        const { Role } = (await result(json('CreateRole', { Name: 'form', ClusterID: CLUSTER }))).Data;
        const Users = [{ Username: USER, AdminOption: true }];
        await result(form('AssignRole', { RoleID: Role.ID, Users }));
        equal((await result(get('ListGrantUsersForRole', { RoleID: Role.ID }))).Data.Grants, Users);
        await result(form('DeleteRole', { RoleID: Role.ID }));
    },

    async 'errors keep their status, message and envelope'() {
        const error = await refused(get('ListUsers', { Limit: 'ten' }));
        equal(error.message, 'HTTP 400: Bad Request');
        equal(error.data.ResponseMetadata.Error.Message, 'api service received invalid request format');
        await refused(json('ListUsers', { Limit: -1 }));
        const unknown = await refused(json('CreateUser'), 'InvalidActionOrVersion', 404);
        equal(unknown.data.ResponseMetadata.Error.CodeN, 100008);
        await refused(send('ListUsers', {}, { method: 'PUT' }), 'MethodNotAllowed', 405);
    },
});
