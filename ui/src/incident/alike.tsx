import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { alikeQuery } from '../api/incident-queries';
import { Card } from '../common/page';
import { useText } from '../i18n/language';
import { HandlingBadge } from '../words/badges';
import { SeverityMark } from '../words/severity';
import { When } from '../words/when';
import classes from './alike.module.css';

const kinds = ['host', 'rule', 'peer', 'family'] as const;

/** Earlier and later incidents with the same machine, rule, other end or malware. */
export function Alike({ id }: { id: string }) {
  const { t } = useTranslation();
  const text = useText();
  const { data } = useQuery(alikeQuery(id));
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('alike.title')}>
      <ul className={classes.alike}>
        {data.items.map(({ incident, common }) => (
          <li key={incident.id}>
            <SeverityMark severity={incident.severity} size={14} />
            <div>
              <Link to="/incidents/$id" params={{ id: incident.id }} className="phrases">{text(incident.title)}</Link>
              <p className={classes.facts}>
                <When at={incident.last_seen} />
                <HandlingBadge handling={incident.handling} resolution={incident.resolution} />
              </p>
              <p className={classes.facts}>{t('alike.same', { what: kinds.filter((kind) => common.includes(kind)).map((kind) => t(`alike.${kind}`)).join(t('list_comma')) })}</p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
