import { Button } from '@mantine/core';
import {
  IconAlertTriangle, IconBuildings, IconContract, IconLayoutDashboard, IconLogout, IconRouter, IconSettings, IconUserCircle,
} from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { dashboardQuery, sessionQuery, useSignOut } from '../api/queries';
import { useMay } from '../common/rights';
import { defaultDays } from '../dashboard/days';
import { OfflineBanner } from '../pwa/offline';
import { useWaiting } from '../people/proof-store';
import { Logo } from './logo';
import { LiveState } from './live-state';
import { Toasts } from './toasts';
import classes from './shell.module.css';

const ArrivalPage = lazy(async () => ({ default: (await import('../people/arrival-page')).ArrivalPage }));
const ProofDialog = lazy(async () => ({ default: (await import('../people/proof')).ProofDialog }));

const homeOfStaff = { to: '/', name: 'nav.customers', Icon: IconBuildings } as const;
const contracts = { to: '/contracts', name: 'nav.contracts', Icon: IconContract } as const;

const pages = [
  { to: '/', name: 'nav.dashboard', Icon: IconLayoutDashboard },
  { to: '/incidents', name: 'nav.incidents', Icon: IconAlertTriangle },
  { to: '/sensors', name: 'nav.sensors', Icon: IconRouter },
  { to: '/settings', name: 'nav.settings', Icon: IconSettings },
] as const;

/** What stands around every page: navigation, the state of the live line, the person, toasts. */
export function Shell() {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  useFocusOnNewPage(main);
  const { data: session } = useSuspenseQuery(sessionQuery);
  const isArriving = session.second_factor_due;
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip} onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>
        {t('nav.skip')}
      </a>
      <header className={classes.top}>
        <Link to="/" className={classes.brand} aria-label={t('nav.home')}>
          <Logo />
          <span className={classes.name}>Hinomi</span>
          <span className={classes.nameJa} lang="ja">火の見</span>
        </Link>
        {!isArriving && <Navigation />}
        <div className={classes.person}>
          {!isArriving && <LiveState />}
          <Tenant />
          <Person />
        </div>
      </header>
      <OfflineBanner />
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Visit />
        {isArriving ? <Suspense><ArrivalPage /></Suspense> : <Outlet />}
      </main>
      <Toasts />
      <Proof />
    </div>
  );
}

/** Asks who one is, where a change waits for it. */
function Proof() {
  return useWaiting() ? <Suspense><ProofDialog /></Suspense> : null;
}

function Navigation() {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({ ...dashboardQuery(defaultDays), enabled: !may.looksAfterCustomers });
  const waiting = data?.needs_action ?? 0;
  const shown = may.looksAfterCustomers ? [homeOfStaff, ...(may.takeIn ? [contracts] : []), ...pages.filter(({ to }) => to === '/settings')] : pages;
  return (
    <nav aria-label={t('nav.label')} className={classes.nav}>
      {shown.map(({ to, name, Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }} className={classes.link}>
          <Icon size={22} stroke={1.7} aria-hidden="true" />
          <span>{t(name)}</span>
          {to === '/incidents' && waiting > 0 && (
            <span className={classes.waiting}>
              <span aria-hidden="true">{waiting > 99 ? '99+' : waiting}</span>
              <span className="hidden-text">{t('nav.waiting', { count: waiting })}</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

function Tenant() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return <p className={classes.tenant}>{session.home.name}</p>;
}

/** In whose data a partner or the operator works, and the way back. */
function Visit() {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  if (session.tenant.id === session.home.id) return null;
  return (
    <aside className={classes.visit} aria-label={t('nav.visiting')}>
      <span className={classes.visitWords}>{t('nav.visiting')}</span>
      <strong>{session.tenant.name}</strong>
      <a href="/app/">{t('nav.leave')}</a>
    </aside>
  );
}

/** Who is signed in; leads to the own settings. */
function Person() {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const signOut = useSignOut();
  return (
    <div className={classes.personLine}>
      <Link to="/settings" className={classes.personLink} aria-label={t('nav.account', { name: session.user.name })}>
        <IconUserCircle size={26} stroke={1.5} aria-hidden="true" />
        <span className={classes.personName}>
          {session.user.name}
        </span>
      </Link>
      <button type="button" className={classes.signOut} aria-label={t('nav.sign_out')} title={t('nav.sign_out')} onClick={() => signOut.mutate()}>
        <IconLogout size={20} stroke={1.7} aria-hidden="true" />
      </button>
    </div>
  );
}

/** After a change of page the keyboard and the screen reader start at its content. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>) {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && path !== before.current) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path, main]);
}

/** Stands where no page is. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className={classes.lost}>
      <Logo size={72} />
      <h1>{t('not_found.title')}</h1>
      <p className="phrases">{t('not_found.text')}</p>
      <Button component={Link} to="/">
        {t('not_found.home')}
      </Button>
    </div>
  );
}
