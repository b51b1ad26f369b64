import { Button, Modal, SegmentedControl } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureWords } from '../common/page';
import classes from '../people/people.module.css';
import { type Contract, ContractFields } from './contract-fields';
import { useTakeIn } from './queries';

const kinds = ['customer', 'partner'] as const;

/** Takes in a customer or a partner, and leads on to whom to invite first. */
export function TakeIn({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<(typeof kinds)[number]>('customer');
  const [contract, setContract] = useState<Contract>({ name: '', partner: '', endpoints: '' });
  const takeIn = useTakeIn();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const isCustomer = kind === 'customer';
    takeIn.mutate({
      name: contract.name.trim(),
      kind,
      ...(isCustomer && contract.partner && { partner: contract.partner }),
      ...(isCustomer && contract.endpoints !== '' && { licensed_endpoints: contract.endpoints }),
    });
  };
  return (
    <Modal opened onClose={close} title={t('contracts.take_in')} size="lg" centered closeButtonProps={{ 'aria-label': t('close') }}>
      {takeIn.data ? (
        <div className={classes.form} role="status">
          <p>{t('contracts.taken_in', { name: takeIn.data.name })}</p>
          <div className={classes.end}>
            <Button variant="default" onClick={close}>{t('close')}</Button>
            <Button component="a" href={`/app/people?tenant=${takeIn.data.id}`}>{t('contracts.invite_first')}</Button>
          </div>
        </div>
      ) : (
        <form onSubmit={send} className={classes.form}>
          <SegmentedControl aria-label={t('contracts.kind')} value={kind} data={kinds.map((value) => ({ value, label: t(`contracts.kind_${value}`) }))} onChange={(value) => setKind(value as typeof kind)} />
          <ContractFields contract={contract} change={(part) => setContract({ ...contract, ...part })} isCustomer={kind === 'customer'} />
          {takeIn.error && <p role="alert" className={classes.error}>{failureWords(takeIn.error, t('failure.unreachable'))}</p>}
          <div className={classes.end}>
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
            <Button type="submit" loading={takeIn.isPending} disabled={!contract.name.trim()}>{t('contracts.take_in')}</Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
