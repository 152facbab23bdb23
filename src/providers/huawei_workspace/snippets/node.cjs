// npm install @huaweicloud/huaweicloud-sdk-core
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js');

const key = new BasicCredentials().withAk('{key}').withSk('{secret}').withProjectId('0bec5db98280d2d02fd6c00c2de791ce');
const client = new ClientBuilder((connection) => connection).withCredential(key).withEndpoint('{url}').build();
client.sendRequest({ method: 'GET', url: '/v2/{project_id}/users', pathParams: { project_id: '0bec5db98280d2d02fd6c00c2de791ce' },
                     queryParams: { limit: '10' }, data: {}, headers: {}, contentType: 'application/json' })
  .then(({ users }) => console.log(users));
