// Names of languages are written in themselves, so that everybody finds his own.
export const languages = [
  { value: 'ja', label: '日本語' },
  { value: 'en', label: 'English' },
];
