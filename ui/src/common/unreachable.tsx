import { useTranslation } from 'react-i18next';
import { Failure } from './page';

/** Stands in place of everything when the portal cannot even say who is signed in. */
export function Unreachable() {
  const { t } = useTranslation();
  return (
    <main aria-label={t('failure.title')}>
      <Failure error={null} retry={() => location.reload()} />
    </main>
  );
}
