// sdk: @volcengine/openapi
// ByteHouse through the generic client of Node: @volcengine/openapi 1.36.2.
// It never throws on an HTTP status: what it resolves to is the parsed body, so what is checked here is what was on the wire.
'use strict';

const { cases, equal, server, setting } = require('./harness');
const { Service } = require('@volcengine/openapi');

const USER = setting('user', 'alice.chen');
const CLUSTER = Number(setting('cluster_id', '137'));
// Users that are deleted, one for each way of calling.
const DOOMED_USERS = setting('doomed_users', 'dave.sun,eve.qian,frank.wu').split(',');

const service = new Service({
    host: server.address,
    protocol: server.protocol,
    serviceName: 'bytehouse_ce',
    region: 'cn-beijing',
    defaultVersion: '2024-08-31',
    accessKeyId: server.accessKey,
    secretKey: server.secretKey,
});

const get = (action, query = {}) => service.createAPI(action)(query);
const json = (action, body = {}) => service.createJSONAPI(action)(body);
const form = (action, fields = {}) => service.createUrlEncodeAPI(action)(fields);
const ways = [get, json, form];

// What a call answers, in the envelope of the document.
async function result(promise) {
    const answer = await promise;
    equal(Object.keys(answer), ['ResponseMetadata', 'Result'], `the envelope of ${JSON.stringify(answer)}`);
    equal(Object.keys(answer.ResponseMetadata), ['RequestId', 'Action', 'Version', 'Service', 'Region']);
    equal(/^[0-9]{26}[0-9A-F]{6}$/.test(answer.ResponseMetadata.RequestId), true, 'the shape of the request id');
    return answer.Result;
}

async function refused(promise, code = 'Bad Request') {
    const answer = await promise;
    equal(Object.keys(answer), ['ResponseMetadata'], 'the envelope of an error');
    equal(answer.ResponseMetadata.Error?.Code, code);
    return answer.ResponseMetadata.Error;
}

const userNamed = async (name) => (await result(get('GetUserDetail', { Username: name }))).Data.User;

