import { IconDeviceDesktop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetail } from '../api/types';
import { Card, Facts } from '../common/page';
import { useLanguage } from '../i18n/language';
import { Communications } from '../words/badges';
import classes from './incident.module.css';

/** The customer's machine that it is about. */
export function HostCard({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { host, sensor } = incident;
  return (
    <Card title={t('incident.host')}>
      <p className={classes.hostName}>
        <IconDeviceDesktop size={26} stroke={1.5} aria-hidden="true" />
        <strong>{host.name ?? host.ip}</strong>
      </p>
      <Facts
        rows={[
          [t('incident.address'), <span key="ip" className="figures">{host.ip}</span>],
          [t('incident.mac'), host.mac && <span className="figures">{host.mac}</span>],
          [t('incident.others'), incident.others.map((other) => other.name ?? other.ip).join(', ')],
          [t('incident.communications'), <Communications key="communications" of={incident.communications} />],
          [t('incident.confidence'), new Intl.NumberFormat(language, { style: 'percent' }).format(incident.confidence)],
          [t('incidents.sensor'), <Link key="sensor" to="/sensors/$id" params={{ id: sensor.id }}>{sensor.name}</Link>],
          [t('sites.site'), sensor.site],
        ]}
      />
      <p className={classes.others}>
        <Link to="/incidents" search={{ host: host.ip }}>{t('incident.same_host')}</Link>
      </p>
    </Card>
  );
}

const peersShown = 8;

/** The other ends. */
export function Peers({ peers }: { peers: string[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (peers.length === 0) return null;
  const shown = all ? peers : peers.slice(0, peersShown);
  return (
    <Card title={t('incident.peers')}>
      <ul className={classes.peers}>
        {shown.map((peer) => <li key={peer}><code>{peer}</code></li>)}
      </ul>
      {peers.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>{t('and_more', { count: peers.length - shown.length })}</button>
      )}
    </Card>
  );
}
