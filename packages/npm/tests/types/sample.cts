import mock = require('rollcall-mock');
import jestMock = require('rollcall-mock/jest');
import setup = require('rollcall-mock/jest-setup');

async function main(): Promise<string> {
  const rollcall: mock.Rollcall = await mock.start({ url: 'http://127.0.0.1:4700' });
  await setup();
  const { huawei, volcengine, volcengineCore, qingcloud } = jestMock.useRollcall();
  const port: number = qingcloud.port;
  await rollcall.stop();
  return [huawei.ak, volcengine.host, volcengineCore.protocol, port].join();
}
export = main;
