import classes from './hero.module.css';

/** The watch tower by night; its lantern tells how things are, in picture only, the words beside it say it too. */
export function Tower({ lit }: { lit: 'calm' | 'alarm' | 'out' }) {
  return (
    <svg className={classes.tower} data-lit={lit} viewBox="0 0 320 200" preserveAspectRatio="xMaxYMax meet" aria-hidden="true">
      <defs>
        <radialGradient id="lantern-glow">
          <stop offset="0" className={classes.glowCore} />
          <stop offset="1" className={classes.glowEdge} />
        </radialGradient>
      </defs>
      <g fill="#cdd5f2">
        <circle cx="38" cy="34" r="1.1" /><circle cx="92" cy="18" r=".9" /><circle cx="128" cy="52" r="1.2" />
        <circle cx="286" cy="26" r="1.2" /><circle cx="302" cy="70" r=".9" /><circle cx="66" cy="78" r=".8" />
        <circle cx="160" cy="22" r=".8" /><circle cx="262" cy="58" r=".8" />
      </g>
      <circle cx="216" cy="62" r="78" fill="url(#lantern-glow)" className={classes.glow} />
      <path d="M0 200v-26l22-13 20 12v-8l26-15 27 16v7l18-10 22 13v-9l30-17 31 18v6l20-12 24 14v-7l27-16 27 16v30z" fill="#0b0e1d" />
      <path d="M216 22 248 45h-64z" fill="#0b0e1d" stroke="#3a446e" strokeWidth="1" />
      <rect x="196" y="46" width="40" height="24" className={classes.lantern} />
      <path d="M196 46v24M206 46v24M216 46v24M226 46v24M236 46v24" stroke="#0b0e1d" strokeWidth="2" />
      <rect x="188" y="70" width="56" height="6" fill="#0b0e1d" stroke="#3a446e" strokeWidth=".8" />
      <path d="M198 76 182 200M234 76l16 124M196 100h40M193 124h46M190 148h52M187 172h58M196 100l43 24M236 100l-43 24M193 124l49 24M239 124l-49 24" stroke="#0b0e1d" strokeWidth="4" fill="none" />
    </svg>
  );
}
