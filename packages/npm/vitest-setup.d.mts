/** One server for the run: `globalSetup: ['rollcall-mock/vitest-setup']`. */
export default function setup(project: {
  provide(key: 'rollcall', value: { url: string }): void;
}): Promise<() => Promise<void>>;