cases({
    async 'the first user is the one of the document, with its sixteen fields in order'() {
        const { Data } = await result(get('ListUsers'));
        equal(Object.entries(Data.Users[0]), [
            ['ID', 123],
            ['UserID', 12345678],
            ['AccountID', 12345678],
            ['Username', 'user1'],
            ['CloudName', 'cloudname'],
            ['UserType', 'MAIN'],
            ['Status', 'ACTIVE'],
            ['Emaill', 'xxx@xxx.com'],
            ['Description', 'description'],
            ['Readonly', true],
            ['IsSystemAdmin', true],
            ['LastLoginAt', 0],
            ['CreatedAt', 1716264720906],
            ['UpdatedAt', 1716264720906],
            ['Immutable', true],
            ['Clusters', ['98Al3s']],
        ]);
    },

    async 'get, json and form say the same'() {
        for (const window of [{}, { Limit: 3 }, { Offset: 4, Limit: 2 }, { Offset: 100000 }, { Limit: 2147483647 }]) {
            const expected = await result(get('ListUsers', window));
            equal(Object.keys(expected), ['Message', 'Data', 'Meta']);
            equal(typeof expected.Meta.Total, 'number', 'the type of Total');
            for (const way of [json, form]) equal(await result(way('ListUsers', window)), expected);
        }
    },

    async 'a walk meets every user once'() {
        const met = [];
        for (let page = 0; page < 1000; page += 1) {
            const { Data } = await result(get('ListUsers', { Offset: met.length, Limit: 7 }));
            if (Data.Users.length === 0) break;
            met.push(...Data.Users.map((user) => user.Username));
        }
        const { Meta } = await result(get('ListUsers'));
        equal([met.length, new Set(met).size], [Meta.Total, Meta.Total]);
    },

    async 'names that have to be escaped arrive'() {
        for (const name of ['张三', '李 四', 'a b*~+/=&%', "o'brien", 'rocket🚀', '<b>bold</b>']) {
            for (const way of ways) equal((await result(way('GetUserDetail', { Username: name }))).Data.User.Username, name);
        }
    },

    async 'a user is updated in every way'() {
        for (const [index, way] of ways.entries()) {
            const fields = { Username: USER, Email: `${index}@acme.example`, Description: '', Readonly: index % 2 === 0 };
            equal(await result(way('UpdateUser', fields)), { Message: '', Data: { Message: 'update user successfully' } });
            const user = await userNamed(USER);
            equal([user.Emaill, user.Description, user.Readonly], [fields.Email, '', fields.Readonly]);
            await refused(way('UpdateUser', { Username: USER, Email: 'x' }));
        }
    },

    async 'a user is deleted in every way'() {
        for (const [index, way] of ways.entries()) {
            const { UserID } = await userNamed(DOOMED_USERS[index]);
            const before = (await result(get('ListUsers'))).Meta.Total;
            equal((await result(way('DeleteUser', { UserID }))).Data, { Message: 'delete user successfully' });
            equal((await result(get('ListUsers'))).Meta.Total, before - 1);
            await refused(way('DeleteUser', { UserID }));
        }
    },

    async 'an initial password is shown while it is in use'() {
        equal((await result(get('GetUserInitialPassword', { Username: 'judy.lin' }))).Data.PasswordIsDefault, true);
        await refused(get('GetUserInitialPassword', { Username: 'nobody-here' }));
    },

    async 'a role is created, assigned, shown, taken back and deleted'() {
        const created = await result(json('CreateRole', { Name: 'node', ClusterID: CLUSTER }));
        const RoleID = created.Data.Role.ID;
        const Users = [{ Username: USER, AdminOption: true }];
        await result(json('AssignRole', { RoleID, Users }));
        equal((await result(get('ListGrantUsersForRole', { RoleID }))).Data.Grants, Users);
        equal((await result(get('ShowRolesForUser', { Username: USER }))).Data.Roles.some((role) => role.RoleID === RoleID), true);
        equal((await result(get('ListRoles', { Name: 'node' }))).Data.Roles.map((role) => role.GrantUsers), [[USER]]);
        await result(json('UnassignRole', { RoleID, Users }));
        equal((await result(get('ListGrantUsersForRole', { RoleID }))).Data.Grants, []);
        await refused(json('CreateRole', { Name: 'node', ClusterID: CLUSTER }));
        await result(json('DeleteRole', { RoleID }));
        await refused(json('DeleteRole', { RoleID }), 'FailedToGetRoleInMetadata');
    },

    async 'privileges are granted, shown and revoked'() {
        const { UserID } = await userNamed(USER);
        const Grants = [{ Privileges: [{ Name: 'SELECT', Columns: [] }], Targets: [{ Database: 'node', Table: 't' }], ClusterID: CLUSTER }];
        const shown = async () => {
            const byName = (await result(get('ShowPrivilegesForUserByName', { Username: USER }))).Data.Grants;
            equal((await result(get('ShowPrivilegesForUserByID', { UserID }))).Data.Grants, byName);
            return byName.filter((grant) => grant.DatabaseName === 'node').map((grant) => grant.Privileges);
        };
        await result(json('GrantPrivilegesToUserByName', { Username: USER, Grants }));
        equal(await shown(), [[{ Name: 'SELECT', Columns: [] }]]);
        await result(json('RevokePrivilegesForUserByID', { UserID, Grants }));
        equal(await shown(), []);
        await result(json('GrantPrivilegesToUserByID', { UserID, Grants }));
        await result(json('RevokePrivilegesFromUserByName', { Username: USER, Grants }));
        await result(json('UpdateGrantsForUser', { Username: USER, ActionType: 'GRANT', Grants }));
        equal(await shown(), [[{ Name: 'SELECT', Columns: [] }]]);
        await result(json('UpdateGrantsForUser', { Username: USER, ActionType: 'REVOKE', Grants }));
        equal(await shown(), []);
        await result(json('UpdateGrantsForRole', { RoleID: 6, ActionType: 'GRANT', Grants }));
        equal((await result(get('ShowPrivilegesForRole', { RoleID: 6 }))).Data.Grants.length, 1);
        await refused(json('UpdateGrantsForRole', { RoleID: 6, ActionType: 'GRANT', Grants: [] }));
    },

    async 'bad windows and unknown users are a bad request'() {
        for (const Limit of [-1, 'ten', 1.5, 2147483648]) {
            for (const way of ways) {
                const error = await refused(way('ListUsers', { Limit }));
                equal(error, { Code: 'Bad Request', Message: 'api service received invalid request format' });
            }
        }
        for (const way of ways) await refused(way('GetUserDetail', { Username: 'nobody-here' }));
    },

    async 'an action that is none is not found'() {
        for (const way of ways) {
            const error = await refused(way('CreateUser'), 'InvalidActionOrVersion');
            equal(error, { CodeN: 100008, Code: 'InvalidActionOrVersion', Message: 'Could not find operation CreateUser for version 2024-08-31' });
        }
    },

    async 'a PUT is not allowed'() {
        const put = service.createJSONAPI('ListUsers', { method: 'PUT' });
        equal((await refused(put({}), 'MethodNotAllowed')).CodeN, 100020);
    },
});
