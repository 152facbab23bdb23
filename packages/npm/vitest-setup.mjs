// vitest's globalSetup: one server for the whole run, whose address the workers get through `inject('rollcall')`.
import server from './lib/server.cjs';

export default async function setup(project) {
  const { control, stop } = await server.connect();
  project.provide('rollcall', { url: control.url });
  return stop;
}
