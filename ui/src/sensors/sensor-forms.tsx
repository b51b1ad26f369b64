import { Button, Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeSensor, useNewSecret, useRemoveSensor } from '../api/queries';
import type { Sensor } from '../api/types';
import { Card, failureWords } from '../common/page';
import { Secret } from './secret';
import classes from './sensors.module.css';

const nameCharactersMax = 100;

/** What administrators may change: name and place, secret, removal. */
export function SensorForms({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  return (
    <Card title={t('sensors.change')}>
      <NameForm sensor={sensor} />
      <div className={classes.dangers}>
        <NewSecret sensor={sensor} />
        <Removal sensor={sensor} />
      </div>
    </Card>
  );
}

function NameForm({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const [name, setName] = useState(sensor.name);
  const [location, setLocation] = useState(sensor.location);
  const change = useChangeSensor(sensor.id);
  const same = name.trim() === sensor.name && location.trim() === sensor.location;
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate({ name: name.trim(), location: location.trim() });
  };
  return (
    <form onSubmit={send} className={classes.row}>
      <TextInput label={t('sensors.name')} required maxLength={nameCharactersMax} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label={t('sensors.location')} maxLength={nameCharactersMax} value={location} onChange={(event) => setLocation(event.currentTarget.value)} />
      <Button type="submit" variant="default" loading={change.isPending} disabled={same || !name.trim()}>{t('save')}</Button>
      {change.error && <p role="alert" className={classes.error}>{failureWords(change.error, t('failure.unreachable'))}</p>}
    </form>
  );
}

function NewSecret({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const secret = useNewSecret(sensor.id);
  const leave = () => {
    setOpened(false);
    secret.reset();
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>{t('sensors.new_secret')}</Button>
      <Modal opened={opened} onClose={leave} title={t('sensors.new_secret')} size="lg" centered closeOnClickOutside={!secret.data} closeOnEscape={!secret.data} closeButtonProps={{ 'aria-label': t('close') }}>
        {secret.data ? (
          <>
            <Secret made={secret.data} />
            <div className={classes.formEnd}><Button onClick={leave}>{t('sensors.secret_noted')}</Button></div>
          </>
        ) : (
          <>
            <p>{t('sensors.new_secret_meaning')}</p>
            {secret.error && <p role="alert" className={classes.error}>{failureWords(secret.error, t('failure.unreachable'))}</p>}
            <div className={classes.formEnd}>
              <Button variant="default" onClick={leave}>{t('cancel')}</Button>
              <Button loading={secret.isPending} onClick={() => secret.mutate()}>{t('sensors.new_secret')}</Button>
            </div>
          </>
        )}
      </Modal>
    </>
  );
}

function Removal({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const navigate = useNavigate();
  const remove = useRemoveSensor(sensor.id);
  return (
    <>
      <Button variant="default" className={classes.danger} onClick={() => setOpened(true)}>{t('sensors.remove')}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('sensors.remove_question', { name: sensor.name })} centered closeButtonProps={{ 'aria-label': t('close') }}>
        <p>{t('sensors.remove_meaning')}</p>
        {remove.error && <p role="alert" className={classes.error}>{failureWords(remove.error, t('failure.unreachable'))}</p>}
        <div className={classes.formEnd}>
          <Button variant="default" onClick={() => setOpened(false)}>{t('cancel')}</Button>
          <Button className={classes.dangerFilled} loading={remove.isPending} onClick={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/sensors' }) })}>
            {t('sensors.remove')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
