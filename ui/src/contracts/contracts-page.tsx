import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, Empty, Failure, Page } from '../common/page';
import { useMay } from '../common/rights';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { When } from '../words/when';
import classes from './contracts.module.css';
import { type Tenant, tenantsQuery } from './queries';
import { TakeIn } from './take-in';

const groups = ['customer', 'partner'] as const;

/** With whom there are contracts: customers and partners. */
export function ContractsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery(tenantsQuery);
  const [isTakingIn, setTakingIn] = useState(false);
  return (
    <Page
      title={t('contracts.title')}
      aside={may.takeIn && <Button leftSection={<IconPlus size={18} aria-hidden="true" />} onClick={() => setTakingIn(true)}>{t('contracts.take_in')}</Button>}
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : data ? (
        <div className={classes.stack}>
          {groups.map((kind) => <Group key={kind} kind={kind} tenants={data.items.filter((one) => one.kind === kind)} />)}
        </div>
      ) : <Skeleton height={240} aria-busy="true" />}
      {isTakingIn && <TakeIn close={() => setTakingIn(false)} />}
    </Page>
  );
}

function Group({ kind, tenants }: { kind: (typeof groups)[number]; tenants: Tenant[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t(`contracts.all_${kind}`, { count: tenants.length })}>
      {tenants.length > 0 ? (
        <ul className={classes.list}>{tenants.map((tenant) => <Row key={tenant.id} tenant={tenant} />)}</ul>
      ) : <Empty title={t(`contracts.none_${kind}`)} />}
    </Card>
  );
}

function Row({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const agreed = tenant.kind !== 'customer' ? null : tenant.licensed_endpoints == null ? t('contracts.no_endpoints') : t('contracts.endpoints_count', { count: tenant.licensed_endpoints, formatted: count(tenant.licensed_endpoints, language) });
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.name}>{tenant.name}</p>
        <p className={classes.under}>
          {[agreed, tenant.partner && t('contracts.sold_by', { name: tenant.partner.name })].filter(Boolean).join(' · ')}
          {agreed && ' · '}
          {t('contracts.since')} <When at={tenant.created_at} as="day" />
        </p>
      </div>
      {/* A new page: nothing of one customer stays in memory for the next. */}
      <Button component="a" variant="default" href={`/app/settings?tenant=${tenant.id}`} aria-label={t('contracts.open_named', { name: tenant.name })}>{t('contracts.open')}</Button>
    </li>
  );
}
