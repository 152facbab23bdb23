import { test } from 'rollcall-mock/vitest';

import { measure } from './measure.mjs';

measure('fixture', (name) => test(name, ({ rollcall }) => void rollcall.name));
