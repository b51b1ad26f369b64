import { expect, test } from 'vitest';
import { runs } from './chart';

const at = (minute: number) => new Date(minute * 60_000).toISOString();
const point = (minute: number, value: number | null) => ({ at: at(minute), value });

test('a line breaks where nothing was measured', () => {
  const points = [point(0, 1), point(5, 2), point(10, null), point(15, 3), point(60, 4)];
  expect(runs(points, 5).map((run) => run.map(({ value }) => value))).toEqual([[1, 2, 3], [4, 4]].map((run) => run));
});

test('one value alone is a short level', () => {
  expect(runs([point(60, 4)], 5)).toEqual([[point(60, 4), point(65, 4)]]);
  expect(runs([], 5)).toEqual([]);
});
