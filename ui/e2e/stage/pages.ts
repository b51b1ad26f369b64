import { expect, type Page } from '@playwright/test';
import { settled } from '../portal';
import { ask, type Person } from './people';

/** A page to look at: who sees it, and how one gets there once signed in. */
export interface Look {
  name: string;
  /** What the tour says under its pictures. */
  caption: string;
  person: Person;
  /** The route of the app's router that it shows; none for what has no route of its own. */
  route?: string;
  open: (page: Page) => Promise<void>;
}

interface Listed {
  items: { id: string }[];
}

const at = (path: string) => async (page: Page) => {
  await page.goto(path);
  await settled(page);
};

async function firstOf(page: Page, list: string): Promise<string> {
  const { items } = await ask<Listed>(page, list);
  expect(items.length, `${list} has something to show`).toBeGreaterThan(0);
  return items[0]!.id;
}

/** Every page of the app. The test that walks through them fails for a route that has none here. */
export const looks: Look[] = [
  {
    name: 'home', caption: 'A customer’s home: is there anything to do, and what was watched.',
    person: 'admin', route: '/', open: at('/app/'),
  },
  {
    name: 'incidents', caption: 'The archive of incidents, with filters, saved views and export.',
    person: 'admin', route: '/incidents', open: at('/app/incidents'),
  },
  {
    name: 'incidents-none', caption: 'Nothing matches: what to do next.',
    person: 'admin', open: at('/app/incidents?q=zzzz-nothing-matches'),
  },
  {
    name: 'incident', caption: 'An incident: eight answers first, then what to do, the story, the evidence, the discussion.', person: 'admin', route: '/incidents/$id',
    open: async (page) => at(`/app/incidents/${await firstOf(page, '/incidents?sort=severity&per_page=1')}`)(page),
  },
  {
    name: 'suppressions', caption: 'What was us: what is not told again, until when, by whom.',
    person: 'admin', route: '/suppressions', open: at('/app/suppressions'),
  },
  { name: 'sensors', caption: 'Sensors and whether they watch.', person: 'admin', route: '/sensors', open: at('/app/sensors') },
  {
    name: 'sensor', caption: 'One sensor: what it sees, what it loses.', person: 'admin', route: '/sensors/$id',
    open: async (page) => {
      const { items } = await ask<{ items: { id: string; last_heartbeat_at: string | null }[] }>(page, '/sensors');
      await at(`/app/sensors/${items.find((one) => one.last_heartbeat_at)!.id}`)(page);
    },
  },
  {
    name: 'settings', caption: 'Language, colours, notification, security.',
    person: 'admin', route: '/settings', open: at('/app/settings'),
  },
  { name: 'people', caption: 'People, invitations and open links.', person: 'admin', route: '/people', open: at('/app/people') },
  {
    name: 'log', caption: 'The audit log, whose chain can be checked.',
    person: 'admin', route: '/people/log', open: at('/app/people/log'),
  },
  { name: 'lost', caption: 'An address that leads nowhere.', person: 'admin', open: at('/app/no-such-page') },
  { name: 'partner-home', caption: 'A partner’s home: all customers, the worst first.', person: 'partner', open: at('/app/') },
  { name: 'analyst-home', caption: 'An analyst’s home.', person: 'analyst', open: at('/app/') },
  {
    name: 'contracts', caption: 'The operator’s contracts: customers, partners, what is paid for.',
    person: 'operator', route: '/contracts', open: at('/app/contracts'),
  },
  {
    name: 'analyst-incident', caption: 'The same incident as the SOC sees it.', person: 'analyst',
    open: async (page) => {
      const tenant = await worstCustomer(page);
      const id = await firstOf(page, `/incidents?sort=severity&per_page=1&tenant=${tenant}`);
      await at(`/app/incidents/${id}?tenant=${tenant}`)(page);
    },
  },
];

/** The customer at the top of a partner's or analyst's home. */
export async function worstCustomer(page: Page): Promise<string> {
  const { items } = await ask<{ items: { tenant: { id: string } }[] }>(page, '/portfolio');
  return items[0]!.tenant.id;
}

/** Pages that the portal makes itself, for people without a session, with the links that came by mail. */
export function doors(invitation: string, newPassword: string): { name: string; caption: string; path: string }[] {
  return [
    { name: 'sign-in', caption: 'The way in, by password or passkey.', path: '/sign-in' },
    { name: 'second-step', caption: 'The second step: code, recovery code or passkey.', path: '/sign-in/code' },
    { name: 'forgotten', caption: 'A forgotten password.', path: '/forgotten-password' },
    { name: 'invitation', caption: 'An invitation, from the link in the mail.', path: invitation },
    { name: 'new-password', caption: 'A new password, from the link in the mail.', path: newPassword },
    { name: 'link-gone', caption: 'A link that no longer holds.', path: `/new-password/${'0'.repeat(64)}` },
    { name: 'no-such-page', caption: 'Nothing here, for who has not signed in.', path: '/no-such-page' },
    { name: 'offline', caption: 'No network, and nothing kept yet.', path: '/offline' },
  ];
}
