import type { ReactNode } from "react";

/** Things that belong together under a name, for those who listen instead of look. */
export function Group({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls, and this is a picture
    <div role="group" aria-label={label} className={className}>
      {children}
    </div>
  );
}
