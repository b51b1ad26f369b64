import { Skeleton } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { portfolioQuery, sessionQuery } from '../api/queries';
import type { CustomerState, Portfolio } from '../api/types';
import { Card, Empty, Failure, useTabTitle } from '../common/page';
import { SensorBadge } from '../words/badges';
import { SeverityMark } from '../words/severity';
import { sensorStates, severities } from '../words/taxonomy';
import { Until } from '../words/due';
import classes from './customers.module.css';

/** The home of a partner and of the operator: every customer, the worst first. */
export function CustomersPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(portfolioQuery);
  useTabTitle(t('customers.title'));
  return (
    <div className={classes.page}>
      <h1 className="hidden-text">{t('customers.title')}</h1>
      {data ? (
        <>
          <Sentence portfolio={data} />
          <Card title={t('customers.all')} note={data.items.length < data.customers && t('customers.worst', { count: data.items.length })}>
            {data.items.length > 0 ? <Customers items={data.items} /> : <Empty title={t('customers.none')} />}
          </Card>
        </>
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <div aria-busy="true">
          <Skeleton height={130} radius="lg" mb="md" />
          <Skeleton height={320} radius="lg" />
        </div>
      )}
    </div>
  );
}

function Sentence({ portfolio: { customers, waiting, overdue, silent } }: { portfolio: Portfolio }) {
  const { t } = useTranslation();
  const state = overdue > 0 ? 'overdue' : waiting > 0 ? 'waiting' : silent > 0 ? 'silent' : 'quiet';
  const count = { overdue, waiting, silent, quiet: customers }[state];
  return (
    <section className={classes.sentence} data-state={state}>
      <h2 className={classes.statement}>{t(`customers.${state}`, { count })}</h2>
      <dl className={classes.figures}>
        {([['figure_overdue', overdue], ['figure_waiting', waiting], ['figure_silent', silent], ['figure_all', customers]] as const).map(([name, number]) => (
          <div key={name}>
            <dt>{t(`customers.${name}`)}</dt>
            <dd className="figures">{number}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Customers({ items }: { items: CustomerState[] }) {
  const { t } = useTranslation();
  return (
    <table className={classes.table}>
      <caption className="hidden-text">{t('customers.all')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('customers.customer')}</th>
          <th scope="col">{t('customers.to_take_up')}</th>
          <th scope="col">{t('customers.open')}</th>
          <th scope="col">{t('customers.sensors')}</th>
        </tr>
      </thead>
      <tbody>{items.map((item) => <Customer key={item.tenant.id} item={item} />)}</tbody>
    </table>
  );
}

function Customer({ item }: { item: CustomerState }) {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const shown = severities.filter((severity) => item.open[severity] > 0);
  const sensors = sensorStates.filter((state) => item.sensors[state] > 0);
  return (
    <tr data-overdue={item.overdue > 0 || undefined}>
      <th scope="row">
        {/* A new page: nothing of one customer stays in memory for the next. */}
        <a href={`/app/?tenant=${item.tenant.id}`}>{item.tenant.name}</a>
        {item.partner && item.partner.id !== session.home.id && <span className={classes.second}>{item.partner.name}</span>}
      </th>
      <td data-label={t('customers.to_take_up')}>
        {item.needs_action > 0 ? (
          <>
            <strong className="figures">{t('customers.cases', { count: item.needs_action })}</strong>
            {item.next_due && <Until at={item.next_due} />}
          </>
        ) : (
          <span className={classes.nothing}>{t('customers.nothing')}</span>
        )}
      </td>
      <td data-label={t('customers.open')}>
        {shown.length > 0 ? (
          <ul className={classes.open}>
            {shown.map((severity) => (
              <li key={severity}>
                <SeverityMark severity={severity} size={15} />
                <span className="hidden-text">{t(`severity.${severity}`)}</span>
                <span className="figures">{item.open[severity]}</span>
              </li>
            ))}
          </ul>
        ) : (
          <span className={classes.nothing}>{t('customers.nothing')}</span>
        )}
      </td>
      <td data-label={t('customers.sensors')}>
        {sensors.length > 0 ? (
          <ul className={classes.open}>
            {sensors.map((state) => (
              <li key={state}><SensorBadge state={state} /> <span className="figures">{item.sensors[state]}</span></li>
            ))}
          </ul>
        ) : (
          <span className={classes.nothing}>{t('customers.no_sensors')}</span>
        )}
      </td>
    </tr>
  );
}
