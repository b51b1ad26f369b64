import { describe, expect, test } from 'vitest';
import { deviceName, readinessOf, type Surroundings } from './push';

const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0';

const usual: Surroundings = { userAgent: windows, touchPoints: 0, isInstalled: false, hasPush: true, permission: 'default' };

describe('push messages', () => {
  test.each([
    [{}, 'ready'],
    [{ permission: 'granted' }, 'ready'],
    [{ permission: 'denied' }, 'blocked'],
    [{ hasPush: false }, 'unsupported'],
    [{ permission: null }, 'unsupported'],
    [{ userAgent: iphone, touchPoints: 5, hasPush: false, permission: null }, 'needs_installation'],
    [{ userAgent: mac, touchPoints: 5, hasPush: false, permission: null }, 'needs_installation'],
    [{ userAgent: mac }, 'ready'],
    [{ userAgent: iphone, touchPoints: 5, isInstalled: true }, 'ready'],
  ] as const)('%o: %s', (change, readiness) => {
    expect(readinessOf({ ...usual, ...change })).toBe(readiness);
  });

  test('browsers have names', () => {
    expect([windows, iphone, mac, ''].map(deviceName)).toEqual(['Edge · Windows', 'Safari · iPhone', 'Safari · Mac', '?']);
  });
});
