/** The product's mark: one shape, and its mirror image across a line. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="7" className="fill-brand-fill" />
      <path d="M13 8v16L5.5 20v-8z" className="fill-on-brand" />
      <path
        d="M19.9 9.5v13l5.7-3.1v-6.8z"
        className="fill-none stroke-on-brand"
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
      <path
        d="M16 5.5v21"
        className="stroke-on-brand"
        strokeOpacity="0.65"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
