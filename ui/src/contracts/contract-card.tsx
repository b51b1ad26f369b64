import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../common/page';
import { useMay } from '../common/rights';
import { Outcome } from '../settings/settings-page';
import classes from '../settings/settings.module.css';
import { type Contract, ContractFields } from './contract-fields';
import { type Tenant, tenantQuery, useChangeTenant } from './queries';

/** What is agreed with the organisation on the screen, for the operator to change. */
export function ContractCard() {
  const may = useMay();
  const { data } = useQuery({ ...tenantQuery, enabled: may.changeContract });
  if (!may.changeContract || !data || data.kind === 'operator') return null;
  return <Form key={data.id} tenant={data} />;
}

function Form({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [contract, setContract] = useState<Contract>({ name: tenant.name, partner: tenant.partner?.id ?? '', endpoints: tenant.licensed_endpoints ?? '' });
  const change = useChangeTenant();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { name, partner, endpoints } = contract;
    change.mutate({
      name: name.trim(),
      ...(partner && partner !== tenant.partner?.id && { partner }),
      ...(endpoints !== '' && { licensed_endpoints: endpoints }),
    });
  };
  return (
    <Card title={t('contracts.card')} note={t('contracts.card_note')}>
      <form onSubmit={send} className={classes.fields}>
        <ContractFields contract={contract} change={(part) => setContract({ ...contract, ...part })} isCustomer={tenant.kind === 'customer'} />
        <div className={classes.end}><Button type="submit" loading={change.isPending} disabled={!contract.name.trim()}>{t('save')}</Button></div>
      </form>
      <Outcome error={change.error} saved={change.isSuccess} />
    </Card>
  );
}
