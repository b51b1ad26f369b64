import { Button } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { withTenant } from '../api/tenant';
import type { IncidentDetail } from '../api/types';
import { bytes, count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './incident.module.css';

/** The incident on paper, as a file for other programs, and its packets. */
export function Files({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { id, packets } = incident;
  return (
    <div className={classes.files}>
      <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden="true" />} onClick={() => window.print()}>{t('incident.print')}</Button>
      <Button component="a" href={withTenant(`/api/v1/incidents/${id}/export.json`)} download variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />}>{t('incident.export')}</Button>
      {packets && (
        <Button component="a" href={withTenant(`/api/v1/incidents/${id}/packets`)} download variant="default" leftSection={<IconDownload size={18} aria-hidden="true" />}>
          {t('incident.packets', { count: packets.packets, formatted: count(packets.packets, language), size: bytes(packets.bytes, language) })}
        </Button>
      )}
    </div>
  );
}
