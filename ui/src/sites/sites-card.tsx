import { Button, Checkbox, Group, Modal, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { peopleQuery } from '../api/people';
import { sensorsQuery } from '../api/queries';
import { Card, failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { type Site, sitesQuery, useKeepSite, useRemoveSite } from './queries';
import classes from './sites.module.css';

/** The customer's places: which sensors stand there, and who sees these only. */
export function SitesCard() {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({ ...sitesQuery, enabled: may.changeSites });
  const [open, setOpen] = useState<Site | 'new' | null>(null);
  if (!may.changeSites || !data) return null;
  return (
    <Card title={t('sites.title')} note={t('sites.note')}>
      {data.items.length > 0 && (
        <ul className={classes.list}>
          {data.items.map((site) => (
            <li key={site.id} className={classes.site}>
              <div>
                <p><strong>{site.name}</strong></p>
                {site.note && <p className={classes.soft}>{site.note}</p>}
                <p className={classes.soft}>
                  {t('sites.sensors_count', { count: site.sensors.length })}
                  {site.people.length > 0 && t('sites.people_named', { names: site.people.map((one) => one.name).join(t('list_comma')) })}
                </p>
              </div>
              <Button variant="default" aria-label={t('sites.change_named', { name: site.name })} onClick={() => setOpen(site)}>{t('sites.change')}</Button>
            </li>
          ))}
        </ul>
      )}
      <Button className={classes.add} variant="default" leftSection={<IconPlus size={18} aria-hidden="true" />} onClick={() => setOpen('new')}>{t('sites.add')}</Button>
      {open && <Form key={open === 'new' ? 'new' : open.id} site={open === 'new' ? undefined : open} sites={data.items} close={() => setOpen(null)} />}
    </Card>
  );
}

function Form({ site, sites, close }: { site?: Site; sites: Site[]; close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(site?.name ?? '');
  const [note, setNote] = useState(site?.note ?? '');
  const [sensors, setSensors] = useState(site?.sensors ?? []);
  const [people, setPeople] = useState(site?.people.map((one) => one.id) ?? []);
  const { data: fleet } = useQuery(sensorsQuery);
  const { data: staff } = useQuery(peopleQuery);
  const keep = useKeepSite(site?.id);
  const remove = useRemoveSite();
  const error = keep.error ?? remove.error;
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (name.trim()) keep.mutate({ name: name.trim(), note: note.trim(), sensors, people }, { onSuccess: close });
  };
  const limitable = (staff?.people ?? []).filter((one) => one.role !== 'administrator');
  // Who is taken off the last of his sites is limited no more.
  const freed = (site?.people ?? []).filter(({ id }) => !people.includes(id) && !sites.some((other) => other.id !== site?.id && other.people.some((one) => one.id === id)));
  return (
    <Modal opened onClose={close} title={site ? t('sites.change') : t('sites.add')} centered closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={send} className={classes.form}>
        <TextInput required label={t('sites.name')} placeholder={t('sites.name_hint')} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Textarea label={t('sites.remark')} maxLength={500} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {fleet && fleet.items.length > 0 && (
          <Checkbox.Group label={t('sites.sensors')} description={t('sites.sensors_hint')} value={sensors} onChange={setSensors}>
            <div className={classes.choices}>{fleet.items.map((one) => <Checkbox key={one.id} value={one.id} label={one.name} />)}</div>
          </Checkbox.Group>
        )}
        {limitable.length > 0 && (
          <Checkbox.Group label={t('sites.people')} description={t('sites.people_hint')} value={people} onChange={setPeople}>
            <div className={classes.choices}>{limitable.map((one) => <Checkbox key={one.id} value={one.id} label={one.name} />)}</div>
          </Checkbox.Group>
        )}
        <div role="status">
          {freed.length > 0 && <p className={classes.warning}>{t('sites.freed', { names: freed.map((one) => one.name).join(t('list_comma')) })}</p>}
        </div>
        {site && site.people.length > 0 && <p className={classes.soft}>{t('sites.remove_later')}</p>}
        {error && <p role="alert" className={classes.error}>{failureWords(error, t('failure.unreachable'))}</p>}
        <Group justify="space-between">
          {site ? <Button variant="subtle" color="red" disabled={site.people.length > 0} loading={remove.isPending} onClick={() => remove.mutate(site.id, { onSuccess: close })}>{t('sites.remove')}</Button> : <span />}
          <Group>
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
            <Button type="submit" loading={keep.isPending}>{t('save')}</Button>
          </Group>
        </Group>
      </form>
    </Modal>
  );
}
