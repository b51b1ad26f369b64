import { expect, test } from 'vitest';
import { factsOf } from './event-facts';

test('what an event tells is grouped, what it does not tell is left out', () => {
  const event = {
    http: { hostname: 'a.example', url: '/x', status: 200, http_method: 'GET', http_refer: '' },
    dns: { queries: [{ rrname: 'b.example', rrtype: 'A' }] },
    fileinfo: { size: 12 },
  };
  expect(factsOf(event).map(({ group, facts }) => [group, facts.map(({ name, value }) => `${name}=${value}`)])).toEqual([
    ['http', ['method=GET', 'host=a.example', 'path=/x', 'status=200']],
    ['dns', ['asked=b.example', 'type=A']],
    ['file', ['size=12']],
  ]);
});
