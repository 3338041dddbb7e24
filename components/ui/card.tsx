import { type ReactNode, useId } from "react";
import { classes } from "#components/ui/classes.ts";

/** A panel named by its heading, what belongs to it on the right, and a body. */
export function Card({
  title,
  description,
  aside,
  flush = false,
  headingLevel: Heading = "h2",
  className,
  children,
}: {
  title?: ReactNode;
  description?: ReactNode;
  aside?: ReactNode;
  /** No padding around the body: for tables and lists that reach the edge. */
  flush?: boolean;
  headingLevel?: "h2" | "h3";
  className?: string;
  children?: ReactNode;
}) {
  const heading = useId();
  return (
    <section
      aria-labelledby={title ? heading : undefined}
      className={classes("rounded-xl border border-line bg-card shadow-panel", className)}
    >
      {(title || aside) && (
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-5">
          <div className="min-w-0">
            {title && (
              <Heading id={heading} className="text-base font-semibold">
                {title}
              </Heading>
            )}
            {description && <p className="mt-0.5 max-w-prose text-sm text-ink-soft">{description}</p>}
          </div>
          {aside}
        </header>
      )}
      <div className={flush ? "overflow-hidden rounded-b-xl pt-3" : "px-4 py-4 sm:px-5"}>{children}</div>
    </section>
  );
}
