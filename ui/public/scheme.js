// Before the first paint: light or dark, so that nobody is dazzled at night.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('hinomi-color-scheme');
  } catch {
    // Storage may be forbidden; the system's wish is enough then.
  }
  var dark = stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
