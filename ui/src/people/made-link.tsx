import { useTranslation } from 'react-i18next';
import type { LinkMade } from '../api/people';
import { Copy } from '../common/copy';
import classes from './people.module.css';

/** Says that a mail is on its way, or shows the link to hand over, this once. */
export function MadeLink({ made }: { made: LinkMade }) {
  const { t } = useTranslation();
  if (!made.link) return <p role="status">{t('people.mail_sent')}</p>;
  return (
    <div role="status">
      <p>{made.mail === 'failed' ? t('people.mail_failed') : t('people.mail_off')}</p>
      <p className={classes.link}>{made.link}</p>
      <Copy text={made.link} label={t('people.copy_link')} prominent />
    </div>
  );
}
