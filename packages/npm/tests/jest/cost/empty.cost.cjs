const { measure } = require('./measure.cjs');

measure('empty', () => () => {});
