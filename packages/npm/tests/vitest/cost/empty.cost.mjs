import { test } from 'rollcall-mock/vitest';

import { measure } from './measure.mjs';

measure('empty', (name) => test(name, () => {}));
