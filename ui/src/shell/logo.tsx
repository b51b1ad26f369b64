/** The fire-watch tower with its lantern; colours come from where it stands. */
export function Logo({ size = 34 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <path d="M32 4 52 19H12z" fill="currentColor" />
      <rect x="20" y="20" width="24" height="13" fill="#f2761f" />
      <path d="M20 20v13M32 20v13M44 20v13" stroke="var(--night)" strokeWidth="2" />
      <rect x="15" y="33" width="34" height="4.5" fill="currentColor" />
      <path
        d="M22.5 38 16 61M41.5 38 48 61M20.5 45.500h23M18.5 53h27"
        stroke="currentColor" strokeWidth="3.6" fill="none" strokeLinecap="round"
      />
    </svg>
  );
}
