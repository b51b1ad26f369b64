import { expect, test } from 'vitest';
import { excerptsOf, hexadecimal, readable, rowsOf } from './payload';

const payload = btoa('GET /evil?x=1 HTTP/1.1\r\n');

test('bytes that were found are marked, also across rows and where they overlap', () => {
  const [excerpt] = excerptsOf({
    payload, payload_offset: 100, matched: [{ offset: 106, length: 4 }, { offset: 104, length: 4 }, { offset: 120, length: 50 }],
  });
  expect(excerpt?.found).toEqual([[4, 10], [20, 24]]);
  const rows = rowsOf(excerpt!, 8);
  expect(rows.map((row) => row.offset)).toEqual([100, 108, 116]);
  expect(rows.map((row) => row.runs.map((run) => [readable(run.bytes), run.found]))).toEqual([
    [['GET ', false], ['/evi', true]],
    [['l?', true], ['x=1 HT', false]],
    [['TP/1', false], ['.1··', true]],
  ]);
  expect(hexadecimal(rows[2]!.runs[1]!.bytes)).toBe('2e 31 0d 0a');
});

test('fields of transactions stand beside the payload', () => {
  const buffer = { buffer: 'http.uri', length: 4, excerpt: btoa('/x.z'), excerpt_offset: 0, matched: [{ offset: 1, length: 1 }] };
  expect(excerptsOf({ payload, matched_buffers: [buffer] }).map((one) => [one.buffer, one.found])).toEqual([[null, []], ['http.uri', [[1, 2]]]]);
});

test('what makes no sense harms nobody', () => {
  expect(excerptsOf({})).toEqual([]);
  expect(excerptsOf({ payload: '%%%', matched_buffers: [null, 7, { excerpt: 5 }, { excerpt: '' }] })).toEqual([]);
  const odd = excerptsOf({ payload, matched: [null, 3, { offset: -5, length: 2 }, { offset: 'a' }, { offset: 1e9, length: 1e9 }] });
  expect(odd[0]?.found).toEqual([]);
  expect(excerptsOf({ payload: 'A'.repeat(100_000) })[0]?.bytes.length).toBeLessThan(5000);
  expect(excerptsOf({ matched_buffers: Array.from({ length: 50 }, () => ({ excerpt: payload })) })).toHaveLength(8);
});
