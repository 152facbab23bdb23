// npm install @alicloud/pop-core
const { RPCClient } = require('@alicloud/pop-core');

const client = new RPCClient({ endpoint: '{url}', apiVersion: '2018-04-12',
                               accessKeyId: '{key}', accessKeySecret: '{secret}' });
client.request('ListUsersAsync', { ClusterId: 'ehpc-hz-vu7c2WkVGx' })
  .then(({ Users }) => console.log(Users.UserInfo));
