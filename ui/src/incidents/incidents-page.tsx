import { Button, NativeSelect, Pagination, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { incidentsQuery } from '../api/queries';
import type { IncidentPage } from '../api/types';
import { Card, Empty, Failure, Page } from '../common/page';
import { useMay } from '../common/rights';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { Filters } from './filters';
import { exportAddress, filtersSet, type IncidentFilter, pageSizes, type Sort, sorts, usualPageSize } from './filter';
import { withTenant } from '../api/tenant';
import { IncidentCards } from './incident-cards';
import { BulkBar } from './bulk-bar';
import { IncidentTable, toggled } from './incident-table';
import { useKeys } from './use-keys';
import { Views } from './views';
import classes from './incidents.module.css';

const route = getRouteApi('/incidents');

export function IncidentsPage() {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(incidentsQuery(filter));

  // Another question starts on its first page; the address remembers it all.
  const ask = (change: IncidentFilter) =>
    void navigate({ to: '/incidents', search: { ...filter, page: undefined, ...change }, replace: true, resetScroll: false });

  return (
    <Page
      title={t('nav.incidents')}
      aside={
        <>
          <Views filter={filter} />
          <Button component="a" href={withTenant(exportAddress(filter))} download variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />}>
            {t('incidents.export')}
          </Button>
          <Button component="a" href={withTenant(exportAddress(filter, 'json'))} download variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />}>
            {t('incidents.export_json')}
          </Button>
          <Link to="/suppressions" className={classes.aside}>{t('suppressions.title')}</Link>
        </>
      }
    >
      <Filters filter={filter} ask={ask} />
      {error && !data ? (
        <Card><Failure error={error} retry={() => void refetch()} /></Card>
      ) : data ? (
        <div aria-busy={isPlaceholderData} className={classes.results}>
          <Found page={data} filter={filter} ask={ask} />
        </div>
      ) : (
        <Skeleton height={480} radius="lg" aria-busy="true" />
      )}
    </Page>
  );
}

function Found({ page, filter, ask }: { page: IncidentPage; filter: IncidentFilter; ask: (change: IncidentFilter) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const may = useMay();
  const [chosen, setChosen] = useState<string[]>([]);
  const [place, setPlace] = useState(-1);
  const current = page.items[Math.min(place, page.items.length - 1)];
  useKeys({
    next: () => setPlace(Math.min(place + 1, page.items.length - 1)),
    previous: () => setPlace(Math.max(place - 1, 0)),
    open: () => current && void navigate({ to: '/incidents/$id', params: { id: current.id } }),
    choose: () => current && may.handleIncidents && setChosen(toggled(chosen, current.id)),
  });
  // Only what is in sight is changed.
  const inSight = chosen.filter((id) => page.items.some((one) => one.id === id));
  const pageSize = filter.per_page ?? usualPageSize;
  const pages = Math.max(1, Math.ceil(page.total / pageSize));
  if (page.total === 0) return <Nothing filtered={filtersSet(filter) > 0 || Boolean(filter.q)} />;
  return (
    <>
      <div className={classes.above}>
        <p role="status">{t('incidents.found', { count: page.total, formatted: count(page.total, language) })}</p>
        {narrow && <SortChoice filter={filter} ask={ask} />}
      </div>
      {!narrow && may.handleIncidents && <BulkBar chosen={inSight} clear={setChosen} />}
      <Card className={narrow ? classes.cards : classes.table}>
        {narrow ? <IncidentCards incidents={page.items} /> : <IncidentTable incidents={page.items} filter={filter} ask={ask} chosen={inSight} choose={may.handleIncidents ? setChosen : undefined} current={current?.id} />}
      </Card>
      {page.total > pageSizes[0] && (
        <div className={classes.below}>
          <PageSize size={pageSize} ask={ask} />
          {pages > 1 && (
            <nav aria-label={t('incidents.pages')} className={classes.pages}>
              <Pagination
                total={pages}
                value={page.page}
                siblings={narrow ? 0 : 1}
                onChange={(next) => void navigate({ to: '/incidents', search: { ...filter, page: next > 1 ? next : undefined } })}
                getItemProps={(number) => ({ 'aria-label': t('incidents.page', { number }) })}
                getControlProps={(control) =>
                  control === 'previous' ? { 'aria-label': t('incidents.previous') } : control === 'next' ? { 'aria-label': t('incidents.next') } : {}
                }
              />
            </nav>
          )}
        </div>
      )}
    </>
  );
}

function PageSize({ size, ask }: { size: number; ask: (change: IncidentFilter) => void }) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      aria-label={t('incidents.page_size')}
      value={size}
      data={pageSizes.map((size) => ({ value: String(size), label: t('incidents.page_size_of', { count: size }) }))}
      onChange={(event) => {
        const chosen = Number(event.currentTarget.value);
        ask({ per_page: chosen === usualPageSize ? undefined : chosen });
      }}
    />
  );
}

function SortChoice({ filter, ask }: { filter: IncidentFilter; ask: (change: IncidentFilter) => void }) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      aria-label={t('incidents.sort')}
      value={filter.sort ?? 'last_seen'}
      data={sorts.map((sort) => ({ value: sort, label: t(`incidents.sort_by.${sort}`) }))}
      onChange={(event) => ask({ sort: event.currentTarget.value as Sort, order: event.currentTarget.value === 'host' ? 'asc' : undefined })}
    />
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Card>
      <Empty title={filtered ? t('incidents.nothing_matches') : t('dashboard.no_incidents')} icon={<IconShieldCheck size={44} stroke={1.4} aria-hidden="true" />}>
        {filtered ? (
          <Button variant="default" onClick={() => void navigate({ to: '/incidents', search: {} })}>{t('incidents.clear')}</Button>
        ) : (
          <p className="phrases">{t('dashboard.no_incidents_hint')}</p>
        )}
      </Empty>
    </Card>
  );
}
