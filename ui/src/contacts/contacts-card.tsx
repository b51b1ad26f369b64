import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contactsQuery, useReplaceContacts } from '../api/incident-queries';
import type { ContactCard, ContactKind } from '../api/types';
import { Card, failureWords } from '../common/page';
import { useMay } from '../common/rights';
import classes from './contacts.module.css';

const kinds = ['soc', 'partner', 'support', 'other'] as const satisfies readonly ContactKind[];
const cardsMax = 10;
const blank: ContactCard = { kind: 'soc', name: '', phone: '', email: '', hours: '' };

/** Whom to call when something happens, and when they answer. */
export function ContactsCard() {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery(contactsQuery);
  const [changing, setChanging] = useState(false);
  if (!data) return null;
  return (
    <div id="contacts">
      <Card
        title={t('contacts.title')}
        note={t('contacts.note')}
        aside={may.changeContacts && !changing && <Button variant="default" onClick={() => setChanging(true)}>{t('contacts.change')}</Button>}
      >
        {changing ? <Form cards={data.items} close={() => setChanging(false)} /> : <List cards={data.items} />}
      </Card>
    </div>
  );
}

function List({ cards }: { cards: ContactCard[] }) {
  const { t } = useTranslation();
  if (cards.length === 0) return <p>{t('contacts.none')}</p>;
  return (
    <ul className={classes.list}>
      {cards.map((card) => (
        <li key={`${card.kind} ${card.name}`}>
          <p><strong>{card.name}</strong> <span className={classes.kind}>{t(`contact_kind.${card.kind}`)}</span></p>
          <p className={classes.facts}>
            {card.phone && <a href={`tel:${card.phone.replace(/[^\d+#*]/g, '')}`}>{card.phone}</a>}
            {card.email && <a href={`mailto:${card.email}`}>{card.email}</a>}
            {card.hours && <span>{card.hours}</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Form({ cards, close }: { cards: ContactCard[]; close: () => void }) {
  const { t } = useTranslation();
  const [items, setItems] = useState(cards.length > 0 ? cards : [blank]);
  const replace = useReplaceContacts();
  const set = (place: number, change: Partial<ContactCard>) => setItems(items.map((card, at) => (at === place ? { ...card, ...change } : card)));
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    replace.mutate({ items: items.filter((card) => card.name.trim()) }, { onSuccess: close });
  };
  return (
    <form onSubmit={send} className={classes.form}>
      {items.map((card, place) => (
        <fieldset key={place} className={classes.fields}>
          <legend>{t('contacts.number', { number: place + 1 })}</legend>
          <NativeSelect label={t('contacts.kind')} value={card.kind} data={kinds.map((value) => ({ value, label: t(`contact_kind.${value}`) }))} onChange={(event) => set(place, { kind: event.currentTarget.value as ContactKind })} />
          <TextInput label={t('contacts.name')} maxLength={100} value={card.name} onChange={(event) => set(place, { name: event.currentTarget.value })} />
          <TextInput label={t('contacts.phone')} type="tel" maxLength={40} value={card.phone} onChange={(event) => set(place, { phone: event.currentTarget.value })} />
          <TextInput label={t('contacts.email')} type="email" maxLength={254} value={card.email} onChange={(event) => set(place, { email: event.currentTarget.value })} />
          <TextInput label={t('contacts.hours')} placeholder={t('contacts.hours_hint')} maxLength={100} value={card.hours} onChange={(event) => set(place, { hours: event.currentTarget.value })} />
          <Button variant="subtle" onClick={() => setItems(items.filter((_, at) => at !== place))}>{t('contacts.remove')}</Button>
        </fieldset>
      ))}
      {items.length < cardsMax && <Button variant="default" leftSection={<IconPlus size={18} aria-hidden="true" />} onClick={() => setItems([...items, blank])}>{t('contacts.add')}</Button>}
      {replace.error && <p role="alert" className={classes.error}>{failureWords(replace.error, t('failure.unreachable'))}</p>}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
        <Button type="submit" loading={replace.isPending}>{t('save')}</Button>
      </Group>
    </form>
  );
}
