import { Button } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { withTenant } from '../api/tenant';
import classes from './incident.module.css';

/** The incident on paper, and as a file for other programs. */
export function Files({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.files}>
      <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden="true" />} onClick={() => window.print()}>{t('incident.print')}</Button>
      <Button component="a" href={withTenant(`/api/v1/incidents/${id}/export.json`)} download variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />}>{t('incident.export')}</Button>
    </div>
  );
}
