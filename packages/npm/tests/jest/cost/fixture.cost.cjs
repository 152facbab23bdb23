const { useRollcall } = require('rollcall-mock/jest');

const { measure } = require('./measure.cjs');

measure('fixture', () => {
  const rollcall = useRollcall();
  return () => void rollcall.name;
});
