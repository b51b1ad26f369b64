import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { auditQuery, useVerifyLog } from '../api/people';
import type { components } from '../api/schema.gen';
import { withTenant } from '../api/tenant';
import { Card, Empty, Failure, failureWords, Page } from '../common/page';
import { When } from '../words/when';
import { acts } from './acts';
import classes from './people.module.css';

type Entry = components['schemas']['AuditEntry'];

/** Who did what, when: the newest first. */
export function AuditPage() {
  const { t } = useTranslation();
  const filter = useSearch({ from: '/people/log' });
  const navigate = useNavigate({ from: '/people/log' });
  const { data, error, refetch } = useQuery(auditQuery(filter));
  const query = filter.act ? `?act=${filter.act}` : '';
  return (
    <Page title={t('audit.title')}>
      <div className={classes.filters}>
        <NativeSelect
          label={t('audit.act')}
          value={filter.act ?? ''}
          data={[{ value: '', label: t('audit.all') }, ...acts.map((value) => ({ value, label: t(`act.${value}`) }))]}
          onChange={(event) => void navigate({ search: { act: acts.find((one) => one === event.currentTarget.value) } })}
        />
        <Button component="a" variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />} href={withTenant(`/api/v1/audit/export.csv${query}`)}>{t('audit.csv')}</Button>
        <Button component="a" variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />} href={withTenant(`/api/v1/audit/export.json${query}`)}>{t('audit.json')}</Button>
      </div>
      <Verification />
      {error ? <Failure error={error} retry={() => void refetch()} /> : (
        <Card>
          {!data ? <Skeleton height={300} aria-busy="true" /> : data.items.length === 0 ? <Empty title={t('audit.empty')} /> : (
            <ol className={classes.list}>
              {data.items.map((entry) => <EntryRow key={entry.sequence} entry={entry} />)}
            </ol>
          )}
          <div className={classes.end}>
            {filter.cursor && <Button variant="default" onClick={() => void navigate({ search: { act: filter.act } })}>{t('audit.newest')}</Button>}
            {data?.next && <Button variant="default" onClick={() => void navigate({ search: { act: filter.act, cursor: data.next ?? undefined } })}>{t('audit.older')}</Button>}
          </div>
        </Card>
      )}
    </Page>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const who = entry.actor_name || (entry.actor_kind === 'sensor' && entry.target.name) || t(`audit_actor.${entry.actor_kind}`);
  const address = addressIn(entry.detail);
  return (
    <li className={classes.entry}>
      <p className={classes.under}><When at={entry.at} as="short" /></p>
      <div>
        <p><span className={classes.name}>{who}</span>{entry.actor_kind === 'staff' && ` (${t('audit_actor.staff')})`} — {t(`act.${entry.act}`)}</p>
        {(entry.target.name || address) && <p className={classes.under}>{[entry.target.name, address].filter(Boolean).join(' · ')}</p>}
      </div>
    </li>
  );
}

/** Where somebody came from, for entries that say it. */
function addressIn(detail: string): string {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' && value !== null && 'address' in value ? String(value.address) : '';
  } catch {
    return '';
  }
}

function Verification() {
  const { t } = useTranslation();
  const verify = useVerifyLog();
  return (
    <Card title={t('audit.check_title')} note={t('audit.check_note')}>
      <div className={classes.filters}>
        <Button variant="default" leftSection={<IconShieldCheck size={18} aria-hidden="true" />} loading={verify.isPending} onClick={() => verify.mutate()}>{t('audit.check')}</Button>
      </div>
      <p role="status" className={verify.data?.intact === false || verify.error ? classes.error : classes.soft}>
        {verify.error ? failureWords(verify.error, t('failure.unreachable'))
          : verify.data ? verify.data.intact ? t('audit.intact', { count: verify.data.entries }) : t('audit.broken', { place: verify.data.broken_at ?? 0 })
          : ''}
      </p>
      {verify.data && <p className={classes.link}>{verify.data.hash}</p>}
    </Card>
  );
}
