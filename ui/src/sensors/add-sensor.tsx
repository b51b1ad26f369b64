import { Button, Modal, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddSensor } from '../api/queries';
import { failureWords } from '../common/page';
import { Secret } from './secret';
import classes from './sensors.module.css';

const nameCharactersMax = 100;

/** Enters a sensor and shows its secret, this once. */
export function AddSensor({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [location, setLocation] = useState('');
  const add = useAddSensor();

  const leave = () => {
    close();
    setName('');
    setLocation('');
    add.reset();
  };
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (name.trim()) add.mutate({ name: name.trim(), location: location.trim() });
  };

  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={add.data ? t('sensors.secret_title', { name: add.data.sensor.name }) : t('sensors.add')}
      size="lg"
      centered
      // A slip beside the window must not lose a secret that is shown only once.
      closeOnClickOutside={!add.data}
      closeOnEscape={!add.data}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {add.data ? (
        <>
          <Secret made={add.data} />
          <div className={classes.formEnd}>
            <Button component={Link} to={`/sensors/${add.data.sensor.id}`} variant="default" onClick={leave}>{t('sensors.to_sensor')}</Button>
            <Button onClick={leave}>{t('sensors.secret_noted')}</Button>
          </div>
        </>
      ) : (
        <form onSubmit={send} className={classes.form}>
          <p className={classes.soft}>{t('sensors.add_hint')}</p>
          <TextInput
            label={t('sensors.name')} placeholder={t('sensors.name_hint')} required maxLength={nameCharactersMax} data-autofocus
            value={name} onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t('sensors.location')} placeholder={t('sensors.location_hint')} maxLength={nameCharactersMax}
            value={location} onChange={(event) => setLocation(event.currentTarget.value)}
          />
          {add.error && <p role="alert" className={classes.error}>{failureWords(add.error, t('failure.unreachable'))}</p>}
          <div className={classes.formEnd}>
            <Button variant="default" onClick={leave}>{t('cancel')}</Button>
            <Button type="submit" loading={add.isPending} disabled={!name.trim()}>{t('sensors.add')}</Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
