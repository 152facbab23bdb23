// sdk: @huaweicloud/huaweicloud-sdk-iam huawei-iam
// server: --credential test-ak:test-sk --credential another-key:test-sk

// The little of Huawei's IAM that clients call, through Huawei's SDK for TypeScript: @huaweicloud/huaweicloud-sdk-iam 3.1.172 with its
// own types, and the look-ups that the core 3.1.211 makes by itself. As in the other packages, answers are the JSON of the wire, whose
// fields the classes declare as private. The client signs every call; it has no credentials that are a token.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials';
import { GlobalCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/GlobalCredentials';
import { ClientRequestException } from '@huaweicloud/huaweicloud-sdk-core/exception/ClientRequestException';
import { ServerResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServerResponseException';
import { ServiceResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException';
import { Region } from '@huaweicloud/huaweicloud-sdk-core/region/region';
import {
    AgencyAuth,
    AgencyAuthIdentity,
    AgencyAuthIdentityMethodsEnum,
    AuthScope,
    AuthScopeDomain,
    AuthScopeProject,
    CreateTemporaryAccessKeyByAgencyRequest,
    CreateTemporaryAccessKeyByAgencyRequestBody,
    CreateTemporaryAccessKeyByTokenRequest,
    CreateTemporaryAccessKeyByTokenRequestBody,
    CreateTokenWithIdTokenRequest,
    GetIdTokenAuthParams,
    GetIdTokenIdScopeBody,
    GetIdTokenIdTokenBody,
    GetIdTokenRequestBody,
    GetIdTokenScopeDomainOrProjectBody,
    IamClient,
    IdentityAssumerole,
    IdentityToken,
    KeystoneCreateUserTokenByPasswordRequest,
    KeystoneCreateUserTokenByPasswordRequestBody,
    KeystoneListProjectsRequest,
    KeystoneValidateTokenRequest,
    PwdAuth,
    PwdIdentity,
    PwdIdentityMethodsEnum,
    PwdPassword,
    PwdPasswordUser,
    PwdPasswordUserDomain,
    TokenAuth,
    TokenAuthIdentity,
    TokenAuthIdentityMethodsEnum,
} from '@huaweicloud/huaweicloud-sdk-iam/v3/public-api';
import type { Credential, KeystoneCreateUserTokenByPasswordResponse, ProjectResult } from '@huaweicloud/huaweicloud-sdk-iam/v3/public-api';
import { ListUserRequest, RocketMQClient } from '@huaweicloud/huaweicloud-sdk-rocketmq';

import { calls, cases, equal, fault, fresh, present, raises, server, setting, strict, unique, walk } from './harness.js';

const PROVIDER = 'huawei-iam';
const PROJECT = setting('project', '0bec5db98280d2d02fd6c00c2de791ce');
const REGION = setting('region', 'cn-north-4');
const INSTANCE = setting('instance', '68fdc9a8-805e-439d-8dd9-25adc1c58bf6');
const DOMAIN = setting('domain', 'd78cbac186b744899480f25bd022f468');
const DOMAIN_NAME = setting('domain_name', 'IAMDomain');
const USER = setting('iam_user', 'IAMUser');
const PASSWORD = setting('iam_password', 'IAMPassword');

function connect({ accessKey = server.accessKey, secretKey = server.secretKey } = {}): IamClient {
    const credentials = new GlobalCredentials().withAk(accessKey).withSk(secretKey).withDomainId(DOMAIN);
    return IamClient.newBuilder().withCredential(credentials).withEndpoint(server.baseUrl).build();
}
const own = connect();
const within = (namespace: string): IamClient => connect({ accessKey: `${server.accessKey}~${namespace}` });

// Without a project id, so that the SDK has to look it up; it remembers what it found by key and region.
const credentials = (accessKey = server.accessKey): BasicCredentials =>
    new BasicCredentials().withAk(accessKey).withSk(server.secretKey).withIamEndpoint(server.baseUrl);
const rocketmq = (credential: BasicCredentials | GlobalCredentials, region = REGION): RocketMQClient =>
    RocketMQClient.newBuilder().withCredential(credential).withRegion(new Region(region, server.baseUrl)).build();

async function firstUser(client: RocketMQClient): Promise<string> {
    const { users } = await client.listUser(new ListUserRequest(INSTANCE).withLimit(1));
    return present(users?.[0])['access_key'];
}

const ofProject = (): AuthScope => new AuthScope().withProject(new AuthScopeProject().withId(PROJECT));

function byPassword({ password = PASSWORD, scope = ofProject(), catalogue = false } = {}): Promise<KeystoneCreateUserTokenByPasswordResponse> {
    const user = new PwdPasswordUser(new PwdPasswordUserDomain(DOMAIN_NAME), USER, password);
    const identity = new PwdIdentity([PwdIdentityMethodsEnum.PASSWORD], new PwdPassword(user));
    const request = new KeystoneCreateUserTokenByPasswordRequest();
    if (!catalogue) request.withNocatalog('true');
    return own.keystoneCreateUserTokenByPassword(request.withBody(new KeystoneCreateUserTokenByPasswordRequestBody(new PwdAuth(identity, scope))));
}

const aToken = async (): Promise<string> => (await byPassword())['X-Subject-Token'];

function temporaryKeyByToken(token: string, seconds: number, client = own) {
    const identity = new TokenAuthIdentity([TokenAuthIdentityMethodsEnum.TOKEN]).withToken(new IdentityToken().withId(token).withDurationSeconds(seconds));
    const body = new CreateTemporaryAccessKeyByTokenRequestBody(new TokenAuth(identity));
    return client.createTemporaryAccessKeyByToken(new CreateTemporaryAccessKeyByTokenRequest().withBody(body));
}

async function signsWith(key: Credential | undefined): Promise<void> {
    const found = present(key);
    const temporary = new BasicCredentials().withAk(found.access).withSk(found.secret).withSecurityToken(found.securitytoken).withProjectId(PROJECT);
    equal(await firstUser(rocketmq(temporary)), 'test_01');
}

async function refused(promise: Promise<unknown>, httpStatusCode: number, message = ''): Promise<ClientRequestException> {
    const error = await raises(ClientRequestException, promise, { httpStatusCode });
    equal([present(error.requestId).length, present(error.errorMsg).includes(message)], [32, true], `the request id and the text of ${error.errorMsg}`);
    return error;
}

void cases({
    // What the SDK looks up by itself

    async 'a client that is told a region finds its project and lists users'() {
        const found = credentials();
        equal([await firstUser(rocketmq(found)), found.projectId], ['test_01', PROJECT]);
    },

    async 'another region has a project of its own, without that instance'() {
        const found = credentials('another-key');
        const error = await raises(ClientRequestException, firstUser(rocketmq(found, 'cn-mars-1')), { httpStatusCode: 404, errorCode: 'DMS.00404022' });
        equal([present(found.projectId).length, found.projectId === PROJECT, present(error.requestId).length], [32, false, 32]);
    },

    async 'global credentials find their domain'() {
        const found = new GlobalCredentials().withAk(server.accessKey).withSk(server.secretKey).withIamEndpoint(server.baseUrl);
        const client = IamClient.newBuilder().withCredential(found).withRegion(new Region(REGION, server.baseUrl)).build();
        equal((await client.keystoneListAuthDomains()).httpStatusCode, 200);
        equal(found.domainId, DOMAIN);
    },

    async 'federated credentials get a temporary key and sign with it'() {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rollcall-sdk-'));
        try {
            const file = path.join(folder, 'id.token');
            fs.writeFileSync(file, 'an-id-token', { mode: 0o600 });
            const found = new BasicCredentials().withIdpId('my-idp').withIdTokenFile(file).withProjectId(PROJECT).withIamEndpoint(server.baseUrl);
            equal(await firstUser(rocketmq(found)), 'test_01');
            equal([found.ak?.slice(0, 3), found.securityToken?.slice(0, 3)], ['HST', 'MII']);
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    },

    // Calls

    async 'projects are listed with every parameter, and in pages'() {
        const everyone: ProjectResult[] = present((await own.keystoneListProjects(new KeystoneListProjectsRequest().withDomainId(DOMAIN))).projects);
        equal(everyone.length > 5, true, `whether there are more than five projects, of ${everyone.length}`);
        unique(everyone.map((project) => project.id));
        const one = new KeystoneListProjectsRequest().withName(REGION).withEnabled(true).withIsDomain(false).withDomainId(DOMAIN).withPage(1).withPerPage(10);
        const found = present((await own.keystoneListProjects(one)).projects);
        equal(found.map((project) => [project.id, project.name, project['domain_id'], project['is_domain'], project.enabled]), [[PROJECT, REGION, DOMAIN, false, true]]);
        const met = await walk(async (already) => {
            const page = new KeystoneListProjectsRequest().withPerPage(2).withPage(Math.floor((already + 1) / 2) + 1);
            return present((await own.keystoneListProjects(page)).projects);
        });
        equal(met.map((project) => project.id), everyone.map((project) => project.id));
    },

    async "the caller's domain is the only one, and the catalogue leads here"() {
        const { domains } = await own.keystoneListAuthDomains();
        equal(present(domains).map((domain) => [domain.id, domain.name]), [[DOMAIN, DOMAIN_NAME]]);
        const { catalog } = await own.keystoneShowCatalog();
        equal(present(catalog).map((service) => service.type), ['workspace', 'dms', 'iam']);
        for (const { endpoints } of present(catalog)) for (const { url } of present(endpoints)) equal(present(url).startsWith(`${server.baseUrl}/v`), true, url);
    },

    async 'a version is shown, and the list of them, whose status is 300, is an error of the SDK'() {
        equal((await own.keystoneShowVersion()).version?.id, 'v3.6');
        // axios takes 2xx only, and the core has a class of its own for 4xx and 5xx only.
        const error = await raises(ServiceResponseException, own.keystoneListVersions(), { httpStatusCode: 300 });
        equal(error.errorMsg, 'Request failed with status code 300');
    },

    async 'a password buys a token of a project, which is shown as it was issued'() {
        const issued = await byPassword({ catalogue: true });
        const token = present(issued.token);
        equal([issued.httpStatusCode, token.user?.name, token.user?.domain?.name, token.project?.id, token.methods], [201, USER, DOMAIN_NAME, PROJECT, ['password']]);
        equal(present(token.catalog).map((service) => service.type), ['workspace', 'dms', 'iam']);
        equal((await byPassword()).token?.catalog ?? [], []);
        equal(Date.parse(token['expires_at']) - Date.parse(token['issued_at']), 24 * 60 * 60 * 1000);
        const shown = await own.keystoneValidateToken(new KeystoneValidateTokenRequest(issued['X-Subject-Token']).withNocatalog('true'));
        equal([shown.token?.user?.id, shown.token?.project?.id, shown.token?.['expires_at']], [token.user?.id, PROJECT, token['expires_at']]);
    },

    async 'a token of a domain has a domain and no project'() {
        const { token } = await byPassword({ scope: new AuthScope().withDomain(new AuthScopeDomain().withName(DOMAIN_NAME)) });
        equal([token?.domain?.id, token?.project], [DOMAIN, undefined]);
    },

    async 'a token, and an agency, give temporary keys, which sign'() {
        const answer = await temporaryKeyByToken(await aToken(), 900);
        const left = Date.parse(present(answer.credential)['expires_at']) - Date.now();
        equal([answer.httpStatusCode, left < 16 * 60 * 1000], [201, true]);
        await signsWith(answer.credential);
        const role = new IdentityAssumerole('an-agency').withDomainName(DOMAIN_NAME).withDurationSeconds(900);
        const body = new CreateTemporaryAccessKeyByAgencyRequestBody(new AgencyAuth(new AgencyAuthIdentity([AgencyAuthIdentityMethodsEnum.ASSUME_ROLE], role)));
        await signsWith((await own.createTemporaryAccessKeyByAgency(new CreateTemporaryAccessKeyByAgencyRequest().withBody(body))).credential);
    },

    async "another provider's token buys a token of a project"() {
        const auth = new GetIdTokenAuthParams(new GetIdTokenIdTokenBody('an-id-token'));
        auth.withScope(new GetIdTokenIdScopeBody().withProject(new GetIdTokenScopeDomainOrProjectBody().withId(PROJECT)));
        const issued = await own.createTokenWithIdToken(new CreateTokenWithIdTokenRequest('my-idp').withBody(new GetIdTokenRequestBody(auth)));
        equal([issued.httpStatusCode, issued.token?.project?.id, issued['X-Subject-Token'].length > 0], [201, PROJECT, true]);
    },

    // Errors, faults and keys

    async 'a duration out of bounds and a missing identity are 400, an unknown token is 404'() {
        const error = await refused(temporaryKeyByToken(await aToken(), 1), 400, 'The request body is invalid');
        equal(String(error.errorCode), '400');
        await refused(own.createTokenWithIdToken(new CreateTokenWithIdTokenRequest('my-idp').withBody(new GetIdTokenRequestBody())), 400);
        await refused(own.keystoneValidateToken(new KeystoneValidateTokenRequest('nothing')), 404, 'X-Subject-Token is invalid in the request');
    },

    async 'faults of the table are what the classes of the SDK hold, and are told at once'() {
        for (const [name, status, code] of [['Throttled', 429, 'APIGW.0308'], ['AccessDenied', 403, 'APIGW.0306'], ['TokenExpired', 401, 'APIGW.0301']] as const) {
            const namespace = fresh('fault-');
            await fault(namespace, PROVIDER, 'KeystoneListAuthDomains', name, 1);
            equal((await refused(within(namespace).keystoneListAuthDomains(), status)).errorCode, code);
            equal(await calls(namespace, 'KeystoneListAuthDomains'), [status]);
        }
        const namespace = fresh('fault-');
        await fault(namespace, PROVIDER, 'KeystoneListAuthDomains', 'IamUnavailable', 1);
        await raises(ServerResponseException, within(namespace).keystoneListAuthDomains(), { httpStatusCode: 503, errorCode: 'APIGW.0613' });
    },

    async 'a wrong password and a wrong secret are refused where they are looked at'() {
        if (await strict(PROVIDER)) {
            await refused(byPassword({ password: 'wrong' }), 401, 'The username or password is wrong.');
            equal((await refused(connect({ secretKey: 'wrong' }).keystoneListAuthDomains(), 401)).errorCode, 'APIGW.0301');
            equal((await refused(connect({ accessKey: 'nobody' }).keystoneListAuthDomains(), 401)).errorCode, 'APIGW.0301');
        } else {
            equal((await byPassword({ password: 'wrong' })).httpStatusCode, 201);
        }
    },
});
