import { useTranslation } from 'react-i18next';
import type { Language, Text } from '../api/types';

/** The language on the screen. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'ja';
}

/** Picks the form of a two-language text that belongs on the screen. */
export function useText(): (text: Text) => string {
  const language = useLanguage();
  return (text) => text[language];
}
