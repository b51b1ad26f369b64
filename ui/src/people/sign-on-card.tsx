import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOnQuery, useRemoveSignOn } from '../api/people';
import { Copy } from '../common/copy';
import { Card, failureWords } from '../common/page';
import classes from './people.module.css';
import { SignOnForm } from './sign-on-form';

/** The company's own sign-on service: whether there is one, and what to enter where. */
export function SignOnCard() {
  const { t } = useTranslation();
  const { data } = useQuery(signOnQuery);
  const remove = useRemoveSignOn();
  const [open, setOpen] = useState<'form' | 'removing' | null>(null);
  const close = () => setOpen(null);
  if (!data) return null;
  const { settings } = data;
  return (
    <Card title={t('sign_on.title')} note={t('sign_on.note')}>
      <div className={classes.row}>
        <div>
          <p className={classes.name}>{settings ? t('sign_on.in_use') : t('sign_on.not_in_use')}</p>
          {settings && (
            <>
              <p className={classes.under}>{settings.issuer}</p>
              <p className={classes.under}>
                {settings.domains.join(', ')} · {t(`sign_on.new_role_${settings.new_role === 'viewer' || settings.new_role === 'contact' ? settings.new_role : 'none'}`)}
              </p>
              {settings.is_required && <p className={classes.under}>{t('sign_on.required')}</p>}
            </>
          )}
        </div>
        {settings
          ? <Button variant="subtle" color="red" onClick={() => setOpen('removing')}>{t('sign_on.remove')}</Button>
          : <span />}
        <Button variant={settings ? 'default' : 'filled'} onClick={() => setOpen('form')}>{settings ? t('sign_on.change') : t('sign_on.set_up')}</Button>
      </div>
      {settings && <ToCopy label={t('sign_on.link')} text={data.link} note={t('sign_on.link_note')} />}
      {remove.error && <p role="alert" className={classes.error}>{failureWords(remove.error, t('failure.unreachable'))}</p>}
      {open === 'form' && <SignOnForm view={data} close={close} />}
      <Modal opened={open === 'removing'} onClose={close} title={t('sign_on.remove')} centered closeButtonProps={{ 'aria-label': t('close') }}>
        <p>{t('sign_on.remove_what')}</p>
        <div className={classes.end}>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
          <Button color="red" onClick={() => { close(); remove.mutate(undefined); }}>{t('sign_on.remove')}</Button>
        </div>
      </Modal>
    </Card>
  );
}

/** An address to be entered elsewhere. */
export function ToCopy({ label, text, note }: { label: string; text: string; note?: string }) {
  return (
    <div className={classes.copied}>
      <p className={classes.name}>{label}</p>
      <p className={classes.link}>{text}</p>
      {note && <p className={classes.under}>{note}</p>}
      <Copy text={text} label={label} />
    </div>
  );
}
