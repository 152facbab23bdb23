// npm install @volcengine/openapi
const { Service } = require('@volcengine/openapi');

const service = new Service({ host: '{host}', protocol: '{scheme}:', serviceName: 'bytehouse_ce', region: 'cn-beijing',
                              defaultVersion: '2024-08-31', accessKeyId: '{key}', secretKey: '{secret}' });
service.createAPI('ListUsers')({ Limit: 10 }).then(({ Result }) => console.log(Result.Data.Users));
