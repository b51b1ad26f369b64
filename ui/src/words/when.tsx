import { useEffect, useState } from 'react';
import { clockTime, exactTime, localDay, relativeTime, shortTime } from '../i18n/format';
import { useLanguage } from '../i18n/language';

const forms = { exact: exactTime, short: shortTime, clock: clockTime, day: localDay };

/** A time in the reader's zone; the exact form is in the tooltip. */
export function When({ at, as = 'relative' }: { at: string; as?: 'relative' | keyof typeof forms }) {
  const language = useLanguage();
  const now = useMinute();
  const time = new Date(at);
  const words = as === 'relative' ? relativeTime(time, now, language) : forms[as](time, language);
  return (
    <time dateTime={at} title={exactTime(time, language)}>
      {words}
    </time>
  );
}

/** The present, moving on twice a minute. */
export function useMinute(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
