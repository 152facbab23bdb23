#!/usr/bin/env node
// The commands `rollcall` and `rollcall-mock`: the binary, with this process's arguments, streams, signals and exit code.
'use strict';

const { spawn } = require('node:child_process');

const { exitCodeOf, findBinary } = require('../lib/binary.cjs');

function run() {
  let binary;
  try {
    binary = findBinary().file;
  } catch (error) {
    fail(error.message);
    return;
  }
  // Asynchronous, since a process that waits in spawnSync hears no signal and leaves the server behind.
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (cause) => fail(`${binary} cannot be started (${cause.code ?? cause.message}); name another with ROLLCALL_BIN`));
  child.on('exit', (code, signal) => {
    process.exitCode = exitCodeOf(code, signal);
  });
}

function fail(sentence) {
  process.stderr.write(`rollcall: ${sentence}\n`);
  process.exitCode = 1;
}

run();
