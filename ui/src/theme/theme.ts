import {
  createTheme,
  type CSSVariablesResolver,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

/** Deep indigo, the colour of the night the tower watches over. */
const ink: MantineColorsTuple = [
  '#f1f3fa', '#dfe4f2', '#bfc8e4', '#9eabd6', '#8292ca', '#6a7cbe', '#5466ab', '#3f5091', '#2d3b74', '#1f2a57',
];

/** The lantern in the tower: used sparingly, for what wants attention. */
const ember: MantineColorsTuple = [
  '#fff2e6', '#ffe2c8', '#fec496', '#fba563', '#f78b3b', '#f2761f', '#dc6410', '#b94f08', '#963f07', '#743004',
];

/** Greys with a breath of indigo, from text on dark to the darkest ground. */
const dark: MantineColorsTuple = [
  '#dfe2ee', '#b9bfd4', '#9aa1bc', '#6a7193', '#434a68', '#343b57', '#272d45', '#1b2033', '#131726', '#0d101b',
];

export const theme = createTheme({
  colors: { ink, ember, dark },
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.4,
  white: '#ffffff',
  black: '#1a2038',
  defaultRadius: 'md',
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", "BIZ UDGothic", "Noto Sans Mono CJK JP", monospace',
  headings: { fontFamily: 'var(--font-text)', fontWeight: '700' },
  lineHeights: { xs: '1.5', sm: '1.6', md: '1.7', lg: '1.7', xl: '1.7' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Ground, borders and quiet text follow our own paper and night instead of Mantine's greys. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f4ef',
    '--mantine-color-text': '#1a2038',
    '--mantine-color-dimmed': '#565d78',
    '--mantine-color-default': '#ffffff',
    '--mantine-color-default-border': '#cfcbc0',
    '--mantine-color-placeholder': '#6b7189',
    '--mantine-color-error': '#a3123a',
    '--mantine-color-anchor': '#2d3b74',
  },
  dark: {
    '--mantine-color-body': '#10131f',
    '--mantine-color-text': '#e6e8f2',
    '--mantine-color-dimmed': '#a2a9c4',
    '--mantine-color-default': '#1b2033',
    '--mantine-color-default-border': '#3a4160',
    '--mantine-color-placeholder': '#8f96b2',
    '--mantine-color-error': '#ff8ba3',
    '--mantine-color-anchor': '#aebbe8',
  },
});

/** The same key that public/scheme.js reads before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'hinomi-color-scheme' });
