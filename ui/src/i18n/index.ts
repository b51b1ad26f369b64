import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../api/types';

// Only the language in use is loaded.
const loaders: Record<Language, () => Promise<{ default: object }>> = {
  ja: () => import('./ja'),
  en: () => import('./en'),
};

/** The cookie by which the server's own pages (sign-in, errors) know the language. */
function rememberForServerPages(language: Language) {
  document.cookie = `hinomi_language=${language}; path=/; max-age=31536000; samesite=lax`;
}

/** Lets the words of a language come while something else is waited for. */
export function beginLanguage(language: Language) {
  loaders[language]().catch(() => {});
}

/** Loads a language if need be and shows everything in it. */
export async function switchLanguage(language: Language) {
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      ns: ['ui'],
      defaultNS: 'ui',
      resources: {},
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  }
  if (!i18next.hasResourceBundle(language, 'ui')) {
    const loaded = await loaders[language]();
    i18next.addResourceBundle(language, 'ui', loaded.default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  rememberForServerPages(language);
}

/** What to speak before we know who is there. */
export function browserLanguage(): Language {
  const chosen = /(?:^|; )hinomi_language=(ja|en)/.exec(document.cookie)?.[1];
  if (chosen === 'ja' || chosen === 'en') return chosen;
  return navigator.languages.some((tag) => tag.startsWith('ja')) || !navigator.language.startsWith('en') ? 'ja' : 'en';
}
